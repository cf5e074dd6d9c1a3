import type { ComponentChildren } from "preact";
import type { WalkEvent, WalkEventOf } from "../../walk/event.ts";
import { isFlag, keptSignal } from "../lab/keep.ts";
import { Fold, isFolded } from "../part/fold.tsx";
import { deathOf } from "../state/moment.ts";
import { moment, pinned, refusal, stage, studied } from "../state/page.ts";

const kernelNames = keptSignal("kernel-names", false, isFlag);

type Stop =
  | "in"
  | "PREROUTING"
  | "rpfilter"
  | "routing"
  | "INPUT"
  | "process"
  | "output-route"
  | "OUTPUT"
  | "FORWARD"
  | "POSTROUTING"
  | "out";

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly label: string;
  /** What the kernel calls it. */
  readonly kernel: string;
}

const TOP = 24;
const MIDDLE = 72;
const LOW = 120;

/** Where each stop of the flow chart stands. */
const SPOTS: Record<Stop, Spot> = {
  in: { x: 6, y: MIDDLE, w: 62, label: "in", kernel: "netif_receive_skb" },
  PREROUTING: { x: 88, y: MIDDLE, w: 96, label: "PREROUTING", kernel: "ip_rcv" },
  rpfilter: { x: 200, y: MIDDLE - 20, w: 100, label: "reverse path", kernel: "fib_validate_source" },
  routing: { x: 200, y: MIDDLE + 20, w: 100, label: "routing", kernel: "ip_route_input" },
  INPUT: { x: 322, y: TOP, w: 84, label: "INPUT", kernel: "ip_local_deliver" },
  process: { x: 420, y: TOP, w: 82, label: "process", kernel: "socket" },
  "output-route": { x: 516, y: TOP, w: 84, label: "routing", kernel: "ip_route_output" },
  OUTPUT: { x: 616, y: TOP, w: 76, label: "OUTPUT", kernel: "__ip_local_out" },
  FORWARD: { x: 418, y: LOW, w: 86, label: "FORWARD", kernel: "ip_forward" },
  POSTROUTING: { x: 596, y: MIDDLE, w: 104, label: "POSTROUTING", kernel: "ip_output" },
  out: { x: 720, y: MIDDLE, w: 62, label: "out", kernel: "dev_queue_xmit" },
};

const H = 32;
const HOOKS: ReadonlySet<string> = new Set(["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]);

/** The lines between stops. */
const LINES: readonly [Stop, Stop][] = [
  ["in", "PREROUTING"],
  ["PREROUTING", "rpfilter"],
  ["rpfilter", "routing"],
  ["routing", "INPUT"],
  ["INPUT", "process"],
  ["process", "output-route"],
  ["output-route", "OUTPUT"],
  ["OUTPUT", "POSTROUTING"],
  ["routing", "FORWARD"],
  ["FORWARD", "POSTROUTING"],
  ["POSTROUTING", "out"],
];

/** The stop that an event happens at; undefined: it belongs to the stop before. */
function stopOf(event: WalkEvent, before: Stop | undefined): Stop | undefined {
  switch (event.kind) {
    case "receive":
      return "in";
    case "born":
      return "process";
    case "hook":
      return event.hook;
    case "rpfilter":
      return "rpfilter";
    case "route":
      return event.result === "output" || before === "process" || before === "OUTPUT"
        ? "output-route"
        : "routing";
    case "deliver":
      return "process";
    case "transmit":
      return "out";
    default:
      return undefined;
  }
}

interface Lit {
  readonly order: readonly Stop[];
  readonly notes: ReadonlyMap<Stop, string>;
  readonly died: Stop | undefined;
  readonly now: Stop | undefined;
}

function lightUp(events: readonly WalkEvent[]): Lit {
  const order: Stop[] = [];
  const notes = new Map<Stop, string>();
  let died: Stop | undefined;
  for (const event of events) {
    const stop = stopOf(event, order.at(-1));
    if (stop && order.at(-1) !== stop) order.push(stop);
    if (event.kind === "receive" || event.kind === "transmit")
      notes.set(event.kind === "receive" ? "in" : "out", event.dev);
    if (event.kind === "born") notes.set("process", event.process ?? event.by);
    if (event.kind === "deliver") notes.set("process", event.process ?? event.to);
    if (event.kind === "rpfilter") notes.set("rpfilter", event.ok ? "✓ passes" : "✗ fails");
    if (event.kind === "route" && stop) notes.set(stop, routeNote(event));
    if (deathOf(event) && event.kind === "drop") {
      died = deathAt(event.where, order.at(-1));
      if (order.at(-1) !== died) order.push(died);
    }
  }
  return { order, notes, died, now: order.at(-1) };
}

/** Where a drop is drawn: at the device that it names, else where the packet was. */
function deathAt(where: string, last: Stop | undefined): Stop {
  if (where.startsWith("device ")) return last === undefined || last === "in" ? "in" : "out";
  return last ?? "routing";
}

function routeNote(event: WalkEventOf<"route">): string {
  if (event.result === "local") return "for itself";
  if (event.result === "forward") return `→ ${event.dev ?? "forward"}`;
  if (event.result === "output") return `→ ${event.dev ?? ""}`;
  return event.result;
}

/** The hooks of one box as a flow chart, with the way of the packet under study lit. */
export function Way() {
  const now = moment.value;
  const ns = studied.value;
  const refused = refusal.value;
  const inHere = now?.ns === ns ? now : undefined;
  // A box that the packet has left, or has yet to enter, shows its stay there.
  const elsewhere = inHere || !now ? [] : now.past.filter((e) => e.ns === ns);
  const lit: Lit =
    refused && refused.ns === ns
      ? {
          order: ["process", "output-route"],
          notes: new Map([
            ["process", refused.process ?? "send"],
            ["output-route", refused.errno],
          ]),
          died: "output-route",
          now: "output-route",
        }
      : lightUp(inHere ? inHere.stay : elsewhere);
  const used = new Set(lit.order.slice(1).map((stop, i) => `${lit.order[i]} ${stop}`));
  return (
    <section class="panel way" aria-label={`The packet's way through ${ns}`}>
      <header>
        <Fold name="way" label="the packet's way" />
        <h2>
          The packet's way <b class="mono">{ns}</b>
        </h2>
        <span class="choices-of-way">
          <label class="check">
            <input
              type="checkbox"
              checked={kernelNames.value}
              onChange={(e) => (kernelNames.value = e.currentTarget.checked)}
            />
            kernel names
          </label>
          {pinned.value !== null && now && (
            <button type="button" class="quiet" onClick={() => (pinned.value = null)}>
              follow the packet
            </button>
          )}
        </span>
      </header>
      {!isFolded("way") && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it on a narrow screen
        <div class="flow-place" tabIndex={0}>
          <svg
            viewBox="0 4 788 136"
            class={`flow${lit.order.length === 0 ? " idle" : ""}`}
            role="img"
            aria-label={describe(lit, ns)}
          >
            <defs>
              <marker
                id="tip"
                viewBox="0 0 8 8"
                refX="6.5"
                refY="4"
                markerWidth="9"
                markerHeight="9"
                markerUnits="userSpaceOnUse"
                orient="auto"
              >
                <path d="M0 0.8 L7 4 L0 7.2 z" fill="context-stroke" />
              </marker>
            </defs>
            {LINES.map(([a, b]) => (
              <path
                key={`${a}${b}`}
                class={used.has(`${a} ${b}`) ? "flow-line lit" : "flow-line"}
                d={curve(a, b)}
                marker-end="url(#tip)"
              />
            ))}
            {(Object.keys(SPOTS) as Stop[]).map((stop) => (
              <StopBox key={stop} stop={stop} lit={lit} />
            ))}
          </svg>
        </div>
      )}
    </section>
  );
}

function StopBox({ stop, lit }: { stop: Stop; lit: Lit }) {
  const spot = SPOTS[stop];
  const state = [
    lit.order.includes(stop) ? "lit" : "",
    lit.now === stop ? "now" : "",
    lit.died === stop ? "died" : "",
    HOOKS.has(stop)
      ? "hook"
      : stop === "routing" || stop === "rpfilter" || stop === "output-route"
        ? "choice"
        : "end",
  ];
  const note = lit.notes.get(stop);
  // The long names of the first and last stop stand below them.
  const outside = stop === "in" || stop === "out";
  const sub = kernelNames.value && !outside ? spot.kernel : note;
  return (
    <g
      class={`stop ${state.join(" ")}`}
      transform={`translate(${spot.x} ${spot.y - H / 2})`}
      data-stop={stop}
    >
      <title>{`${spot.label} (${spot.kernel})${note ? `: ${note}` : ""}`}</title>
      <rect width={spot.w} height={H} rx={HOOKS.has(stop) ? 6 : 17} />
      <text x={spot.w / 2} y={sub ? 14 : 21} text-anchor="middle">
        {spot.label}
      </text>
      {sub && (
        <text class={sub === spot.kernel ? "sub kernel" : "sub"} x={spot.w / 2} y="27" text-anchor="middle">
          {sub}
        </text>
      )}
      {kernelNames.value && outside && (
        <text
          class="sub kernel"
          x={stop === "in" ? 0 : spot.w}
          y="42"
          text-anchor={stop === "in" ? "start" : "end"}
        >
          {spot.kernel}
        </text>
      )}
      {lit.died === stop && (
        <g class="mark" transform={`translate(${spot.w - 3} 3)`}>
          <circle r="8" />
          <path d="M-3 -3 L3 3 M3 -3 L-3 3" />
        </g>
      )}
    </g>
  );
}

function curve(a: Stop, b: Stop): string {
  const from = SPOTS[a];
  const to = SPOTS[b];
  if (a === "rpfilter" && b === "routing")
    return `M${from.x + from.w / 2} ${from.y + H / 2} L${to.x + to.w / 2} ${to.y - H / 2 - 2}`;
  if (a === "OUTPUT")
    return `M${from.x + from.w / 2} ${from.y + H / 2} L${from.x + from.w / 2} ${to.y - H / 2 - 2}`;
  const x1 = from.x + from.w;
  const x2 = to.x - 2;
  if (from.y === to.y) return `M${x1} ${from.y} L${x2} ${to.y}`;
  const middle = (x1 + x2) / 2;
  return `M${x1} ${from.y} C${middle} ${from.y} ${middle} ${to.y} ${x2} ${to.y}`;
}

function describe(lit: Lit, ns: string): string {
  if (lit.order.length === 0) return `Hooks of ${ns}. The packet under study is not here.`;
  const steps = lit.order.map((s) => `${SPOTS[s].label}${spoken(lit.notes.get(s))}`);
  return `In ${ns}: ${steps.join(", then ")}${lit.died ? `. It died at ${SPOTS[lit.died].label}` : ""}`;
}

/** A note without the marks that only the eye reads. */
const spoken = (note: string | undefined): string =>
  note === undefined ? "" : ` (${note.replace(/^[✓✗] /, "").replace("→", "to")})`;

/** Why the packet died, or why none was made, with the change that would mend it. */
export function Why({ onCure }: { onCure: (command: string, ns: string) => void }) {
  const last = refusal.value ?? deathOf(moment.value?.last);
  const diagnosis = stage.value?.session.why(last);
  if (!last || !diagnosis) return null;
  let head: ComponentChildren;
  if (last.kind === "refused") {
    head = (
      <>
        Nothing was sent: <code>{diagnosis.reason}</code>
      </>
    );
  } else {
    head = (
      <>
        Died in <b>{last.ns}</b>, {last.kind === "drop" ? last.where : ""}: <code>{diagnosis.reason}</code>
      </>
    );
  }
  return (
    <section class="why" aria-live="polite" aria-label="Why the packet died">
      <p class="head">
        <span class="cross" aria-hidden="true">
          ✗
        </span>{" "}
        {head}
      </p>
      <p>{diagnosis.why}</p>
      {diagnosis.cures.length > 0 && (
        <ul>
          {diagnosis.cures.map((cure) => (
            <li key={cure.command}>
              {cure.note && <span class="note">{cure.note}:</span>}
              <button
                type="button"
                class="cure"
                title="put it in the terminal"
                onClick={() => onCure(cure.command, last.ns)}
              >
                <code>{cure.command}</code> <span class="go">to the terminal</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
