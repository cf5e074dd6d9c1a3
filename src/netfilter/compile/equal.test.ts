import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as ipv4 from "../../wire/ipv4.ts";
import * as tcp from "../../wire/tcp.ts";
import { type Match, match, type PortCondition } from "../extension.ts";
import { FORWARD } from "../hooks.ts";
import { Netfilter } from "../netfilter.ts";
import type { Packet } from "../packet.ts";
import { type Action, BoundMatch, type Rule } from "../rule.ts";
import { Chain, Table } from "../table.ts";
import {
  asFragment,
  device,
  echoPacket,
  makeRule,
  TestHost,
  tcpPacket,
  udpPacket,
  verdict,
} from "../testing.ts";
import { ChainProgram } from "./program.ts";

/** A match on ports, as tcp and udp are. */
const ports: Match = match<PortCondition[]>({
  name: "ports",
  families: ["ipv4"],
  options: [],
  help: "",
  stateless: true,
  initial: () => [],
  print: () => "",
  save: () => "",
  ports: (conditions) => conditions,
  judge: (conditions) => (pkt) => {
    const { data, net } = pkt;
    if ((ipv4.fragment(data, net) & ipv4.OFFSET) !== 0) return false;
    const at = net + ipv4.headerLength(data, net);
    const inside = (port: number, c: PortCondition) =>
      c.ranges.some(([low, high]) => port >= low && port <= high);
    return conditions.every((c) => {
      const source = inside(tcp.sport(data, at), c);
      const destination = inside(tcp.dport(data, at), c);
      const hit = c.field === "sport" ? source : c.field === "dport" ? destination : source || destination;
      return hit !== c.inverted;
    });
  },
});

/** A match that keeps state, as limit and statistic do: every n-th question is answered yes. So it shows when it
 *  was asked once too often or too rarely. */
const nth: Match = match<{ n: number }>({
  name: "nth",
  families: ["ipv4"],
  options: [],
  help: "",
  stateless: false,
  initial: () => ({ n: 1 }),
  print: () => "",
  save: () => "",
  judge: ({ n }) => {
    let asked = 0;
    return () => ++asked % n === 0;
  },
});

/** A match that drops the packet outright now and then. */
const hot: Match = match<{ port: number }>({
  name: "hot",
  families: ["ipv4"],
  options: [],
  help: "",
  stateless: false,
  initial: () => ({ port: 0 }),
  print: () => "",
  save: () => "",
  judge:
    ({ port }) =>
    (pkt, state) => {
      if (tcp.sport(pkt.data, pkt.net + 20) === port) state.hotdrop = true;
      return false;
    },
});

// Few values, so that rules and packets meet.
const someAddress = fc.constantFrom(
  0x0a000001,
  0x0a000002,
  0x0a000101,
  0x0a010203,
  0xc0a80001,
  0x0a0000ff,
  0x7f000001,
);
const somePort = fc.constantFrom(1, 22, 53, 80, 81, 443, 1000, 1023, 1024, 8080, 65535);
const someMask = fc.constantFrom(0, 8, 9, 15, 16, 20, 24, 25, 30, 31, 32).map(ipv4.mask);
const address = fc.option(
  fc.record({
    address: someAddress,
    mask: fc.oneof({ weight: 9, arbitrary: someMask }, { weight: 1, arbitrary: fc.constant(0xff00ff00) }),
    inverted: fc.boolean().map((b) => b),
  }),
  { nil: null, freq: 3 },
);
const iface = fc.option(
  fc.record({
    name: fc.constantFrom("eth0", "eth1", "eth", "veth7"),
    wildcard: fc.boolean(),
    inverted: fc.boolean(),
  }),
  { nil: null, freq: 1 },
);
const condition = fc.record({
  field: fc.constantFrom("sport" as const, "dport" as const, "either" as const),
  ranges: fc.array(
    fc.tuple(somePort, somePort).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
    {
      minLength: 1,
      maxLength: 2,
    },
  ),
  inverted: fc.boolean(),
});
const someMatch = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(condition, { minLength: 1, maxLength: 2 }).map((data) => ({ match: ports, data })),
  },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }).map((n) => ({ match: nth, data: { n } })) },
  { weight: 1, arbitrary: somePort.map((port) => ({ match: hot, data: { port } })) },
);
const ruleSpec = fc.record({
  src: address,
  dst: address,
  in: iface,
  out: iface,
  protocol: fc.constantFrom(0, 1, 6, 17),
  protocolInverted: fc.boolean(),
  fragment: fc.option(fc.record({ inverted: fc.boolean() }), { nil: null, freq: 1 }),
  matches: fc.array(someMatch, { maxLength: 2 }),
  // "chain" jumps or goes to a later chain, so that there are no loops.
  action: fc.constantFrom("none", "none", "none", "ACCEPT", "DROP", "RETURN", "jump", "jump", "goto"),
  to: fc.nat(3),
});
type RuleSpec = typeof ruleSpec extends fc.Arbitrary<infer T> ? T : never;
const packetSpec = fc.record({
  kind: fc.constantFrom("tcp", "udp", "icmp", "fragment"),
  src: someAddress,
  dst: someAddress,
  sport: somePort,
  dport: somePort,
  in: fc.constantFrom("eth0", "eth1", "veth7", "lo"),
  out: fc.constantFrom("eth0", "eth1", "veth7", "lo"),
});
type PacketSpec = typeof packetSpec extends fc.Arbitrary<infer T> ? T : never;

function build(specs: readonly (readonly RuleSpec[])[], policy: "ACCEPT" | "DROP"): Table {
  const table = new Table("ipv4", "filter", ["FORWARD"]);
  const chains = [table.chains.get("FORWARD") as Chain];
  chains[0].policy = policy;
  for (let i = 1; i < specs.length; i++) {
    chains.push(new Chain(`chain${i}`, null));
    table.chains.set(`chain${i}`, chains[i]);
  }
  specs.forEach((rules, i) => {
    for (const spec of rules) {
      const { action: what, to, matches, ...fields } = spec;
      const target = chains[i + 1 + to];
      let action: Action = { kind: "none" };
      if (what === "ACCEPT" || what === "DROP" || what === "RETURN") action = verdict(what);
      else if ((what === "jump" || what === "goto") && target !== undefined)
        action = { kind: what, chain: target };
      // A match on ports needs a protocol that has them.
      const protocol = matches.some((m) => m.match === ports)
        ? { protocol: 17, protocolInverted: false }
        : {};
      const bound = matches.map((m) => new BoundMatch(m.match, m.data));
      chains[i].rules.push(makeRule(action, { ...fields, ...protocol, matches: bound }));
    }
  });
  return table;
}

function makePacket(spec: PacketSpec): Packet {
  const { kind, src, dst, sport, dport } = spec;
  if (kind === "tcp") return tcpPacket(src, sport, dst, dport, tcp.SYN);
  if (kind === "icmp") return echoPacket(src, dst, 8, sport);
  const pkt = udpPacket(src, sport, dst, dport, 16);
  return kind === "fragment" ? asFragment(pkt, 8, false) : pkt;
}

type Mode = "linear" | "indexed" | "walked";

/** Verdict of each packet and the counters after all of them. */
function outcome(table: Table, packets: readonly PacketSpec[], mode: Mode): unknown {
  const host = new TestHost();
  if (mode === "walked") host.record();
  const nf = new Netfilter(host, "ipv4");
  nf.commit(table);
  if (mode === "indexed")
    for (const chain of table.chains.values()) {
      chain.program = new ChainProgram(chain, "ipv4", "filter");
      chain.program.buildIndex();
    }
  const devices = new Map(["eth0", "eth1", "veth7", "lo"].map((name, i) => [name, device(i + 1, name)]));
  const verdicts = packets.map((spec) =>
    nf.run(FORWARD, makePacket(spec), devices.get(spec.in) ?? null, devices.get(spec.out) ?? null),
  );
  const counters = [...table.chains.values()].map((chain) => [
    chain.packets,
    chain.bytes,
    ...chain.rules.map((rule: Rule) => [rule.packets, rule.bytes]),
  ]);
  return { verdicts, counters };
}

describe("a compiled chain and one walked rule by rule", () => {
  // Named seeds: the first ones are kept so that each run covers the same ground; add one that found something.
  test.each([1, 2026, 0xc0ffee])("give the same verdicts and counters (seed %i)", (seed) => {
    fc.assert(
      fc.property(
        fc.array(fc.array(ruleSpec, { maxLength: 40 }), { minLength: 1, maxLength: 4 }),
        fc.array(packetSpec, { minLength: 1, maxLength: 30 }),
        fc.constantFrom("ACCEPT" as const, "DROP" as const),
        (rules, packets, policy) => {
          const linear = outcome(build(rules, policy), packets, "linear");
          expect(outcome(build(rules, policy), packets, "indexed")).toEqual(linear);
          expect(outcome(build(rules, policy), packets, "walked")).toEqual(linear);
        },
      ),
      { seed, numRuns: 150 },
    );
  });

  test("stay the same while rules come and go", () => {
    fc.assert(
      fc.property(
        fc.array(ruleSpec, { minLength: 30, maxLength: 60 }),
        fc.array(
          fc.tuple(
            fc.constantFrom("append", "insert", "remove", "replace"),
            fc.nat(59),
            ruleSpec,
            packetSpec,
          ),
          {
            maxLength: 40,
          },
        ),
        (rules, changes) => {
          const run = (walked: boolean): unknown => {
            const host = new TestHost();
            if (walked) host.record();
            const nf = new Netfilter(host, "ipv4");
            const table = build([rules], "ACCEPT");
            const chain = table.chains.get("FORWARD") as Chain;
            nf.commit(table);
            const verdicts: number[] = [];
            for (const [op, at, spec, packet] of changes) {
              const rule = build([[spec]], "ACCEPT").chains.get("FORWARD")?.rules[0] as Rule;
              const index = at % chain.rules.length;
              if (op === "append") nf.insertRule(table, chain, rule);
              else if (op === "insert") nf.insertRule(table, chain, rule, index);
              else if (op === "replace") nf.replaceRule(table, chain, index, rule);
              else if (chain.rules.length > 1) nf.removeRule(table, chain, index);
              for (let i = 0; i < 4; i++)
                verdicts.push(
                  nf.run(FORWARD, makePacket(packet), device(1, packet.in), device(2, packet.out)),
                );
            }
            return {
              verdicts,
              counters: chain.rules.map((r) => [r.packets, r.bytes]),
              policy: chain.packets,
            };
          };
          expect(run(false)).toEqual(run(true));
        },
      ),
      { seed: 7, numRuns: 100 },
    );
  });
});
