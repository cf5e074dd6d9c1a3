import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { isNumber, keep, kept } from "../lab/keep.ts";
import { PanelClose } from "../part/panel-close.tsx";
import { building, stage, topology } from "../state/page.ts";
import { CableEnds, CableLine, lineOf } from "./cable.tsx";
import { Card } from "./card.tsx";
import { gesturesOf } from "./gestures.ts";
import { type Graph, graphOf, type Places, type Point, place } from "./layout.ts";
import { Traveller } from "./traveller.tsx";
import { middle, type View, viewBox, wholeView, zoom } from "./view.ts";

const isPlaces = (value: unknown): value is Record<string, Point> =>
  value !== null &&
  typeof value === "object" &&
  Object.values(value).every((p) => isNumber(p?.x) && isNumber(p?.y));

/** Drawn smaller than this many pixels a unit, words of detail are left out. */
const FAR = 0.6;

/** The lab's shape: boxes as cards, veth pairs as cables, and the packet that travels them. */
export function TopologyMap() {
  const opened = useSignal<ReadonlySet<string>>(new Set());
  const moved = useSignal<Places>(new Map());
  const lab = stage.value?.session.lab.name ?? "";
  const svg = useRef<SVGSVGElement>(null);
  const frame = useRef<HTMLParagraphElement>(null);
  /** All of the lab, and what the person chose to see instead. */
  const whole = useSignal<View>({ x: 0, y: 0, width: 600, height: 400 });
  const chosen = useSignal<View | null>(null);
  const size = useSignal({ width: 600, height: 400 });

  useEffect(() => {
    moved.value = new Map(Object.entries(kept(`places.${lab}`, isPlaces) ?? {}));
    opened.value = new Set();
    chosen.value = null;
  }, [lab]);

  // A script's first box is not yet the lab.
  const graph = useComputed(() => {
    const lab = topology.value;
    if (!lab || (building.value && lab.boxes.length === 1)) return null;
    return graphOf(lab, opened.value);
  });
  const shape = graph.value?.nodes.map((n) => n.id).join(" ");
  const settled = useRef<Places>(new Map());
  const places = useMemo(() => {
    if (!graph.value) return new Map<string, Point>();
    const linked = new Set(graph.value.edges.flatMap((e) => [e.from, e.to]));
    const panel = svg.current ?? frame.current;
    const shape = panel?.clientHeight ? panel.clientWidth / panel.clientHeight : undefined;
    const placed = place(graph.value, moved.value, settled.current, shape);
    // While a lab is built nothing has its place yet.
    settled.current = new Map(building.peek() ? [] : [...placed].filter(([id]) => linked.has(id)));
    return placed;
  }, [shape, moved.value, graph.value?.edges.length]);

  // The view follows the set of boxes, never a drag or a packet: nothing jumps.
  useLayoutEffect(() => {
    if (graph.value) whole.value = wholeView(graph.value, places);
  }, [shape, graph.value?.edges.length]);

  const gestures = useMemo(
    () =>
      gesturesOf(
        () => svg.current,
        () => chosen.value ?? whole.value,
        (view) => {
          chosen.value = view;
        },
      ),
    [],
  );
  // The wheel must not scroll the page: a listener of Preact's would be too late to say so.
  const ready = graph.value !== null;
  useEffect(() => {
    const el = svg.current;
    if (!el) return;
    el.addEventListener("wheel", gestures.onWheel, { passive: false });
    const observer = new ResizeObserver(() => {
      size.value = { width: el.clientWidth || 600, height: el.clientHeight || 400 };
    });
    observer.observe(el);
    return () => {
      el.removeEventListener("wheel", gestures.onWheel);
      observer.disconnect();
    };
  }, [ready]);

  const view = chosen.value ?? whole.value;
  const scale = Math.min(size.value.width / view.width, size.value.height / view.height);
  const move = (id: string, to: Point, done: boolean) => {
    moved.value = new Map([...moved.value, [id, to]]);
    if (done && lab) keep(`places.${lab}`, Object.fromEntries(moved.value));
  };
  const open = (id: string) => {
    opened.value = new Set([...opened.value, id]);
  };
  const drawn = useMemo(
    () => graph.value && draw(graph.value, places, { svg: () => svg.current, move, open }),
    [graph.value, places],
  );
  const near = (factor: number) => {
    chosen.value = zoom(view, factor, middle(view), size.value);
  };
  const tidy = () => {
    moved.value = new Map();
    settled.current = new Map();
    keep(`places.${lab}`, {});
    chosen.value = null;
  };
  if (!graph.value)
    return (
      <p ref={frame} class="empty waiting">
        The lab is being built …
      </p>
    );
  return (
    <>
      {/** biome-ignore lint/a11y/useSemanticElements: an SVG has no such elements */}
      <svg
        ref={svg}
        class={`map${scale < FAR ? " far" : ""}`}
        style={{ "--pixel": (1 / scale).toFixed(2) }}
        id="topology"
        viewBox={viewBox(view)}
        data-whole={viewBox(whole.value)}
        role="group"
        tabindex={0}
        aria-label="Topology of the lab. Plus and minus zoom, arrows move, 0 shows all."
        onPointerDown={gestures.onPointerDown}
        onPointerMove={gestures.onPointerMove}
        onPointerUp={gestures.onPointerUp}
        onPointerCancel={gestures.onPointerUp}
        onKeyDown={gestures.onKeyDown}
      >
        {drawn}
        <Traveller graph={graph.value} places={places} />
      </svg>
      {topology.value?.boxes.length === 1 && (
        <p class="map-hint">
          No boxes yet. <code>ip netns add NAME</code> in the host's terminal makes one; so does a script in
          the editor.
        </p>
      )}
      {/** biome-ignore lint/a11y/useSemanticElements: a toolbar group, not a form's */}
      <div class="map-tools" role="group" aria-label="View of the map">
        {opened.value.size > 0 && (
          <button type="button" class="quiet" onClick={() => (opened.value = new Set())}>
            gather
          </button>
        )}
        {moved.value.size > 0 && (
          <button type="button" class="quiet" onClick={tidy} title="put the boxes where they were">
            tidy
          </button>
        )}
        <button
          type="button"
          class="quiet"
          aria-label="zoom out"
          title="zoom out (-)"
          onClick={() => near(0.8)}
        >
          −
        </button>
        <button
          type="button"
          class="quiet"
          aria-label="zoom in"
          title="zoom in (+)"
          onClick={() => near(1.25)}
        >
          +
        </button>
        <button
          type="button"
          class="quiet"
          aria-pressed={chosen.value === null}
          title="show all of the lab (0)"
          onClick={() => (chosen.value = null)}
        >
          fit
        </button>
        <PanelClose place="map" />
      </div>
    </>
  );
}

interface Hands {
  readonly svg: () => SVGSVGElement | null;
  readonly move: (id: string, to: Point, done: boolean) => void;
  readonly open: (id: string) => void;
}

/** Cables below, cards above, ports on top. */
function draw(graph: Graph, places: Places, { svg, move, open }: Hands) {
  const cabled = new Set(
    (topology.peek()?.cables ?? []).flatMap(({ from, to }) => [
      `${from.ns} ${from.name}`,
      `${to.ns} ${to.name}`,
    ]),
  );
  const lines = graph.edges.flatMap((edge) => {
    const line = lineOf(edge, graph, places);
    return line ? [{ edge, line, key: `${edge.cable.from.ns} ${edge.cable.from.name}` }] : [];
  });
  const end = (id: string) => ({
    node: graph.byId.get(id),
    at: places.get(id),
    cables: graph.edgesOf.get(id)?.length ?? 0,
  });
  return (
    <>
      {lines.map(({ edge, line, key }) => (
        <CableLine key={key} edge={edge} line={line} />
      ))}
      {graph.nodes.map((node) => (
        <Card
          key={node.id}
          node={node}
          at={places.get(node.id) ?? { x: 0, y: 0 }}
          cabled={cabled}
          svg={svg}
          onMove={(to, done) => move(node.id, to, done)}
          onOpen={() => open(node.id)}
        />
      ))}
      {lines.map(({ edge, line, key }) => (
        <CableEnds key={`${key} ends`} edge={edge} line={line} from={end(edge.from)} to={end(edge.to)} />
      ))}
    </>
  );
}
