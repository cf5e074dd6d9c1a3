import { put16, u16 } from "./bytes.ts";
import { checksum } from "./checksum.ts";

/** ICMP for IPv4 (RFC 792). `at` is the offset of the ICMP header. */
export const LENGTH = 8;

export const ECHO_REPLY = 0;
export const DEST_UNREACH = 3;
export const SOURCE_QUENCH = 4;
export const REDIRECT = 5;
export const ECHO = 8;
export const TIME_EXCEEDED = 11;
/** Code of TIME_EXCEEDED: fragments stayed away (ICMP_EXC_FRAGTIME). */
export const REASSEMBLY_TIME = 1;
export const PARAMETER_PROBLEM = 12;
export const TIMESTAMP = 13;
export const TIMESTAMP_REPLY = 14;
export const INFO_REQUEST = 15;
export const INFO_REPLY = 16;
export const ADDRESS = 17;
export const ADDRESS_REPLY = 18;

// Codes of DEST_UNREACH.
export const NET_UNREACH = 0;
export const HOST_UNREACH = 1;
export const PROT_UNREACH = 2;
export const PORT_UNREACH = 3;
export const FRAG_NEEDED = 4;
export const SR_FAILED = 5;
export const NET_ANO = 9;
export const HOST_ANO = 10;
export const PKT_FILTERED = 13;

export const type = (data: Uint8Array, at: number): number => data[at];
export const code = (data: Uint8Array, at: number): number => data[at + 1];
/** Echo identifier. */
export const id = (data: Uint8Array, at: number): number => u16(data, at + 4);
/** Echo sequence number. */
export const sequence = (data: Uint8Array, at: number): number => u16(data, at + 6);
/** Next-hop MTU of "fragmentation needed" (RFC 1191). */
export const mtu = (data: Uint8Array, at: number): number => u16(data, at + 6);

/** True for the types that carry the packet that caused them (icmp_pointers[].error). */
export function isError(kind: number): boolean {
  return (
    kind === DEST_UNREACH ||
    kind === SOURCE_QUENCH ||
    kind === REDIRECT ||
    kind === TIME_EXCEEDED ||
    kind === PARAMETER_PROBLEM
  );
}

/** Writes type, code, the two 16-bit words after the checksum, and the checksum over [at, end). */
export function emit(
  data: Uint8Array,
  at: number,
  end: number,
  t: number,
  c: number,
  a: number,
  b: number,
): void {
  data[at] = t;
  data[at + 1] = c;
  put16(data, at + 2, 0);
  put16(data, at + 4, a);
  put16(data, at + 6, b);
  put16(data, at + 2, checksum(data, at, end));
}
