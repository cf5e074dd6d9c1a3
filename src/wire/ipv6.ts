import { put16, u16, u32 } from "./bytes.ts";
import * as ipv4 from "./ipv4.ts";

/** IPv6 (RFC 8200). `at` is the offset of the IPv6 header. Addresses are 16-byte arrays. */
export const LENGTH = 40;

// Next headers.
export const HOP_BY_HOP = 0;
export const ROUTING = 43;
export const FRAGMENT = 44;
export const ICMPV6 = 58;
export const NO_NEXT = 59;
export const DEST_OPTIONS = 60;

export const version = (data: Uint8Array, at: number): number => data[at] >>> 4;
export const trafficClass = (data: Uint8Array, at: number): number => (u16(data, at) >>> 4) & 255;
export const flowLabel = (data: Uint8Array, at: number): number => u32(data, at) & 0xfffff;
export const payloadLength = (data: Uint8Array, at: number): number => u16(data, at + 4);
export const nextHeader = (data: Uint8Array, at: number): number => data[at + 6];
export const hopLimit = (data: Uint8Array, at: number): number => data[at + 7];
export const src = (data: Uint8Array, at: number): Uint8Array => data.subarray(at + 8, at + 24);
export const dst = (data: Uint8Array, at: number): Uint8Array => data.subarray(at + 24, at + 40);

/** The checks of ip6_rcv_core: version and lengths. */
export function valid(data: Uint8Array, at: number, end: number): boolean {
  return end - at >= LENGTH && version(data, at) === 6 && end - at - LENGTH >= payloadLength(data, at);
}

export interface Header {
  trafficClass?: number;
  flowLabel?: number;
  payloadLength: number;
  nextHeader: number;
  hopLimit: number;
  src: Uint8Array;
  dst: Uint8Array;
}

export function emit(data: Uint8Array, at: number, h: Header): number {
  const tc = h.trafficClass ?? 0;
  const flow = h.flowLabel ?? 0;
  data[at] = 0x60 | (tc >>> 4);
  data[at + 1] = ((tc & 15) << 4) | (flow >>> 16);
  put16(data, at + 2, flow & 0xffff);
  put16(data, at + 4, h.payloadLength);
  data[at + 6] = h.nextHeader;
  data[at + 7] = h.hopLimit;
  data.set(h.src, at + 8);
  data.set(h.dst, at + 24);
  return LENGTH;
}

/** The IPv6 pseudo header's sum (RFC 8200 8.1). */
export function pseudo6(source: Uint8Array, to: Uint8Array, protocol: number, length: number): number {
  let total = protocol + (length >>> 16) + (length & 0xffff);
  for (let i = 0; i < 16; i += 2) total += u16(source, i) + u16(to, i);
  return total;
}

/** What stands behind the extension headers: the upper protocol and its offset. */
export interface Upper {
  protocol: number;
  at: number;
  /** Offset of the fragment header, or −1. */
  fragment: number;
}

/** Walks the extension headers in [at, end); undefined when they are cut short. Stops at a fragment that is
 *  not the first. */
export function upper(data: Uint8Array, at: number, end: number): Upper | undefined {
  let next = nextHeader(data, at);
  let i = at + LENGTH;
  let fragment = -1;
  for (;;) {
    if (next === HOP_BY_HOP || next === DEST_OPTIONS || next === ROUTING) {
      if (i + 8 > end) return undefined;
      next = data[i];
      i += (data[i + 1] + 1) << 3;
    } else if (next === FRAGMENT) {
      if (i + 8 > end) return undefined;
      fragment = i;
      next = data[i];
      const first = (u16(data, i + 2) & 0xfff8) === 0;
      i += 8;
      if (!first) return { protocol: next, at: i, fragment };
    } else return i > end ? undefined : { protocol: next, at: i, fragment };
  }
}

/** The text of an address as inet_ntop and RFC 5952 write it: the longest run of zero groups (two or more, the
 *  first of equals) as "::"; IPv4-mapped and -compatible addresses with a dotted quad. */
export function format(address: Uint8Array): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(u16(address, i));
  let best = -1;
  let length = 1;
  for (let i = 0; i < 8; ) {
    let n = 0;
    while (i + n < 8 && groups[i + n] === 0) n++;
    if (n > length) {
      best = i;
      length = n;
    }
    i += n || 1;
  }
  let text = "";
  for (let i = 0; i < 8; i++) {
    if (i === best) {
      text += "::";
      i += length - 1;
      continue;
    }
    if (text !== "" && !text.endsWith(":")) text += ":";
    if (i === 6 && best === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff)))
      return text + ipv4.format(u32(address, 12));
    text += groups[i].toString(16);
  }
  return text;
}

/** The address of `text` (inet_pton), or undefined. */
export function parse(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const side = (half: string, last: boolean): number[] | undefined => {
    if (half === "") return [];
    const groups: number[] = [];
    const parts = half.split(":");
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      if (part.includes(".")) {
        const v4 = last && i === parts.length - 1 ? ipv4.parse(part) : undefined;
        if (v4 === undefined) return undefined;
        groups.push(v4 >>> 16, v4 & 0xffff);
      } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
      else return undefined;
    }
    return groups;
  };
  const head = side(halves[0], halves.length === 1);
  const tail = halves.length === 2 ? side(halves[1], true) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const address = new Uint8Array(16);
  head.forEach((g, i) => {
    put16(address, 2 * i, g);
  });
  tail.forEach((g, i) => {
    put16(address, 16 - 2 * tail.length + 2 * i, g);
  });
  return address;
}

/** The modified EUI-64 link-local address of a MAC address (RFC 4291 appendix A). */
export function linkLocal(mac: Uint8Array): Uint8Array {
  return Uint8Array.of(
    0xfe,
    0x80,
    0,
    0,
    0,
    0,
    0,
    0,
    mac[0] ^ 2,
    mac[1],
    mac[2],
    0xff,
    0xfe,
    mac[3],
    mac[4],
    mac[5],
  );
}

/** The solicited-node multicast address ff02::1:ffXX:XXXX (RFC 4291 2.7.1). */
export function solicitedNode(address: Uint8Array): Uint8Array {
  return Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, address[13], address[14], address[15]);
}

export const isMulticast = (address: Uint8Array): boolean => address[0] === 0xff;
export const isLinkLocal = (address: Uint8Array): boolean =>
  address[0] === 0xfe && (address[1] & 0xc0) === 0x80;
