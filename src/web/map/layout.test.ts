import { expect, test } from "vitest";
import type { Box, Cable, Device, Topology } from "../state/topology.ts";
import { CARD, graphOf, type Point, place } from "./layout.ts";

function device(ns: string, name: string): Device {
  return {
    ns,
    name,
    index: 2,
    kind: "veth",
    up: true,
    carrier: true,
    mac: "02:00:00:00:00:01",
    mtu: 1500,
    addresses: [],
    master: undefined,
    peerIndex: undefined,
    peerName: undefined,
    peerNetns: undefined,
  };
}

/** Boxes, and cables between them, "a b" each. */
function lab(names: readonly string[], pairs: readonly string[]): Topology {
  const cables = pairs.map((pair): Cable => {
    const [from, to] = pair.split(" ");
    return { from: device(from, `to-${to}`), to: device(to, `to-${from}`) };
  });
  const boxes = names.map(
    (ns): Box => ({
      ns,
      devices: cables.flatMap((c) => [c.from, c.to]).filter((d) => d.ns === ns),
      forwards: false,
      rules: 0,
      listening: [],
    }),
  );
  return { boxes, cables };
}

const placed = (topology: Topology, shape: number) =>
  place(graphOf(topology, new Set()), new Map(), new Map(), shape);
const span = (places: ReadonlyMap<string, Point>, of: "x" | "y") => {
  const all = [...places.values()].map((p) => p[of]);
  return Math.max(...all) - Math.min(...all);
};

test("three boxes in a row go along a wide panel, and down a narrow one; what has no cable stands in the gap", () => {
  const row = lab(["host", "a", "r", "b"], ["a r", "r b"]);
  const wide = placed(row, 2);
  const narrow = placed(row, 1);
  expect(span(wide, "x")).toBeGreaterThan(span(wide, "y"));
  expect(span(narrow, "y")).toBeGreaterThan(span(narrow, "x"));
  for (const places of [wide, narrow]) {
    const lowest = Math.max(...["a", "r", "b"].map((id) => places.get(id)?.y ?? 0));
    expect(places.get("host")?.y).toBeLessThan(lowest + CARD.head);
  }
});

test("a larger lab is turned to its panel, and no card lies on another", () => {
  const hosts = (at: string) => [1, 2, 3, 4].map((i) => `${at}${i}`);
  const names = ["r", "s", "t", ...hosts("s"), ...hosts("t")];
  const pairs = ["r s", "r t", ...hosts("s").map((h) => `s ${h}`), ...hosts("t").map((h) => `t ${h}`)];
  const wide = placed(lab(names, pairs), 2);
  const tall = placed(lab(names, pairs), 0.6);
  const shape = (places: ReadonlyMap<string, Point>) => span(places, "x") / span(places, "y");
  expect(shape(wide)).toBeGreaterThan(shape(tall));
  for (const places of [wide, tall]) {
    const all = [...places.values()];
    for (const [i, a] of all.entries())
      for (const b of all.slice(i + 1))
        expect(Math.abs(a.x - b.x) >= CARD.width || Math.abs(a.y - b.y) >= CARD.head).toBe(true);
  }
});

test("a box that was moved stays where it was put", () => {
  const graph = graphOf(lab(["a", "r", "b"], ["a r", "r b"]), new Set());
  expect(place(graph, new Map([["r", { x: 7, y: -9 }]]), new Map(), 1).get("r")).toEqual({ x: 7, y: -9 });
});
