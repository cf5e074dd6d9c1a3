import { beforeEach, describe, expect, it } from "vitest";
import { SECOND } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";
import { HEADROOM } from "../netfilter/packet.ts";
import { put16, put32 } from "../wire/bytes.ts";
import { checksum } from "../wire/checksum.ts";
import { mask, parse } from "../wire/ipv4.ts";
import type { Bridge } from "./bridge/bridge.ts";
import type { Device } from "./device.ts";
import type { NetNamespace } from "./namespace.ts";
import { routeText } from "./routes.ts";
import { RawSocket } from "./socket/raw.ts";
import { TestHost } from "./testing.ts";

const a4 = (text: string): number => parse(text) as number;

function add(
  ns: NetNamespace,
  dev: string,
  cidr: string,
  options: { broadcast?: string; peer?: string } = {},
): void {
  const [address, prefix] = cidr.split("/");
  const d = ns.links.byName(dev);
  if (!d) throw new Error(dev);
  ns.addresses.add4(d, {
    local: a4(address),
    prefix: Number(prefix ?? 32),
    ...(options.broadcast ? { broadcast: a4(options.broadcast) } : {}),
    ...(options.peer ? { peer: a4(options.peer) } : {}),
  });
}

function up(ns: NetNamespace, dev: string, on = true): void {
  const d = ns.links.byName(dev);
  if (d) ns.links.set(d, { up: on });
}

function route(ns: NetNamespace, cidr: string, via: string | null, dev?: string, metric = 0): void {
  const [dst, prefix] = cidr === "default" ? ["0.0.0.0", "0"] : cidr.split("/");
  const d = dev ? ns.links.byName(dev) : undefined;
  ns.routes.change("add", {
    dst: a4(dst),
    prefix: Number(prefix),
    protocol: 3,
    scope: via ? 0 : 253,
    priority: metric,
    nexthops: [{ ...(d ? { dev: d } : {}), ...(via ? { via: a4(via) } : {}) }],
  });
}

/** An echo request as ping's raw socket makes it. */
function ping(
  ns: NetNamespace,
  to: string,
  options: { ttl?: number; size?: number; df?: boolean; from?: string } = {},
): void {
  const size = options.size ?? 56;
  const r = ns.routeOutput4({ dst: a4(to), ...(options.from ? { src: a4(options.from) } : {}), protocol: 1 });
  const pkt = ns.newPacket4(20, 8 + size);
  const d = pkt.data;
  d[HEADROOM] = 0x45;
  put16(d, HEADROOM + 6, options.df === false ? 0 : 0x4000);
  d[HEADROOM + 8] = options.ttl ?? 64;
  d[HEADROOM + 9] = 1;
  put32(d, HEADROOM + 12, options.from ? a4(options.from) : r.src);
  put32(d, HEADROOM + 16, a4(to));
  d[pkt.trans] = 8;
  put16(d, pkt.trans + 4, 7);
  put16(d, pkt.trans + 6, 1);
  put16(d, pkt.trans + 2, checksum(d, pkt.trans, pkt.end));
  ns.born(pkt, "socket", "ping");
  ns.output4(pkt, r);
}

const table = (ns: NetNamespace): string[] =>
  ns.routes.list().map((r) => routeText(r) + (r.table === 255 ? " table local" : ""));

/** What the walk says became of packets: kinds, with what tells them apart. */
const story = (host: TestHost, kinds: string[]): string[] =>
  host.events
    .filter((e) => kinds.includes(e.kind))
    .map((e) => {
      if (e.kind === "drop") return `${e.ns} drop ${e.reason} ${e.where}`;
      if (e.kind === "deliver") return `${e.ns} deliver ${e.to}`;
      if (e.kind === "born") return `${e.ns} born ${e.by} ${e.headers.summary}`;
      return `${e.ns} ${e.kind}`;
    });

let host: TestHost;
let a: NetNamespace;
let r: NetNamespace;
let b: NetNamespace;

function threeBoxes(profile: "ubuntu" | "kernel" = "ubuntu"): void {
  host = new TestHost(profile);
  a = host.netns("a");
  r = host.netns("r");
  b = host.netns("b");
  r.links.add({ kind: "veth", name: "veth1", peer: { name: "veth0", ns: a } });
  r.links.add({ kind: "veth", name: "veth2", peer: { name: "veth3", ns: b } });
  add(a, "veth0", "172.16.100.5/24");
  add(r, "veth1", "172.16.100.1/24");
  add(r, "veth2", "172.16.200.1/24");
  add(b, "veth3", "172.16.200.5/24");
  up(a, "veth0");
  up(r, "veth1");
  up(r, "veth2");
  up(b, "veth3");
}

describe("addresses and the routes they bring", () => {
  beforeEach(() => {
    host = new TestHost("kernel");
    a = host.netns("a");
    b = host.netns("b");
    a.links.add({ kind: "veth", name: "veth0", peer: { name: "veth1", ns: b } });
    add(a, "veth0", "10.0.0.1/24");
  });

  it("a device that is down has its local route alone", () => {
    expect(table(a)).toEqual(["local 10.0.0.1 dev veth0 proto kernel scope host src 10.0.0.1 table local"]);
  });

  it("up without carrier: linkdown; with carrier: not", () => {
    up(a, "veth0");
    expect(table(a)).toEqual([
      "10.0.0.0/24 dev veth0 proto kernel scope link src 10.0.0.1 linkdown",
      "local 10.0.0.1 dev veth0 proto kernel scope host src 10.0.0.1 table local",
      "broadcast 10.0.0.255 dev veth0 proto kernel scope link src 10.0.0.1 linkdown table local",
    ]);
    up(b, "veth1");
    expect(table(a)[0]).toBe("10.0.0.0/24 dev veth0 proto kernel scope link src 10.0.0.1");
  });

  it("orders addresses and tables as the kernel does", () => {
    up(a, "veth0");
    up(b, "veth1");
    add(a, "veth0", "10.0.0.2/24");
    add(a, "veth0", "10.0.1.1/16", { broadcast: "10.0.255.255" });
    add(a, "veth0", "192.168.9.1/32", { peer: "192.168.9.2" });
    const dev = a.links.byName("veth0");
    expect(dev?.ipv4.addresses.map((x) => [x.local, x.flags & 1])).toEqual([
      [a4("10.0.0.1"), 0],
      [a4("10.0.1.1"), 0],
      [a4("192.168.9.1"), 0],
      [a4("10.0.0.2"), 1],
    ]);
    up(a, "lo");
    expect(table(a)).toEqual([
      "10.0.0.0/24 dev veth0 proto kernel scope link src 10.0.0.1",
      "10.0.0.0/16 dev veth0 proto kernel scope link src 10.0.1.1",
      "192.168.9.2 dev veth0 proto kernel scope link src 192.168.9.1",
      "local 10.0.0.1 dev veth0 proto kernel scope host src 10.0.0.1 table local",
      "local 10.0.0.2 dev veth0 proto kernel scope host src 10.0.0.1 table local",
      "broadcast 10.0.0.255 dev veth0 proto kernel scope link src 10.0.0.1 table local",
      "local 10.0.1.1 dev veth0 proto kernel scope host src 10.0.1.1 table local",
      "broadcast 10.0.255.255 dev veth0 proto kernel scope link src 10.0.1.1 table local",
      "local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 table local",
      "local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 table local",
      "broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1 table local",
      "local 192.168.9.1 dev veth0 proto kernel scope host src 192.168.9.1 table local",
    ]);
    up(a, "veth0", false);
    expect(table(a)).toEqual([
      "local 10.0.0.1 dev veth0 proto kernel scope host src 10.0.0.1 table local",
      "local 10.0.0.2 dev veth0 proto kernel scope host src 10.0.0.1 table local",
      "local 10.0.1.1 dev veth0 proto kernel scope host src 10.0.1.1 table local",
      "local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 table local",
      "local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 table local",
      "broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1 table local",
      "local 192.168.9.1 dev veth0 proto kernel scope host src 192.168.9.1 table local",
    ]);
  });

  it("answers a bad gateway, a duplicate and a missing device as netlink does", () => {
    up(a, "veth0");
    const error = (f: () => void): [string, string | undefined] => {
      try {
        f();
      } catch (e) {
        if (e instanceof KernelError) return [e.code, e.detail];
      }
      return ["", undefined];
    };
    expect(error(() => route(a, "default", "10.9.0.1"))).toEqual([
      "ENETUNREACH",
      "Nexthop has invalid gateway",
    ]);
    route(a, "default", "10.0.0.254");
    expect(error(() => route(a, "default", "10.0.0.254"))).toEqual(["EEXIST", undefined]);
    expect(error(() => add(a, "veth0", "10.0.0.1/24"))).toEqual(["EEXIST", "ipv4: Address already assigned"]);
    expect(error(() => a.routes.delete({ dst: a4("1.2.3.0"), prefix: 24 }))).toEqual(["ESRCH", undefined]);
    expect(mask(24)).toBe(0xffffff00);
  });
});

describe("the virtual router's packets", () => {
  it("no route at the sender", () => {
    threeBoxes();
    expect(() => ping(a, "172.16.200.5")).toThrow("Network is unreachable");
  });

  it("the request arrives; loose reverse path filtering drops it, as there is no way back", () => {
    threeBoxes();
    route(a, "default", "172.16.100.1");
    host.listen();
    ping(a, "172.16.200.5");
    host.run(SECOND);
    expect(story(host, ["drop"])).toEqual(["b drop IP_RPFILTER routing"]);
    const rp = host.events.find((e) => e.kind === "rpfilter" && !e.ok);
    expect(rp).toMatchObject({ ns: "b", mode: 2, src: "172.16.100.5" });
  });

  it("with a route back the echo reply comes home", () => {
    threeBoxes();
    route(a, "default", "172.16.100.1");
    route(b, "default", "172.16.200.1");
    host.listen();
    ping(a, "172.16.200.5");
    host.run(SECOND);
    expect(story(host, ["drop", "deliver"])).toEqual([
      "r deliver arp",
      "a deliver arp",
      "b deliver arp",
      "r deliver arp",
      "b deliver icmp",
      "a deliver icmp",
    ]);
  });

  it("without forwarding the router drops, IP_INADDRERRORS", () => {
    threeBoxes("kernel");
    route(a, "default", "172.16.100.1");
    host.listen();
    ping(a, "172.16.200.5");
    host.run(SECOND);
    const drop = host.events.find((e) => e.kind === "drop");
    expect(drop).toMatchObject({
      ns: "r",
      reason: "IP_INADDRERRORS",
      facts: { forwarding: 0, dev: "veth1" },
    });
  });

  it("TTL runs out at the router, which says so", () => {
    threeBoxes();
    route(a, "default", "172.16.100.1");
    host.listen();
    ping(a, "172.16.200.5", { ttl: 1 });
    host.run(SECOND);
    expect(
      story(host, ["born"]).some((s) => s === "r born icmp-error ICMP time exceeded in-transit, length 92"),
    ).toBe(true);
  });

  it("nobody answers ARP: host unreachable after three seconds, by way of lo", () => {
    threeBoxes();
    up(a, "lo");
    host.listen();
    ping(a, "172.16.100.77");
    host.run(2.9 * SECOND);
    expect(story(host, ["drop"])).toEqual([]);
    host.run(0.2 * SECOND);
    expect(story(host, ["drop"])).toEqual(["a drop NEIGH_FAILED device veth0"]);
    expect(story(host, ["deliver"]).at(-1)).toBe("a deliver icmp");
    const dev = a.links.byName("veth0");
    expect(dev && a.neighbours.get(dev, a4("172.16.100.77"))?.state).toBe("FAILED");
  });

  it("learns the path MTU of a narrow second hop", () => {
    threeBoxes();
    route(a, "default", "172.16.100.1");
    route(b, "default", "172.16.200.1");
    const dev = r.links.byName("veth2");
    if (dev) r.links.set(dev, { mtu: 1400 });
    // An error about a packet that no socket of ours sent teaches nothing.
    ping(a, "172.16.200.5", { size: 1472 });
    host.run(SECOND);
    expect(a.routes.get({ dst: a4("172.16.200.5") }).metrics.mtu).toBeUndefined();
    new RawSocket(a, { pid: 1, name: "ping", uid: 0 }, 1);
    ping(a, "172.16.200.5", { size: 1472 });
    host.run(SECOND);
    const answer = a.routes.get({ dst: a4("172.16.200.5") });
    expect(answer.metrics.mtu).toBe(1400);
    expect(answer.expires).toBeGreaterThanOrEqual(598);
    expect(a.routes.get({ dst: a4("172.16.200.6") }).metrics.mtu).toBeUndefined();
  });

  it("fragments and puts together what is larger than the MTU", () => {
    threeBoxes();
    route(a, "default", "172.16.100.1");
    route(b, "default", "172.16.200.1");
    host.listen();
    ping(a, "172.16.200.5", { size: 4000, df: false });
    host.run(SECOND);
    expect(story(host, ["drop"])).toEqual([]);
    expect(story(host, ["born"]).filter((s) => s.includes("born fragment")).length).toBe(6);
    expect(story(host, ["deliver"]).filter((s) => s.endsWith("icmp"))).toEqual([
      "b deliver icmp",
      "a deliver icmp",
    ]);
  });

  it("a deleted namespace takes its devices and their peers along", () => {
    threeBoxes();
    r.close();
    expect(a.links.list().map((d) => d.name)).toEqual(["lo"]);
    expect(b.links.list().map((d) => d.name)).toEqual(["lo"]);
  });
});

describe("a bridge", () => {
  it("learns, floods, and forwards; takes its lowest port's address", () => {
    host = new TestHost("kernel");
    r = host.netns("sw");
    a = host.netns("a");
    b = host.netns("b");
    const br = r.links.add({ kind: "bridge", name: "br0" });
    r.links.add({ kind: "veth", name: "p1", peer: { name: "eth0", ns: a } });
    r.links.add({ kind: "veth", name: "p2", peer: { name: "eth0", ns: b } });
    for (const p of ["p1", "p2"]) {
      const dev = r.links.byName(p);
      if (dev) r.links.set(dev, { master: br, up: true });
    }
    up(r, "br0");
    add(a, "eth0", "10.0.0.1/24");
    add(b, "eth0", "10.0.0.2/24");
    up(a, "eth0");
    up(b, "eth0");
    const macs = ["p1", "p2"].map((p) => r.links.byName(p)?.mac.join(".") ?? "");
    expect(macs).toContain(br.mac.join("."));
    host.listen();
    ping(a, "10.0.0.2");
    host.run(SECOND);
    expect(story(host, ["deliver"]).filter((s) => s.endsWith("icmp"))).toEqual([
      "b deliver icmp",
      "a deliver icmp",
    ]);
    const actions = host.events.flatMap((e) => (e.kind === "bridge" ? [e.action] : []));
    expect(actions.slice(0, 2)).toEqual(["flood", "forward"]);
    expect(host.log.slice(0, 4)).toEqual([
      "br0: port 1(p1) entered blocking state",
      "br0: port 1(p1) entered disabled state",
      "p1: entered allmulticast mode",
      "p1: entered promiscuous mode",
    ]);
  });

  it("has 1,023 ports, and gives a new one the lowest free number (Linux 6.18)", () => {
    host = new TestHost("kernel");
    r = host.netns("sw");
    const br = r.links.add({ kind: "bridge", name: "br0" }) as Bridge;
    const join = (name: string) => r.links.set(r.links.byName(name) as Device, { master: br });
    for (let i = 1; i <= 1024; i++) {
      r.links.add({ kind: "veth", name: `v${i}`, peer: { name: `p${i}` } });
      if (i < 1024) join(`v${i}`);
    }
    expect(() => join("v1024")).toThrow(new KernelError("EXFULL"));
    r.links.set(r.links.byName("v5") as Device, { master: null });
    join("v1024");
    expect(br.portOf(r.links.byName("v1024") as Device)?.number).toBe(5);
  });

  it("a loop of bridges is a storm, and is stopped", () => {
    host = new TestHost("kernel");
    r = host.netns("sw");
    const one = r.links.add({ kind: "bridge", name: "br1" });
    const two = r.links.add({ kind: "bridge", name: "br2" });
    for (const [x, y] of [
      ["x1", "y1"],
      ["x2", "y2"],
    ]) {
      r.links.add({ kind: "veth", name: x, peer: { name: y } });
      const [dx, dy] = [r.links.byName(x), r.links.byName(y)];
      if (dx) r.links.set(dx, { master: one, up: true });
      if (dy) r.links.set(dy, { master: two, up: true });
    }
    up(r, "br1");
    up(r, "br2");
    add(r, "br1", "10.0.0.1/24");
    ping(r, "10.0.0.9");
    host.run(SECOND);
    expect(host.storms.length).toBe(1);
  });
});
