import { u32 } from "../../wire/bytes.ts";
import { checksum, pseudo4 } from "../../wire/checksum.ts";
import * as tcp from "../../wire/tcp.ts";
import * as udp from "../../wire/udp.ts";
import type { Packet } from "../packet.ts";
import { validFlags } from "./tcp/states.ts";
import { UDPLITE } from "./tuple.ts";

/** tcp_error: lengths, checksum, flags. */
export function tcpWellFormed(pkt: Packet, at: number, check: boolean): boolean {
  const data = pkt.data;
  const length = pkt.end - at;
  if (length < tcp.LENGTH) return false;
  const header = tcp.headerLength(data, at);
  if (header < tcp.LENGTH || length < header) return false;
  if (check && !tcp.verify4(data, at, pkt.end, u32(data, pkt.net + 12), u32(data, pkt.net + 16)))
    return false;
  return validFlags(tcp.flags(data, at));
}

/** udp_error, udplite_error */
export function udpWellFormed(pkt: Packet, at: number, check: boolean, protocol: number): boolean {
  const data = pkt.data;
  const have = pkt.end - at;
  if (have < udp.LENGTH) return false;
  if (protocol === UDPLITE) {
    // RFC 3828: the length field is the coverage (0: all), the checksum must be there.
    const coverage = udp.length(data, at) || have;
    if (coverage < udp.LENGTH || coverage > have || udp.checksumOf(data, at) === 0) return false;
    const pseudo = pseudo4(u32(data, pkt.net + 12), u32(data, pkt.net + 16), UDPLITE, have);
    return !check || checksum(data, at, at + coverage, pseudo) === 0;
  }
  const length = udp.length(data, at);
  if (length > have || length < udp.LENGTH) return false;
  if (udp.checksumOf(data, at) === 0 || !check) return true;
  return udp.verify4(data, at, at + length, u32(data, pkt.net + 12), u32(data, pkt.net + 16));
}
