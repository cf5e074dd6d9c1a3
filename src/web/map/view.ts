import type { Graph, Places, Point } from "./layout.ts";

/** The part of the drawing that is in sight: its left upper corner and its size, in the drawing's units. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Nothing is drawn larger than this many pixels a unit, nor smaller. */
const SCALE = { most: 4, least: 0.02 };

/** The view that shows everything. */
export function wholeView(graph: Graph, places: Places): View {
  const points = graph.nodes.map((n) => ({ n, p: places.get(n.id) ?? { x: 0, y: 0 } }));
  if (points.length === 0) return { x: 0, y: 0, width: 600, height: 400 };
  const left = Math.min(...points.map(({ n, p }) => p.x - n.width / 2)) - 54;
  const right = Math.max(...points.map(({ n, p }) => p.x + n.width / 2)) + 54;
  const top = Math.min(...points.map(({ n, p }) => p.y - n.height / 2)) - 42;
  const bottom = Math.max(...points.map(({ n, p }) => p.y + n.height / 2)) + 34;
  const width = Math.max(right - left, 420);
  const height = Math.max(bottom - top, 250);
  return { x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height };
}

/** Nearer (factor above 1) or farther, with the point `at` staying where it is. `box`: the panel, in pixels. */
export function zoom(view: View, factor: number, at: Point, box: { width: number; height: number }): View {
  const scale = Math.min(box.width / view.width, box.height / view.height);
  const by = Math.min(SCALE.most / scale, Math.max(SCALE.least / scale, factor));
  return {
    x: at.x - (at.x - view.x) / by,
    y: at.y - (at.y - view.y) / by,
    width: view.width / by,
    height: view.height / by,
  };
}

export const pan = (view: View, dx: number, dy: number): View => ({
  ...view,
  x: view.x + dx,
  y: view.y + dy,
});

export const middle = (view: View): Point => ({ x: view.x + view.width / 2, y: view.y + view.height / 2 });

export const viewBox = ({ x, y, width, height }: View): string => `${x} ${y} ${width} ${height}`;
