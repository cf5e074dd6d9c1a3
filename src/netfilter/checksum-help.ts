import { put16 } from "../wire/bytes.ts";
import { checksum, fold, pseudo4 } from "../wire/checksum.ts";
import * as ipv4 from "../wire/ipv4.ts";
import type { Packet } from "./packet.ts";

/** Offset of the checksum in a UDP or TCP header. */
const field = (protocol: number): number => (protocol === ipv4.UDP ? 6 : 16);

/**
 * Leaves the checksum of a local UDP datagram or TCP segment to the device (CHECKSUM_PARTIAL): the field holds the
 * sum of the pseudo header alone, which is what a capture on the sender's side of a veth shows as incorrect.
 */
export function leaveChecksum(pkt: Packet, src: number, dst: number, protocol: number): void {
  const sum = ~fold(pseudo4(src, dst, protocol, pkt.end - pkt.trans)) & 0xffff;
  put16(pkt.data, pkt.trans + field(protocol), sum);
  pkt.partial = true;
}

/** skb_checksum_help: fills in what was left to a device, for one that does not do it, or before it is cut up. */
export function completeChecksum(pkt: Packet): void {
  if (!pkt.partial) return;
  pkt.partial = false;
  const { data, net, end } = pkt;
  const at = net + ipv4.headerLength(data, net);
  put16(data, at + field(ipv4.protocol(data, net)), checksum(data, at, end) || 0xffff);
}
