import type { WalkEvent } from "../../walk/event.ts";
import type { PacketStory } from "../../walk/story.ts";
import { ends, fate, sentence, title } from "../state/moment.ts";

export interface Filter {
  readonly text: string;
  readonly ns: string;
  readonly verdict: "" | "died" | "good" | "open";
  readonly arp: boolean;
  /** Only packets of the conversation that this packet belongs to. */
  readonly flow: number | null;
}

export const NO_FILTER: Filter = { text: "", ns: "", verdict: "", arp: false, flow: null };

/** The ends of a packet, whichever of them sent it. */
const endsOf = ({ headers: h }: PacketStory): string =>
  [`${h.src} ${h.sport ?? ""}`, `${h.dst} ${h.dport ?? ""}`]
    .sort()
    .concat(h.protocol, String(h.id ?? ""))
    .join(" | ");

/** Packets between the same ends, and those that were made in answer to one of them: a translated reply has other ends. */
export function flowOf(packet: number, all: readonly PacketStory[]): ReadonlySet<number> {
  const first = all.find((p) => p.id === packet);
  const flow = new Set<number>();
  if (!first) return flow;
  const ends = new Set([endsOf(first)]);
  const parents = new Set([first.id, first.parent]);
  for (let grown = -1; grown !== flow.size; ) {
    grown = flow.size;
    for (const story of all) {
      if (flow.has(story.id)) continue;
      const related = parents.has(story.id) || (story.parent > 0 && parents.has(story.parent));
      if (!related && !ends.has(endsOf(story))) continue;
      flow.add(story.id);
      ends.add(endsOf(story));
      parents.add(story.id);
      if (story.parent > 0) parents.add(story.parent);
    }
  }
  return flow;
}

/** Whether a packet is one that the person asked for: all words of the text occur in what is said of it. */
export function keepsPacket(filter: Filter, story: PacketStory): boolean {
  if (!filter.arp && story.headers.family === "arp") return false;
  if (filter.ns !== "" && !story.hops.some((hop) => hop.ns === filter.ns)) return false;
  if (filter.verdict !== "" && fate(story).kind !== filter.verdict) return false;
  if (filter.text === "") return true;
  const said = `#${story.id} ${title(story.headers)} ${ends(story.headers)} ${story.headers.protocol} ${fate(story).word} ${story.hops.map((h) => h.ns).join(" ")}`;
  return hasWords(said, filter.text);
}

/** The same for one step of a packet that was kept. */
export function keepsStep(filter: Filter, event: WalkEvent, story: PacketStory | undefined): boolean {
  if (filter.ns !== "" && event.ns !== filter.ns) return false;
  if (filter.text === "") return true;
  const of = story ? `#${story.id} ${ends(story.headers)} ${title(story.headers)}` : "";
  return hasWords(
    `${of} ${event.ns} ${sentence(event)} ${event.kind === "rule" ? event.text : ""}`,
    filter.text,
  );
}

function hasWords(said: string, wanted: string): boolean {
  const low = said.toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => low.includes(word));
}
