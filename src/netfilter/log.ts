import { u16, u32 } from "../wire/bytes.ts";
import * as icmp from "../wire/icmp.ts";
import * as ipv4 from "../wire/ipv4.ts";
import * as tcp from "../wire/tcp.ts";
import { ownerOf } from "./headers.ts";
import { type HookState, INPUT } from "./hooks.ts";
import type { Packet } from "./packet.ts";

/**
 * The line that a packet makes in the kernel log, byte for byte as nf_log_syslog.c of Linux 6.18 prints it
 * (nf_log_ip_packet), the trailing space included.
 */

// NF_LOG_* (include/uapi/linux/netfilter/nf_log.h).
export const LOG_TCPSEQ = 1;
export const LOG_TCPOPT = 2;
export const LOG_IPOPT = 4;
export const LOG_UID = 8;
export const LOG_MACDECODE = 32;

const ETHERNET = 14;
const UDPLITE = 136;

export function logLine4(pkt: Packet, state: HookState, prefix: string, flags: number): string {
  const { physIn, physOut } = pkt;
  let line = `${prefix}IN=${state.in?.name ?? ""} OUT=${state.out?.name ?? ""} `;
  if (physIn !== null && physIn !== state.in) line += `PHYSIN=${physIn.name} `;
  if (physOut !== null && physOut !== state.out) line += `PHYSOUT=${physOut.name} `;
  if (state.in !== null) line += link(pkt, flags, state.in.isLoopback === true);
  return line + packet(pkt, pkt.net, flags, state);
}

/** skb->sk: who sent it, or at INPUT the connection that ip_rcv_finish_core has found. */
function socketOf(pkt: Packet, state: HookState): unknown {
  return pkt.socket ?? (state.hook === INPUT ? state.host.earlySocket4?.(pkt) : null);
}

const hex2 = (value: number): string => value.toString(16).padStart(2, "0");
const macText = (data: Uint8Array, at: number): string =>
  Array.from(data.subarray(at, at + 6), hex2).join(":");
const upper = (data: Uint8Array, from: number, to: number): string =>
  Array.from(data.subarray(from, to), hex2).join("").toUpperCase();
const tosHex = (value: number): string => hex2(value).toUpperCase();

/** dump_mac_header: it decodes the headers of Ethernet devices alone. */
function link(pkt: Packet, flags: number, isLoopback: boolean): string {
  const { data, mac } = pkt;
  if (flags & LOG_MACDECODE && !isLoopback) {
    const at = Math.max(0, mac);
    return `MACSRC=${macText(data, at + 6)} MACDST=${macText(data, at)} MACPROTO=${hex2(data[at + 12])}${hex2(data[at + 13])} `;
  }
  if (mac < 0 || mac === pkt.net) return "MAC= ";
  return `MAC=${Array.from(data.subarray(mac, mac + ETHERNET), hex2).join(":")} `;
}

/** dump_ipv4_packet; without `state` for the packet that an ICMP error quotes. */
function packet(pkt: Packet, at: number, flags: number, state: HookState | null): string {
  const { data, end } = pkt;
  if (at + ipv4.LENGTH > end) return "TRUNCATED";
  const tos = ipv4.tos(data, at);
  const frag = ipv4.fragment(data, at);
  const header = ipv4.headerLength(data, at);
  const protocol = ipv4.protocol(data, at);
  let line =
    `SRC=${ipv4.format(ipv4.src(data, at))} DST=${ipv4.format(ipv4.dst(data, at))} ` +
    `LEN=${ipv4.totalLength(data, at)} TOS=0x${tosHex(tos & 0x1e)} PREC=0x${tosHex(tos & 0xe0)} ` +
    `TTL=${ipv4.ttl(data, at)} ID=${ipv4.id(data, at)} `;
  if (frag & 0x8000) line += "CE ";
  if (frag & ipv4.DF) line += "DF ";
  if (frag & ipv4.MF) line += "MF ";
  if (frag & ipv4.OFFSET) line += `FRAG:${frag & ipv4.OFFSET} `;
  if (flags & LOG_IPOPT && header > ipv4.LENGTH) {
    if (at + header > end) return `${line}TRUNCATED`;
    line += `OPT (${upper(data, at + ipv4.LENGTH, at + header)}) `;
  }

  const next = at + header;
  const fragment = (frag & ipv4.OFFSET) !== 0;
  const incomplete = `INCOMPLETE [${end - next} bytes] `;
  switch (protocol) {
    case ipv4.TCP:
      line += "PROTO=TCP ";
      if (fragment) break;
      if (next + tcp.LENGTH > end) return line + incomplete;
      line += tcpText(pkt, next, flags);
      if (line.endsWith("(TRUNCATED)")) return line;
      break;
    case ipv4.UDP:
    case UDPLITE:
      line += protocol === UDPLITE ? "PROTO=UDPLITE " : "PROTO=UDP ";
      if (fragment) break;
      if (next + 8 > end) return line + incomplete;
      line += `SPT=${u16(data, next)} DPT=${u16(data, next + 2)} LEN=${u16(data, next + 4)} `;
      break;
    case ipv4.ICMP:
      line += "PROTO=ICMP ";
      if (!fragment) line += icmpText(pkt, next, flags, state === null, incomplete);
      break;
    case ipv4.AH:
    case ipv4.ESP: {
      const ah = protocol === ipv4.AH;
      line += ah ? "PROTO=AH " : "PROTO=ESP ";
      if (fragment) break;
      if (next + (ah ? 12 : 8) > end) line += incomplete;
      else line += `SPI=0x${u32(data, ah ? next + 4 : next).toString(16)} `;
      break;
    }
    default:
      line += `PROTO=${protocol} `;
  }
  if (state === null) return line;
  const owner = flags & LOG_UID ? ownerOf(socketOf(pkt, state)) : null;
  if (owner) line += `UID=${owner.uid} GID=${owner.gid} `;
  if (pkt.mark !== 0) line += `MARK=0x${(pkt.mark >>> 0).toString(16)} `;
  return line;
}

const TCP_FLAGS: readonly (readonly [number, string])[] = [
  [tcp.CWR, "CWR "],
  [tcp.ECE, "ECE "],
  [tcp.URG, "URG "],
  [tcp.ACK, "ACK "],
  [tcp.PSH, "PSH "],
  [tcp.RST, "RST "],
  [tcp.SYN, "SYN "],
  [tcp.FIN, "FIN "],
];

/** nf_log_dump_tcp_header */
function tcpText({ data, end }: Packet, at: number, flags: number): string {
  const bits = tcp.flags(data, at);
  let line = `SPT=${tcp.sport(data, at)} DPT=${tcp.dport(data, at)} `;
  if (flags & LOG_TCPSEQ) line += `SEQ=${tcp.seq(data, at)} ACK=${tcp.ack(data, at)} `;
  line += `WINDOW=${tcp.window(data, at)} RES=0x${hex2((data[at + 12] & 0x0e) << 2)} `;
  if (data[at + 12] & 1) line += "AE ";
  for (const [bit, name] of TCP_FLAGS) if (bits & bit) line += name;
  line += `URGP=${tcp.urgent(data, at)} `;
  const header = tcp.headerLength(data, at);
  if (flags & LOG_TCPOPT && header > tcp.LENGTH) {
    if (at + header > end) return `${line}OPT (TRUNCATED)`;
    line += `OPT (${upper(data, at + tcp.LENGTH, at + header)}) `;
  }
  return line;
}

/** Bytes that each ICMP type needs to be whole. */
const ICMP_NEEDS: Readonly<Record<number, number>> = {
  [icmp.ECHO_REPLY]: 4,
  [icmp.DEST_UNREACH]: 28,
  [icmp.SOURCE_QUENCH]: 28,
  [icmp.REDIRECT]: 28,
  [icmp.ECHO]: 4,
  [icmp.TIME_EXCEEDED]: 28,
  [icmp.PARAMETER_PROBLEM]: 28,
  [icmp.TIMESTAMP]: 20,
  [icmp.TIMESTAMP_REPLY]: 20,
  [icmp.ADDRESS]: 12,
  [icmp.ADDRESS_REPLY]: 12,
};

function icmpText(pkt: Packet, at: number, flags: number, inner: boolean, incomplete: string): string {
  const { data, end } = pkt;
  if (at + icmp.LENGTH > end) return incomplete;
  const type = icmp.type(data, at);
  const code = icmp.code(data, at);
  let line = `TYPE=${type} CODE=${code} `;
  if (end - at < (ICMP_NEEDS[type] ?? 0)) return line + incomplete;
  switch (type) {
    case icmp.ECHO_REPLY:
    case icmp.ECHO:
      line += `ID=${icmp.id(data, at)} SEQ=${icmp.sequence(data, at)} `;
      break;
    case icmp.PARAMETER_PROBLEM:
      line += `PARAMETER=${data[at + 4]} `;
      break;
    case icmp.REDIRECT:
    case icmp.DEST_UNREACH:
    case icmp.SOURCE_QUENCH:
    case icmp.TIME_EXCEEDED:
      if (type === icmp.REDIRECT) line += `GATEWAY=${ipv4.format(u32(data, at + 4))} `;
      // Only one packet deep.
      if (!inner) line += `[${packet(pkt, at + icmp.LENGTH, flags, null)}] `;
      if (type === icmp.DEST_UNREACH && code === icmp.FRAG_NEEDED) line += `MTU=${icmp.mtu(data, at)} `;
      break;
  }
  return line;
}
