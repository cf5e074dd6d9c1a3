import { FORWARD, POSTROUTING, PREROUTING } from "../src/netfilter/hooks.ts";
import { Netfilter } from "../src/netfilter/netfilter.ts";
import type { Packet } from "../src/netfilter/packet.ts";
import { findMatch } from "../src/netfilter/registry.ts";
import { BoundMatch, type Rule } from "../src/netfilter/rule.ts";
import { type Chain, Table } from "../src/netfilter/table.ts";
import { device, makeRule, TestHost, tcpPacket, udpPacket, verdict } from "../src/netfilter/testing.ts";
import * as tcp from "../src/wire/tcp.ts";
import { heading, report } from "./measure.ts";

function time(what: string, count: number, run: (i: number) => void): void {
  for (let i = 0; i < Math.min(count, 20_000); i++) run(i);
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i++) run(i);
  const each = Number(process.hrtime.bigint() - start) / count;
  report(what, `${each.toFixed(0)} ns`, "");
}

let seed = 12345;
const random = (n: number): number => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) % n;
};

const udpMatch = findMatch("udp", "ipv4");
function portRule(src: number, prefix: number, dport: number): Rule {
  const matches =
    udpMatch === undefined
      ? []
      : [new BoundMatch(udpMatch, { ...(udpMatch.initial() as object), dport: [dport, dport] })];
  return makeRule(verdict("DROP"), {
    src: { address: src, mask: prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0, inverted: false },
    protocol: 17,
    matches,
  });
}

function chainOf(rules: Rule[]): { nf: Netfilter; table: Table; chain: Chain } {
  const nf = new Netfilter(new TestHost(), "ipv4");
  const table = new Table("ipv4", "filter", ["FORWARD"]);
  const chain = table.chains.get("FORWARD") as Chain;
  chain.rules.push(...rules);
  nf.commit(table);
  return { nf, table, chain };
}

/** Netfilter alone, without a network round it: what a chain and connection tracking cost a packet. */
export function netfilter(): void {
  heading("Netfilter alone, ns a packet");
  const [eth0, eth1] = [device(1, "eth0"), device(2, "eth1")];
  const packets: Packet[] = [];
  for (let i = 0; i < 512; i++)
    packets.push(
      udpPacket(
        0x0a000000 + random(1 << 20),
        1024 + random(60000),
        0x0a010000 + random(65536),
        random(65536),
        64,
      ),
    );

  const shapes: [string, (i: number) => Rule][] = [
    ["one source address a rule", (i) => portRule(0xc0a80000 + i, 32, 1000 + (i % 60000))],
    [
      "sources of random prefix length",
      () => portRule(random(0x7fffffff) * 2, 8 + random(25), random(65536)),
    ],
  ];
  for (const count of [10, 1_000, 10_000])
    for (const [name, make] of shapes) {
      const { nf } = chainOf(Array.from({ length: count }, (_, i) => make(i)));
      time(`${count} rules, ${name}`, 300_000, (i) => nf.run(FORWARD, packets[i & 511], eth0, eth1));
    }

  {
    const { nf, table, chain } = chainOf(
      Array.from({ length: 10_000 }, (_, i) => portRule(0xc0a80000 + i, 32, 80)),
    );
    for (let i = 0; i < 10; i++) nf.run(FORWARD, packets[i], eth0, eth1);
    time("-A on 10,000 rules, and a packet", 2_000, (i) => {
      nf.insertRule(table, chain, portRule(0xc0b80000 + i, 32, 80));
      nf.run(FORWARD, packets[i & 511], eth0, eth1);
    });
    time("-I and -D at the front of 10,000 rules", 2_000, (i) => {
      nf.insertRule(table, chain, portRule(0xc0b80000 + i, 32, 80), 0);
      nf.removeRule(table, chain, 0);
    });
  }

  for (const flows of [1, 10_000]) {
    const nf = new Netfilter(new TestHost(), "ipv4");
    nf.needConntrack(1);
    const flow = Array.from({ length: flows }, (_, i) => udpPacket(0x0a000000 + i, 4000, 0x0a010001, 53, 64));
    const back = Array.from({ length: flows }, (_, i) => udpPacket(0x0a010001, 53, 0x0a000000 + i, 4000, 64));
    nf.conntrack.settings.checksum = 0;
    const through = (pkt: Packet): void => {
      pkt.ct = null;
      nf.run(PREROUTING, pkt, eth0, null);
      nf.run(FORWARD, pkt, eth0, eth1);
      nf.run(POSTROUTING, pkt, eth0, eth1);
    };
    for (let i = 0; i < flows; i++) {
      through(flow[i]);
      through(back[i]);
    }
    time(`conntrack hit, UDP, ${flows} flows`, 1_000_000, (i) =>
      through(i & 1 ? back[i % flows] : flow[i % flows]),
    );
    nf.conntrack.settings.checksum = 1;
    time(`conntrack hit, UDP, checksum verified, ${flows} flows`, 1_000_000, (i) => through(flow[i % flows]));
  }
  {
    const nf = new Netfilter(new TestHost(), "ipv4");
    nf.needConntrack(1);
    nf.conntrack.settings.checksum = 0;
    const through = (pkt: Packet): void => {
      pkt.ct = null;
      nf.run(PREROUTING, pkt, eth0, null);
      nf.run(POSTROUTING, pkt, eth0, eth1);
    };
    through(tcpPacket("10.0.0.1", 4000, "10.0.0.2", 80, tcp.SYN, { seq: 1 }));
    through(tcpPacket("10.0.0.2", 80, "10.0.0.1", 4000, tcp.SYN | tcp.ACK, { seq: 1, ack: 2 }));
    const data = tcpPacket("10.0.0.1", 4000, "10.0.0.2", 80, tcp.ACK, { seq: 2, ack: 2, length: 100 });
    time("conntrack hit, TCP", 1_000_000, () => through(data));
    let fresh = 0;
    const one = udpPacket("10.0.0.1", 4000, "10.0.0.2", 53, 64);
    const at = one.net + 20;
    time("conntrack miss: a new flow a packet", 100_000, () => {
      fresh++;
      one.data[at] = fresh >>> 8;
      one.data[at + 1] = fresh;
      one.data[one.net + 15] = fresh >>> 16;
      through(one);
    });
  }
}
