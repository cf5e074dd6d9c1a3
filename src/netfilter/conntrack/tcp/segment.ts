import { u32 } from "../../../wire/bytes.ts";
import * as tcp from "../../../wire/tcp.ts";
import type { Packet } from "../../packet.ts";
import { FLAG_SACK_PERM, FLAG_WINDOW_SCALE, type TcpSide } from "./tracking.ts";

/** Sequence numbers are compared by difference: their 32 bits wrap. */
export const before = (a: number, b: number): boolean => ((a - b) | 0) < 0;
export const after = (a: number, b: number): boolean => ((b - a) | 0) < 0;

/** The sequence number behind the segment (segment_seq_plus_len). */
export function segmentEnd(pkt: Packet, at: number): number {
  const flags = tcp.flags(pkt.data, at);
  const length = pkt.end - at - tcp.headerLength(pkt.data, at);
  return (tcp.seq(pkt.data, at) + length + (flags & tcp.SYN ? 1 : 0) + (flags & tcp.FIN ? 1 : 0)) | 0;
}

/** tcp_options: what a SYN says about window scaling and SACK. */
export function readOptions(data: Uint8Array, at: number, side: TcpSide): void {
  const end = at + tcp.headerLength(data, at);
  let i = at + tcp.LENGTH;
  if (i >= end) return;
  side.scale = 0;
  side.flags = 0;
  while (i < end) {
    const kind = data[i];
    if (kind === tcp.OPT_END) return;
    if (kind === tcp.OPT_NOP) {
      i++;
      continue;
    }
    if (end - i < 2) return;
    const size = data[i + 1];
    if (size < 2 || size > end - i) return;
    if (kind === tcp.OPT_SACK_PERMITTED && size === 2) side.flags |= FLAG_SACK_PERM;
    else if (kind === tcp.OPT_WSCALE && size === 3) {
      side.scale = Math.min(data[i + 2], 14);
      side.flags |= FLAG_WINDOW_SCALE;
    }
    i += size;
  }
}

/** tcp_sack: the highest right edge of the SACK blocks, or `ack`. */
export function highestSack(data: Uint8Array, at: number, ack: number): number {
  const end = at + tcp.headerLength(data, at);
  let i = at + tcp.LENGTH;
  // Timestamps alone, as nearly every segment has them.
  if (end - i === 12 && u32(data, i) === 0x0101080a) return ack;
  let highest = ack;
  while (i < end) {
    const kind = data[i];
    if (kind === tcp.OPT_END) return highest;
    if (kind === tcp.OPT_NOP) {
      i++;
      continue;
    }
    if (end - i < 2) return highest;
    const size = data[i + 1];
    if (size < 2 || size > end - i) return highest;
    if (kind === tcp.OPT_SACK && size >= 10 && (size - 2) % 8 === 0) {
      for (let block = i + 2; block < i + size; block += 8) {
        const right = u32(data, block + 4) | 0;
        if (after(right, highest)) highest = right;
      }
      return highest;
    }
    i += size;
  }
  return highest;
}
