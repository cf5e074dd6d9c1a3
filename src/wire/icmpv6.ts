import { put16, u16 } from "./bytes.ts";
import { checksum } from "./checksum.ts";
import { ICMPV6, pseudo6 } from "./ipv6.ts";

/** ICMPv6 (RFC 4443), neighbour discovery (RFC 4861), multicast listener discovery (RFC 2710, 3810). */
export const LENGTH = 8;

export const DEST_UNREACH = 1;
export const PACKET_TOO_BIG = 2;
export const TIME_EXCEEDED = 3;
export const PARAMETER_PROBLEM = 4;
export const ECHO_REQUEST = 128;
export const ECHO_REPLY = 129;
export const MLD_QUERY = 130;
export const MLD_REPORT = 131;
export const MLD_DONE = 132;
export const ROUTER_SOLICIT = 133;
export const ROUTER_ADVERT = 134;
export const NEIGHBOUR_SOLICIT = 135;
export const NEIGHBOUR_ADVERT = 136;
export const REDIRECT = 137;
export const MLDV2_REPORT = 143;

// Options of neighbour discovery.
export const OPT_SOURCE_LLA = 1;
export const OPT_TARGET_LLA = 2;
export const OPT_PREFIX = 3;
export const OPT_REDIRECTED = 4;
export const OPT_MTU = 5;
export const OPT_RDNSS = 25;

export const type = (data: Uint8Array, at: number): number => data[at];
export const code = (data: Uint8Array, at: number): number => data[at + 1];
/** Echo identifier and sequence number. */
export const id = (data: Uint8Array, at: number): number => u16(data, at + 4);
export const sequence = (data: Uint8Array, at: number): number => u16(data, at + 6);
/** Target of a neighbour solicitation, advertisement or redirect. */
export const target = (data: Uint8Array, at: number): Uint8Array => data.subarray(at + 8, at + 24);

/** Fills in the checksum of the message [at, end). */
export function updateChecksum(
  data: Uint8Array,
  at: number,
  end: number,
  src: Uint8Array,
  dst: Uint8Array,
): void {
  put16(data, at + 2, 0);
  put16(data, at + 2, checksum(data, at, end, pseudo6(src, dst, ICMPV6, end - at)));
}

export function verify(data: Uint8Array, at: number, end: number, src: Uint8Array, dst: Uint8Array): boolean {
  return checksum(data, at, end, pseudo6(src, dst, ICMPV6, end - at)) === 0;
}

/** An option of neighbour discovery: type, and the bytes behind type and length. */
export interface NdOption {
  type: number;
  at: number;
  body: Uint8Array;
}

/** The options in [from, end), or undefined when they are malformed. */
export function ndOptions(data: Uint8Array, from: number, end: number): NdOption[] | undefined {
  const options: NdOption[] = [];
  for (let at = from; at < end; ) {
    const length = at + 1 < end ? data[at + 1] << 3 : 0;
    if (length === 0 || at + length > end) return undefined;
    options.push({ type: data[at], at, body: data.subarray(at + 2, at + length) });
    at += length;
  }
  return options;
}
