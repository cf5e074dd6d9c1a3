import { describe, expect, test } from "vitest";
import { KernelError } from "../base/errno.ts";
import type { WalkStep } from "../walk/event.ts";
import { target } from "./extension.ts";
import {
  FORWARD,
  type HookName,
  INPUT,
  NF_ACCEPT,
  NF_DROP,
  OUTPUT,
  POSTROUTING,
  PREROUTING,
  type TableName,
} from "./hooks.ts";
import { Netfilter, type Variant } from "./netfilter.ts";
import { BoundTarget } from "./rule.ts";
import { Chain, TABLE_NAMES, Table } from "./table.ts";
import { device, makeRule, TestHost, udpPacket, verdict } from "./testing.ts";

/** A target that writes down where it was asked, and may mark. */
const note = (log: string[], mark = 0) =>
  new BoundTarget(
    target<null>({
      name: "NOTE",
      families: ["ipv4"],
      options: [],
      help: "",
      terminating: false,
      needsConntrack: true,
      initial: () => null,
      print: () => "",
      save: () => "",
      apply: (_data, rule) => (pkt) => {
        log.push(`${rule.table} ${rule.chain}`);
        if (mark !== 0) pkt.mark = mark;
        return -1;
      },
    }),
    null,
  );

const [eth0, eth1] = [device(1, "eth0"), device(2, "eth1")];
const packet = () => udpPacket("10.0.0.1", 1, "10.0.0.2", 2, 10);

function withNotes(variants: readonly Variant[] = ["nft"]) {
  const host = new TestHost();
  const nf = new Netfilter(host, "ipv4");
  const log: string[] = [];
  for (const variant of variants)
    for (const name of [...TABLE_NAMES].reverse()) {
      const table = new Table("ipv4", name);
      for (const chain of table.chains.values())
        chain.rules.push(makeRule({ kind: "target", bound: note(log) }));
      nf.commit(table, variant);
    }
  return { host, nf, log };
}

describe("hooks", () => {
  test("ask the tables in the kernel's order", () => {
    const { nf, log } = withNotes();
    const through = (...hooks: number[]): string[] => {
      log.length = 0;
      const pkt = packet();
      for (const hook of hooks) expect(nf.run(hook, pkt, eth0, eth1)).toBe(NF_ACCEPT);
      return [...log];
    };
    expect(through(PREROUTING, FORWARD, POSTROUTING)).toEqual([
      "raw PREROUTING",
      "mangle PREROUTING",
      "nat PREROUTING",
      "mangle FORWARD",
      "filter FORWARD",
      "security FORWARD",
      "mangle POSTROUTING",
      "nat POSTROUTING",
    ]);
    nf.conntrack.flush();
    expect(through(PREROUTING, INPUT)).toEqual([
      "raw PREROUTING",
      "mangle PREROUTING",
      "nat PREROUTING",
      "mangle INPUT",
      "filter INPUT",
      "security INPUT",
      "nat INPUT",
    ]);
    nf.conntrack.flush();
    expect(through(OUTPUT, POSTROUTING)).toEqual([
      "raw OUTPUT",
      "mangle OUTPUT",
      "nat OUTPUT",
      "filter OUTPUT",
      "security OUTPUT",
      "mangle POSTROUTING",
      "nat POSTROUTING",
    ]);
    // The second packet of the flow does not meet the nat table.
    expect(through(OUTPUT, POSTROUTING).filter((line) => line.startsWith("nat"))).toEqual([]);
  });

  test("without rules let everything pass; conntrack sleeps", () => {
    const nf = new Netfilter(new TestHost(), "ipv4");
    for (const name of TABLE_NAMES) nf.makeTable(name);
    expect(nf.tracking).toBe(false);
    const pkt = packet();
    for (const hook of [PREROUTING, FORWARD, POSTROUTING])
      expect(nf.run(hook, pkt, eth0, eth1)).toBe(NF_ACCEPT);
    expect(pkt.ct).toBe(null);
    expect(nf.conntrack.count).toBe(0);
  });

  test("nft and legacy rulesets both judge; the one registered later first", () => {
    const { nf, log } = withNotes(["nft", "legacy"]);
    nf.run(FORWARD, packet(), eth0, eth1);
    expect(log.filter((line) => line === "filter FORWARD")).toHaveLength(2);
    const chain = nf.table("filter", "legacy")?.chains.get("FORWARD") as Chain;
    chain.policy = "DROP";
    log.length = 0;
    const pkt = packet();
    expect(nf.run(FORWARD, pkt, eth0, eth1)).toBe(NF_DROP);
    expect(pkt.dropReason).toBe("NETFILTER_DROP");
    expect(log).toEqual(["mangle FORWARD", "mangle FORWARD", "filter FORWARD"]);
  });

  test("mangle OUTPUT routes anew what it marked", () => {
    const host = new TestHost();
    const nf = new Netfilter(host, "ipv4");
    for (const [name, mark] of [
      ["filter", 1],
      ["mangle", 0],
    ] as const) {
      const table = new Table("ipv4", name);
      (table.chains.get("OUTPUT") as Chain).rules.push(makeRule({ kind: "target", bound: note([], mark) }));
      nf.commit(table);
    }
    nf.run(OUTPUT, packet(), null, eth0);
    expect(host.rerouted).toHaveLength(0);
    const mangle = nf.table("mangle") as Table;
    nf.insertRule(
      mangle,
      mangle.chains.get("OUTPUT") as Chain,
      makeRule({ kind: "target", bound: note([], 7) }),
    );
    nf.run(OUTPUT, packet(), null, eth0);
    expect(host.rerouted).toHaveLength(1);
  });
});

describe("commit", () => {
  function nested(depth: number): { table: Table; chains: Chain[] } {
    const table = new Table("ipv4", "filter", ["INPUT"]);
    const chains = [table.chains.get("INPUT") as Chain];
    for (let i = 1; i <= depth; i++) {
      const chain = new Chain(`c${i}`, null);
      table.chains.set(chain.name, chain);
      chains.push(chain);
      chains[i - 1].rules.push(makeRule({ kind: "jump", chain }));
    }
    return { table, chains };
  }
  const code = (run: () => void): string => {
    try {
      run();
      return "";
    } catch (error) {
      return error instanceof KernelError ? error.code : String(error);
    }
  };

  test("refuses what nests deeper than sixteen chains (nft) and leaves all as it was", () => {
    const nf = new Netfilter(new TestHost(), "ipv4");
    const fine = nested(15).table;
    nf.commit(fine);
    expect(code(() => nf.commit(nested(16).table))).toBe("EMLINK");
    expect(nf.table("filter")).toBe(fine);
    expect(code(() => nf.commit(nested(16).table, "legacy"))).toBe("");
    const last = fine.chains.get("c15") as Chain;
    const one = new Chain("c16", null);
    fine.chains.set("c16", one);
    expect(code(() => nf.insertRule(fine, last, makeRule({ kind: "jump", chain: one })))).toBe("EMLINK");
    expect(last.rules).toHaveLength(0);
  });

  test("refuses loops that a packet could reach, EMLINK or ELOOP", () => {
    const table = new Table("ipv4", "filter", ["INPUT"]);
    const [a, b] = [new Chain("a", null), new Chain("b", null)];
    table.chains.set("a", a).set("b", b);
    const nf = new Netfilter(new TestHost(), "ipv4");
    nf.commit(table);
    nf.insertRule(table, a, makeRule({ kind: "jump", chain: b }));
    nf.insertRule(table, b, makeRule({ kind: "jump", chain: a }));
    const input = table.chains.get("INPUT") as Chain;
    expect(code(() => nf.insertRule(table, input, makeRule({ kind: "jump", chain: a })))).toBe("EMLINK");
    expect(code(() => nf.insertRule(table, input, makeRule({ kind: "jump", chain: a }), 0, "legacy"))).toBe(
      "ELOOP",
    );
    expect(input.rules).toHaveLength(0);
  });
});

describe("the walk", () => {
  test("hears of the hook, each table, each rule asked, connection tracking", () => {
    const host = new TestHost();
    host.record();
    const nf = new Netfilter(host, "ipv4");
    nf.needConntrack(1);
    const table = new Table("ipv4", "filter", ["FORWARD"]);
    const forward = table.chains.get("FORWARD") as Chain;
    const web = new Chain("web", null);
    table.chains.set("web", web);
    forward.rules.push(
      makeRule(verdict("DROP"), { src: { address: 0x0a000009, mask: 0xffffffff, inverted: false } }),
      makeRule(verdict("DROP"), { in: { name: "eth1", wildcard: false, inverted: false } }),
      makeRule({ kind: "jump", chain: web }),
    );
    web.rules.push(makeRule({ kind: "none" }), makeRule(verdict("RETURN")));
    forward.policy = "DROP";
    nf.commit(table);
    const pkt = packet();
    pkt.id = 5;
    nf.run(PREROUTING, pkt, eth0, null);
    expect(nf.run(FORWARD, pkt, eth0, eth1)).toBe(NF_DROP);
    const at = { packet: 5, table: "filter" as TableName };
    const steps: WalkStep[] = [
      { kind: "hook", packet: 5, hook: "PREROUTING" as HookName, in: "eth0" },
      {
        kind: "conntrack",
        packet: 5,
        state: "NEW",
        isNew: true,
        direction: "original",
        entry:
          "udp      17 30 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 mark=0 use=1",
      },
      { kind: "hook", packet: 5, hook: "FORWARD", in: "eth0", out: "eth1" },
      {
        kind: "rule",
        ...at,
        chain: "FORWARD",
        rule: 1,
        text: "-s 10.0.0.9/32 -j DROP",
        matched: false,
        failed: "src 10.0.0.1 is not 10.0.0.9",
      },
      {
        kind: "rule",
        ...at,
        chain: "FORWARD",
        rule: 2,
        text: "-i eth1 -j DROP",
        matched: false,
        failed: "in eth0 is not eth1",
      },
      { kind: "rule", ...at, chain: "FORWARD", rule: 3, text: "-j web", matched: true, verdict: "jump web" },
      { kind: "rule", ...at, chain: "web", rule: 1, text: "", matched: true, verdict: "CONTINUE" },
      { kind: "rule", ...at, chain: "web", rule: 2, text: "-j RETURN", matched: true, verdict: "RETURN" },
      {
        kind: "verdict",
        packet: 5,
        hook: "FORWARD",
        table: "filter",
        chain: "FORWARD",
        verdict: "DROP",
        policy: true,
        asked: 5,
      },
    ];
    expect(host.steps).toEqual(steps);
    expect([forward.packets, forward.bytes, forward.rules[2].packets, web.rules[0].bytes]).toEqual([
      1, 38, 1, 38,
    ]);
  });
});
