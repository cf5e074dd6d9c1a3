import { u16 } from "../../wire/bytes.ts";
import { checksum } from "../../wire/checksum.ts";
import * as icmp from "../../wire/icmp.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Packet } from "../packet.ts";
import { invert, readTuple, type Tuple } from "./tuple.ts";

/** A message of its own, to be tracked as such. */
export const ICMP_OWN = 0;
/** Cut short, a wrong checksum, an unknown type, or nothing readable inside. */
export const ICMP_INVALID = 1;
/** An error about a packet. */
export const ICMP_ABOUT = 2;

/**
 * The reading half of nf_conntrack_icmpv4_error: what is this message to connection tracking? For ICMP_ABOUT,
 * `into` is the inverted tuple of the packet that the error is about. `check`: the checksum is looked at.
 */
export function readIcmpError(pkt: Packet, at: number, check: boolean, into: Tuple): number {
  const data = pkt.data;
  if (at + 8 > pkt.end) return ICMP_INVALID;
  if (check && checksum(data, at, pkt.end) !== 0) return ICMP_INVALID;
  const type = data[at];
  // RFC 1122 3.2.2: unknown types are discarded in silence.
  if (type > 18) return ICMP_INVALID;
  if (!icmp.isError(type)) return ICMP_OWN;
  const inner = at + 8;
  if (inner + ipv4.LENGTH > pkt.end) return ICMP_INVALID;
  const innerAt = inner + ipv4.headerLength(data, inner);
  if ((u16(data, inner + 6) & ipv4.OFFSET) !== 0) return ICMP_INVALID;
  if (ipv4.headerLength(data, inner) < ipv4.LENGTH) return ICMP_INVALID;
  if (!readTuple(data, inner, innerAt, pkt.end, into)) return ICMP_INVALID;
  // The packet inside went the other way.
  return invert(into, into) ? ICMP_ABOUT : ICMP_INVALID;
}
