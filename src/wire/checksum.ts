import { put16, u16 } from "./bytes.ts";

/** Adds bytes [from, to) to a running ones' complement sum (RFC 1071); an odd last byte is padded with zero. */
export function sum(data: Uint8Array, from: number, to: number, start = 0): number {
  let total = start;
  let i = from;
  for (; i + 1 < to; i += 2) total += (data[i] << 8) | data[i + 1];
  if (i < to) total += data[i] << 8;
  return total;
}

/** Folds a running sum to the 16-bit Internet checksum. */
export function fold(total: number): number {
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x10000);
  return ~total & 0xffff;
}

/** The Internet checksum of bytes [from, to), over the given start sum (a pseudo header, say). */
export function checksum(data: Uint8Array, from: number, to: number, start = 0): number {
  return fold(sum(data, from, to, start));
}

/** The IPv4 pseudo header's sum (RFC 9293 3.1, RFC 768). Addresses are unsigned 32-bit numbers. */
export function pseudo4(src: number, dst: number, protocol: number, length: number): number {
  return (src >>> 16) + (src & 0xffff) + (dst >>> 16) + (dst & 0xffff) + protocol + length;
}

/** RFC 1624, equation 3: the checksum field at `at` follows a 16-bit word that went from `old` to `now`. */
export function replace16(data: Uint8Array, at: number, old: number, now: number): void {
  let total = (~u16(data, at) & 0xffff) + (~old & 0xffff) + (now & 0xffff);
  total = (total & 0xffff) + (total >>> 16);
  total = (total & 0xffff) + (total >>> 16);
  put16(data, at, ~total & 0xffff);
}

/** The same for a 32-bit word (an IPv4 address). */
export function replace32(data: Uint8Array, at: number, old: number, now: number): void {
  replace16(data, at, old >>> 16, now >>> 16);
  replace16(data, at, old & 0xffff, now & 0xffff);
}
