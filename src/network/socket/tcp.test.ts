import { beforeEach, describe, expect, it } from "vitest";
import { SECOND } from "../../base/clock.ts";
import { AGAIN } from "../../base/wait.ts";
import { parse } from "../../wire/ipv4.ts";
import type { Tap } from "../device.ts";
import type { NetNamespace } from "../namespace.ts";
import { TestHost } from "../testing.ts";
import { TcpSocket } from "./tcp/socket.ts";
import { UdpSocket } from "./udp.ts";

const a4 = (text: string): number => parse(text) as number;
const owner = { pid: 7, name: "test", uid: 0 };

function device(ns: NetNamespace, name: string, cidr: string): void {
  const dev = ns.links.byName(name);
  if (!dev) throw new Error(name);
  const [address, prefix] = cidr.split("/");
  ns.addresses.add4(dev, { local: a4(address), prefix: Number(prefix) });
  ns.links.set(dev, { up: true });
}

function defaultRoute(ns: NetNamespace, via: string): void {
  ns.routes.change("add", {
    dst: 0,
    prefix: 0,
    protocol: 3,
    scope: 0,
    priority: 0,
    nexthops: [{ via: a4(via) }],
  });
}

/** boxA 10.0.1.2 – router – boxB 10.0.2.2. */
function lab() {
  const host = new TestHost();
  const a = host.netns("a");
  const r = host.netns("r");
  const b = host.netns("b");
  for (const ns of [a, r, b]) ns.links.set(ns.links.byName("lo") as never, { up: true });
  a.links.add({ kind: "veth", name: "va", peer: { name: "ra", ns: r } });
  b.links.add({ kind: "veth", name: "vb", peer: { name: "rb", ns: r } });
  device(a, "va", "10.0.1.2/24");
  device(r, "ra", "10.0.1.1/24");
  device(b, "vb", "10.0.2.2/24");
  device(r, "rb", "10.0.2.1/24");
  defaultRoute(a, "10.0.1.1");
  defaultRoute(b, "10.0.2.1");
  r.sysctl.set("net/ipv4/ip_forward", "1");
  return { host, a, r, b };
}

/** The transport header and payload of each IPv4 packet that passes a device, as hex-free facts. */
function watch(
  ns: NetNamespace,
  name: string,
): { flags: number; options: string; length: number; at: number }[] {
  const seen: { flags: number; options: string; length: number; at: number }[] = [];
  const tap: Tap = (pkt) => {
    if (pkt.protocol !== 0x800) return;
    const t = pkt.net + (pkt.data[pkt.net] & 15) * 4;
    const header = (pkt.data[t + 12] >> 4) * 4;
    seen.push({
      flags: pkt.data[t + 13],
      options: [...pkt.data.slice(t + 20, t + header)].map((x) => x.toString(16).padStart(2, "0")).join(""),
      length: pkt.end - t - header,
      at: ns.host.now,
    });
  };
  ns.links.byName(name)?.taps.push(tap);
  return seen;
}

describe("TCP through a router", () => {
  let l: ReturnType<typeof lab>;
  beforeEach(() => {
    l = lab();
  });

  function connected(): { client: TcpSocket; server: TcpSocket } {
    const listener = new TcpSocket(l.b, owner);
    listener.bind(0, 8800);
    listener.listen(5);
    const client = new TcpSocket(l.a, owner);
    client.connect(a4("10.0.2.2"), 8800);
    l.host.settle();
    expect(client.state).toBe("ESTABLISHED");
    const server = listener.accept();
    if (server === AGAIN) throw new Error("nothing to accept");
    return { client, server };
  }

  it("shakes hands with the options of Linux", () => {
    const seen = watch(l.a, "va");
    connected();
    expect(seen.map((s) => s.flags)).toEqual([0x02, 0x12, 0x10]);
    // As a capture of Linux 6.18 shows it: mss 1460, sackOK, TS, nop, wscale 10.
    expect(seen[0].options).toMatch(/^020405b40402080a[0-9a-f]{8}000000000103030a$/);
    expect(seen[1].options).toMatch(/^020405b40402080a[0-9a-f]{16}0103030a$/);
    expect(seen[2].options).toMatch(/^0101080a[0-9a-f]{16}$/);
  });

  it("is refused by a closed port", () => {
    const client = new TcpSocket(l.a, owner);
    client.connect(a4("10.0.2.2"), 8801);
    l.host.settle();
    expect(client.takeError()).toBe("ECONNREFUSED");
    expect(client.state).toBe("CLOSE");
  });

  it("repeats the SYN after 1 s five times, then doubles, and times out", () => {
    // The router swallows what goes on.
    l.r.sysctl.set("net/ipv4/ip_forward", "0");
    const seen = watch(l.a, "va");
    const client = new TcpSocket(l.a, owner);
    client.connect(a4("10.0.2.2"), 80);
    l.host.run(200 * SECOND);
    expect(seen.map((s) => Math.round(s.at / SECOND))).toEqual([0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67]);
    expect(client.takeError()).toBe("ETIMEDOUT");
  });

  it("moves ten megabytes, and both ends close", () => {
    const { client, server } = connected();
    const total = 10_000_000;
    const block = new Uint8Array(16384).map((_, i) => i % 251);
    let sent = 0;
    let got = 0;
    for (let turn = 0; got < total && turn < 100000; turn++) {
      while (sent < total) {
        const n = client.send(block.subarray(0, Math.min(block.length, total - sent)));
        if (n === AGAIN) break;
        sent += n;
      }
      l.host.settle();
      for (;;) {
        const data = server.receive(65536);
        if (data === AGAIN) break;
        got += data.length;
      }
    }
    expect(got).toBe(total);
    client.close();
    // The ACK of a FIN waits for the program's own (tcp_fin enters pingpong mode).
    expect(client.state).toBe("FIN-WAIT-1");
    l.host.run(SECOND / 10);
    expect(client.state).toBe("FIN-WAIT-2");
    expect((server.receive(10) as Uint8Array).length).toBe(0);
    server.close();
    l.host.settle();
    expect(client.state).toBe("TIME-WAIT");
    expect(server.state).toBe("CLOSE");
    l.host.run(61 * SECOND);
    expect(client.state).toBe("CLOSE");
  });

  it("resets when data is left unread", () => {
    const { client, server } = connected();
    client.send(new Uint8Array(10));
    l.host.settle();
    server.close();
    l.host.settle();
    expect(client.takeError()).toBe("ECONNRESET");
  });
});

describe("UDP", () => {
  it("a connected socket hears that the port is closed", () => {
    const l = lab();
    const client = new UdpSocket(l.a, owner);
    client.connect(a4("10.0.2.2"), 53);
    client.send(new Uint8Array(3));
    l.host.settle();
    expect(client.takeError()).toBe("ECONNREFUSED");
  });

  it("datagrams find the socket bound to the address before the unbound one", () => {
    const l = lab();
    const any = new UdpSocket(l.b, owner);
    any.options.reuseAddress = true;
    any.bind(0, 5000);
    const one = new UdpSocket(l.b, owner);
    one.options.reuseAddress = true;
    one.bind(a4("10.0.2.2"), 5000);
    const client = new UdpSocket(l.a, owner);
    client.send(new Uint8Array([1, 2, 3]), { to: a4("10.0.2.2"), port: 5000 });
    l.host.settle();
    expect(any.receive()).toBe(AGAIN);
    expect(one.receive()).toMatchObject({ from: a4("10.0.1.2"), ttl: 63 });
  });
});
