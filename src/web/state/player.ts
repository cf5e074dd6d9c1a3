import { computed, effect, signal, untracked } from "@preact/signals";
import type { WalkEvent, WalkKind } from "../../walk/event.ts";
import type { Session } from "./session.ts";

export type Mode = "live" | "paused" | "playing";
export type Stride = "step" | "hook" | "hop" | "packet";

/** How long each kind of step is looked at, in ms at speed 1. Those not named take no time. */
const DWELL: Partial<Record<WalkKind, number>> = {
  born: 260,
  hook: 210,
  rule: 90,
  verdict: 60,
  conntrack: 60,
  nat: 520,
  change: 120,
  route: 260,
  rpfilter: 200,
  transmit: 120,
  receive: 460,
  neighbour: 40,
  bridge: 160,
  deliver: 260,
  log: 30,
  drop: 700,
  refused: 500,
};

/** Live, the page never falls further behind than this: it goes to the newest event instead. */
const FAR_BEHIND = 400;

export const reducedMotion = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

const packetOf = (event: WalkEvent | undefined): number | undefined =>
  event && "packet" in event ? event.packet : undefined;

/**
 * The moment that the page shows. Live it follows what happens, with the time that a person needs to see it;
 * otherwise it stays where it was put, and new events do not move it.
 */
export class Player {
  readonly session: Session;
  /** Index of the event shown; -1 before the first. */
  readonly position = signal(-1);
  readonly mode = signal<Mode>("live");
  readonly speed = signal(1);
  /** The packet that is studied; null: whichever moves. */
  readonly locked = signal<number | null>(null);
  readonly stride = signal<Stride>("step");
  /** The time that the step to the present event takes, ms: what moves on the map takes as long. */
  readonly pace = signal(0);
  readonly event = computed<WalkEvent | undefined>(() => {
    this.session.count.value;
    return this.session.events[this.position.value];
  });
  /** The packet under study: the locked one, or the last that moved, ARP left aside. */
  readonly packet = computed<number | undefined>(() => {
    if (this.locked.value !== null) return this.locked.value;
    const { events, teller } = this.session;
    for (let i = this.position.value; i >= 0 && i > this.position.value - 2000; i--) {
      const id = packetOf(events[i]);
      if (id !== undefined && teller.packets.get(id)?.headers.family !== "arp") return id;
      if (events[i].kind === "refused") return undefined;
    }
    return undefined;
  });
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly stopFollowing: () => void;

  constructor(session: Session) {
    this.session = session;
    this.stopFollowing = effect(() => {
      this.session.count.value;
      const mode = this.mode.value;
      untracked(() => {
        if (mode === "paused") this.rest();
        else if (this.timer === null) this.tick();
      });
    });
  }

  /** Nothing is left to show. */
  get caughtUp(): boolean {
    return this.position.value >= this.session.events.length - 1;
  }

  dispose(): void {
    this.stopFollowing();
    this.rest();
  }

  /** Shows one event, and stays there. */
  goTo(index: number): void {
    this.mode.value = "paused";
    this.pace.value = 0;
    this.position.value = Math.max(-1, Math.min(index, this.session.events.length - 1));
  }

  /** Studies one packet, from its last step or a given one. */
  study(packet: number, index?: number): void {
    this.locked.value = packet;
    const story = this.session.teller.packets.get(packet);
    if (story) this.goTo(index ?? story.last - 1);
  }

  live(): void {
    this.locked.value = null;
    this.pace.value = 0;
    this.position.value = this.session.events.length - 1;
    this.mode.value = "live";
  }

  play(): void {
    if (this.caughtUp || (this.locked.value !== null && this.next(1) === undefined)) this.rewind();
    this.mode.value = "playing";
  }

  pause(): void {
    this.mode.value = "paused";
  }

  step(direction: 1 | -1): void {
    const to = this.next(direction);
    this.mode.value = "paused";
    if (to === undefined) return;
    this.pace.value =
      direction === 1 && !reducedMotion() ? Math.min(300, DWELL[this.session.events[to].kind] ?? 0) : 0;
    this.position.value = to;
  }

  /** Live, without waiting for what is left to show. */
  hurry(): void {
    if (this.mode.value === "live") this.position.value = this.session.events.length - 1;
  }

  private rewind(): void {
    const id = this.packet.value;
    const story = id === undefined ? undefined : this.session.teller.packets.get(id);
    this.position.value = story ? story.first - 2 : -1;
  }

  /** The next event of interest in a direction, by the chosen stride. */
  private next(direction: 1 | -1): number | undefined {
    const { events, teller } = this.session;
    const locked = this.locked.value;
    for (let i = this.position.value + direction; i >= 0 && i < events.length; i += direction) {
      const event = events[i];
      const id = packetOf(event);
      if (id === undefined && event.kind !== "refused") continue;
      if (
        locked !== null ? id !== locked : id !== undefined && teller.packets.get(id)?.headers.family === "arp"
      )
        continue;
      if (isStop(event.kind, this.stride.value)) return i;
    }
    return undefined;
  }

  private rest(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** One step of live or played time; arranges the next. */
  private tick(): void {
    this.timer = null;
    const { events } = this.session;
    const live = this.mode.value === "live";
    if (live && (reducedMotion() || events.length - this.position.value > FAR_BEHIND)) {
      this.pace.value = 0;
      this.position.value = events.length - 1;
      return;
    }
    let at = this.position.value;
    let dwell = 0;
    while (dwell === 0 && at < events.length - 1) dwell = this.dwell(events[++at]);
    if (at === this.position.value) {
      if (!live) this.mode.value = "paused";
      return;
    }
    this.pace.value = reducedMotion() ? 0 : dwell;
    this.position.value = at;
    if (dwell > 0) this.timer = setTimeout(() => this.advance(), dwell);
  }

  private advance(): void {
    this.timer = null;
    if (this.mode.value === "paused") return;
    if (this.mode.value === "playing" && this.locked.value !== null) {
      const story = this.session.teller.packets.get(this.locked.value);
      if (story && this.position.value >= story.last - 1) {
        this.mode.value = "paused";
        return;
      }
    }
    this.tick();
  }

  private dwell(event: WalkEvent): number {
    const id = packetOf(event);
    const locked = this.locked.value;
    if (locked !== null && id !== locked) return 0;
    const base = DWELL[event.kind] ?? 0;
    const family = id === undefined ? undefined : this.session.teller.packets.get(id)?.headers.family;
    return (family === "arp" ? (event.kind === "receive" ? 160 : 0) : base) / this.speed.value;
  }
}

const HOP_STOPS: ReadonlySet<WalkKind> = new Set(["born", "receive", "deliver", "drop", "refused"]);
const HOOK_STOPS: ReadonlySet<WalkKind> = new Set([...HOP_STOPS, "hook", "route", "transmit"]);

function isStop(kind: WalkKind, stride: Stride): boolean {
  switch (stride) {
    case "packet":
      return kind === "born" || kind === "refused";
    case "hop":
      return HOP_STOPS.has(kind);
    case "hook":
      return HOOK_STOPS.has(kind);
    default:
      return true;
  }
}
