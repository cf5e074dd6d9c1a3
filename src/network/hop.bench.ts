import { bench, describe } from "vitest";
import { HEADROOM } from "../netfilter/packet.ts";
import { put16, put32 } from "../wire/bytes.ts";
import type { NetNamespace } from "./namespace.ts";
import { TestHost } from "./testing.ts";

const up = (ns: NetNamespace, name: string): void => {
  const dev = ns.links.byName(name);
  if (dev) ns.links.set(dev, { up: true });
};

/** A – router – B, UDP to a port that nobody listens on (answers are limited by ICMP's rate). */
function line(): () => void {
  const host = new TestHost("ubuntu");
  const [a, r, b] = ["a", "r", "b"].map((n) => host.netns(n));
  r.links.add({ kind: "veth", name: "r0", peer: { name: "a0", ns: a } });
  r.links.add({ kind: "veth", name: "r1", peer: { name: "b0", ns: b } });
  const add = (ns: NetNamespace, name: string, local: number): void => {
    const dev = ns.links.byName(name);
    if (dev) ns.addresses.add4(dev, { local, prefix: 24 });
  };
  add(a, "a0", 0x0a000002);
  add(r, "r0", 0x0a000001);
  add(r, "r1", 0x0a000101);
  add(b, "b0", 0x0a000102);
  for (const [ns, name] of [
    [a, "a0"],
    [r, "r0"],
    [r, "r1"],
    [b, "b0"],
  ] as const) {
    up(ns, name);
  }
  for (const [ns, via] of [
    [a, 0x0a000001],
    [b, 0x0a000101],
  ] as const) {
    ns.routes.change("add", { dst: 0, prefix: 0, nexthops: [{ via }] });
  }
  const send = (): void => {
    const route = a.routeOutput4({ dst: 0x0a000102 });
    const pkt = a.newPacket4(20, 26);
    const d = pkt.data;
    d[HEADROOM] = 0x45;
    d[HEADROOM + 8] = 64;
    d[HEADROOM + 9] = 17;
    put32(d, HEADROOM + 12, route.src);
    put32(d, HEADROOM + 16, 0x0a000102);
    put16(d, pkt.trans, 4000);
    put16(d, pkt.trans + 2, 9);
    put16(d, pkt.trans + 4, 26);
    a.output4(pkt, route);
    host.settle();
  };
  send();
  host.run(1e9);
  return send;
}

describe("forwarding", () => {
  const send = line();
  bench("a packet from A through the router to B", send);
});
