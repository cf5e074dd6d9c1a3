import type { WalkEventOf } from "./event.ts";
import { eventsOf, type Hop, type PacketStory } from "./story.ts";

/** What makes two walks the same to a reader: places, decisions and rules, not the packet. */
export function wayOf(story: PacketStory): string {
  let way = story.headers.protocol;
  for (const event of eventsOf(story)) {
    switch (event.kind) {
      case "transmit":
      case "receive":
        way += `|${event.ns}/${event.kind}/${event.dev}`;
        break;
      case "verdict":
        way += `|${event.table}/${event.chain}/${event.rule ?? "policy"}/${event.verdict}`;
        break;
      case "nat":
        way += `|${event.manip}/${event.reply === true}`;
        break;
      case "conntrack":
        way += `|${event.state}`;
        break;
      case "drop":
        way += `|${event.reason}`;
        break;
    }
  }
  return way;
}

/** The packet that a bridge's copies are copies of. */
export function originOf(story: PacketStory, packets: ReadonlyMap<number, PacketStory>): PacketStory {
  let origin = story;
  while (origin.by === "clone" || origin.by === "flood") {
    const parent = packets.get(origin.parent);
    if (!parent) break;
    origin = parent;
  }
  return origin;
}

export function isFlooded(story: PacketStory, packets: ReadonlyMap<number, PacketStory>): boolean {
  for (const event of eventsOf(originOf(story, packets)))
    if (event.kind === "bridge" && event.action === "flood") return true;
  return false;
}

/** The neighbour entry that an open packet waits for. */
export function waitsFor(story: PacketStory): WalkEventOf<"neighbour"> | undefined {
  const step = story.hops.at(-1)?.steps.at(-1);
  return step?.event.kind === "neighbour" && step.event.state === "wait" ? step.event : undefined;
}

/** A walk that goes round and round: hops [from, to) go the way of the `length` hops before them again. */
export function circleOf(hops: readonly Hop[]): { from: number; to: number; length: number } | undefined {
  for (let length = 2; length <= 8; length++) {
    // Two rounds are told: the first, where ARP is asked, and one as all the others.
    for (let start = 0; start + 4 * length <= hops.length; start++) {
      let to = start + length;
      while (to < hops.length - 1 && hops[to].ns === hops[to - length].ns) to++;
      const from = start + 2 * length;
      const whole = from + Math.floor((to - from) / length) * length;
      if (whole - from >= 2 * length) return { from, to: whole, length };
    }
  }
  return undefined;
}
