import { put16, put32, u16, u32 } from "./bytes.ts";
import {
  headerLength,
  LENGTH,
  OPT_END,
  OPT_MSS,
  OPT_NOP,
  OPT_SACK,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMP,
  OPT_WSCALE,
} from "./tcp.ts";

/** The options of a TCP segment that Linux reads (RFC 9293 3.2, 7323, 2018). */
export interface Options {
  mss?: number;
  wscale?: number;
  sackPermitted?: boolean;
  timestamp?: { value: number; echo: number };
  /** Left and right edges. */
  sack?: [left: number, right: number][];
}

/** Reads the options behind the header at `at`, as tcp_parse_options: malformed ones end the reading. */
export function parse(data: Uint8Array, at: number, end: number): Options {
  const options: Options = {};
  const to = Math.min(at + headerLength(data, at), end);
  let i = at + LENGTH;
  while (i < to) {
    const kind = data[i];
    if (kind === OPT_END) break;
    if (kind === OPT_NOP) {
      i++;
      continue;
    }
    if (i + 1 >= to) break;
    const size = data[i + 1];
    if (size < 2 || i + size > to) break;
    if (kind === OPT_MSS && size === 4) options.mss = u16(data, i + 2);
    else if (kind === OPT_WSCALE && size === 3) options.wscale = data[i + 2];
    else if (kind === OPT_SACK_PERMITTED && size === 2) options.sackPermitted = true;
    else if (kind === OPT_TIMESTAMP && size === 10)
      options.timestamp = { value: u32(data, i + 2), echo: u32(data, i + 6) };
    else if (kind === OPT_SACK && size >= 10 && (size - 2) % 8 === 0) {
      options.sack = [];
      for (let b = i + 2; b < i + size; b += 8) options.sack.push([u32(data, b), u32(data, b + 4)]);
    }
    i += size;
  }
  return options;
}

/** Offset of the MSS value in the header at `at` (to clamp it in place), or −1. */
export function findMss(data: Uint8Array, at: number, end: number): number {
  const to = Math.min(at + headerLength(data, at), end);
  for (let i = at + LENGTH; i < to; ) {
    const kind = data[i];
    if (kind === OPT_END) return -1;
    if (kind === OPT_NOP) {
      i++;
      continue;
    }
    const size = data[i + 1];
    if (i + 1 >= to || size < 2 || i + size > to) return -1;
    if (kind === OPT_MSS && size === 4) return i + 2;
    i += size;
  }
  return -1;
}

/**
 * The bytes of the options in the order and with the padding of Linux (tcp_options_write): MSS; SACK
 * permitted beside the timestamp when both are there; NOPs before window scale and SACK.
 */
export function emit(options: Options): Uint8Array {
  const bytes = new Uint8Array(40);
  let at = 0;
  const ts = options.timestamp;
  if (options.mss !== undefined) {
    bytes[at] = OPT_MSS;
    bytes[at + 1] = 4;
    put16(bytes, at + 2, options.mss);
    at += 4;
  }
  if (ts) {
    bytes[at] = options.sackPermitted ? OPT_SACK_PERMITTED : OPT_NOP;
    bytes[at + 1] = options.sackPermitted ? 2 : OPT_NOP;
    bytes[at + 2] = OPT_TIMESTAMP;
    bytes[at + 3] = 10;
    put32(bytes, at + 4, ts.value);
    put32(bytes, at + 8, ts.echo);
    at += 12;
  } else if (options.sackPermitted) {
    bytes.set([OPT_NOP, OPT_NOP, OPT_SACK_PERMITTED, 2], at);
    at += 4;
  }
  if (options.wscale !== undefined) {
    bytes.set([OPT_NOP, OPT_WSCALE, 3, options.wscale], at);
    at += 4;
  }
  if (options.sack && options.sack.length > 0) {
    const room = Math.floor((40 - at - 4) / 8);
    const blocks = options.sack.slice(0, room);
    bytes.set([OPT_NOP, OPT_NOP, OPT_SACK, 2 + 8 * blocks.length], at);
    at += 4;
    for (const [left, right] of blocks) {
      put32(bytes, at, left);
      put32(bytes, at + 4, right);
      at += 8;
    }
  }
  return bytes.slice(0, at);
}
