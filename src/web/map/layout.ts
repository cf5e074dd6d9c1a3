import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import { groupBy } from "../state/group.ts";
import { type Box, type Cable, HOST, type Topology } from "../state/topology.ts";

export type Places = ReadonlyMap<string, Point>;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What is drawn as one card: a box, or many boxes gathered. */
export interface Node {
  readonly id: string;
  readonly boxes: readonly Box[];
  readonly width: number;
  readonly height: number;
}

export interface Edge {
  readonly cable: Cable;
  readonly from: string;
  readonly to: string;
  /** Cables between the same two cards lie beside each other: this one's place among them. */
  readonly lane: number;
  readonly lanes: number;
  /** Cables that this line stands for, where boxes are gathered. */
  readonly bundle: number;
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  /** Box → the card that it is in. */
  readonly home: ReadonlyMap<string, string>;
  readonly byId: ReadonlyMap<string, Node>;
  /** The lines of each card. */
  readonly edgesOf: ReadonlyMap<string, readonly Edge[]>;
}

/** Above this many boxes, those with like names are gathered; a gathering of more opens into parts of PART. */
const MANY = 60;
const PART = 25;
export const CARD = { width: 132, row: 16, head: 46 };

/** Devices that a card lists: those that no cable shows. */
export function listed(box: Box, cabled: ReadonlySet<string>): string[] {
  return box.devices
    .filter((d) => d.kind !== "loopback" && !cabled.has(`${d.ns} ${d.name}`))
    .map((d) => d.name);
}

/** One listed device in a few words. */
export function rowOf(box: Box, name: string): string {
  const device = box.devices.find((d) => d.name === name);
  if (!device) return name;
  const ports = box.devices.filter((d) => d.master === name).map((d) => d.name);
  const what = [
    device.addresses[0] ?? "",
    ports.length > 0 ? `⇄ ${ports.join(" ")}` : "",
    device.up ? "" : "down",
  ];
  return `${name} ${what.filter((w) => w !== "").join(" ")}`.slice(0, 30);
}

export function graphOf(topology: Topology, opened: ReadonlySet<string>): Graph {
  const home = new Map<string, string>();
  const groups = new Map<string, Box[]>();
  const cabled = new Set(
    topology.cables.flatMap(({ from, to }) => [`${from.ns} ${from.name}`, `${to.ns} ${to.name}`]),
  );
  const used = new Set(topology.cables.flatMap(({ from, to }) => [from.ns, to.ns]));
  const gatheredIn = gathering(topology, opened);
  for (const box of topology.boxes) {
    const id = gatheredIn.get(box.ns) ?? box.ns;
    home.set(box.ns, id);
    const inside = groups.get(id);
    if (inside) inside.push(box);
    else groups.set(id, [box]);
  }
  const nodes = [...groups].map(([id, boxes]): Node => {
    const rows = boxes.length > 1 ? 0 : Math.min(4, listed(boxes[0], cabled).length);
    const idle = id === HOST && !used.has(HOST) && rows === 0;
    const longest =
      boxes.length > 1
        ? 0
        : Math.max(
            0,
            ...listed(boxes[0], cabled)
              .slice(0, 4)
              .map((n) => rowOf(boxes[0], n).length),
          );
    return {
      id,
      boxes,
      width: Math.max(CARD.width, longest * 6.1 + 26),
      height: (idle ? 30 : CARD.head) + rows * CARD.row,
    };
  });
  const lanes = new Map<string, Cable[]>();
  for (const cable of topology.cables) {
    const from = home.get(cable.from.ns);
    const to = home.get(cable.to.ns);
    if (from === undefined || to === undefined || from === to) continue;
    const key = [from, to].sort().join("\n");
    lanes.set(key, [...(lanes.get(key) ?? []), cable]);
  }
  const gathered = new Set(nodes.filter((n) => n.boxes.length > 1).map((n) => n.id));
  const edges = [...lanes].flatMap(([key, all]) => {
    const bundled = key.split("\n").some((id) => gathered.has(id));
    const drawn = all.slice(0, bundled ? 1 : 6);
    return drawn.map(
      (cable, lane): Edge => ({
        cable,
        from: home.get(cable.from.ns) ?? "",
        to: home.get(cable.to.ns) ?? "",
        lane,
        lanes: drawn.length,
        bundle: bundled ? all.length : 1,
      }),
    );
  });
  const edgesOf = new Map<string, Edge[]>(nodes.map((n) => [n.id, []]));
  for (const edge of edges) {
    edgesOf.get(edge.from)?.push(edge);
    edgesOf.get(edge.to)?.push(edge);
  }
  return { nodes, edges, home, byId: new Map(nodes.map((n) => [n.id, n])), edgesOf };
}

/** Which card stands for each box that is gathered: those named alike, else those that hang on the same box. */
function gathering(topology: Topology, opened: ReadonlySet<string>): Map<string, string> {
  const cards = new Map<string, string>();
  if (topology.boxes.length <= MANY) return cards;
  const sets = new Map<string, string[]>();
  const put = (name: string, ns: string) => sets.set(name, [...(sets.get(name) ?? []), ns]);
  const alike = groupBy(topology.boxes, ({ ns }) => ns.replace(/[\d-]+$/, ""));
  const around = neighboursOf(topology);
  for (const [stem, boxes] of alike) {
    for (const { ns } of boxes) {
      const next = around.get(ns);
      if (ns === HOST) continue;
      if (boxes.length > 2) put(`${stem}…`, ns);
      else if (next?.size === 1) put(`at ${[...next][0]}`, ns);
    }
  }
  for (const [name, all] of sets) {
    if (all.length <= 2) continue;
    for (const [i, ns] of all.entries()) {
      if (!opened.has(name)) cards.set(ns, name);
      else if (all.length > MANY) {
        const first = i - (i % PART);
        const part = `${all[first]} – ${all[Math.min(first + PART, all.length) - 1]}`;
        if (!opened.has(part)) cards.set(ns, part);
      }
    }
  }
  return cards;
}

function neighboursOf({ cables }: Topology): Map<string, Set<string>> {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of cables) {
    if (from.ns === to.ns) continue;
    next.set(from.ns, (next.get(from.ns) ?? new Set()).add(to.ns));
    next.set(to.ns, (next.get(to.ns) ?? new Set()).add(from.ns));
  }
  return next;
}

/**
 * Places for the cards: those that were moved stay; of the others, those that had a place keep it while they can. `shape`: the panel's
 * width by its height, so that what is drawn fills it.
 */
export function place(graph: Graph, moved: Places, settled: Places, shape = 1.5): Map<string, Point> {
  const chain = isChain(graph);
  const order = walkOrder(graph);
  const linked = graph.nodes.filter((n) => order.has(n.id));
  const items = linked.map((node) => {
    const at = moved.get(node.id) ?? (chain ? undefined : settled.get(node.id));
    const i = order.get(node.id) ?? 0;
    const start = at ?? zigzag(i, shape < 1.3);
    return { id: node.id, x: start.x, y: start.y, fx: at?.x, fy: at?.y };
  });
  if (!chain && items.some((i) => i.fx === undefined)) {
    // Once it runs, the ends of a link are the items themselves.
    const cables = (end: unknown) => graph.edgesOf.get((end as { id: string }).id)?.length ?? 0;
    const links = graph.edges.filter((e) => e.lane === 0).map((e) => ({ source: e.from, target: e.to }));
    forceSimulation(items)
      .force(
        "link",
        forceLink<(typeof items)[number], (typeof links)[number]>(links)
          .id((d) => d.id)
          .distance(({ source, target }) => 190 + 7 * Math.max(0, cables(source) - 5, cables(target) - 5))
          .strength(0.8),
      )
      .force("charge", forceManyBody().strength(-800).distanceMax(700))
      .force("collide", forceCollide(96))
      .force("x", forceX(0).strength(0.03))
      .force("y", forceY(0).strength(0.06))
      .stop()
      .tick(items.length > 200 ? 120 : 260);
    if (items.every((i) => i.fx === undefined)) turn(items, shape);
  }
  const places = new Map<string, Point>(items.map((i) => [i.id, { x: Math.round(i.x), y: Math.round(i.y) }]));
  // What has no cable stands in a gap of the zigzag, or below the rest in a row.
  const xs = [...places.values()].map((p) => p.x);
  const ys = [...places.values()].map((p) => p.y);
  let x = xs.length > 0 ? Math.min(...xs) : 0;
  const y = (ys.length > 0 ? Math.max(...ys) : 0) + 72;
  let beside = 0;
  const alone = graph.nodes.filter((n) => !order.has(n.id));
  const gap = chain && alone.length === 1 ? gapIn([...places.values()]) : undefined;
  for (const node of alone) {
    places.set(node.id, moved.get(node.id) ?? gap ?? { x, y: y + Math.floor(beside / 8) * 90 });
    beside++;
    x += 160;
    if (beside % 8 === 0) x = xs.length > 0 ? Math.min(...xs) : 0;
  }
  return places;
}

/** Cards are flat: they may stand nearer above each other than beside. */
const FLAT = 0.72;

/** Turns and flattens a drawing so that it can be shown largest in a panel of this shape, and no card lies on another. */
function turn(items: { x: number; y: number }[], shape: number): void {
  const drawings = Array.from({ length: 12 }, (_, i) => {
    const [sin, cos] = [Math.sin((i * Math.PI) / 12), Math.cos((i * Math.PI) / 12)];
    const points = items.map(({ x, y }) => ({ x: x * cos - y * sin, y: (x * sin + y * cos) * FLAT }));
    const span = (of: "x" | "y") =>
      Math.max(...points.map((p) => p[of])) - Math.min(...points.map((p) => p[of]));
    const size = Math.max((span("x") + CARD.width) / shape, span("y") + CARD.head);
    return { points, size: size * (1 + overlaps(points)) };
  });
  const best = drawings.reduce((a, b) => (b.size < a.size ? b : a));
  for (const [i, item] of items.entries()) Object.assign(item, best.points[i]);
}

/** Pairs of cards that lie on or very near each other. */
function overlaps(points: readonly Point[]): number {
  let count = 0;
  for (const [i, a] of points.entries())
    for (let j = i + 1; j < points.length; j++)
      if (Math.abs(a.x - points[j].x) < CARD.width + 14 && Math.abs(a.y - points[j].y) < CARD.head + 22)
        count++;
  return count;
}

/** The place of the card of order `i` in a row of boxes. */
function zigzag(i: number, upright: boolean): Point {
  return upright ? { x: i % 2 === 0 ? 0 : 186, y: i * 128 } : { x: i * 172, y: i % 2 === 0 ? 0 : 148 };
}

/** A free corner at the lower edge of a zigzag: no card and no cable is near it. */
function gapIn(places: readonly Point[]): Point | undefined {
  const y = Math.max(...places.map((p) => p.y)) + 8;
  const corners = [Math.max(...places.map((p) => p.x)), Math.min(...places.map((p) => p.x))];
  const x = corners.find((at) => places.every((p) => Math.abs(p.x - at) >= 170 || Math.abs(p.y - y) >= 110));
  return x === undefined ? undefined : { x, y };
}

/** Cards with cables, in the order of a walk from an end of the lab. */
function walkOrder(graph: Graph): Map<string, number> {
  const next = neighbours(graph);
  const order = new Map<string, number>();
  const starts = [...next.keys()].sort((a, b) => (next.get(a)?.size ?? 0) - (next.get(b)?.size ?? 0));
  for (const start of starts) {
    const queue = [start];
    for (const id of queue) {
      if (order.has(id)) continue;
      order.set(id, order.size);
      queue.push(...(next.get(id) ?? []));
    }
  }
  return order;
}

function neighbours(graph: Graph): Map<string, Set<string>> {
  const next = new Map<string, Set<string>>();
  for (const { id } of graph.nodes) next.set(id, new Set());
  for (const { from, to } of graph.edges) {
    next.get(from)?.add(to);
    next.get(to)?.add(from);
  }
  for (const [id, all] of next) if (all.size === 0) next.delete(id);
  return next;
}

/** Boxes in a row: no force is needed to draw them well. */
function isChain(graph: Graph): boolean {
  const next = [...neighbours(graph).values()];
  return next.length <= 6 && next.every((n) => n.size <= 2) && next.filter((n) => n.size === 1).length === 2;
}

/** Where the line from `from` to `to` leaves the card round `from`. */
export function border(from: Point, to: Point, node: Node): Point {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  if (dx === 0 && dy === 0) return from;
  const scale = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : node.width / 2 / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : node.height / 2 / Math.abs(dy),
  );
  return { x: from.x + dx * scale, y: from.y + dy * scale };
}
