import { expect, test } from "vitest";
import { middle, pan, zoom } from "./view.ts";

const view = { x: 0, y: 0, width: 400, height: 200 };
const box = { width: 800, height: 400 };

test("zooming keeps the point under the pointer where it is", () => {
  const near = zoom(view, 2, { x: 100, y: 50 }, box);
  expect(near).toEqual({ x: 50, y: 25, width: 200, height: 100 });
  expect(zoom(near, 0.5, { x: 100, y: 50 }, box)).toEqual(view);
});

test("neither too near nor too far", () => {
  // 800 px for 400 units is 2 px a unit: at most 4.
  expect(zoom(view, 100, middle(view), box).width).toBe(200);
  expect(zoom(view, 0.0001, middle(view), box).width).toBe(40_000);
});

test("panning moves the view, not its size", () => {
  expect(pan(view, 10, -5)).toEqual({ x: 10, y: -5, width: 400, height: 200 });
});
