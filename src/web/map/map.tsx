import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { isNumber, keep, kept } from "../lab/keep.ts";
import { fate, title } from "../state/moment.ts";
import { moment, pinned, refusal, side, stage, studied, target, topology } from "../state/page.ts";
import { type Box, type Device, HOST } from "../state/topology.ts";
import {
  border,
  CARD,
  type Edge,
  type Graph,
  graphOf,
  listed,
  type Node,
  type Places,
  type Point,
  place,
  rowOf,
} from "./layout.ts";

const isPlaces = (value: unknown): value is Record<string, Point> =>
  value !== null &&
  typeof value === "object" &&
  Object.values(value).every((p) => isNumber(p?.x) && isNumber(p?.y));

/** The lab's shape: boxes as cards, veth pairs as cables, and the packet that travels them. */
export function TopologyMap() {
  const opened = useSignal<ReadonlySet<string>>(new Set());
  const moved = useSignal<Places>(new Map());
  const lab = stage.value?.session.lab.name ?? "";
  const svg = useRef<SVGSVGElement>(null);
  const view = useSignal<string | null>(null);

  useEffect(() => {
    moved.value = new Map(Object.entries(kept(`places.${lab}`, isPlaces) ?? {}));
  }, [lab]);

  const graph = useComputed(() => (topology.value ? graphOf(topology.value, opened.value) : null));
  const shape = graph.value?.nodes.map((n) => n.id).join(" ");
  const settled = useRef<Places>(new Map());
  const places = useMemo(() => {
    if (!graph.value) return new Map<string, Point>();
    const linked = new Set(graph.value.edges.flatMap((e) => [e.from, e.to]));
    const placed = place(graph.value, moved.value, settled.current);
    settled.current = new Map([...placed].filter(([id]) => linked.has(id)));
    return placed;
  }, [shape, moved.value, graph.value?.edges.length]);

  // The view follows the set of boxes, never a drag or a packet: nothing jumps.
  useLayoutEffect(() => {
    if (graph.value) view.value = frame(graph.value, places);
  }, [shape, graph.value?.edges.length]);

  if (!topology.value || !graph.value) {
    return <p class="empty">The lab is being built …</p>;
  }
  const g = graph.value;
  const move = (id: string, to: Point, done: boolean) => {
    moved.value = new Map([...moved.value, [id, to]]);
    if (done && lab) keep(`places.${lab}`, Object.fromEntries(moved.value));
  };
  const cabled = new Set(
    topology.value.cables.flatMap(({ from, to }) => [`${from.ns} ${from.name}`, `${to.ns} ${to.name}`]),
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: an SVG has no such elements
    <svg
      ref={svg}
      class="map"
      id="topology"
      viewBox={view.value ?? "0 0 600 400"}
      role="group"
      aria-label="Topology of the lab"
    >
      {g.edges.map((edge) => (
        <CableLine
          key={`${edge.cable.from.ns} ${edge.cable.from.name}`}
          edge={edge}
          graph={g}
          places={places}
        />
      ))}
      {g.nodes.map((node) => (
        <Card
          key={node.id}
          node={node}
          at={places.get(node.id) ?? { x: 0, y: 0 }}
          cabled={cabled}
          svg={svg.current}
          onMove={(to, done) => move(node.id, to, done)}
          onOpen={() => (opened.value = new Set([...opened.value, node.id]))}
        />
      ))}
      {g.edges.map((edge) => (
        <CableEnds
          key={`${edge.cable.from.ns} ${edge.cable.from.name} ends`}
          edge={edge}
          graph={g}
          places={places}
        />
      ))}
      <Traveller graph={g} places={places} />
    </svg>
  );
}

function frame(graph: Graph, places: Places): string {
  const points = graph.nodes.map((n) => ({ n, p: places.get(n.id) ?? { x: 0, y: 0 } }));
  const left = Math.min(...points.map(({ n, p }) => p.x - n.width / 2)) - 34;
  const right = Math.max(...points.map(({ n, p }) => p.x + n.width / 2)) + 34;
  const top = Math.min(...points.map(({ n, p }) => p.y - n.height / 2)) - 42;
  const bottom = Math.max(...points.map(({ n, p }) => p.y + n.height / 2)) + 34;
  const width = Math.max(right - left, 420);
  const height = Math.max(bottom - top, 250);
  return `${(left + right - width) / 2} ${(top + bottom - height) / 2} ${width} ${height}`;
}

interface Line {
  readonly a: Point;
  readonly b: Point;
}

function lineOf(edge: Edge, graph: Graph, places: Places): Line | undefined {
  const from = graph.nodes.find((n) => n.id === edge.from);
  const to = graph.nodes.find((n) => n.id === edge.to);
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

function CableLine({ edge, graph, places }: { edge: Edge; graph: Graph; places: Places }) {
  const line = lineOf(edge, graph, places);
  if (!line) return null;
  const { from, to } = edge.cable;
  const down = !(from.up && to.up);
  const used = moment.value?.past.some(
    (e) =>
      e.kind === "transmit" &&
      ((e.ns === from.ns && e.dev === from.name) || (e.ns === to.ns && e.dev === to.name)),
  );
  return (
    <line
      class={`cable${down ? " down" : ""}${used ? " used" : ""}`}
      x1={line.a.x}
      y1={line.a.y}
      x2={line.b.x}
      y2={line.b.y}
    />
  );
}

function CableEnds({ edge, graph, places }: { edge: Edge; graph: Graph; places: Places }) {
  const line = lineOf(edge, graph, places);
  if (!line) return null;
  if (edge.bundle > 1) {
    const middle = { x: (line.a.x + line.b.x) / 2, y: (line.a.y + line.b.y) / 2 };
    return (
      <text class="bundle" x={middle.x} y={middle.y} text-anchor="middle">
        {edge.bundle} cables
      </text>
    );
  }
  const solo = graph.nodes.length <= 40;
  const edgeOf = (at: Point, id: string): "side" | "flat" => {
    const center = places.get(id) ?? at;
    const node = graph.nodes.find((n) => n.id === id);
    return node && Math.abs(at.x - center.x) >= node.width / 2 - 1 ? "side" : "flat";
  };
  return (
    <>
      <Port
        device={edge.cable.from}
        at={line.a}
        toward={line.b}
        edge={edgeOf(line.a, edge.from)}
        label={solo}
      />
      <Port device={edge.cable.to} at={line.b} toward={line.a} edge={edgeOf(line.b, edge.to)} label={solo} />
    </>
  );
}

interface PortProps {
  readonly device: Device;
  readonly at: Point;
  readonly toward: Point;
  /** The card's edge that the cable leaves by. */
  readonly edge: "side" | "flat";
  readonly label: boolean;
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

function Port({ device, at, toward, edge, label }: PortProps) {
  const select = () => showFacts(device.ns, device.name);
  const state = device.up ? (device.carrier ? "" : ", no carrier") : ", down";
  const address = device.addresses[0];
  const said = device.addresses.join(", ") || "no address";
  const { x, y, anchor } = labelAt(at, toward, edge);
  return (
    // biome-ignore lint/a11y/useSemanticElements: an SVG has no such elements
    <g
      class={`port${device.up ? "" : " down"}${address ? "" : " bare"}`}
      transform={`translate(${at.x} ${at.y})`}
      role="button"
      tabindex={0}
      aria-label={`${device.name}${device.up ? "" : " down"} ${said} (device of ${device.ns}${state})`}
      onClick={select}
      onKeyDown={onEnter(select)}
    >
      <circle r="9" class="hit" />
      <circle r="4.5" />
      {label && (
        <text x={x} y={y} text-anchor={anchor}>
          <tspan class="dev">{device.name}</tspan>
          {!device.up && <tspan class="bad"> down</tspan>}{" "}
          <tspan x={x} dy="12" class={address ? "addr" : "bad"}>
            {address ?? "no address"}
          </tspan>
        </text>
      )}
    </g>
  );
}

interface CardProps {
  readonly node: Node;
  readonly at: Point;
  readonly cabled: ReadonlySet<string>;
  readonly svg: SVGSVGElement | null;
  readonly onMove: (to: Point, done: boolean) => void;
  readonly onOpen: () => void;
}

function Card({ node, at, cabled, svg, onMove, onOpen }: CardProps) {
  const drag = useRef<{ dx: number; dy: number; moved: boolean } | null>(null);
  const box = node.boxes[0];
  const group = node.boxes.length > 1;
  const select = () => (group ? onOpen() : showFacts(box.ns));
  const point = (e: PointerEvent): Point => {
    const p = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg?.getScreenCTM()?.inverse());
    return { x: p.x, y: p.y };
  };
  const here = moment.value?.ns === box.ns || refusal.value?.ns === box.ns;
  const died = deathIn(box.ns);
  const rows = group ? [] : listed(box, cabled).slice(0, 4);
  const badges = group ? `${node.boxes.length} boxes` : badgesOf(box);
  const keys = (e: KeyboardEvent) => {
    const step = e.shiftKey ? 40 : 12;
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[
      e.key
    ];
    if (!by) return onEnter(select)(e);
    e.preventDefault();
    e.stopPropagation();
    onMove({ x: at.x + by[0], y: at.y + by[1] }, true);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: an SVG has no such elements
    <g
      class={`card${here ? " here" : ""}${died ? " died" : ""}${studied.value === box.ns ? " studied" : ""}${box.ns === HOST ? " host" : ""}${group ? " group" : ""}`}
      transform={`translate(${at.x - node.width / 2} ${at.y - node.height / 2})`}
      role="button"
      tabindex={0}
      aria-label={
        group
          ? `${node.id} ${node.boxes.length} boxes, press Enter to open`
          : `${[box.ns, badges, ...rows.map((name) => rowOf(box, name))].join(" ")} (box)${died ? `, a packet died here: ${died}` : ""}`
      }
      onKeyDown={keys}
      onPointerDown={(e) => {
        const p = point(e);
        drag.current = { dx: at.x - p.x, dy: at.y - p.y, moved: false };
        e.currentTarget.setPointerCapture(e.pointerId);
      }}
      onPointerMove={(e) => {
        if (!drag.current) return;
        const p = point(e);
        const to = { x: p.x + drag.current.dx, y: p.y + drag.current.dy };
        if (!drag.current.moved && Math.hypot(to.x - at.x, to.y - at.y) < 4) return;
        drag.current.moved = true;
        onMove(to, false);
      }}
      onPointerUp={() => {
        const was = drag.current;
        drag.current = null;
        if (was?.moved) onMove(at, true);
        else select();
      }}
    >
      <rect width={node.width} height={node.height} rx="10" />
      <text class="name" x="12" y="20">
        {node.id}{" "}
      </text>
      {node.height > 30 && (
        <text class="badges" x="12" y="36">
          {badges}
        </text>
      )}
      {rows.map((name, i) => (
        <text key={name} class="row" x="12" y={CARD.head + 6 + i * CARD.row}>
          {rowOf(box, name)}
        </text>
      ))}
      {died && (
        <g class="mark" transform={`translate(${node.width - 2} 2)`}>
          <circle r="10" />
          <path d="M-4 -4 L4 4 M4 -4 L-4 4" />
        </g>
      )}
    </g>
  );
}

/** The reason, when the packet under study died (or was never made) in this box at the moment shown. */
function deathIn(ns: string): string | undefined {
  if (refusal.value?.ns === ns) return refusal.value.errno;
  const last = moment.value?.last;
  return last?.kind === "drop" && last.ns === ns ? last.reason : undefined;
}

function badgesOf(box: Box): string {
  const parts: string[] = [];
  parts.push(box.forwards ? "forwards" : "no forwarding");
  if (box.rules > 0) parts.push(box.rules === 1 ? "1 rule" : `${box.rules} rules`);
  if (box.listening.length > 0) parts.push(`:${box.listening.slice(0, 2).join(" :")}`);
  return parts.join(" · ");
}

/** The packet: it travels a cable when it is received at the cable's end, and stands at its box else. */
function Traveller({ graph, places }: { graph: Graph; places: Places }) {
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
  const dead = at?.kind === "drop";
  const arp = shown.headers.family === "arp";
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: an SVG has no such elements
    <g ref={dot} class={`traveller${dead ? " dead" : ""}${arp ? " arp" : ""}`} aria-hidden="true">
      <circle r={arp ? 4 : 7} />
      {!arp && (
        <text y={way.below ? 20 : -13} text-anchor="middle">
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
): { from?: Point; to: Point; below?: boolean } | undefined {
  const id = graph.home.get(ns);
  const at = id === undefined ? undefined : places.get(id);
  const node = graph.nodes.find((n) => n.id === id);
  if (!at || !node) return undefined;
  if ((event.kind === "receive" || event.kind === "transmit") && event.dev !== undefined) {
    for (const edge of graph.edges) {
      const { from, to } = edge.cable;
      const line = lineOf(edge, graph, places);
      if (!line) continue;
      const isFrom = from.ns === ns && from.name === event.dev;
      if (!isFrom && !(to.ns === ns && to.name === event.dev)) continue;
      const own = isFrom ? line.a : line.b;
      const other = isFrom ? line.b : line.a;
      return event.kind === "receive" ? { from: other, to: own } : { to: own };
    }
  }
  // Above the card, or below it where cables leave upward.
  const crowded = graph.edges.some((e) => {
    const other = e.from === id ? e.to : e.to === id ? e.from : undefined;
    const there = other === undefined ? undefined : places.get(other);
    return there !== undefined && there.y < at.y - node.height;
  });
  return { to: { x: at.x, y: at.y + (crowded ? node.height / 2 : -node.height / 2) }, below: crowded };
}

/** A box or device was chosen: its facts, its way and its chains. */
export function showFacts(ns: string, dev?: string): void {
  target.value = dev === undefined ? { ns } : { ns, dev };
  pinned.value = ns;
  side.value = "facts";
}

export function onEnter(run: () => void): (e: KeyboardEvent) => void {
  return (e) => {
    if (e.key !== "Enter" && e.key !== " ") return;
    e.preventDefault();
    run();
  };
}
