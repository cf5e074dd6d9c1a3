import { describe, expect, test } from "vitest";
import { allCases, record, recorded, recordOf } from "./case.ts";
import { kernel, kernelAtHand, simulated } from "./run.ts";

// The kernel's answers stand in recorded/. RECORD=1 writes them anew; where a kernel is at hand each run asks
// it again, and a drift fails.
const atHand = kernelAtHand();

describe.each(allCases())("$name", ({ name, script, profile }) => {
  test.runIf(atHand)("the kernel still answers as recorded", () => {
    const now = recordOf(kernel(script, profile));
    if (process.env.RECORD) record(name, now);
    expect(now).toBe(recorded(name));
  });

  test("the simulation answers as the kernel", () => {
    expect(recordOf(simulated(script, profile))).toBe(recorded(name));
  });
});
