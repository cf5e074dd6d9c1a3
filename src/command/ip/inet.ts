import * as ipv4 from "../../wire/ipv4.ts";
import * as ipv6 from "../../wire/ipv6.ts";

/** Address families by their iproute2 names. "" is AF_UNSPEC. */
export type Family = "" | "inet" | "inet6" | "link" | "mpls" | "bridge";

/** An address of either family: a number (IPv4) or 16 bytes (IPv6). */
export type Address = number | Uint8Array;

/** What get_prefix leaves: an address, its length, and how it was written. */
export interface Prefix {
  readonly family: Family;
  /** undefined: "default", "all", "any": no address was given. */
  readonly address: Address | undefined;
  readonly length: number;
  /** A length was written ("/24", or "default"). */
  readonly specified: boolean;
}

export function formatAddress(a: Address): string {
  return typeof a === "number" ? ipv4.format(a) : ipv6.format(a);
}

export function sameAddress(a: Address, b: Address): boolean {
  if (typeof a === "number" || typeof b === "number") return a === b;
  for (let i = 0; i < 16; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** True when the first `length` bits are the same. */
export function samePrefix(a: Address, b: Address, length: number): boolean {
  if (typeof a === "number") {
    if (typeof b !== "number") return false;
    return length === 0 || (a ^ b) >>> (32 - length) === 0;
  }
  if (typeof b === "number") return false;
  for (let i = 0; i < length; i += 8) {
    const mask = length - i >= 8 ? 255 : (0xff00 >> (length - i)) & 255;
    if (((a[i >> 3] ^ b[i >> 3]) & mask) !== 0) return false;
  }
  return true;
}

/** iproute2's reading of IPv4: strtoul on each part, and missing parts are 0 ("10.1" is 10.1.0.0). */
export function parseIpv4(text: string): number | undefined {
  // The usual spelling first: it is nearly all of them.
  let value = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 48 && c <= 57) {
      if (digits === 1 && part === 0) return unusualIpv4(text);
      part = part * 10 + c - 48;
      digits++;
    } else if (c === 46 && digits > 0 && dots < 3) {
      if (part > 255) return undefined;
      value = value * 256 + part;
      part = 0;
      digits = 0;
      dots++;
    } else return unusualIpv4(text);
  }
  if (digits === 0 || part > 255) return undefined;
  value = value * 256 + part;
  for (; dots < 3; dots++) value *= 256;
  return value;
}

function unusualIpv4(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length > 4) return undefined;
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const n = i < parts.length ? parseUnsigned(parts[i]) : 0;
    if (n === undefined || n > 255) return undefined;
    value = value * 256 + n;
  }
  return value;
}

/** strtoul(text, NULL, 0) of the whole text: decimal, 0x hexadecimal, 0 octal. */
export function parseUnsigned(text: string): number | undefined {
  const match = /^[ \t]*\+?(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))$/.exec(text);
  if (!match) return undefined;
  if (match[1] !== undefined) return Number.parseInt(match[1], 16);
  if (match[2] !== undefined) return Number.parseInt(match[2], 8);
  return Number(match[3]);
}

/** get_u8, get_u16, get_u32 of iproute2: undefined when it does not fit. */
export function parseBits(text: string, bits: 8 | 16 | 32): number | undefined {
  const value = parseUnsigned(text);
  return value === undefined || value >= 2 ** bits ? undefined : value;
}

/** get_integer: a signed 32-bit number. */
export function parseInteger(text: string): number | undefined {
  const negative = text.startsWith("-");
  const value = parseUnsigned(negative ? text.slice(1) : text);
  if (value === undefined || value > 0x7fffffff + (negative ? 1 : 0)) return undefined;
  return negative ? -value : value;
}

/** get_addr_1: undefined when `text` is no address of `family`. */
export function parseAddress(text: string, family: Family): Prefix | undefined {
  if (text === "default" || text === "all" || text === "any") {
    if (family === "mpls") return undefined;
    return { family, address: undefined, length: -2, specified: text === "default" };
  }
  if (text.includes(":")) {
    if (family !== "" && family !== "inet6") return undefined;
    const address = ipv6.parse(text);
    return address && { family: "inet6", address, length: -1, specified: false };
  }
  if (family !== "" && family !== "inet") return undefined;
  const address = parseIpv4(text);
  return address === undefined ? undefined : { family: "inet", address, length: -1, specified: false };
}

/** get_prefix_1: an address with an optional length or netmask. */
export function parsePrefix(text: string, family: Family): Prefix | undefined {
  const slash = text.indexOf("/");
  const base = parseAddress(slash < 0 ? text : text.slice(0, slash), family);
  if (!base) return undefined;
  const bits = base.family === "inet6" ? 128 : base.family === "inet" ? 32 : 0;
  if (slash < 0) {
    return { ...base, length: base.address === undefined ? 0 : bits };
  }
  if (base.address === undefined) return undefined;
  const length = parseMask(text.slice(slash + 1));
  if (length === undefined || length > bits) return undefined;
  return { family: base.family, address: base.address, length, specified: true };
}

/** get_netmask: a number of bits, or a dotted mask without holes. */
function parseMask(text: string): number | undefined {
  const bits = parseUnsigned(text);
  if (bits !== undefined) return bits;
  const mask = text.includes(".") ? parseIpv4(text) : undefined;
  if (mask === undefined) return undefined;
  const holes = ~mask >>> 0;
  if ((holes & (holes + 1)) >>> 0 !== 0) return undefined;
  return Math.clz32(holes);
}
