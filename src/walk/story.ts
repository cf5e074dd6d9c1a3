import type { Headers, WalkEvent, WalkEventOf } from "./event.ts";

/** A hook as one packet met it: the events between entering it and leaving it. */
export interface HookStep {
  readonly kind: "hook";
  readonly event: WalkEventOf<"hook">;
  /** rule, verdict, conntrack, nat, change, log … in order. */
  readonly inside: WalkEvent[];
}

/** Anything else that happened to the packet. */
export interface PlainStep {
  readonly kind: "plain";
  readonly event: WalkEvent;
}

export type Step = HookStep | PlainStep;

/** The packet's stay in one namespace. */
export interface Hop {
  readonly ns: string;
  readonly steps: Step[];
}

/** How a packet's walk ended; `open` while it has not. */
export type Ending =
  | { readonly kind: "dropped"; readonly event: WalkEventOf<"drop"> }
  | { readonly kind: "done"; readonly event: WalkEvent }
  | { readonly kind: "not-modelled"; readonly event: WalkEventOf<"not-modelled"> }
  | { readonly kind: "open" };

/** One packet, from its making to its end, ordered for people. */
export interface PacketStory {
  readonly id: number;
  /** The packet that it answers, copies or is a part of; 0 for none. */
  readonly parent: number;
  /** "socket", "echo-reply", "icmp-error", "arp" … and the program, where there is one. */
  readonly by: string;
  readonly process: string | undefined;
  /** The headers it was made with. */
  readonly headers: Headers;
  readonly hops: Hop[];
  ending: Ending;
  /** The first and last event's order. */
  readonly first: number;
  last: number;
  /** Number of the command it was made under; 0 outside any. */
  readonly command: number;
}

/** Events after which a hook is left: what comes next happens outside it. */
const OUTSIDE_HOOK: ReadonlySet<string> = new Set([
  "transmit",
  "receive",
  "bridge",
  "neighbour",
  "route",
  "rpfilter",
  "deliver",
  "end",
  "born",
]);

/** Gathers events into packets' stories as they come. Both engines' events fit; so does a saved event file. */
export class StoryTeller {
  readonly packets = new Map<number, PacketStory>();
  private readonly openHook = new Map<number, HookStep>();
  private readonly commands: number[] = [];

  /** Takes one event; gives the story that it belongs to, if any. */
  tell(event: WalkEvent): PacketStory | undefined {
    if (event.kind === "command") this.commands.push(event.command);
    if (event.kind === "command-end") {
      const i = this.commands.lastIndexOf(event.command);
      if (i >= 0) this.commands.splice(i, 1);
    }
    if (!("packet" in event) || event.packet === undefined) return undefined;
    const story = this.packets.get(event.packet) ?? this.begin(event, event.packet);
    if (!story) return undefined;
    story.last = event.seq;
    this.place(story, event);
    return story;
  }

  private begin(event: WalkEvent, id: number): PacketStory | undefined {
    if (event.kind !== "born" && event.kind !== "receive") return undefined;
    const story: PacketStory = {
      id,
      parent: event.kind === "born" ? (event.parent ?? 0) : 0,
      by: event.kind === "born" ? event.by : "outside",
      process: event.kind === "born" ? event.process : undefined,
      headers: event.headers,
      hops: [],
      ending: { kind: "open" },
      first: event.seq,
      last: event.seq,
      command: this.commands.at(-1) ?? 0,
    };
    this.packets.set(id, story);
    return story;
  }

  private place(story: PacketStory, event: WalkEvent): void {
    const hop = this.hopFor(story, event);
    if (event.kind === "hook") {
      const step: HookStep = { kind: "hook", event, inside: [] };
      hop.steps.push(step);
      this.openHook.set(story.id, step);
      return;
    }
    if (OUTSIDE_HOOK.has(event.kind)) this.openHook.delete(story.id);
    const hook = this.openHook.get(story.id);
    if (hook && event.kind !== "drop") hook.inside.push(event);
    else hop.steps.push({ kind: "plain", event });

    if (event.kind === "drop") story.ending = { kind: "dropped", event };
    else if (event.kind === "end") story.ending = { kind: "done", event };
    else if (event.kind === "deliver" && story.ending.kind === "open") story.ending = { kind: "done", event };
    else if (event.kind === "not-modelled") story.ending = { kind: "not-modelled", event };
    if (event.kind === "drop" || event.kind === "end") this.openHook.delete(story.id);
  }

  /** A new hop begins where the packet comes into another namespace, or comes in again (lo). */
  private hopFor(story: PacketStory, event: WalkEvent): Hop {
    const last = story.hops.at(-1);
    if (last && last.ns === event.ns && !(event.kind === "receive" && this.hasLeft(last))) return last;
    const hop: Hop = { ns: event.ns, steps: [] };
    story.hops.push(hop);
    return hop;
  }

  private hasLeft(hop: Hop): boolean {
    const last = hop.steps.at(-1);
    return last?.kind === "plain" && last.event.kind === "transmit";
  }
}

/** Every event of a story, in order. */
export function* eventsOf(story: PacketStory): Generator<WalkEvent> {
  for (const hop of story.hops) {
    for (const step of hop.steps) {
      yield step.event;
      if (step.kind === "hook") yield* step.inside;
    }
  }
}

/** The last event of one kind in a story. */
export function lastOf<K extends WalkEvent["kind"]>(story: PacketStory, kind: K): WalkEventOf<K> | undefined {
  let found: WalkEventOf<K> | undefined;
  for (const event of eventsOf(story)) if (event.kind === kind) found = event as WalkEventOf<K>;
  return found;
}
