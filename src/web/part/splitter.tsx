import type { Signal } from "@preact/signals";

interface Props {
  readonly size: Signal<number>;
  readonly direction: "row" | "column";
  readonly place: "upper" | "across" | "lower";
  readonly label: string;
  /** The box that the share is of. */
  readonly of: () => DOMRect | undefined;
}

/** A line between two parts that can be moved, by pointer or arrow keys. The size is a share in percent. */
export function Splitter({ size, direction, place, label, of }: Props) {
  const set = (value: number) => (size.value = Math.round(Math.max(18, Math.min(82, value)) * 10) / 10);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a splitter that moves is no hr
    <div
      class={`splitter ${direction} ${place}`}
      role="separator"
      aria-orientation={direction === "row" ? "vertical" : "horizontal"}
      aria-label={label}
      aria-valuenow={Math.round(size.value)}
      aria-valuemin={18}
      aria-valuemax={82}
      tabIndex={0}
      onKeyDown={(e) => {
        const by = { ArrowLeft: -2, ArrowUp: -2, ArrowRight: 2, ArrowDown: 2 }[e.key];
        if (by === undefined) return;
        e.preventDefault();
        set(size.value + by);
      }}
      onPointerDown={(e) => e.currentTarget.setPointerCapture(e.pointerId)}
      onPointerMove={(e) => {
        const box = of();
        if (!box || !e.currentTarget.hasPointerCapture(e.pointerId)) return;
        set(
          direction === "row"
            ? ((e.clientX - box.left) / box.width) * 100
            : ((e.clientY - box.top) / box.height) * 100,
        );
      }}
    />
  );
}
