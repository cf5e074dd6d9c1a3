import type { Point } from "./layout.ts";
import { middle, pan, type View, zoom } from "./view.ts";

export interface Gestures {
  readonly onWheel: (e: WheelEvent) => void;
  readonly onPointerDown: (e: PointerEvent) => void;
  readonly onPointerMove: (e: PointerEvent) => void;
  readonly onPointerUp: (e: PointerEvent) => void;
  readonly onKeyDown: (e: KeyboardEvent) => void;
}

/** Where a pointer is in the drawing. */
export function pointIn(svg: SVGSVGElement | null, e: { clientX: number; clientY: number }): Point {
  const p = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg?.getScreenCTM()?.inverse());
  return { x: p.x, y: p.y };
}

/** Wheel and pinch zoom, dragging the ground pans, keys do both: what changes the view of the map. */
export function gesturesOf(
  svg: () => SVGSVGElement | null,
  view: () => View,
  show: (view: View | null) => void,
): Gestures {
  const fingers = new Map<number, PointerEvent>();
  const box = () => svg()?.getBoundingClientRect() ?? { width: 600, height: 400 };
  const near = (factor: number, at: Point) => show(zoom(view(), factor, at, box()));
  const spread = (): { length: number; at: { clientX: number; clientY: number } } => {
    const [a, b] = [...fingers.values()];
    return {
      length: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1,
      at: { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 },
    };
  };
  return {
    onWheel: (e) => {
      e.preventDefault();
      const lines = e.deltaMode === 1 ? 16 : 1;
      // A pinch on a touchpad comes as a wheel with Ctrl, in finer steps.
      const step = e.deltaY * lines * (e.ctrlKey ? 0.01 : 0.0016);
      near(Math.exp(-step), pointIn(svg(), e));
    },
    onPointerDown: (e) => {
      fingers.set(e.pointerId, e);
      svg()?.setPointerCapture(e.pointerId);
    },
    onPointerMove: (e) => {
      const before = fingers.get(e.pointerId);
      if (!before) return;
      if (fingers.size === 2) {
        const was = spread();
        fingers.set(e.pointerId, e);
        const is = spread();
        near(is.length / was.length, pointIn(svg(), is.at));
        return;
      }
      fingers.set(e.pointerId, e);
      const a = pointIn(svg(), before);
      const b = pointIn(svg(), e);
      show(pan(view(), a.x - b.x, a.y - b.y));
    },
    onPointerUp: (e) => fingers.delete(e.pointerId),
    onKeyDown: (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      if (e.key === "+" || e.key === "=") near(1.25, middle(view()));
      else if (e.key === "-") near(0.8, middle(view()));
      else if (e.key === "0") show(null);
      else {
        const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
        if (!by || e.target !== e.currentTarget) return;
        const step = view().width * 0.08;
        show(pan(view(), by[0] * step, by[1] * step));
      }
      e.preventDefault();
    },
  };
}
