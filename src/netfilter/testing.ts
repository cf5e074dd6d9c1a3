import type { Clock, Nanoseconds, Timer } from "../base/clock.ts";
import { Random } from "../base/random.ts";
import type { WalkSink, WalkStep } from "../walk/event.ts";
import { put16 } from "../wire/bytes.ts";
import * as icmp from "../wire/icmp.ts";
import * as ipv4 from "../wire/ipv4.ts";
import * as tcp from "../wire/tcp.ts";
import * as udp from "../wire/udp.ts";
import type { AddressType, NetfilterHost } from "./hooks.ts";
import { type DeviceRef, HEADROOM, Packet } from "./packet.ts";
import type { Action, BoundMatch, Rule } from "./rule.ts";

/** A clock that stands until it is told to move; for tests and benches of netfilter alone. */
export class TestClock implements Clock {
  now: Nanoseconds = 0;
  readonly epoch: Nanoseconds = 0;
  private timers: { at: Nanoseconds; run: () => void; pending: boolean; cancel(): void }[] = [];

  at(time: Nanoseconds, run: () => void): Timer {
    const timer = {
      at: time,
      run,
      pending: true,
      cancel() {
        timer.pending = false;
      },
    };
    this.timers.push(timer);
    return timer;
  }
  after(delay: Nanoseconds, run: () => void): Timer {
    return this.at(this.now + delay, run);
  }
  charge(cost: Nanoseconds): void {
    this.now += cost;
  }
  /** Moves on, running what falls due. */
  advance(span: Nanoseconds): void {
    const end = this.now + span;
    for (;;) {
      const due = this.timers.filter((t) => t.pending && t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.now = due.at;
      due.pending = false;
      due.run();
      this.timers = this.timers.filter((t) => t.pending);
    }
    this.now = end;
  }
}

export const device = (index: number, name: string): DeviceRef => ({
  index,
  name,
  mac: new Uint8Array(6),
  master: null,
});

/** A namespace that netfilter can sit in, without a network. */
export class TestHost implements NetfilterHost {
  readonly name = "test";
  readonly id = 4026532200;
  readonly initial = false;
  readonly clock = new TestClock();
  readonly random: Random;
  walk: WalkSink | null = null;
  readonly steps: WalkStep[] = [];
  readonly lines: string[] = [];
  readonly rerouted: number[] = [];
  sourceAddress = 0;
  private packets = 0;

  constructor(seed: number | string = 1) {
    this.random = new Random(seed);
  }
  /** Starts keeping walk events in `steps`. */
  record(): void {
    this.walk = { emit: (_ns, step) => this.steps.push(step) };
  }
  nextPacketId(): number {
    return ++this.packets;
  }
  netfilterLog(_level: number, line: string): boolean {
    this.lines.push(line);
    return true;
  }
  printk(_level: number, line: string): void {
    this.lines.push(line);
  }
  addressType4(): AddressType {
    return "UNICAST";
  }
  selectAddress4(): number {
    return this.sourceAddress;
  }
  icmpError4(): void {}
  sendLocal4(): void {}
  reroute4(pkt: Packet): boolean {
    this.rerouted.push(pkt.id);
    return true;
  }
  defragment4(): boolean {
    return false;
  }
}

const address = (text: string | number): number =>
  typeof text === "number" ? text : (ipv4.parse(text) ?? Number.NaN);

function packet(src: string | number, dst: string | number, protocol: number, length: number): Packet {
  const data = new Uint8Array(HEADROOM + ipv4.LENGTH + length);
  const pkt = new Packet(0, data, HEADROOM, data.length, 0x0800);
  ipv4.emit(data, HEADROOM, {
    tos: 0,
    totalLength: ipv4.LENGTH + length,
    id: 1,
    fragment: ipv4.DF,
    ttl: 64,
    protocol,
    src: address(src),
    dst: address(dst),
  });
  pkt.trans = HEADROOM + ipv4.LENGTH;
  return pkt;
}

export interface TcpFields {
  readonly seq?: number;
  readonly ack?: number;
  readonly window?: number;
  readonly options?: Uint8Array;
  readonly length?: number;
}

export function tcpPacket(
  src: string | number,
  sport: number,
  dst: string | number,
  dport: number,
  flags: number,
  fields: TcpFields = {},
): Packet {
  const length = fields.length ?? 0;
  const pkt = packet(src, dst, ipv4.TCP, tcp.LENGTH + (fields.options?.length ?? 0) + length);
  pkt.data.fill(0x78, pkt.end - length);
  tcp.emit4(
    pkt.data,
    pkt.trans,
    pkt.end,
    {
      sport,
      dport,
      seq: fields.seq ?? 0,
      ack: fields.ack ?? 0,
      flags,
      window: fields.window ?? 65535,
      options: fields.options,
    },
    address(src),
    address(dst),
  );
  return pkt;
}

export function udpPacket(
  src: string | number,
  sport: number,
  dst: string | number,
  dport: number,
  length = 0,
): Packet {
  const pkt = packet(src, dst, ipv4.UDP, udp.LENGTH + length);
  udp.emit4(pkt.data, pkt.trans, pkt.end, sport, dport, address(src), address(dst));
  return pkt;
}

export function echoPacket(
  src: string | number,
  dst: string | number,
  type: number,
  id: number,
  sequence = 1,
): Packet {
  const pkt = packet(src, dst, ipv4.ICMP, icmp.LENGTH + 56);
  icmp.emit(pkt.data, pkt.trans, pkt.end, type, 0, id, sequence);
  return pkt;
}

/** An ICMP error about `inner`: its IP header and eight bytes, or `carry` bytes, of it. */
export function errorPacket(
  src: string | number,
  dst: string | number,
  type: number,
  code: number,
  inner: Packet,
  carry = ipv4.LENGTH + 8,
): Packet {
  const pkt = packet(src, dst, ipv4.ICMP, icmp.LENGTH + carry);
  pkt.data.set(inner.data.subarray(inner.net, inner.net + carry), pkt.trans + icmp.LENGTH);
  icmp.emit(pkt.data, pkt.trans, pkt.end, type, code, 0, 0);
  return pkt;
}

/** Marks a packet as a fragment at an offset (bytes). */
export function asFragment(pkt: Packet, offset: number, more: boolean): Packet {
  put16(pkt.data, pkt.net + 6, (offset >>> 3) | (more ? ipv4.MF : 0));
  ipv4.updateChecksum(pkt.data, pkt.net);
  return pkt;
}

const anyRule: Omit<Rule, "action"> = {
  src: null,
  dst: null,
  in: null,
  out: null,
  protocol: 0,
  protocolInverted: false,
  fragment: null,
  matches: [] as readonly BoundMatch[],
  packets: 0,
  bytes: 0,
};

/** A rule that asks nothing but what `fields` says. */
export const makeRule = (action: Action, fields: Partial<Rule> = {}): Rule => ({
  ...anyRule,
  ...fields,
  action,
});

export const verdict = (name: "ACCEPT" | "DROP" | "RETURN"): Action => ({ kind: "verdict", verdict: name });
