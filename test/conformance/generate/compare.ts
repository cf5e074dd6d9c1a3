import fc from "fast-check";
import { recordOf } from "../case.ts";
import { kernel, simulated } from "../run.ts";
import { type GeneratedLab, lab, scriptOf } from "./lab.ts";
import { inOrder, withState } from "./state.ts";

/** What the two engines answered to one lab, as compared. */
export interface Answers {
  readonly real: string;
  readonly ours: string;
}

const OPTIONS = { frames: true, plain: true } as const;

const script = (l: GeneratedLab): string =>
  withState(
    scriptOf(l),
    l.topology.boxes.map((b) => b.name),
  );

/** Rejects where the kernel's side does not end in time. */
export async function answersOfKernel(l: GeneratedLab): Promise<string> {
  return recordOf(inOrder(await kernel(script(l), l.profile, OPTIONS)));
}

export function answersOfSimulation(l: GeneratedLab): string {
  return recordOf(inOrder(simulated(script(l), l.profile, OPTIONS)));
}

/** The one lab that a seed stands for, as `npm run conform` generates it. */
export const labOf = (seed: number): GeneratedLab => fc.sample(lab, { seed, numRuns: 1 })[0];
