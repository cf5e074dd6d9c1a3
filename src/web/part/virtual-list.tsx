import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props {
  readonly count: number;
  readonly rowHeight: number;
  readonly selected: number;
  /** Whether the list keeps its end in sight while it grows. */
  readonly follow: boolean;
  readonly label: string;
  readonly row: (index: number) => ComponentChildren;
  readonly onSelect: (index: number) => void;
}

/** A list of any length: only the rows in sight are in the page. Arrow keys choose a row. */
export function VirtualList({ count, rowHeight, selected, follow, label, row, onSelect }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(300);
  useLayoutEffect(() => {
    const el = box.current;
    if (!el) return;
    const observer = new ResizeObserver(() => setHeight(el.clientHeight));
    observer.observe(el);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const el = box.current;
    if (!el) return;
    if (follow) el.scrollTop = el.scrollHeight;
    else if (selected >= 0) {
      const y = selected * rowHeight;
      if (y < el.scrollTop) el.scrollTop = y;
      else if (y + rowHeight > el.scrollTop + el.clientHeight) el.scrollTop = y + rowHeight - el.clientHeight;
    }
  }, [selected, follow, count, height]);
  const first = Math.max(0, Math.floor(top / rowHeight) - 6);
  const end = Math.min(count, first + Math.ceil(height / rowHeight) + 12);
  const indices = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  const keys = (e: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count }[e.key];
    if (by === undefined || count === 0) return;
    e.preventDefault();
    e.stopPropagation();
    onSelect(Math.max(0, Math.min(count - 1, selected + by)));
  };
  return (
    <div
      ref={box}
      class="virtual"
      role="listbox"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={selected >= first && selected < end ? `row-${selected}` : undefined}
      onKeyDown={keys}
      onScroll={(e) => setTop(e.currentTarget.scrollTop)}
    >
      <div style={{ height: `${count * rowHeight}px` }} role="presentation">
        {indices.map((i) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the list itself has the focus and the keys
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list itself has the focus and the keys
          <div
            key={i}
            id={`row-${i}`}
            class="virtual-row"
            role="option"
            aria-selected={i === selected}
            aria-setsize={count}
            aria-posinset={i + 1}
            style={{ top: `${i * rowHeight}px`, height: `${rowHeight}px` }}
            onClick={() => onSelect(i)}
          >
            {row(i)}
          </div>
        ))}
      </div>
    </div>
  );
}
