import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type WalkEvent, walkEventSchema } from "../../src/walk/event.ts";
import { HAS_KERNEL, packetwalk, Scripts } from "./support.ts";

const scripts = new Scripts();
afterAll(() => scripts.remove());
const HAS_TOOLS = ["tcpdump", "nft", "conntrack", "iptables-legacy"].every(
  (tool) => spawnSync("which", [tool]).status === 0,
);

// The article's lab and its steps, with iptables-legacy in place of iptables.
const LAB = `for box in boxA router boxB; do ip netns add $box; done
ip link add veth0 netns boxA type veth peer name veth1 netns router
ip link add veth3 netns boxB type veth peer name veth2 netns router
ip -n boxA addr add 172.16.100.5/24 dev veth0; ip -n router addr add 172.16.100.1/24 dev veth1
ip -n router addr add 172.16.200.1/24 dev veth2; ip -n boxB addr add 172.16.200.5/24 dev veth3
for x in boxA:veth0 router:veth1 router:veth2 boxB:veth3; do ip -n \${x%:*} link set \${x#*:} up; done
ip -n boxA route add default via 172.16.100.1
legacy() { ip netns exec router iptables-legacy "$@"; }
legacy -t nat -A POSTROUTING -o veth2 -j SNAT --to 172.16.200.1
ip netns exec boxA ping -c 1 -W 1 172.16.200.5
legacy -P FORWARD DROP
ip netns exec boxA ping -c 1 -W 1 172.16.200.5
legacy -A FORWARD -i veth1 -j ACCEPT
legacy -A FORWARD -p icmp -j REJECT
ip netns exec boxA ping -c 1 -W 1 172.16.200.5
ip netns exec router iptables-legacy-save -c | grep -e -A -e :FORWARD
`;

describe.runIf(HAS_KERNEL && HAS_TOOLS)("a walk through iptables-legacy's rules", () => {
  let out = "";
  let events: WalkEvent[] = [];
  /** What each of the three pings is told with. */
  let pings: string[] = [];

  beforeAll(() => {
    const file = join(scripts.folder, "walk.jsonl");
    const script = scripts.write("legacy.sh", LAB);
    const { stdout } = packetwalk("walk", "--engine", "kernel", "--no-color", "--events", file, script);
    // Without the folds of long sentences.
    out = stdout.replace(/\n {12}(?=\S)/g, " ");
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    events = lines.map((line) => v.parse(walkEventSchema, JSON.parse(line)));
    pings = out.split(/^\$ /m).filter((part) => part.startsWith("ip netns exec boxA ping"));
  }, 180_000);

  test("says once that their counters are all that is told of them", () => {
    expect(out.match(/iptables-legacy's rules are not traced/g)).toHaveLength(1);
  });

  test("the rule that translated, by its counter, and what it made, by the captures", () => {
    expect(pings[0]).toContain("source 172.16.100.5 → 172.16.200.1");
    expect(pings[0]).toContain(
      "legacy router nat POSTROUTING rule 1: -o veth2 -j SNAT --to-source 172.16.200.1 counted 1 packet",
    );
    expect(pings[0]).not.toContain("died");
  });

  test("the policy that dropped, and the rule that rejected: no other drops there", () => {
    expect(pings[1]).toMatch(/died in router, hook FORWARD: NETFILTER_DROP/);
    expect(pings[1]).toContain("The policy of FORWARD in router is DROP");
    expect(pings[2]).toMatch(/Rule 2 of FORWARD in router refused it .*: -p icmp -j REJECT/);
    expect(pings[2]).toContain("ip netns exec router iptables-legacy -D FORWARD 2");
    expect(events.filter((e) => e.kind === "drop").map((e) => e.reason)).toEqual([
      "NETFILTER_DROP",
      "NETFILTER_DROP",
    ]);
  });

  test("the script's counters are as without a walk", () => {
    expect(out).toContain("[2:168] -A POSTROUTING -o veth2 -j SNAT --to-source 172.16.200.1");
    expect(out).toContain("[1:84] -A FORWARD -p icmp -j REJECT --reject-with icmp-port-unreachable");
  });
});
