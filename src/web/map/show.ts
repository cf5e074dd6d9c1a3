import { pinned, side, target } from "../state/page.ts";
import { bringIn } from "../state/places.ts";

/** A box or device was chosen: its facts, its way and its chains. */
export function showFacts(ns: string, dev?: string): void {
  target.value = dev === undefined ? { ns } : { ns, dev };
  pinned.value = ns;
  side.value = "facts";
  bringIn("side");
}

export function onEnter(run: () => void): (e: KeyboardEvent) => void {
  return (e) => {
    if (e.key !== "Enter" && e.key !== " ") return;
    e.preventDefault();
    e.stopPropagation();
    run();
  };
}
