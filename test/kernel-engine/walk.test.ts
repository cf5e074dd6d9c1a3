import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type WalkEvent, walkEventSchema } from "../../src/walk/event.ts";
import {
  commandOf,
  descendants,
  eventually,
  HAS_KERNEL,
  hostState,
  isThere,
  packetwalk,
  Scripts,
  start,
} from "./support.ts";

const scripts = new Scripts();
afterAll(() => scripts.remove());
const HAS_WATCHERS = ["tcpdump", "nft", "conntrack"].every((tool) => spawnSync("which", [tool]).status === 0);

const ROUTER = `ip netns add a; ip netns add r; ip netns add b
ip link add v0 netns a type veth peer name v1 netns r
ip link add v2 netns r type veth peer name v3 netns b
ip -n a addr add 10.0.0.1/24 dev v0; ip -n r addr add 10.0.0.2/24 dev v1
ip -n r addr add 10.0.1.2/24 dev v2; ip -n b addr add 10.0.1.1/24 dev v3
for x in a:v0 r:v1 r:v2 b:v3; do ip -n \${x%:*} link set \${x#*:} up; done
`;

describe.runIf(HAS_KERNEL && HAS_WATCHERS)("the walk on the kernel", () => {
  let before: Record<string, string>;
  let out = "";
  let events: WalkEvent[] = [];

  beforeAll(() => {
    before = hostState();
    const script = scripts.write(
      "walk.sh",
      `${ROUTER}ip netns exec a ping -c 1 -W 1 10.0.1.1
ip -n a route add default via 10.0.0.2
ip netns exec a ping -c 1 -W 1 10.0.1.1
ip netns exec r iptables -A FORWARD -i v9 -j DROP
ip netns exec r iptables -t nat -A POSTROUTING -o v2 -j SNAT --to 10.0.1.2
ip netns exec a ping -c 1 -W 1 10.0.1.1
ip netns exec r iptables -A FORWARD -p icmp --icmp-type echo-reply -j DROP
ip netns exec a ping -c 1 -W 1 10.0.1.1
ip netns exec r iptables-save -c | grep -e '-A' -e :FORWARD
ps -A -o comm=
`,
    );
    const file = join(scripts.folder, "walk.jsonl");
    out = packetwalk("walk", "--engine", "kernel", "--no-color", "--events", file, script).stdout;
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    events = lines.map((line) => v.parse(walkEventSchema, JSON.parse(line)));
  }, 60_000);

  test("events fit the schema, in order", () => {
    expect(events.length).toBeGreaterThan(100);
    events.forEach((event, i) => {
      expect(event.seq).toBe(i + 1);
    });
  });

  test("no route: nothing is sent, and why", () => {
    expect(out).toContain("a has no route to 10.0.1.1");
    expect(out).toContain("ip netns exec a ip route add default via 10.0.0.2");
  });

  test("the reverse path check, with the kernel's reason", () => {
    expect(out).toMatch(/died in b, \w+: IP_RPFILTER/);
    expect(out).toContain("b has no route back to 10.0.0.1");
  });

  test("one packet across three namespaces, through the rule that translates it, answered", () => {
    expect(out).toMatch(/10\.0\.0\.1 → 10\.0\.1\.1 {2}ICMP echo request/);
    expect(out).toContain("nat POSTROUTING rule 1: -o v2 -j SNAT --to-source 10.0.1.2");
    expect(out).toContain("source 10.0.0.1 → 10.0.1.2");
    expect(out).toContain("destination 10.0.1.2 → 10.0.0.1 by the connection's entry");
    const walks = events.filter((e) => e.kind === "receive" && e.headers.family === "ipv4" && e.ns === "a");
    expect(walks).toHaveLength(1);
  });

  test("a rule that drops, by its number and text", () => {
    expect(out).toMatch(/Rule 2 of FORWARD in r dropped it/);
    expect(events.filter((e) => e.kind === "drop").map((e) => e.reason)).toEqual([
      "IP_RPFILTER",
      "NETFILTER_DROP",
    ]);
  });

  test("the script's rules, counters and processes are as without a walk", () => {
    // Two pings were forwarded after the rules came: two requests and the answers.
    expect(out).toContain("[0:0] -A FORWARD -i v9 -j DROP");
    expect(out).toContain("[1:84] -A FORWARD -p icmp -m icmp --icmp-type 0 -j DROP");
    expect(out).toContain("[2:168] -A POSTROUTING -o v2 -j SNAT --to-source 10.0.1.2");
    expect(out).not.toMatch(/^(tcpdump|nft|conntrack|node)$/m);
  });

  test("the host is as it was", () => {
    expect(hostState()).toEqual(before);
  });

  test("kill -9 leaves no watcher and no trace instance", async () => {
    const path = scripts.write("killed.sh", `${ROUTER}ip netns exec a ping -c 20 10.0.0.2 > /dev/null\n`);
    for (const moment of [150, 500, 900, 1400, 2000, 2600, 3500]) {
      const child = start(["walk", "--engine", "kernel", path]);
      const family = new Set<number>();
      const watch = setInterval(() => {
        for (const pid of descendants(child.pid as number)) family.add(pid);
      }, 10);
      await new Promise((resolve) => setTimeout(resolve, moment));
      for (const pid of descendants(child.pid as number)) family.add(pid);
      child.kill("SIGKILL");
      clearInterval(watch);
      const gone = await eventually(() => ![...family].some(isThere), 5000);
      expect(gone, `at ${moment} ms: ${[...family].filter(isThere).map(commandOf)}`).toBe(true);
    }
    expect(hostState()).toEqual(before);
  }, 60_000);
});
