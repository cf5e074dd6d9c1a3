import { useLayoutEffect, useRef } from "preact/hooks";
import { deathOf, fate, title } from "../state/moment.ts";
import { moment, stage } from "../state/page.ts";
import { lineOf } from "./cable.tsx";
import type { Graph, Node, Places, Point } from "./layout.ts";

/** The packet: it travels a cable when it is received at the cable's end, and stands at its box else. */
export function Traveller({ graph, places }: { graph: Graph; places: Places }) {
  const dot = useRef<SVGGElement>(null);
  const player = stage.value?.player;
  const event = player?.event.value;
  const story = moment.value?.story;
  const now = moment.value?.last;
  const shown =
    event && "packet" in event && event.packet !== story?.id
      ? player?.session.teller.packets.get(event.packet ?? 0)
      : story;
  const at = event && shown && "packet" in event && event.packet === shown.id ? event : now;
  const way = at && route(at.ns, at, graph, places);
  const packet = shown?.id;
  useLayoutEffect(() => {
    const el = dot.current;
    if (!el || !way) return;
    const to = `translate(${way.to.x}px, ${way.to.y}px)`;
    el.style.transform = to;
    const pace = player?.pace.peek() ?? 0;
    if (way.from && pace > 40) {
      const from = `translate(${way.from.x}px, ${way.from.y}px)`;
      el.animate([{ transform: from }, { transform: to }], {
        duration: pace * 0.92,
        easing: "cubic-bezier(.45,.05,.35,1)",
      });
    }
  }, [at?.seq, packet, places]);
  if (!shown || !way) return null;
  const dead = deathOf(at) !== undefined;
  const arp = shown.headers.family === "arp";
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: an SVG has no such elements
    <g ref={dot} class={`traveller${dead ? " dead" : ""}${arp ? " arp" : ""}`} aria-hidden="true">
      <circle r={arp ? 4 : 7} />
      {!arp && (
        <text x={way.label.x} y={way.label.y} text-anchor={way.label.anchor}>
          {dead ? fate(shown).word : `#${shown.id} ${title(shown.headers)}`}
        </text>
      )}
    </g>
  );
}

function route(
  ns: string,
  event: { kind: string; dev?: string },
  graph: Graph,
  places: Places,
): { from?: Point; to: Point; label: Label } | undefined {
  const id = graph.home.get(ns);
  const at = id === undefined ? undefined : places.get(id);
  const node = id === undefined ? undefined : graph.byId.get(id);
  if (!at || !node) return undefined;
  const edges = graph.edgesOf.get(node.id) ?? [];
  if ((event.kind === "receive" || event.kind === "transmit") && event.dev !== undefined) {
    for (const edge of edges) {
      const { from, to } = edge.cable;
      const isFrom = from.ns === ns && from.name === event.dev;
      if (!isFrom && !(to.ns === ns && to.name === event.dev)) continue;
      const line = lineOf(edge, graph, places);
      if (!line) continue;
      const own = isFrom ? line.a : line.b;
      const other = isFrom ? line.b : line.a;
      const label = labelAt(own, other, at, node);
      return event.kind === "receive" ? { from: other, to: own, label } : { to: own, label };
    }
  }
  // At an edge of the card that no cable leaves by.
  const taken = new Set<Edge>();
  for (const edge of edges) {
    const there = places.get(edge.from === id ? edge.to : edge.from);
    if (there) taken.add(sideOf({ x: there.x - at.x, y: there.y - at.y }, node));
  }
  const xs = [...places.values()].map((p) => p.x);
  // Words to the side go towards the middle of the map, where there is room for them.
  const inner: Edge = 2 * at.x > Math.min(...xs) + Math.max(...xs) ? "left" : "right";
  const side = (["above", "below", inner] as const).find((e) => !taken.has(e)) ?? "above";
  const [dx, dy] = OFF[side];
  return {
    to: { x: at.x + (dx * node.width) / 2, y: at.y + (dy * node.height) / 2 },
    label: LABELS[side],
  };
}

type Edge = "above" | "below" | "right" | "left";

const OFF: Record<Edge, readonly [number, number]> = {
  above: [0, -1],
  below: [0, 1],
  right: [1, 0],
  left: [-1, 0],
};
const LABELS: Record<Edge, Label> = {
  above: { x: 0, y: -13, anchor: "middle" },
  below: { x: 0, y: 20, anchor: "middle" },
  right: { x: 11, y: 4, anchor: "start" },
  left: { x: -11, y: 4, anchor: "end" },
};

/** The edge of a card that a cable in this direction leaves by. */
function sideOf({ x, y }: Point, node: Node): Edge {
  if (Math.abs(x) * node.height > Math.abs(y) * node.width) return x > 0 ? "right" : "left";
  return y > 0 ? "below" : "above";
}

interface Label {
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "middle" | "end";
}

/** At a port the packet's words stand across the cable from the device's, and off the card. */
function labelAt(port: Point, toward: Point, card: Point, node: Node): Label {
  const right = toward.x >= port.x;
  if (Math.abs(port.x - card.x) >= node.width / 2 - 1)
    return { x: right ? 10 : -10, y: toward.y >= port.y ? 24 : -30, anchor: right ? "start" : "end" };
  return { x: right ? -10 : 10, y: port.y > card.y ? 19 : -11, anchor: right ? "end" : "start" };
}
