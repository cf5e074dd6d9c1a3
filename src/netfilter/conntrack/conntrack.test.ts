import { describe, expect, test } from "vitest";
import { MILLISECOND, SECOND } from "../../base/clock.ts";
import { put16 } from "../../wire/bytes.ts";
import * as icmp from "../../wire/icmp.ts";
import * as tcp from "../../wire/tcp.ts";
import { NF_ACCEPT, NF_DROP, POSTROUTING, PREROUTING } from "../hooks.ts";
import { Netfilter, trackState } from "../netfilter.ts";
import type { Packet } from "../packet.ts";
import { echoPacket, errorPacket, TestHost, tcpPacket, udpPacket } from "../testing.ts";
import { formatEntry, formatEvent, formatProcEntry } from "./format.ts";
import { ConntrackLimits, conntrackSysctls } from "./settings.ts";
import { invert, Tuple } from "./tuple.ts";

// Texts and states: Linux 6.18 with conntrack-tools 1.4.7, the same packets through a router.
const [A, B] = ["10.0.1.2", "10.0.2.2"];

function router(limits = new ConntrackLimits()) {
  const host = new TestHost();
  const nf = new Netfilter(host, "ipv4", limits);
  nf.needConntrack(1);
  const events: string[] = [];
  const { conntrack } = nf;
  const listen = () => conntrack.listen((event, ct) => events.push(formatEvent(event, ct, conntrack)));
  /** Forwards a packet; what --ctstate says of it. */
  const send = (pkt: Packet): string => {
    if (nf.run(PREROUTING, pkt, null, null) !== NF_ACCEPT) return "dropped";
    const state = trackState(pkt);
    return nf.run(POSTROUTING, pkt, null, null) === NF_ACCEPT ? state : "dropped";
  };
  const lines = () => conntrack.list().map((ct) => formatEntry(ct, conntrack));
  return { host, nf, conntrack, events, listen, send, lines };
}

describe("UDP", () => {
  test("becomes a stream when it is still busy after two seconds", () => {
    const { host, events, listen, send, lines } = router();
    listen();
    const both = () => [send(udpPacket(A, 4000, B, 999, 1)), send(udpPacket(B, 999, A, 4000, 1))];
    expect(both()).toEqual(["NEW", "ESTABLISHED"]);
    host.clock.advance(500 * MILLISECOND);
    expect(both()).toEqual(["ESTABLISHED", "ESTABLISHED"]);
    host.clock.advance(4 * MILLISECOND);
    expect(lines()).toEqual([
      "udp      17 29 src=10.0.1.2 dst=10.0.2.2 sport=4000 dport=999 src=10.0.2.2 dst=10.0.1.2 sport=999 dport=4000 mark=0 use=1",
    ]);
    host.clock.advance(2200 * MILLISECOND);
    both();
    host.clock.advance(4 * MILLISECOND);
    expect(lines()).toEqual([
      "udp      17 119 src=10.0.1.2 dst=10.0.2.2 sport=4000 dport=999 src=10.0.2.2 dst=10.0.1.2 sport=999 dport=4000 [ASSURED] mark=0 use=1",
    ]);
    expect(events).toEqual([
      "    [NEW] udp      17 30 src=10.0.1.2 dst=10.0.2.2 sport=4000 dport=999 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 sport=999 dport=4000",
      " [UPDATE] udp      17 30 src=10.0.1.2 dst=10.0.2.2 sport=4000 dport=999 src=10.0.2.2 dst=10.0.1.2 sport=999 dport=4000",
      " [UPDATE] udp      17 120 src=10.0.1.2 dst=10.0.2.2 sport=4000 dport=999 src=10.0.2.2 dst=10.0.1.2 sport=999 dport=4000 [ASSURED]",
    ]);
  });

  test("with a wrong checksum or length is INVALID; without a checksum it is not", () => {
    const { send, conntrack } = router();
    const wrong = udpPacket(A, 1, B, 2, 3);
    put16(wrong.data, wrong.trans + 6, 0x1234);
    expect(send(wrong)).toBe("INVALID");
    const long = udpPacket(A, 1, B, 2, 3);
    put16(long.data, long.trans + 4, 60);
    expect(send(long)).toBe("INVALID");
    const none = udpPacket(A, 1, B, 2, 3);
    put16(none.data, none.trans + 6, 0);
    expect(send(none)).toBe("NEW");
    conntrack.settings.checksum = 0;
    const unchecked = udpPacket(A, 3, B, 2, 3);
    put16(unchecked.data, unchecked.trans + 6, 0x1234);
    expect(send(unchecked)).toBe("NEW");
  });
});

describe("ICMP", () => {
  test("a reply to nothing is INVALID; timestamps are tracked like echoes", () => {
    const { host, send, lines } = router();
    expect(send(echoPacket(A, B, icmp.ECHO_REPLY, 7))).toBe("INVALID");
    expect(send(echoPacket(A, B, icmp.TIMESTAMP, 3487))).toBe("NEW");
    expect(send(echoPacket(B, A, icmp.TIMESTAMP_REPLY, 3487))).toBe("ESTABLISHED");
    host.clock.advance(4 * MILLISECOND);
    expect(lines()).toEqual([
      "icmp     1 29 src=10.0.1.2 dst=10.0.2.2 type=13 code=0 id=3487 src=10.0.2.2 dst=10.0.1.2 type=14 code=0 id=3487 mark=0 use=1",
    ]);
  });

  test("an error about a known flow is RELATED and changes nothing", () => {
    const { send, lines } = router();
    const pkt = udpPacket(A, 39115, B, 998, 3);
    send(pkt);
    const before = lines();
    expect(send(errorPacket(B, A, icmp.DEST_UNREACH, icmp.PORT_UNREACH, pkt))).toBe("RELATED");
    expect(lines()).toEqual(before);
    expect(before[0]).toContain("[UNREPLIED]");
    expect(send(errorPacket("10.0.9.9", A, icmp.TIME_EXCEEDED, 0, pkt))).toBe("RELATED");
    // About a flow that nobody knows, to somebody else, or damaged.
    expect(send(errorPacket(B, A, 3, 3, udpPacket(A, 1, B, 998)))).toBe("INVALID");
    expect(send(errorPacket(B, "10.0.1.9", 3, 3, pkt))).toBe("INVALID");
    const bad = errorPacket(B, A, 3, 3, pkt);
    put16(bad.data, bad.trans + 2, 1);
    expect(send(bad)).toBe("INVALID");
  });
});

describe("entries", () => {
  test("end when their time is over; a listener hears of it when they are collected", () => {
    const { host, conntrack, events, listen, send } = router();
    listen();
    send(echoPacket(A, B, icmp.ECHO, 21840));
    send(echoPacket(B, A, icmp.ECHO_REPLY, 21840));
    host.clock.advance(31 * SECOND);
    expect(conntrack.count).toBe(1);
    expect(events).toHaveLength(2);
    host.clock.advance(60 * SECOND);
    expect(conntrack.count).toBe(0);
    expect(events[2]).toBe(
      "[DESTROY] icmp     1 src=10.0.1.2 dst=10.0.2.2 type=8 code=0 id=21840 src=10.0.2.2 dst=10.0.1.2 type=0 code=0 id=21840",
    );
  });

  test("a reset before any answer ends the entry at once", () => {
    const { events, listen, send, conntrack } = router();
    listen();
    send(tcpPacket(A, 40552, B, 8001, tcp.SYN, { seq: 1 }));
    expect(send(tcpPacket(B, 8001, A, 40552, tcp.RST | tcp.ACK, { ack: 2 }))).toBe("ESTABLISHED");
    expect(conntrack.count).toBe(0);
    expect(events).toEqual([
      "    [NEW] tcp      6 120 SYN_SENT src=10.0.1.2 dst=10.0.2.2 sport=40552 dport=8001 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 sport=8001 dport=40552",
      "[DESTROY] tcp      6 120 CLOSE src=10.0.1.2 dst=10.0.2.2 sport=40552 dport=8001 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 sport=8001 dport=40552",
    ]);
  });

  test("made while nobody listened never report", () => {
    const { events, listen, send, conntrack } = router();
    send(udpPacket(A, 1, B, 2));
    listen();
    send(udpPacket(B, 2, A, 1));
    conntrack.flush();
    expect(events).toEqual([]);
  });

  test("count packets and bytes when accounting is on", () => {
    const { host, conntrack, send, lines } = router();
    conntrack.settings.accounting = 1;
    for (const sequence of [1, 2]) {
      send(echoPacket(A, B, icmp.ECHO, 21852, sequence));
      send(echoPacket(B, A, icmp.ECHO_REPLY, 21852, sequence));
    }
    host.clock.advance(4 * MILLISECOND);
    const text =
      "icmp     1 29 src=10.0.1.2 dst=10.0.2.2 type=8 code=0 id=21852 packets=2 bytes=168 src=10.0.2.2 dst=10.0.1.2 type=0 code=0 id=21852 packets=2 bytes=168 mark=0 ";
    expect(lines()).toEqual([`${text}use=1`]);
    expect(formatProcEntry(conntrack.list()[0], conntrack)).toBe(`ipv4     2 ${text}zone=0 use=2`);
  });

  test("of other protocols are generic, 600 s", () => {
    const { send, lines } = router();
    const pkt = udpPacket(A, 0, B, 0);
    pkt.data[pkt.net + 9] = 89;
    send(pkt);
    expect(lines()).toEqual([
      "unknown  89 600 src=10.0.1.2 dst=10.0.2.2 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 mark=0 use=1",
    ]);
  });

  test("of GRE and DCCP print as the tool and the kernel each see them", () => {
    const { host, send, lines, conntrack } = router();
    const of = (protocol: number, src: string, dst: string): Packet => {
      const pkt = udpPacket(src, 0, dst, 0);
      pkt.data[pkt.net + 9] = protocol;
      return pkt;
    };
    for (const [src, dst] of [
      [A, B],
      [B, A],
      [A, B],
    ])
      send(of(47, src, dst));
    send(of(33, A, B));
    host.clock.advance(4 * MILLISECOND);
    expect(lines()).toEqual([
      "gre      47 179 src=10.0.1.2 dst=10.0.2.2 srckey=0x0 dstkey=0x0 src=10.0.2.2 dst=10.0.1.2 srckey=0x0 dstkey=0x0 [ASSURED] mark=0 use=1",
      "dccp     33 599 src=10.0.1.2 dst=10.0.2.2 sport=0 dport=0 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 sport=0 dport=0 mark=0 use=1",
    ]);
    expect(conntrack.list().map((ct) => formatProcEntry(ct, conntrack))).toEqual([
      "ipv4     2 gre      47 179 timeout=30, stream_timeout=180 src=10.0.1.2 dst=10.0.2.2 srckey=0x0 dstkey=0x0 src=10.0.2.2 dst=10.0.1.2 srckey=0x0 dstkey=0x0 [ASSURED] mark=0 zone=0 use=2",
      "ipv4     2 unknown  33 599 src=10.0.1.2 dst=10.0.2.2 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 mark=0 zone=0 use=2",
    ]);
  });

  test("are limited: a full table drops new flows and says so", () => {
    const limits = new ConntrackLimits();
    limits.max = 3;
    const { host, send, conntrack } = router(limits);
    expect([1, 2, 3, 4, 5].map((port) => send(udpPacket(A, port, B, 53)))).toEqual([
      "NEW",
      "NEW",
      "NEW",
      "dropped",
      "dropped",
    ]);
    expect(send(udpPacket(B, 53, A, 1))).toBe("ESTABLISHED");
    expect(host.lines).toEqual(
      Array(2).fill("nf_conntrack: nf_conntrack: table full in netns 4026532200, dropping packet"),
    );
    expect(conntrack.stats.drop).toBe(2);
    const pkt = udpPacket(A, 9, B, 53);
    expect(conntrack.input(pkt, PREROUTING)).toBe(NF_DROP);
    expect(pkt.dropReason).toBe("NETFILTER_DROP");
  });

  test("keep their mark", () => {
    const { send, lines, conntrack, events, listen } = router();
    listen();
    send(udpPacket(A, 1, B, 2));
    const ct = conntrack.list()[0];
    conntrack.setMark(ct, 5);
    conntrack.updated(ct);
    expect(lines()[0]).toContain(" mark=5 ");
    expect(events[1]).toMatch(/^ \[UPDATE\] .* mark=5$/);
  });
});

describe("settings", () => {
  test("are the kernel's sysctls with its defaults", () => {
    const { conntrack } = router();
    const all = conntrackSysctls(conntrack.settings, () => conntrack.count, false);
    const value = Object.fromEntries(all.map((s) => [s.name, s.get()]));
    // `sysctl net.netfilter` in a new namespace.
    expect(value).toEqual({
      nf_conntrack_acct: 0,
      nf_conntrack_buckets: 262144,
      nf_conntrack_checksum: 1,
      nf_conntrack_count: 0,
      nf_conntrack_events: 2,
      nf_conntrack_expect_max: 4096,
      nf_conntrack_generic_timeout: 600,
      nf_conntrack_gre_timeout: 30,
      nf_conntrack_gre_timeout_stream: 180,
      nf_conntrack_icmp_timeout: 30,
      nf_conntrack_log_invalid: 0,
      nf_conntrack_max: 262144,
      nf_conntrack_tcp_be_liberal: 0,
      nf_conntrack_tcp_ignore_invalid_rst: 0,
      nf_conntrack_tcp_loose: 1,
      nf_conntrack_tcp_max_retrans: 3,
      nf_conntrack_tcp_timeout_close: 10,
      nf_conntrack_tcp_timeout_close_wait: 60,
      nf_conntrack_tcp_timeout_established: 432000,
      nf_conntrack_tcp_timeout_fin_wait: 120,
      nf_conntrack_tcp_timeout_last_ack: 30,
      nf_conntrack_tcp_timeout_max_retrans: 300,
      nf_conntrack_tcp_timeout_syn_recv: 60,
      nf_conntrack_tcp_timeout_syn_sent: 120,
      nf_conntrack_tcp_timeout_time_wait: 120,
      nf_conntrack_tcp_timeout_unacknowledged: 300,
      nf_conntrack_timestamp: 0,
      nf_conntrack_udp_timeout: 30,
      nf_conntrack_udp_timeout_stream: 120,
    });
    expect(all.filter((s) => s.set === undefined).map((s) => s.name)).toEqual([
      "nf_conntrack_buckets",
      "nf_conntrack_count",
      "nf_conntrack_expect_max",
      "nf_conntrack_max",
    ]);
    all.find((s) => s.name === "nf_conntrack_icmp_timeout")?.set?.(5);
    expect(conntrack.settings.icmpTimeout).toBe(5 * SECOND);
  });
});

test("a thousand entries come and go, and each is found while it lives", () => {
  const { conntrack } = router();
  const tuples = Array.from(
    { length: 1000 },
    (_, i) => new Tuple(0x0a000000 + (i % 7), 0x0a010000, i, 53, 17),
  );
  const reply = (t: Tuple) => {
    const r = new Tuple(0, 0, 0, 0, 0);
    invert(r, t);
    return r;
  };
  const entries = tuples.map((t) => conntrack.add(t, reply(t), 60 * SECOND, () => {}));
  expect(conntrack.count).toBe(1000);
  for (let i = 0; i < 1000; i += 3) conntrack.kill(entries[i]!);
  tuples.forEach((t, i) => {
    expect(conntrack.find(t)?.ct).toBe(i % 3 === 0 ? undefined : entries[i]);
    expect(conntrack.find(reply(t))?.direction).toBe(i % 3 === 0 ? undefined : 1);
  });
  conntrack.flush();
  expect(conntrack.count).toBe(0);
});
