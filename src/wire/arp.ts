import { put16, put32, u16, u32 } from "./bytes.ts";

/** ARP for IPv4 over Ethernet (RFC 826). `at` is the offset of the ARP header. */
export const LENGTH = 28;
export const REQUEST = 1;
export const REPLY = 2;

export const op = (data: Uint8Array, at: number): number => u16(data, at + 6);
export const sha = (data: Uint8Array, at: number): Uint8Array => data.subarray(at + 8, at + 14);
export const spa = (data: Uint8Array, at: number): number => u32(data, at + 14);
export const tha = (data: Uint8Array, at: number): Uint8Array => data.subarray(at + 18, at + 24);
export const tpa = (data: Uint8Array, at: number): number => u32(data, at + 24);

/** True when [at, end) holds an Ethernet/IPv4 ARP message (the checks of arp_rcv and arp_process). */
export function valid(data: Uint8Array, at: number, end: number): boolean {
  return (
    end - at >= LENGTH &&
    u16(data, at) === 1 &&
    u16(data, at + 2) === 0x0800 &&
    data[at + 4] === 6 &&
    data[at + 5] === 4
  );
}

export interface Message {
  op: number;
  sha: Uint8Array;
  spa: number;
  /** All zero in a request. */
  tha: Uint8Array;
  tpa: number;
}

export function emit(data: Uint8Array, at: number, m: Message): void {
  put16(data, at, 1);
  put16(data, at + 2, 0x0800);
  data[at + 4] = 6;
  data[at + 5] = 4;
  put16(data, at + 6, m.op);
  data.set(m.sha, at + 8);
  put32(data, at + 14, m.spa);
  data.set(m.tha, at + 18);
  put32(data, at + 24, m.tpa);
}
