import { describe, expect, test } from "vitest";
import { parseFailures } from "./boot.ts";

// What iproute2 6.1, dash 0.5.12 and iptables 1.8.9 say on standard error.
describe("what a bulk build could not do", () => {
  test("nothing, when nobody complained", () => {
    expect(parseFailures("@box a\n@box b\n")).toEqual([]);
  });

  test("a line of the links' batch", () => {
    const said = "RTNETLINK answers: File exists\nCommand failed -:2\n@failed links\n";
    expect(parseFailures(said)).toEqual([
      { step: "links", index: 1, said: "RTNETLINK answers: File exists" },
    ]);
  });

  test("a line of a box's batch, a sysctl, a rule; each in its box", () => {
    const said = [
      "@box a",
      "Error: Nexthop has invalid gateway.",
      "Command failed -:5",
      "@failed ip",
      "@box b",
      "sh: 9: cannot create /proc/sys/net/ipv4/nope: Directory nonexistent",
      "@failed sysctl 1",
      "@box c",
      'iptables-restore v1.8.9 (nf_tables): unknown option "--foo"',
      "Error occurred at line: 3",
      "Try `iptables-restore -h' or 'iptables-restore --help' for more information.",
      "@failed rules",
      "@box d",
      "iptables-restore: line 4 failed",
      "@failed rules",
      "",
    ].join("\n");
    expect(parseFailures(said).map(({ step, box, index }) => [step, box, index])).toEqual([
      ["ip", "a", 4],
      ["sysctl", "b", 1],
      ["rules", "c", 2],
      ["rules", "d", 3],
    ]);
  });
});
