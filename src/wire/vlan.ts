import { put16, u16 } from "./bytes.ts";

/** An 802.1Q tag: `at` is the offset of the tag control information, behind the TPID (EtherType 0x8100). */
export const LENGTH = 4;
export const TYPE_8021Q = 0x8100;
export const TYPE_8021AD = 0x88a8;

export const vid = (data: Uint8Array, at: number): number => u16(data, at) & 0xfff;
export const priority = (data: Uint8Array, at: number): number => data[at] >>> 5;
/** Drop eligible indicator. */
export const dei = (data: Uint8Array, at: number): boolean => (data[at] & 0x10) !== 0;
/** EtherType of what is inside. */
export const type = (data: Uint8Array, at: number): number => u16(data, at + 2);

export const isTag = (ethertype: number): boolean =>
  ethertype === TYPE_8021Q || ethertype === TYPE_8021AD || ethertype === 0x9100 || ethertype === 0x9200;

export function emit(data: Uint8Array, at: number, id: number, prio: number, ethertype: number): void {
  put16(data, at, (prio << 13) | id);
  put16(data, at + 2, ethertype);
}
