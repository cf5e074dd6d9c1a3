import { u16, u32 } from "../../wire/bytes.ts";
import * as icmp from "../../wire/icmp.ts";
import { ICMP, TCP, UDP } from "../../wire/ipv4.ts";

export const UDPLITE = 136;
export const SCTP = 132;
export const DCCP = 33;

/** True for the protocols whose tuple has ports (since Linux 6.16 DCCP is none of them). */
export const hasPorts = (protocol: number): boolean =>
  protocol === TCP || protocol === UDP || protocol === UDPLITE || protocol === SCTP;

/**
 * One direction of a connection (struct nf_conntrack_tuple). For ICMP `sport` is the echo identifier and
 * `dport` is type × 256 + code; for a protocol without ports both are 0.
 */
export class Tuple {
  src: number;
  dst: number;
  sport: number;
  dport: number;
  protocol: number;

  constructor(src: number, dst: number, sport: number, dport: number, protocol: number) {
    this.src = src;
    this.dst = dst;
    this.sport = sport;
    this.dport = dport;
    this.protocol = protocol;
  }

  set(src: number, dst: number, sport: number, dport: number, protocol: number): void {
    this.src = src;
    this.dst = dst;
    this.sport = sport;
    this.dport = dport;
    this.protocol = protocol;
  }

  copy(from: Tuple): void {
    this.set(from.src, from.dst, from.sport, from.dport, from.protocol);
  }

  equals(other: Tuple): boolean {
    return (
      this.src === other.src &&
      this.dst === other.dst &&
      this.sport === other.sport &&
      this.dport === other.dport &&
      this.protocol === other.protocol
    );
  }
}

/** nf_ct_get_tuple: reads the tuple of the header at `net` into `into`; false when it is cut short. Fragments have none. */
export function readTuple(data: Uint8Array, net: number, at: number, end: number, into: Tuple): boolean {
  const protocol = data[net + 9];
  const src = u32(data, net + 12);
  const dst = u32(data, net + 16);
  if (hasPorts(protocol)) {
    if (at + 8 > end) return false;
    into.set(src, dst, u16(data, at), u16(data, at + 2), protocol);
  } else if (protocol === ICMP) {
    if (at + 8 > end) return false;
    into.set(src, dst, u16(data, at + 4), (data[at] << 8) | data[at + 1], protocol);
  } else into.set(src, dst, 0, 0, protocol);
  return true;
}

/** nf_ct_invert_tuple: writes what the answer to `from` looks like into `to`. False for an ICMP type that has
 *  no answer. `to` may be `from`. */
export function invert(to: Tuple, from: Tuple): boolean {
  if (from.protocol === ICMP) {
    const type = inverseType(from.dport >>> 8);
    if (type < 0) return false;
    to.set(from.dst, from.src, from.sport, (type << 8) | (from.dport & 255), ICMP);
  } else to.set(from.dst, from.src, from.dport, from.sport, from.protocol);
  return true;
}

/** The ICMP type that answers `type`, or −1 (invmap of nf_conntrack_proto_icmp.c). */
function inverseType(type: number): number {
  switch (type) {
    case icmp.ECHO:
      return icmp.ECHO_REPLY;
    case icmp.ECHO_REPLY:
      return icmp.ECHO;
    case icmp.TIMESTAMP:
      return icmp.TIMESTAMP_REPLY;
    case icmp.TIMESTAMP_REPLY:
      return icmp.TIMESTAMP;
    case icmp.INFO_REQUEST:
      return icmp.INFO_REPLY;
    case icmp.INFO_REPLY:
      return icmp.INFO_REQUEST;
    case icmp.ADDRESS:
      return icmp.ADDRESS_REPLY;
    case icmp.ADDRESS_REPLY:
      return icmp.ADDRESS;
    default:
      return -1;
  }
}

/** A 32-bit hash of a tuple, never 0 needed: the table keeps emptiness elsewhere. */
export function hashTuple(src: number, dst: number, sport: number, dport: number, protocol: number): number {
  let h = Math.imul(src | 0, 0x9e3779b1) ^ Math.imul(((dst | 0) << 13) | (dst >>> 19), 0x85ebca77);
  h = Math.imul(h ^ (h >>> 15) ^ ((sport << 16) | dport), 0xc2b2ae3d);
  h = Math.imul(h ^ (h >>> 13) ^ protocol, 0x27d4eb2f);
  return h ^ (h >>> 16);
}
