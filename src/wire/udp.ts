import { put16, u16 } from "./bytes.ts";
import { checksum, pseudo4 } from "./checksum.ts";
import { UDP } from "./ipv4.ts";

/** UDP (RFC 768). `at` is the offset of the UDP header. */
export const LENGTH = 8;

export const sport = (data: Uint8Array, at: number): number => u16(data, at);
export const dport = (data: Uint8Array, at: number): number => u16(data, at + 2);
export const length = (data: Uint8Array, at: number): number => u16(data, at + 4);
export const checksumOf = (data: Uint8Array, at: number): number => u16(data, at + 6);

/** Writes the header without a checksum. */
export function emitHeader(data: Uint8Array, at: number, end: number, from: number, to: number): void {
  put16(data, at, from);
  put16(data, at + 2, to);
  put16(data, at + 4, end - at);
  put16(data, at + 6, 0);
}

/** Writes the header; the payload must already stand behind it, up to `end`. */
export function emit4(
  data: Uint8Array,
  at: number,
  end: number,
  from: number,
  to: number,
  src: number,
  dst: number,
): void {
  emitHeader(data, at, end, from, to);
  // A computed zero is sent as all ones: zero means "no checksum".
  put16(data, at + 6, checksum(data, at, end, pseudo4(src, dst, UDP, end - at)) || 0xffff);
}

/** True when the checksum is absent or right. */
export function verify4(data: Uint8Array, at: number, end: number, src: number, dst: number): boolean {
  return checksumOf(data, at) === 0 || checksum(data, at, end, pseudo4(src, dst, UDP, end - at)) === 0;
}
