import * as ipv4 from "../../wire/ipv4.ts";
import type { Connection } from "../conntrack/connection.ts";
import { IPS_DYING, IPS_FIXED_TIMEOUT, IPS_SRC_NAT } from "../conntrack/connection.ts";
import type { Conntrack } from "../conntrack/conntrack.ts";
import { TCP_SYN_SENT, TCP_TIME_WAIT } from "../conntrack/tcp/states.ts";
import { hasPorts, invert, Tuple } from "../conntrack/tuple.ts";
import {
  type Manip,
  NAT_MAP_IPS,
  NAT_OFFSET,
  NAT_PERSISTENT,
  NAT_PORTS,
  NAT_RANDOM,
  NAT_RANDOM_FULLY,
  type NatRange,
} from "./range.ts";

const RANDOM_ALL = NAT_RANDOM | NAT_RANDOM_FULLY;
/** Ports that are tried before a new place to start is chosen (NF_NAT_MAX_ATTEMPTS). */
const MAX_ATTEMPTS = 128;
/** With this many attempts left, closed TCP connections are evicted (NF_NAT_HARDER_THRESH). */
const HARDER = MAX_ATTEMPTS / 4;

const reply = new Tuple(0, 0, 0, 0, 0);

/** nf_nat_used_tuple: would the answers to `tuple` be taken for another connection's? */
function used(tuple: Tuple, ct: Connection, conntrack: Conntrack): boolean {
  invert(reply, tuple);
  return conntrack.taken(reply, ct) !== undefined;
}

/** nf_nat_used_tuple_harder: when ports run out, a connection in TIME_WAIT with lower numbers makes room. */
function usedHarder(tuple: Tuple, ct: Connection, conntrack: Conntrack, left: number): boolean {
  invert(reply, tuple);
  const other = conntrack.taken(reply, ct);
  if (other === undefined) return false;
  if (left > HARDER || ct.tcp === null || other.tcp === null || ct.tcp.state !== TCP_SYN_SENT) return true;
  if (!other.reply.equals(reply)) return true;
  if (other.tcp.state < TCP_TIME_WAIT || other.status & (IPS_FIXED_TIMEOUT | IPS_DYING)) return true;
  if (!(other.status & IPS_SRC_NAT)) return true;
  if (((ct.tcp.seen[0].end - other.tcp.seen[0].end) | 0) <= 0) return true;
  return !conntrack.kill(other);
}

/** l4proto_in_range */
function portInRange(t: Tuple, manip: Manip, range: NatRange): boolean {
  let port: number;
  if (t.protocol === ipv4.ICMP) port = t.sport;
  else if (hasPorts(t.protocol) || t.protocol === ipv4.GRE) port = manip === "src" ? t.sport : t.dport;
  else return true;
  return port >= range.minPort && port <= range.maxPort;
}

/** nf_in_range: does the source of `t` already satisfy the range? */
function sourceInRange(t: Tuple, range: NatRange): boolean {
  if (range.flags & NAT_MAP_IPS && (t.src < range.minAddress || t.src > range.maxAddress)) return false;
  return !(range.flags & NAT_PORTS) || portInRange(t, "src", range);
}

/** get_unique_tuple: writes into `tuple` what `original` becomes, so that answers find only this connection. */
export function uniqueTuple(
  tuple: Tuple,
  original: Tuple,
  range: NatRange,
  ct: Connection,
  manip: Manip,
  conntrack: Conntrack,
): void {
  const { flags } = range;
  if (manip === "src" && !(flags & RANDOM_ALL)) {
    // Leave it as it is, or map it as another connection from the same source port is mapped.
    if (sourceInRange(original, range)) {
      if (!used(original, ct, conntrack)) {
        tuple.copy(original);
        return;
      }
    } else if (likeSameSource(tuple, original, range, conntrack) && !used(tuple, ct, conntrack)) return;
  }
  tuple.copy(original);
  chooseAddress(tuple, range, manip);
  if (!(flags & RANDOM_ALL)) {
    if (flags & NAT_PORTS) {
      if (
        !(flags & NAT_OFFSET) &&
        portInRange(tuple, manip, range) &&
        (range.minPort === range.maxPort || !used(tuple, ct, conntrack))
      )
        return;
    } else if (!used(tuple, ct, conntrack)) return;
  }
  choosePort(tuple, range, manip, ct, conntrack);
}

/** find_appropriate_src */
function likeSameSource(tuple: Tuple, original: Tuple, range: NatRange, conntrack: Conntrack): boolean {
  const { src, sport, protocol } = original;
  for (
    let other = conntrack.firstFromSource(src, sport, protocol);
    other !== null;
    other = other.sameSource
  ) {
    const t = other.original;
    if (t.src !== src || t.sport !== sport || t.protocol !== protocol) continue;
    invert(tuple, other.reply);
    tuple.dst = original.dst;
    tuple.dport = original.dport;
    if (sourceInRange(tuple, range)) return true;
  }
  return false;
}

/** find_best_ips_proto: the address of a range by a hash of source and destination, so that a client keeps it. */
function chooseAddress(tuple: Tuple, range: NatRange, manip: Manip): void {
  if (!(range.flags & NAT_MAP_IPS)) return;
  let address = range.minAddress;
  if (range.minAddress !== range.maxAddress) {
    const seed = range.flags & NAT_PERSISTENT ? 0 : swap(tuple.dst);
    const j = jhashWords(swap(tuple.src), seed);
    const span = range.maxAddress - range.minAddress + 1;
    // reciprocal_scale; the product needs 64 bits.
    address = range.minAddress + Number((BigInt(j) * BigInt(span % 0x1_0000_0000)) >> 32n);
  }
  if (manip === "src") tuple.src = address;
  else tuple.dst = address;
}

/** nf_nat_l4proto_unique_tuple */
function choosePort(tuple: Tuple, range: NatRange, manip: Manip, ct: Connection, conntrack: Conntrack): void {
  const ports = (range.flags & NAT_PORTS) !== 0;
  const isIcmp = tuple.protocol === ipv4.ICMP;
  if (!isIcmp && !hasPorts(tuple.protocol)) return;
  const source = isIcmp || manip === "src";
  const key = source ? tuple.sport : tuple.dport;
  let min: number;
  let size: number;
  if (ports) {
    min = isIcmp ? range.minPort : Math.min(range.minPort, range.maxPort);
    size = isIcmp ? range.maxPort - range.minPort + 1 : Math.abs(range.maxPort - range.minPort) + 1;
  } else if (isIcmp) {
    min = 0;
    size = 65536;
  } else {
    // A destination's port stays unless the rule names ports.
    if (manip === "dst") return;
    if (key < 512) {
      min = 1;
      size = 511;
    } else if (key < 1024) {
      min = 600;
      size = 424;
    } else {
      min = 1024;
      size = 64512;
    }
  }
  const { random } = conntrack.host;
  let offset: number;
  if (range.flags & NAT_OFFSET) offset = (key - range.basePort) & 0xffff;
  else if (range.flags & RANDOM_ALL || manip !== "dst") offset = random.below(65536);
  else offset = 0;
  let attempts = Math.min(size, MAX_ATTEMPTS);
  for (;;) {
    for (let i = 0; i < attempts; i++, offset = (offset + 1) & 0xffff) {
      const port = (min + (offset % size)) & 0xffff;
      if (source) tuple.sport = port;
      else tuple.dport = port;
      if (!usedHarder(tuple, ct, conntrack, attempts - i)) return;
    }
    if (attempts >= size || attempts < 16) return;
    attempts >>= 1;
    offset = random.below(65536);
  }
}

/** A network order address as the kernel's little-endian word. */
const swap = (n: number): number =>
  (((n & 0xff) << 24) | ((n & 0xff00) << 8) | ((n >>> 8) & 0xff00) | (n >>> 24)) >>> 0;
const rol = (n: number, by: number): number => (n << by) | (n >>> (32 - by));

/** jhash2 over the four words of an nf_inet_addr whose first holds an IPv4 address (include/linux/jhash.h). */
export function jhashWords(first: number, seed: number): number {
  let a = (0xdeadbeef + (4 << 2) + seed) | 0;
  let b = a;
  let c = a;
  a = (a + first) | 0;
  // Three words are mixed, the fourth (zero, as the second and third) ends it.
  a = (a - c) ^ rol(c, 4);
  c = (c + b) | 0;
  b = (b - a) ^ rol(a, 6);
  a = (a + c) | 0;
  c = (c - b) ^ rol(b, 8);
  b = (b + a) | 0;
  a = (a - c) ^ rol(c, 16);
  c = (c + b) | 0;
  b = (b - a) ^ rol(a, 19);
  a = (a + c) | 0;
  c = (c - b) ^ rol(b, 4);
  b = (b + a) | 0;
  c = (c ^ b) - rol(b, 14);
  a = (a ^ c) - rol(c, 11);
  b = (b ^ a) - rol(a, 25);
  c = (c ^ b) - rol(b, 16);
  a = (a ^ c) - rol(c, 4);
  b = (b ^ a) - rol(a, 14);
  c = (c ^ b) - rol(b, 24);
  return c >>> 0;
}
