import { describe, expect, test } from "vitest";
import { examine } from "./doctor.ts";
import { limits } from "./limits.ts";

describe("doctor", () => {
  test("each thing missing comes with one line that says what to do", () => {
    for (const finding of examine()) {
      if (finding.ok) continue;
      expect(finding.cure).toMatch(/\S/);
      expect(`${finding.what}${finding.cure}`).not.toContain("\n");
    }
  });
});

describe("what a sandbox cannot have", () => {
  test("is said for scripts that ask for it, and only for those", () => {
    expect(limits("ip netns add a\nping -c 1 10.0.0.1\n")).toEqual([]);
    expect(limits("# no dmesg here\nip a\n")).toEqual([]);
    expect(limits("iptables -A INPUT -j LOG\ndmesg\n")).toEqual([
      expect.stringContaining("nf_log_all_netns"),
    ]);
    expect(limits("modprobe br_netfilter\n")).toEqual([expect.stringContaining("modules")]);
  });
});
