import { computed, useComputed } from "@preact/signals";
import { moment } from "../state/page.ts";
import type { Device } from "../state/topology.ts";
import { border, type Edge, type Graph, type Node, type Places, type Point } from "./layout.ts";
import { onEnter, showFacts } from "./show.ts";

export interface Line {
  readonly a: Point;
  readonly b: Point;
}

/** Devices that the packet under study has left by so far, as "box device". */
const used = computed<ReadonlySet<string>>(() => {
  const past = moment.value?.past ?? [];
  return new Set(past.flatMap((e) => (e.kind === "transmit" ? [`${e.ns} ${e.dev}`] : [])));
});

/** Where a cable's line begins and ends: at the borders of its cards. */
export function lineOf(edge: Edge, graph: Graph, places: Places): Line | undefined {
  const from = graph.byId.get(edge.from);
  const to = graph.byId.get(edge.to);
  const a = places.get(edge.from);
  const b = places.get(edge.to);
  if (!from || !to || !a || !b) return undefined;
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const off = (edge.lane - (edge.lanes - 1) / 2) * 18;
  const shift = { x: (-(b.y - a.y) / length) * off, y: ((b.x - a.x) / length) * off };
  const start = border(a, b, from);
  const end = border(b, a, to);
  return {
    a: { x: start.x + shift.x, y: start.y + shift.y },
    b: { x: end.x + shift.x, y: end.y + shift.y },
  };
}

export function CableLine({ edge, line: { a, b } }: { edge: Edge; line: Line }) {
  const { from, to } = edge.cable;
  const down = !(from.up && to.up);
  const lit = useComputed(
    () => used.value.has(`${from.ns} ${from.name}`) || used.value.has(`${to.ns} ${to.name}`),
  );
  return (
    <line
      class={`cable${down ? " down" : ""}${lit.value ? " used" : ""}${edge.bundle > 1 ? " bundled" : ""}`}
      x1={a.x}
      y1={a.y}
      x2={b.x}
      y2={b.y}
    />
  );
}

/** At a card with more cables than this there is no room for the addresses: they stand in its facts. */
const HUB = 6;

interface End {
  readonly node: Node | undefined;
  readonly at: Point | undefined;
  /** How many cables the card has. */
  readonly cables: number;
}

interface EndsProps {
  readonly edge: Edge;
  readonly line: Line;
  readonly from: End;
  readonly to: End;
}

export function CableEnds({ edge, line, from, to }: EndsProps) {
  if (edge.bundle > 1) {
    return (
      <text class="bundle" x={(line.a.x + line.b.x) / 2} y={(line.a.y + line.b.y) / 2} text-anchor="middle">
        {edge.bundle} cables
      </text>
    );
  }
  const edgeOf = (at: Point, end: EndsProps["from"]): "side" | "flat" =>
    end.node && Math.abs(at.x - (end.at ?? at).x) >= end.node.width / 2 - 1 ? "side" : "flat";
  return (
    <>
      <Port
        device={edge.cable.from}
        at={line.a}
        toward={line.b}
        edge={edgeOf(line.a, from)}
        hub={from.cables > HUB}
      />
      <Port
        device={edge.cable.to}
        at={line.b}
        toward={line.a}
        edge={edgeOf(line.b, to)}
        hub={to.cables > HUB}
      />
    </>
  );
}

interface PortProps {
  readonly device: Device;
  readonly at: Point;
  readonly toward: Point;
  /** The card's edge that the cable leaves by. */
  readonly edge: "side" | "flat";
  readonly hub: boolean;
}

/** Where a port's two lines of text stand: beside its cable, never on it and never on the card. */
function labelAt(
  at: Point,
  toward: Point,
  edge: "side" | "flat",
): { x: number; y: number; anchor: "start" | "end" } {
  const dx = toward.x - at.x;
  const dy = toward.y - at.y;
  const right = dx >= 0;
  const sign = right ? 1 : -1;
  if (edge === "side") return { x: 8 * sign, y: dy >= 0 ? -20 : 15, anchor: right ? "start" : "end" };
  const slant = Math.min(46, (Math.abs(dx) / Math.max(1, Math.abs(dy))) * 24);
  return { x: (9 + slant) * sign, y: dy >= 0 ? 13 : -18, anchor: right ? "start" : "end" };
}

function Port({ device, at, toward, edge, hub }: PortProps) {
  const select = () => showFacts(device.ns, device.name);
  const state = device.up ? (device.carrier ? "" : ", no carrier") : ", down";
  const address = device.addresses[0];
  // A bridge's port needs none.
  const bare = address === undefined && device.master === undefined;
  const none = bare ? "no address" : `in ${device.master}`;
  const said = device.addresses.join(", ") || none;
  const { x, y, anchor } = labelAt(at, toward, edge);
  return (
    // biome-ignore lint/a11y/useSemanticElements: an SVG has no such elements
    <g
      class={`port${device.up ? "" : " down"}${bare ? " bare" : ""}`}
      transform={`translate(${at.x} ${at.y})`}
      role="button"
      tabindex={0}
      aria-label={`${device.name}${device.up ? "" : " down"} ${said} (device of ${device.ns}${state})`}
      onPointerDown={(e) => e.stopPropagation()}
      onClick={select}
      onKeyDown={onEnter(select)}
    >
      <circle r="9" class="hit" />
      <circle r="4.5" />
      <text x={x} y={y} text-anchor={anchor}>
        <tspan class="dev">{device.name}</tspan>
        {!device.up && <tspan class="bad"> down</tspan>}{" "}
        {((address && !hub) || bare) && (
          <tspan x={x} dy="1.1em" class={bare ? "bad" : "addr"}>
            {address ?? none}
          </tspan>
        )}
      </text>
    </g>
  );
}
