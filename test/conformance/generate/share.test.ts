import { describe, expect, test } from "vitest";
import { patiently } from "../patience.ts";
import { kernelAtHand } from "../run.ts";
import { answersOfKernel, answersOfSimulation, labOf } from "./compare.ts";
import { scriptOf } from "./lab.ts";

// A bounded share of what `npm run conform` does: these seeds' labs on both engines. CONFORM_SEED chooses others.
const FIRST = Number(process.env.CONFORM_SEED ?? 1);
const CASES = 24;
const seeds = Array.from({ length: CASES }, (_, i) => FIRST + i);

describe.runIf(kernelAtHand()).concurrent("generated labs, on both engines", { timeout: 240_000 }, () => {
  test.each(seeds)("seed %i", async (seed) => {
    const lab = labOf(seed);
    const ours = answersOfSimulation(lab);
    const real = await patiently(() => answersOfKernel(lab), ours);
    expect(ours, scriptOf(lab)).toBe(real);
  });
});

test("a seed always gives the same lab, and another seed another", () => {
  expect(scriptOf(labOf(FIRST))).toBe(scriptOf(labOf(FIRST)));
  expect(scriptOf(labOf(FIRST))).not.toBe(scriptOf(labOf(FIRST + 1)));
});
