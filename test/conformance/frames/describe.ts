import { u16, u32 } from "../../../src/wire/bytes.ts";
import { checksum, fold, pseudo4 } from "../../../src/wire/checksum.ts";
import * as ethernet from "../../../src/wire/ethernet.ts";
import * as icmp from "../../../src/wire/icmp.ts";
import * as ipv4 from "../../../src/wire/ipv4.ts";
import * as tcp from "../../../src/wire/tcp.ts";
import { CHATTER } from "../normalise.ts";
import { Names } from "./names.ts";

/** A frame that a device of the lab sent or received. */
export interface LinkFrame {
  readonly ns: string;
  readonly dev: string;
  /** sll_pkttype of packet(7). */
  readonly type: number;
  /** The kernel left the transport checksum to the device (CHECKSUM_PARTIAL): it counts as right. */
  readonly partial: boolean;
  /** From the link header on, a VLAN tag in its place. */
  readonly bytes: Uint8Array;
}

const TYPES = ["to us", "broadcast", "multicast", "to another", "out"];
const OUT = 4;
const FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

/**
 * The frames of every link as text: device by device, what went out, then what came in, each in its order. How
 * sending and receiving interleave is chance. Each field stands there, but for those that chance decides (names.ts).
 * `arpApart`: so is ARP's place among the rest, where its repetitions last longer than a command.
 */
export function describeFrames(frames: readonly LinkFrame[], arpApart = false): string {
  const kept = frames.filter((f) => !CHATTER.some(({ is }) => is(f.bytes)));
  const names = new Names();
  for (const f of kept) names.learn(f.bytes);
  const groups = new Map<string, LinkFrame[]>();
  for (const f of kept) {
    const key = `${f.ns} ${f.dev} ${f.type === OUT ? "out" : "in"}${arpApart && ethernet.type(f.bytes, 0) === ethernet.TYPE_ARP ? " arp" : ""}`;
    groups.set(key, [...(groups.get(key) ?? []), f]);
  }
  let out = "";
  for (const key of [...groups.keys()].sort()) {
    out += `-- ${key}\n`;
    for (const f of groups.get(key) ?? []) out += `${describe(f, names)}\n`;
  }
  return out;
}

function describe({ bytes, type, partial }: LinkFrame, names: Names): string {
  const macs = `${ethernet.format(ethernet.src(bytes, 0))} > ${ethernet.format(ethernet.dst(bytes, 0))}`;
  let at = ethernet.LENGTH;
  let ethertype = ethernet.type(bytes, 0);
  let tag = "";
  if (ethertype === ethernet.TYPE_VLAN && bytes.length >= at + 4) {
    tag = ` vlan ${u16(bytes, at).toString(16)}`;
    ethertype = u16(bytes, at + 2);
    at += 4;
  }
  const head = `${type === OUT ? "" : `${TYPES[type] ?? type}: `}${macs}${tag}`;
  if (ethertype === ethernet.TYPE_ARP) return `${head} arp ${arp(bytes, at)}`;
  if (ethertype === ethernet.TYPE_IPV4 && ipv4.valid(bytes, at, bytes.length))
    return `${head} ${packet(bytes, at, bytes.length, names, partial)}`;
  return `${head} type ${ethertype.toString(16)} ${data(bytes, at, bytes.length)}`;
}

function arp(bytes: Uint8Array, at: number): string {
  if (bytes.length < at + 28) return data(bytes, at, bytes.length);
  const mac = (i: number) => ethernet.format(bytes.subarray(at + i, at + i + 6));
  const kind = `${u16(bytes, at)} ${u16(bytes, at + 2).toString(16)} ${bytes[at + 4]} ${bytes[at + 5]}`;
  const rest = bytes.length > at + 28 ? ` and ${data(bytes, at + 28, bytes.length)}` : "";
  return `${kind} op ${u16(bytes, at + 6)} ${ipv4.format(u32(bytes, at + 14))} ${mac(8)} asks ${ipv4.format(u32(bytes, at + 24))} ${mac(18)}${rest}`;
}

/** An IPv4 packet; `partial` undefined: one that an ICMP error quotes, maybe in part. */
function packet(bytes: Uint8Array, at: number, end: number, names: Names, partial?: boolean): string {
  const header = ipv4.headerLength(bytes, at);
  const fragment = ipv4.fragment(bytes, at);
  const total = ipv4.totalLength(bytes, at);
  const options =
    header > 20 ? ` options ${hex(names.clockless(bytes, at, at + header), 0, header - 20)}` : "";
  const part = `${fragment & 0x8000 ? " RF" : ""}${fragment & ipv4.DF ? " DF" : ""}${fragment & ipv4.MF ? " MF" : ""}${fragment & ipv4.OFFSET ? ` at ${(fragment & ipv4.OFFSET) * 8}` : ""}`;
  const sum = checksum(bytes, at, at + header) === 0 ? "" : " bad header sum";
  const head = `ip tos ${ipv4.tos(bytes, at)} len ${total} ipid ${names.ipId(bytes, at)}${part} ttl ${ipv4.ttl(bytes, at)} ${ipv4.format(ipv4.src(bytes, at))} > ${ipv4.format(ipv4.dst(bytes, at))}${options}${sum}`;
  const stop = Math.min(end, at + total);
  const tail = end > at + total ? ` and ${data(bytes, at + total, end)}` : "";
  const whole = partial !== undefined && !ipv4.isFragment(bytes, at);
  const from = at + header;
  if ((fragment & ipv4.OFFSET) !== 0)
    return `${head} proto ${ipv4.protocol(bytes, at)} ${data(bytes, from, stop)}${tail}`;
  const right = partial || !whole || transportSum(bytes, at, from, stop) === 0 ? "" : " bad sum";
  return `${head} ${transport(bytes, at, from, stop, names)}${right}${tail}`;
}

/** 0: the transport checksum is right, or the protocol has none. */
function transportSum(bytes: Uint8Array, at: number, from: number, end: number): number {
  const protocol = ipv4.protocol(bytes, at);
  if (protocol === ipv4.ICMP) return checksum(bytes, from, end);
  if (protocol !== ipv4.TCP && protocol !== ipv4.UDP) return 0;
  if (protocol === ipv4.UDP && end - from >= 8 && u16(bytes, from + 6) === 0) return 0;
  const pseudo = pseudo4(ipv4.src(bytes, at), ipv4.dst(bytes, at), protocol, end - from);
  // Left to the device (CHECKSUM_PARTIAL): the field holds the pseudo header's sum.
  const field = from + (protocol === ipv4.UDP ? 6 : 16);
  if (field + 2 <= end && u16(bytes, field) === (fold(pseudo) ^ 0xffff)) return 0;
  return checksum(bytes, from, end, pseudo);
}

function transport(bytes: Uint8Array, at: number, from: number, end: number, names: Names): string {
  const protocol = ipv4.protocol(bytes, at);
  const size = end - from;
  if (protocol === ipv4.UDP && size >= 8) {
    const none = u16(bytes, from + 6) === 0 ? " no sum" : "";
    return `udp ${u16(bytes, from)} > ${u16(bytes, from + 2)} len ${u16(bytes, from + 4)}${none} ${data(bytes, from + 8, end)}`;
  }
  if (protocol === ipv4.TCP && size >= 8) return segment(bytes, at, from, end, names);
  if (protocol === ipv4.ICMP && size >= 8) return message(bytes, from, end, names);
  return `proto ${protocol} ${data(bytes, from, end)}`;
}

function segment(bytes: Uint8Array, at: number, from: number, end: number, names: Names): string {
  const ports = `tcp ${u16(bytes, from)} > ${u16(bytes, from + 2)} seq ${names.sequence(bytes, at, from)}`;
  if (end - from < 20) return `${ports} ${data(bytes, from + 8, end)}`;
  const bits = tcp.flags(bytes, from);
  const flags = FLAGS.filter((_, i) => bits & (1 << i)).join(",") || "none";
  const header = tcp.headerLength(bytes, from);
  const urgent = u16(bytes, from + 18) === 0 ? "" : ` urgent ${u16(bytes, from + 18)}`;
  const ack =
    bits & tcp.ACK || u32(bytes, from + 8) !== 0 ? ` ack ${names.acknowledged(bytes, at, from)}` : "";
  const reserved = bytes[from + 12] & 15 ? ` reserved ${bytes[from + 12] & 15}` : "";
  const body = header >= 20 ? data(bytes, Math.min(from + header, end), end) : `header ${header}`;
  return `${ports}${ack} ${flags}${reserved} win ${u16(bytes, from + 14)}${urgent} [${names.options(bytes, from + 20, Math.min(from + header, end))}] ${body}`;
}

function message(bytes: Uint8Array, from: number, end: number, names: Names): string {
  const [type, code] = [bytes[from], bytes[from + 1]];
  const head = `icmp ${type}/${code}`;
  if (type === icmp.ECHO || type === icmp.ECHO_REPLY)
    return `${head} echo ${names.echo(u16(bytes, from + 4))} seq ${u16(bytes, from + 6)} ${data(bytes, from + 8, end, names.stamped(bytes, from, end))}`;
  if (type === icmp.TIMESTAMP_REPLY) return `${head} ${end - from} bytes`;
  const rest = `${head} rest ${hex(bytes, from + 4, from + 8)}`;
  if (!icmp.isError(type) || end < from + 28 || bytes[from + 8] >>> 4 !== 4)
    return `${rest} ${data(bytes, from + 8, end)}`;
  return `${rest} about {${packet(bytes, from + 8, end, names)}}`;
}

/** Some bytes, in full where they are few; of the first `hidden` only how many. */
function data(bytes: Uint8Array, from: number, end: number, hidden = 0): string {
  const size = Math.max(0, end - from);
  if (size === 0) return "empty";
  const shown = bytes.subarray(Math.min(from + hidden, end), end);
  if (size <= 24 && hidden === 0) return `${size} bytes ${hex(bytes, from, end)}`;
  let hash = 0x811c9dc5;
  for (const byte of shown) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `${size} bytes #${hash.toString(16)}`;
}

function hex(bytes: Uint8Array, from: number, end: number): string {
  return `x${Buffer.from(bytes.subarray(from, end)).toString("hex")}`;
}
