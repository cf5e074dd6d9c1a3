import { describe, expect, test } from "vitest";
import { age, examine } from "./doctor.ts";
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

describe("a kernel's age", () => {
  const told = (release: string, root: boolean) =>
    age(release, root).map(({ needed, what }) => `${needed ? "✗" : "–"} ${what.replace(/^.*: /, "")}`);
  test("what each is too old for", () => {
    const forks = "– a script that forks without end is ended by the time limit alone";
    expect(told("6.14.0-1-amd64", false)).toEqual([]);
    expect(told("6.1.0-18-amd64", true)).toEqual([forks]);
    expect(told("5.10.0", true)).toEqual(["– it gives no reasons for drops", forks]);
    expect(told("5.10.0", false)).toEqual([
      "✗ an ordinary user may not mount overlayfs (run packetwalk as root)",
      forks,
    ]);
    expect(told("4.19.0", true)[0]).toBe("✗ the kernel engine is made for 5.4 and newer");
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
