import { isLab } from "../lab/keep.ts";
import type { Lab } from "../lab/lab.ts";
import type { Deed } from "./journal.ts";

const KEY = "packetwalk.session";
/** A longer history is not kept (characters): the browser's room is small. */
const MOST = 1_500_000;

/** A lab as it was left: how it was opened, what was done since, and what was in sight. */
export interface KeptSession {
  readonly lab: Lab;
  /** The lab that the page's address named then. */
  readonly named?: Lab;
  readonly deeds: readonly Deed[];
  /** The highest number given to a job or a question. */
  readonly last: number;
  readonly view: Readonly<Record<string, unknown>>;
}

/** Keeps it for the next load of this tab. */
export function keepSession(kept: KeptSession): void {
  try {
    const text = JSON.stringify(kept);
    if (text.length > MOST) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, text);
  } catch {
    // No room, or no permission: the lab's script is kept elsewhere.
  }
}

export function keptSession(): KeptSession | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as KeptSession | null;
    return kept && isLab(kept.lab) && Array.isArray(kept.deeds) ? kept : undefined;
  } catch {
    return undefined;
  }
}
