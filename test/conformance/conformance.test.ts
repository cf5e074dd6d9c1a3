import { describe, expect, test } from "vitest";
import { allCases, record, recorded, recordOf } from "./case.ts";
import { hasSwitch } from "./host-log.ts";
import { patiently } from "./patience.ts";
import { kernel, kernelAtHand, simulated } from "./run.ts";
import { drift, recordVersions } from "./versions.ts";

// The kernel's answers stand in recorded/. RECORD=1 writes them anew; where a kernel is at hand each run asks
// it again, and a drift fails. ROOM=netfilter (or ROOM=netfilter/limit) takes a part of the cases.
const atHand = kernelAtHand();
const cases = allCases().filter(({ name }) => name.startsWith(process.env.ROOM ?? ""));

if (atHand && process.env.RECORD) recordVersions(!process.env.ROOM);

describe.runIf(atHand).concurrent("the kernel still answers as recorded", { timeout: 240_000 }, () => {
  const askable = cases.filter(({ options }) => !options.hostLog || hasSwitch());
  test.each(askable)("$name", async ({ name, script, profile, options }) => {
    const ask = async () => recordOf(await kernel(script, profile, options));
    if (process.env.RECORD) record(name, await ask());
    const now = await patiently(ask, recorded(name));
    expect(now, now === recorded(name) ? "" : drift()).toBe(recorded(name));
  });
});

describe("the simulation answers as the kernel", () => {
  test.each(cases)("$name", ({ name, script, profile, options }) => {
    expect(recordOf(simulated(script, profile, options))).toBe(recorded(name));
  });
});
