import { describe, expect, test } from "vitest";
import { SECOND } from "../../base/clock.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as tcp from "../../wire/tcp.ts";
import * as udp from "../../wire/udp.ts";
import { formatEntry } from "../conntrack/format.ts";
import { target } from "../extension.ts";
import { INPUT, NF_ACCEPT, NF_DROP, OUTPUT, POSTROUTING, PREROUTING } from "../hooks.ts";
import { Netfilter, trackState } from "../netfilter.ts";
import type { Packet } from "../packet.ts";
import { BoundTarget } from "../rule.ts";
import { type Chain, Table } from "../table.ts";
import { device, echoPacket, errorPacket, makeRule, TestHost, tcpPacket, udpPacket } from "../testing.ts";
import { setupNat } from "./nat.ts";
import { NAT_MAP_IPS, NAT_OFFSET, NAT_PERSISTENT, NAT_PORTS, type NatRange } from "./range.ts";

// Every expectation here is what Linux 6.18 did with the same packets and rules (conntrack -L behind the router
// 10.0.1.1 / 10.0.2.1), or follows from the bytes.

interface Translation extends NatRange {
  manip: "src" | "dst";
  masqueradeIndex?: number;
}
const translate = target<Translation>({
  name: "TRANSLATE",
  families: ["ipv4"],
  options: [],
  help: "",
  terminating: true,
  needsConntrack: true,
  initial: () => snat("0.0.0.0"),
  print: () => "",
  save: () => "",
  apply: (range) => (pkt, state) => {
    if (pkt.ct === null) return NF_DROP;
    pkt.ct.masqueradeIndex = range.masqueradeIndex ?? 0;
    return setupNat(pkt.ct, range, range.manip, state.conntrack);
  },
});

const address = (text: string): number => ipv4.parse(text) ?? Number.NaN;
const snat = (from: string, to = from, rest: Partial<Translation> = {}): Translation => ({
  manip: "src",
  minPort: 0,
  maxPort: 0,
  basePort: 0,
  ...rest,
  flags: NAT_MAP_IPS | (rest.flags ?? 0),
  minAddress: address(from),
  maxAddress: address(to),
});
const dnat = (from: string, to = from, rest: Partial<Translation> = {}): Translation => ({
  ...snat(from, to, rest),
  manip: "dst",
});

const [ra, rb] = [device(2, "ra"), device(3, "rb")];

function router(hook: "PREROUTING" | "POSTROUTING" | "OUTPUT", ...ranges: Translation[]) {
  const host = new TestHost();
  const nf = new Netfilter(host, "ipv4");
  const table = new Table("ipv4", "nat");
  for (const range of ranges)
    (table.chains.get(hook) as Chain).rules.push(
      makeRule({ kind: "target", bound: new BoundTarget(translate, range) }),
    );
  nf.commit(table);
  return { host, nf, table };
}

/** Forwards a packet; what conntrack -L shows of its connection's reply direction, or the verdict. */
function forward(nf: Netfilter, pkt: Packet, [inside, outside] = [ra, rb]): number {
  pkt.ct = null;
  const verdict = nf.run(PREROUTING, pkt, inside, null);
  return verdict === NF_ACCEPT ? nf.run(POSTROUTING, pkt, inside, outside) : verdict;
}

const source = (pkt: Packet): string => ipv4.format(ipv4.src(pkt.data, pkt.net));
const destination = (pkt: Packet): string => ipv4.format(ipv4.dst(pkt.data, pkt.net));
const checksumsHold = (pkt: Packet): void => {
  const { data, net, end } = pkt;
  const at = net + 20;
  const [s, d] = [ipv4.src(data, net), ipv4.dst(data, net)];
  const before = ipv4.headerChecksum(data, net);
  ipv4.updateChecksum(data, net);
  expect(ipv4.headerChecksum(data, net)).toBe(before);
  if (data[net + 9] === 17) expect(udp.verify4(data, at, end, s, d)).toBe(true);
  if (data[net + 9] === 6) expect(tcp.verify4(data, at, end, s, d)).toBe(true);
};

describe("the address of a range", () => {
  test.each([
    ["10.0.1.2", "10.0.2.2", 53, 97],
    ["10.0.1.3", "10.0.2.2", 77, 82],
    ["10.0.1.4", "10.0.2.2", 66, 95],
    ["10.0.1.5", "10.0.2.2", 98, 85],
    ["10.0.1.6", "10.0.2.2", 85, 79],
    ["10.0.1.7", "10.0.2.2", 67, 72],
    ["10.0.1.8", "10.0.2.2", 87, 64],
    ["10.0.1.9", "10.0.2.2", 88, 50],
    ["10.0.1.2", "10.0.2.3", 54, 97],
    ["10.0.1.2", "10.0.2.4", 59, 97],
    ["10.0.1.2", "10.0.2.5", 80, 97],
    ["10.0.1.2", "10.0.2.6", 88, 97],
  ])("SNAT of %s → %s to 10.0.2.50-99 takes .%i, --persistent .%i", (from, to, plain, persistent) => {
    for (const [flags, last] of [
      [0, plain],
      [NAT_PERSISTENT, persistent],
    ]) {
      const { nf } = router("POSTROUTING", snat("10.0.2.50", "10.0.2.99", { flags }));
      const pkt = udpPacket(from, 4000, to, 999, 1);
      expect(forward(nf, pkt)).toBe(NF_ACCEPT);
      expect(source(pkt)).toBe(`10.0.2.${last}`);
      checksumsHold(pkt);
    }
  });

  test.each([
    ["10.0.1.2", 5],
    ["10.0.1.3", 9],
    ["10.0.1.4", 3],
    ["10.0.1.5", 2],
    ["10.0.1.6", 8],
  ])("DNAT of %s to 10.0.2.2-9 takes .%i", (from, last) => {
    const { nf } = router("PREROUTING", dnat("10.0.2.2", "10.0.2.9"));
    const pkt = udpPacket(from, 5001, "10.0.1.1", 999, 1);
    forward(nf, pkt);
    expect(destination(pkt)).toBe(`10.0.2.${last}`);
    checksumsHold(pkt);
  });
});

describe("ports", () => {
  test("stay when they are free, else move within their class", () => {
    const { nf } = router("POSTROUTING", snat("10.0.2.1"));
    for (const [port, low, high] of [
      [400, 1, 511],
      [600, 600, 1023],
      [4000, 1024, 65535],
    ]) {
      const taken = new Set<number>();
      for (const host of [2, 3, 4]) {
        const pkt = udpPacket(`10.0.1.${host}`, port, "10.0.2.2", 999, 1);
        expect(forward(nf, pkt)).toBe(NF_ACCEPT);
        const now = udp.sport(pkt.data, pkt.net + 20);
        if (host === 2) expect(now).toBe(port);
        else expect(now).not.toBe(port);
        expect(now).toBeGreaterThanOrEqual(low);
        expect(now).toBeLessThanOrEqual(high);
        taken.add(now);
        checksumsHold(pkt);
      }
      expect(taken.size).toBe(3);
    }
  });

  test("of a small range run out: further connections clash and are dropped", () => {
    const { nf } = router(
      "POSTROUTING",
      snat("10.0.2.1", "10.0.2.1", { flags: NAT_PORTS, minPort: 5000, maxPort: 5002 }),
    );
    const verdicts = [2, 3, 4, 5, 6].map((h) =>
      forward(nf, udpPacket(`10.0.1.${h}`, 5001, "10.0.2.2", 999, 1)),
    );
    expect(verdicts).toEqual([NF_ACCEPT, NF_ACCEPT, NF_ACCEPT, NF_DROP, NF_DROP]);
    expect(nf.conntrack.list().map((ct) => ct.reply.dport)[0]).toBe(5001);
    expect(
      nf.conntrack
        .list()
        .map((ct) => ct.reply.dport)
        .sort(),
    ).toEqual([5000, 5001, 5002]);
    expect(nf.conntrack.stats.insertFailed).toBe(2);
  });

  test("one source port is mapped alike towards every destination", () => {
    const { nf } = router(
      "POSTROUTING",
      snat("10.0.2.1", "10.0.2.1", { flags: NAT_PORTS, minPort: 6000, maxPort: 6999 }),
    );
    for (const dport of [999, 998, 997]) forward(nf, udpPacket("10.0.1.2", 7000, "10.0.2.2", dport, 1));
    expect(new Set(nf.conntrack.list().map((ct) => ct.reply.dport)).size).toBe(1);
  });

  test("DNAT --to-destination :2000-2100/1000 keeps the distance; :80-83 takes the first", () => {
    const shift = { flags: NAT_PORTS | NAT_OFFSET, minPort: 2000, maxPort: 2100, basePort: 1000 };
    const one = udpPacket("10.0.1.2", 5001, "10.0.1.1", 1042, 1);
    forward(router("PREROUTING", dnat("10.0.2.2", "10.0.2.2", shift)).nf, one);
    expect(udp.dport(one.data, one.net + 20)).toBe(2042);
    const { nf } = router(
      "PREROUTING",
      dnat("10.0.2.2", "10.0.2.2", { flags: NAT_PORTS, minPort: 80, maxPort: 83 }),
    );
    for (const port of [5002, 5003]) {
      const pkt = udpPacket("10.0.1.2", port, "10.0.1.1", 888, 1);
      forward(nf, pkt);
      expect(udp.dport(pkt.data, pkt.net + 20)).toBe(80);
    }
  });

  test("a connection that no rule translates gives way when its answers would be another's", () => {
    const { nf, table } = router("POSTROUTING", snat("10.0.1.3"));
    forward(nf, udpPacket("10.0.1.2", 5001, "10.0.2.2", 999, 1));
    nf.removeRule(table, table.chains.get("POSTROUTING") as Chain, 0);
    nf.needConntrack(1);
    const second = udpPacket("10.0.1.3", 5001, "10.0.2.2", 999, 1);
    expect(forward(nf, second)).toBe(NF_ACCEPT);
    expect(source(second)).toBe("10.0.1.3");
    expect(udp.sport(second.data, second.net + 20)).toBeGreaterThanOrEqual(1024);
    expect(udp.sport(second.data, second.net + 20)).not.toBe(5001);
  });
});

describe("flows", () => {
  test("only the first packet meets the nat table; answers are translated back", () => {
    const { nf, table } = router("POSTROUTING", snat("10.0.2.1"));
    const rule = (table.chains.get("POSTROUTING") as Chain).rules[0];
    const first = echoPacket("10.0.1.2", "10.0.2.2", 8, 21840);
    forward(nf, first);
    expect(source(first)).toBe("10.0.2.1");
    const reply = echoPacket("10.0.2.2", "10.0.2.1", 0, 21840);
    forward(nf, reply, [rb, ra]);
    expect(trackState(reply)).toBe("ESTABLISHED");
    expect(destination(reply)).toBe("10.0.1.2");
    forward(nf, echoPacket("10.0.1.2", "10.0.2.2", 8, 21840, 2));
    expect(rule.packets).toBe(1);
    expect(formatEntry(nf.conntrack.list()[0], nf.conntrack)).toBe(
      "icmp     1 30 src=10.0.1.2 dst=10.0.2.2 type=8 code=0 id=21840 src=10.0.2.2 dst=10.0.2.1 type=0 code=0 id=21840 mark=0 use=1",
    );
  });

  test("echo identifiers are ports: a clash moves the second one", () => {
    const { nf } = router("POSTROUTING", snat("10.0.2.1"));
    forward(nf, echoPacket("10.0.1.2", "10.0.2.2", 8, 7));
    const second = echoPacket("10.0.1.3", "10.0.2.2", 8, 7);
    forward(nf, second);
    const at = second.net + 20;
    const id = (second.data[at + 4] << 8) | second.data[at + 5];
    expect(id).not.toBe(7);
    const answer = echoPacket("10.0.2.2", "10.0.2.1", 0, id);
    forward(nf, answer, [rb, ra]);
    expect(destination(answer)).toBe("10.0.1.3");
    expect((answer.data[at + 4] << 8) | answer.data[at + 5]).toBe(7);
  });

  test("an ICMP error about a translated packet is translated inside and out", () => {
    const { nf } = router(
      "POSTROUTING",
      snat("10.0.2.1", "10.0.2.1", { flags: NAT_PORTS, minPort: 6000, maxPort: 6000 }),
    );
    const out = udpPacket("10.0.1.2", 5001, "10.0.2.2", 999, 1);
    const original = out.data.slice(out.net, out.end);
    forward(nf, out);
    expect(udp.sport(out.data, out.net + 20)).toBe(6000);
    const error = errorPacket("10.0.2.2", "10.0.2.1", 3, 3, out, 29);
    forward(nf, error, [rb, ra]);
    expect(trackState(error)).toBe("RELATED");
    expect(destination(error)).toBe("10.0.1.2");
    const inner = error.data.slice(error.net + 28, error.end);
    // Back to what the sender sent, its UDP checksum included.
    expect([...inner]).toEqual([...original]);
    let sum = 0;
    for (let i = error.net + 20; i < error.end; i += 2)
      sum += (error.data[i] << 8) | (error.data[i + 1] ?? 0);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    expect(sum).toBe(0xffff);
    checksumsHold(error);
  });

  test("an error from a third machine inside, about an answer, gets the router's address", () => {
    const { nf } = router("POSTROUTING", snat("10.0.2.1"));
    const out = udpPacket("10.0.1.2", 5001, "10.0.2.2", 999, 1);
    forward(nf, out);
    const answer = udpPacket("10.0.2.2", 999, "10.0.2.1", 5001, 1);
    forward(nf, answer, [rb, ra]);
    const error = errorPacket("10.0.1.2", "10.0.2.2", 3, 3, answer);
    forward(nf, error);
    expect(trackState(error)).toBe("RELATED");
    expect(source(error)).toBe("10.0.2.1");
    expect(ipv4.dst(error.data, error.net + 28)).toBe(address("10.0.2.1"));
  });

  test("TCP through DNAT and back", () => {
    const { nf } = router(
      "PREROUTING",
      dnat("10.0.2.2", "10.0.2.2", { flags: NAT_PORTS, minPort: 80, maxPort: 80 }),
    );
    const syn = tcpPacket("10.0.1.2", 4000, "10.0.1.1", 8800, tcp.SYN, { seq: 1 });
    forward(nf, syn);
    expect([destination(syn), tcp.dport(syn.data, syn.net + 20)]).toEqual(["10.0.2.2", 80]);
    checksumsHold(syn);
    const synAck = tcpPacket("10.0.2.2", 80, "10.0.1.2", 4000, tcp.SYN | tcp.ACK, { seq: 9, ack: 2 });
    forward(nf, synAck, [rb, ra]);
    expect([source(synAck), tcp.sport(synAck.data, synAck.net + 20)]).toEqual(["10.0.1.1", 8800]);
    checksumsHold(synAck);
    expect(formatEntry(nf.conntrack.list()[0], nf.conntrack)).toBe(
      "tcp      6 60 SYN_RECV src=10.0.1.2 dst=10.0.1.1 sport=4000 dport=8800 src=10.0.2.2 dst=10.0.1.2 sport=80 dport=4000 mark=0 use=1",
    );
  });

  test("DNAT in OUTPUT routes the packet anew", () => {
    const { nf, host } = router("OUTPUT", dnat("10.0.2.2"));
    const pkt = udpPacket("10.0.1.1", 4000, "10.9.9.9", 53, 1);
    expect(nf.run(OUTPUT, pkt, null, ra)).toBe(NF_ACCEPT);
    expect(destination(pkt)).toBe("10.0.2.2");
    expect(host.rerouted).toHaveLength(1);
  });

  test("a masqueraded connection ends with its device, its address, or another way out", () => {
    const range = snat("10.0.2.1", "10.0.2.1", { masqueradeIndex: rb.index });
    const { nf } = router("POSTROUTING", range);
    const send = (): number => forward(nf, udpPacket("10.0.1.2", 5001, "10.0.2.2", 999, 1));
    send();
    nf.deviceDown(ra);
    expect(nf.conntrack.count).toBe(1);
    nf.deviceDown(rb);
    expect(nf.conntrack.count).toBe(0);
    send();
    nf.addressRemoved4(rb, address("10.0.2.7"));
    expect(nf.conntrack.count).toBe(1);
    nf.addressRemoved4(rb, address("10.0.2.1"));
    expect(nf.conntrack.count).toBe(0);
    send();
    expect(forward(nf, udpPacket("10.0.1.2", 5001, "10.0.2.2", 999, 1), [ra, device(9, "rc")])).toBe(NF_DROP);
    expect(nf.conntrack.count).toBe(0);
  });
});

describe("the nat table and connection tracking", () => {
  test("an empty nat table tracks nothing; a rule that translates does, and entries stay when it goes", () => {
    const { nf, table } = router("POSTROUTING");
    forward(nf, udpPacket("10.0.1.2", 1, "10.0.2.2", 2, 1));
    expect(nf.conntrack.count).toBe(0);
    const chain = table.chains.get("POSTROUTING") as Chain;
    nf.insertRule(
      table,
      chain,
      makeRule({ kind: "target", bound: new BoundTarget(translate, snat("10.0.2.1")) }),
    );
    forward(nf, udpPacket("10.0.1.2", 1, "10.0.2.2", 2, 1));
    expect(nf.conntrack.count).toBe(1);
    nf.flushChain(table, chain);
    forward(nf, udpPacket("10.0.1.2", 3, "10.0.2.2", 2, 1));
    expect(nf.conntrack.count).toBe(1);
  });

  test("a packet that is dropped leaves no entry", () => {
    const { nf, host } = router("POSTROUTING", snat("10.0.2.1"));
    const pkt = udpPacket("10.0.1.2", 1, "10.0.2.2", 2, 1);
    nf.run(PREROUTING, pkt, ra, null);
    expect(nf.conntrack.count).toBe(0);
    host.clock.advance(SECOND);
    expect(nf.conntrack.count).toBe(0);
    nf.run(INPUT, pkt, ra, null);
    expect(nf.conntrack.count).toBe(1);
  });
});
