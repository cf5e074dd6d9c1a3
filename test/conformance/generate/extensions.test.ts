import { expect, test } from "vitest";
import { extensions } from "../../../src/netfilter/registry.ts";
import { MATCH_USES, NOT_GENERATED, TARGET_USES } from "./extensions.ts";

// A new extension is generated, or the generator says why not.
test("generated rules use every modelled match and target", () => {
  const names = (kind: "match" | "target") =>
    extensions()
      .filter((e) => e.kind === kind)
      .map((e) => e.name);
  const left = (known: object, all: string[]) => all.filter((n) => !(n in known) && !(n in NOT_GENERATED));
  expect(left(MATCH_USES, names("match"))).toEqual([]);
  expect(left(TARGET_USES, names("target"))).toEqual([]);
  expect(Object.keys(MATCH_USES).filter((n) => !names("match").includes(n))).toEqual([]);
  expect(Object.keys(TARGET_USES).filter((n) => !names("target").includes(n))).toEqual([]);
});
