import { signal } from "@preact/signals";
import { isNumber, keptSignal } from "../lab/keep.ts";

/** The parts of the page that can be put away and brought back. */
export const PLACES = ["map", "study", "terminals", "side"] as const;
export type Place = (typeof PLACES)[number];

export const PLACE_NAMES: Readonly<Record<Place, string>> = {
  map: "Map",
  study: "Packet, way and chains",
  terminals: "Terminals",
  side: "Story, walk, facts, editor",
};

const isPlaces = (value: unknown): value is Place[] =>
  Array.isArray(value) && value.every((v) => PLACES.includes(v as Place)) && value.length < PLACES.length;

export const closed = keptSignal<readonly Place[]>(
  "closed",
  [],
  isPlaces as (v: unknown) => v is readonly Place[],
);

/** Where the parts meet, in percent of the page. */
export const left = keptSignal("split.left", 38, isNumber);
export const top = keptSignal("split.top", 67, isNumber);
export const below = keptSignal("split.below", 48, isNumber);

/** On a narrow screen one part is in sight at a time, below the map; where there is height, below the packet. */
export const narrow = signal<Exclude<Place, "map">>(
  matchMedia("(min-height: 1000px)").matches ? "terminals" : "study",
);

export const isOpen = (place: Place): boolean => !closed.value.includes(place);

/** Puts a part away; the last one stays. */
export function putAway(place: Place): void {
  if (closed.value.length < PLACES.length - 1 && isOpen(place)) closed.value = [...closed.value, place];
}

/** Brings a part in sight: back, if it was put away, and to the front on a narrow screen. */
export function bringIn(place: Place): void {
  if (!isOpen(place)) closed.value = closed.value.filter((p) => p !== place);
  if (place !== "map") narrow.value = place;
}
