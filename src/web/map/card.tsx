import { useComputed } from "@preact/signals";
import { useRef } from "preact/hooks";
import { deathOf } from "../state/moment.ts";
import { moment, refusal, studied } from "../state/page.ts";
import { type Box, HOST } from "../state/topology.ts";
import { pointIn } from "./gestures.ts";
import { CARD, listed, type Node, type Point, rowOf } from "./layout.ts";
import { onEnter, showFacts } from "./show.ts";

interface CardProps {
  readonly node: Node;
  readonly at: Point;
  readonly cabled: ReadonlySet<string>;
  readonly svg: () => SVGSVGElement | null;
  readonly onMove: (to: Point, done: boolean) => void;
  readonly onOpen: () => void;
}

/** A box, or boxes gathered under one name: drawn as a card that can be dragged. */
export function Card({ node, at, cabled, svg, onMove, onOpen }: CardProps) {
  const drag = useRef<{ dx: number; dy: number; moved: boolean } | null>(null);
  const box = node.boxes[0];
  const group = node.boxes.length > 1;
  const inside = useRef<ReadonlySet<string>>(new Set());
  inside.current = new Set(node.boxes.map((b) => b.ns));
  const here = useComputed(() => inside.current.has(refusal.value?.ns ?? moment.value?.ns ?? ""));
  const seen = useComputed(() => inside.current.has(studied.value));
  const died = useComputed(() => deathIn(inside.current)).value;
  const select = () => (group ? onOpen() : showFacts(box.ns));
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
  const state = [
    here.value ? "here" : "",
    died ? "died" : "",
    seen.value ? "studied" : "",
    box.ns === HOST ? "host" : "",
    group ? "group" : "",
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: an SVG has no such elements
    <g
      class={`card ${state.filter((s) => s !== "").join(" ")}`}
      style={{ "--fit": `${Math.floor((node.width - 20) / (0.58 * node.id.length))}px` }}
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
        e.stopPropagation();
        const p = pointIn(svg(), e);
        drag.current = { dx: at.x - p.x, dy: at.y - p.y, moved: false };
        e.currentTarget.setPointerCapture(e.pointerId);
      }}
      onPointerMove={(e) => {
        if (!drag.current) return;
        const p = pointIn(svg(), e);
        const to = { x: p.x + drag.current.dx, y: p.y + drag.current.dy };
        if (!drag.current.moved && Math.hypot(to.x - at.x, to.y - at.y) < 4) return;
        drag.current.moved = true;
        onMove(to, false);
      }}
      onPointerUp={() => {
        const was = drag.current;
        drag.current = null;
        if (was?.moved) onMove(at, true);
        else if (was) select();
      }}
    >
      {group && <rect class="behind" x="5" y="-5" width={node.width} height={node.height} rx="10" />}
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
        <g class="mark" transform={`translate(${node.width - 16} 17)`}>
          <circle r="10" />
          <path d="M-4 -4 L4 4 M4 -4 L-4 4" />
        </g>
      )}
    </g>
  );
}

/** The reason, when the packet under study died (or was never made) in one of these boxes at the moment shown. */
function deathIn(boxes: ReadonlySet<string>): string | undefined {
  const refused = refusal.value;
  if (refused && boxes.has(refused.ns)) return refused.errno;
  const death = deathOf(moment.value?.last);
  return death && boxes.has(death.ns) ? death.reason : undefined;
}

function badgesOf(box: Box): string {
  const parts: string[] = [];
  parts.push(box.forwards ? "forwards" : "no forwarding");
  if (box.rules > 0) parts.push(box.rules === 1 ? "1 rule" : `${box.rules} rules`);
  if (box.listening.length > 0) parts.push(`:${box.listening.slice(0, 2).join(" :")}`);
  return parts.join(" · ");
}
