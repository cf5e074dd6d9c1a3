import { put16, put32, u16, u32 } from "./bytes.ts";
import { checksum, replace16, replace32 } from "./checksum.ts";

/** IPv4 (RFC 791). `at` is the offset of the IP header. Addresses are unsigned 32-bit numbers. */
export const LENGTH = 20;

export const ICMP = 1;
export const IGMP = 2;
export const IPIP = 4;
export const TCP = 6;
export const UDP = 17;
export const GRE = 47;
export const ESP = 50;
export const AH = 51;
export const ICMPV6 = 58;
export const SCTP = 132;

export const DF = 0x4000;
export const MF = 0x2000;
export const OFFSET = 0x1fff;

export const version = (data: Uint8Array, at: number): number => data[at] >>> 4;
/** Header length in bytes. */
export const headerLength = (data: Uint8Array, at: number): number => (data[at] & 15) << 2;
export const tos = (data: Uint8Array, at: number): number => data[at + 1];
export const totalLength = (data: Uint8Array, at: number): number => u16(data, at + 2);
export const id = (data: Uint8Array, at: number): number => u16(data, at + 4);
/** Flags and fragment offset as they stand in the header (DF, MF, OFFSET mask them). */
export const fragment = (data: Uint8Array, at: number): number => u16(data, at + 6);
export const ttl = (data: Uint8Array, at: number): number => data[at + 8];
export const protocol = (data: Uint8Array, at: number): number => data[at + 9];
export const headerChecksum = (data: Uint8Array, at: number): number => u16(data, at + 10);
export const src = (data: Uint8Array, at: number): number => u32(data, at + 12);
export const dst = (data: Uint8Array, at: number): number => u32(data, at + 16);

/** True for any fragment but a whole datagram (ip_is_fragment). */
export const isFragment = (data: Uint8Array, at: number): boolean =>
  (u16(data, at + 6) & (MF | OFFSET)) !== 0;

/** Rewrites the source address; the header checksum follows. */
export function setSrc(data: Uint8Array, at: number, address: number): void {
  replace32(data, at + 10, u32(data, at + 12), address);
  put32(data, at + 12, address);
}

export function setDst(data: Uint8Array, at: number, address: number): void {
  replace32(data, at + 10, u32(data, at + 16), address);
  put32(data, at + 16, address);
}

export function setTtl(data: Uint8Array, at: number, value: number): void {
  const old = u16(data, at + 8);
  data[at + 8] = value;
  replace16(data, at + 10, old, u16(data, at + 8));
}

export function setTos(data: Uint8Array, at: number, value: number): void {
  const old = u16(data, at);
  data[at + 1] = value;
  replace16(data, at + 10, old, u16(data, at));
}

export interface Header {
  tos: number;
  /** Header and payload, bytes. */
  totalLength: number;
  id: number;
  /** DF, MF and the offset in 8-byte units. */
  fragment: number;
  ttl: number;
  protocol: number;
  src: number;
  dst: number;
  /** Already padded to four bytes. */
  options?: Uint8Array;
}

/** Writes the header with its checksum at `at`; returns its length in bytes. */
export function emit(data: Uint8Array, at: number, h: Header): number {
  const length = LENGTH + (h.options?.length ?? 0);
  data[at] = 0x40 | (length >>> 2);
  data[at + 1] = h.tos;
  put16(data, at + 2, h.totalLength);
  put16(data, at + 4, h.id);
  put16(data, at + 6, h.fragment);
  data[at + 8] = h.ttl;
  data[at + 9] = h.protocol;
  put16(data, at + 10, 0);
  put32(data, at + 12, h.src);
  put32(data, at + 16, h.dst);
  if (h.options) data.set(h.options, at + LENGTH);
  put16(data, at + 10, checksum(data, at, at + length));
  return length;
}

/** Recomputes the header checksum in place (ip_send_check). */
export function updateChecksum(data: Uint8Array, at: number): void {
  put16(data, at + 10, 0);
  put16(data, at + 10, checksum(data, at, at + headerLength(data, at)));
}

/** The checks of ip_rcv_core but the checksum: version, lengths. */
export function valid(data: Uint8Array, at: number, end: number): boolean {
  if (end - at < LENGTH || version(data, at) !== 4) return false;
  const header = headerLength(data, at);
  const total = totalLength(data, at);
  return header >= LENGTH && total >= header && end - at >= total;
}

/** Dotted quad of an unsigned 32-bit number. */
export function format(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** The address of a strict dotted quad (inet_pton), or undefined. */
export function parse(text: string): number | undefined {
  const m = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!m) return undefined;
  let value = 0;
  for (let i = 1; i <= 4; i++) {
    const part = m[i];
    const n = Number(part);
    if (n > 255 || (part.length > 1 && part[0] === "0")) return undefined;
    value = value * 256 + n;
  }
  return value;
}

/** The mask of a prefix length 0 … 32, as an unsigned number. */
export const mask = (prefix: number): number => (prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0);

/** The prefix length of a contiguous mask, or −1. */
export function prefixOf(netmask: number): number {
  const length = Math.clz32(~netmask);
  return mask(length) === netmask >>> 0 ? length : -1;
}
