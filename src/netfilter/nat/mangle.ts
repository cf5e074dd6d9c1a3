import { put16, u16 } from "../../wire/bytes.ts";
import { checksum, replace16, replace32 } from "../../wire/checksum.ts";
import * as icmp from "../../wire/icmp.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { SCTP, type Tuple, UDPLITE } from "../conntrack/tuple.ts";
import type { Manip } from "./range.ts";

/**
 * nf_nat_ipv4_manip_pkt: makes the source (or destination) address and port of the packet at `net` those of
 * `target`; checksums follow (`partial`: the transport's is not filled in yet). False when the header is cut short.
 */
export function rewritePacket(
  data: Uint8Array,
  net: number,
  end: number,
  target: Tuple,
  manip: Manip,
  partial = false,
): boolean {
  const at = net + ipv4.headerLength(data, net);
  const old = manip === "src" ? ipv4.src(data, net) : ipv4.dst(data, net);
  const now = manip === "src" ? target.src : target.dst;
  if (
    (u16(data, net + 6) & ipv4.OFFSET) === 0 &&
    !rewriteTransport(data, net, at, end, target, manip, old, now, partial)
  )
    return false;
  if (manip === "src") ipv4.setSrc(data, net, now);
  else ipv4.setDst(data, net, now);
  return true;
}

/** l4proto_manip_pkt: the port and the checksum over the pseudo header. */
function rewriteTransport(
  data: Uint8Array,
  net: number,
  at: number,
  end: number,
  target: Tuple,
  manip: Manip,
  oldAddress: number,
  newAddress: number,
  partial: boolean,
): boolean {
  const protocol = data[net + 9];
  switch (protocol) {
    case ipv4.TCP: {
      // Inside an ICMP error there may be no more than eight bytes.
      if (at + 8 > end) return false;
      const port = manip === "src" ? target.sport : target.dport;
      const where = manip === "src" ? at : at + 2;
      const old = u16(data, where);
      put16(data, where, port);
      if (at + 20 > end) return true;
      if (partial) return replacePseudo(data, at + 16, oldAddress, newAddress);
      replace32(data, at + 16, oldAddress, newAddress);
      replace16(data, at + 16, old, port);
      return true;
    }
    case ipv4.UDP:
    case UDPLITE: {
      if (at + 8 > end) return false;
      const port = manip === "src" ? target.sport : target.dport;
      const where = manip === "src" ? at : at + 2;
      const old = u16(data, where);
      put16(data, where, port);
      if (partial) return replacePseudo(data, at + 6, oldAddress, newAddress);
      if (protocol === ipv4.UDP && u16(data, at + 6) === 0) return true;
      replace32(data, at + 6, oldAddress, newAddress);
      replace16(data, at + 6, old, port);
      if (u16(data, at + 6) === 0) put16(data, at + 6, 0xffff);
      return true;
    }
    case SCTP: {
      if (at + 8 > end) return false;
      put16(data, manip === "src" ? at : at + 2, manip === "src" ? target.sport : target.dport);
      // SCTP's CRC32c is over the packet without addresses; only whole packets have one to renew.
      if (end - at >= 12) sctpChecksum(data, at, end);
      return true;
    }
    case ipv4.ICMP: {
      if (at + 8 > end) return false;
      const type = data[at];
      if (
        type === icmp.ECHO ||
        type === icmp.ECHO_REPLY ||
        (type >= icmp.TIMESTAMP && type <= icmp.ADDRESS_REPLY)
      ) {
        const old = u16(data, at + 4);
        replace16(data, at + 2, old, target.sport);
        put16(data, at + 4, target.sport);
      }
      return true;
    }
    default:
      return true;
  }
}

/** inet_proto_csum_replace4 where the field is the sum of the pseudo header alone, in which ports have no part. */
function replacePseudo(data: Uint8Array, at: number, old: number, now: number): true {
  put16(data, at, ~u16(data, at) & 0xffff);
  replace32(data, at, old, now);
  put16(data, at, ~u16(data, at) & 0xffff);
  return true;
}

/**
 * The part of nf_nat_icmp_reply_translation inside the error at `at`: the packet it carries once looked like
 * `tuple` from the other side, so its `manip` end becomes that; the ICMP checksum is made anew.
 */
export function rewriteIcmpInner(
  data: Uint8Array,
  at: number,
  end: number,
  tuple: Tuple,
  manip: Manip,
): void {
  rewritePacket(data, at + 8, end, tuple, manip);
  put16(data, at + 2, 0);
  put16(data, at + 2, checksum(data, at, end));
}

/** CRC32c (Castagnoli), RFC 9260 appendix A. */
function sctpChecksum(data: Uint8Array, at: number, end: number): void {
  data[at + 8] = data[at + 9] = data[at + 10] = data[at + 11] = 0;
  let crc = 0xffffffff;
  for (let i = at; i < end; i++) {
    crc ^= data[i];
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  crc = ~crc >>> 0;
  for (let i = 0; i < 4; i++) data[at + 8 + i] = crc >>> (8 * i);
}
