import type { WalkEvent } from "../../walk/event.ts";
import type { PacketStory } from "../../walk/story.ts";
import { ends, fate, sentence, title } from "../state/moment.ts";

export interface Filter {
  readonly text: string;
  readonly ns: string;
  readonly verdict: "" | "died" | "good" | "open";
  readonly arp: boolean;
}

export const NO_FILTER: Filter = { text: "", ns: "", verdict: "", arp: false };

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
