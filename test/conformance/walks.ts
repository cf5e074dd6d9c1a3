import type { Profile } from "../../src/engine/engine.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { KernelWalker } from "../../src/engine/kernel/walk/walker.ts";
import type { WalkEvent } from "../../src/walk/event.ts";
import { runLab } from "../support/lab.ts";

/** The walk of a case on the real kernel. */
export async function walkOnKernel(script: string, profile: Profile): Promise<WalkEvent[]> {
  const events: WalkEvent[] = [];
  const engine = await KernelEngine.open({ profile });
  let walker: KernelWalker | undefined;
  try {
    walker = await KernelWalker.open(engine.sandbox, { script, onEvent: (event) => events.push(event) });
    const argv = ["bash", "-c", script, "lab"];
    await engine.start({ argv, cwd: "/tmp", env: walker.environment, output: () => {} }).done;
    await walker.close();
  } finally {
    await walker?.abort();
    await engine.close();
  }
  return events;
}

export function walkSimulated(script: string, profile: Profile): WalkEvent[] {
  return runLab(script, { profile, walk: true }).events;
}

/** Reasons that the kernel does not tell apart from freeing a packet that was of use. */
const UNTOLD = new Set(["NOT_SPECIFIED", "CONSUMED"]);

/**
 * The rules that each packet met, in their order, and why it died: a line a packet, for packets of which there is
 * something to tell. Lines are sorted: who comes first where packets cross is chance.
 */
export function waysOf(events: readonly WalkEvent[]): string {
  const ways = new Map<number, string[]>();
  const add = (packet: number, word: string) => ways.set(packet, [...(ways.get(packet) ?? []), word]);
  for (const e of events) {
    if (e.kind === "rule" && e.matched) add(e.packet, `${e.ns} ${e.table} ${e.chain} ${e.rule} ${e.verdict}`);
    if (e.kind === "verdict" && e.policy && e.verdict === "DROP")
      add(e.packet, `${e.ns} ${e.table} ${e.chain} policy DROP`);
    if (e.kind === "drop" && !UNTOLD.has(e.reason)) add(e.packet, `${e.ns} died: ${e.reason}`);
  }
  return [...ways.values()]
    .map((words) => `${words.join("; ")}\n`)
    .sort()
    .join("");
}
