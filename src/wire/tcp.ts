import { put16, put32, u16, u32 } from "./bytes.ts";
import { checksum, pseudo4 } from "./checksum.ts";
import { TCP } from "./ipv4.ts";

/** TCP (RFC 9293). `at` is the offset of the TCP header. */
export const LENGTH = 20;

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;
export const URG = 32;
export const ECE = 64;
export const CWR = 128;

// Option kinds.
export const OPT_END = 0;
export const OPT_NOP = 1;
export const OPT_MSS = 2;
export const OPT_WSCALE = 3;
export const OPT_SACK_PERMITTED = 4;
export const OPT_SACK = 5;
export const OPT_TIMESTAMP = 8;

export const sport = (data: Uint8Array, at: number): number => u16(data, at);
export const dport = (data: Uint8Array, at: number): number => u16(data, at + 2);
export const seq = (data: Uint8Array, at: number): number => u32(data, at + 4);
export const ack = (data: Uint8Array, at: number): number => u32(data, at + 8);
/** Header length in bytes. */
export const headerLength = (data: Uint8Array, at: number): number => (data[at + 12] >>> 4) << 2;
export const flags = (data: Uint8Array, at: number): number => data[at + 13];
/** Unscaled. */
export const window = (data: Uint8Array, at: number): number => u16(data, at + 14);
export const checksumOf = (data: Uint8Array, at: number): number => u16(data, at + 16);
export const urgent = (data: Uint8Array, at: number): number => u16(data, at + 18);

export interface Header {
  sport: number;
  dport: number;
  seq: number;
  ack: number;
  flags: number;
  window: number;
  urgent?: number;
  /** Already padded to four bytes. */
  options?: Uint8Array;
}

/** Writes the header and the checksum; the payload must already stand behind the header, up to `end`. */
export function emit4(data: Uint8Array, at: number, end: number, h: Header, src: number, dst: number): void {
  const length = LENGTH + (h.options?.length ?? 0);
  put16(data, at, h.sport);
  put16(data, at + 2, h.dport);
  put32(data, at + 4, h.seq);
  put32(data, at + 8, h.ack);
  data[at + 12] = (length >>> 2) << 4;
  data[at + 13] = h.flags;
  put16(data, at + 14, h.window);
  put16(data, at + 16, 0);
  put16(data, at + 18, h.urgent ?? 0);
  if (h.options) data.set(h.options, at + LENGTH);
  put16(data, at + 16, checksum(data, at, end, pseudo4(src, dst, TCP, end - at)));
}

export function verify4(data: Uint8Array, at: number, end: number, src: number, dst: number): boolean {
  return checksum(data, at, end, pseudo4(src, dst, TCP, end - at)) === 0;
}
