import { describe, expect, test } from "vitest";
import { patiently } from "../conformance/patience.ts";
import { kernel, kernelAtHand, simulated } from "../conformance/run.ts";
import { drift, recordVersions } from "../conformance/versions.ts";
import { allLabs, record, recorded, recordOf } from "./lab.ts";

// Whole labs, in the styles in which people write them. As in conformance, the kernel's answers stand in
// recorded/, RECORD=1 writes them anew, and LAB=name takes those whose names begin so.
const labs = allLabs().filter(({ name }) => name.startsWith(process.env.LAB ?? ""));

if (kernelAtHand() && process.env.RECORD) recordVersions(false);

describe
  .runIf(kernelAtHand())
  .concurrent("the kernel still answers as recorded", { timeout: 240_000 }, () => {
    test.each(labs)("$name", async ({ name, script, options }) => {
      const ask = async () => recordOf(await kernel(script, "ubuntu", options));
      if (process.env.RECORD) record(name, await ask());
      const now = await patiently(ask, recorded(name));
      expect(now, now === recorded(name) ? "" : drift()).toBe(recorded(name));
    });
  });

describe("the simulation answers as the kernel", () => {
  test.each(labs)("$name", ({ name, script, options }) => {
    expect(recordOf(simulated(script, "ubuntu", options))).toBe(recorded(name));
  });
});
