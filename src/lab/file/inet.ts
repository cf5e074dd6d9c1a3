import { isIPv4, isIPv6 } from "node:net";

/** An address with its prefix length. */
export interface Prefix {
  readonly address: string;
  readonly length: number;
  /** IPv4 only: the address as a number. Of IPv6 only the form is looked at. */
  readonly value: number | undefined;
}

/** "10.0.0.1/24" or "fd00::1/64"; undefined when it is neither. */
export function parsePrefix(text: string): Prefix | undefined {
  const m = /^([^/]+)\/(\d{1,3})$/.exec(text);
  if (!m) return undefined;
  const length = Number(m[2]);
  if (isIPv4(m[1]) && length <= 32) return { address: m[1], length, value: number(m[1]) };
  if (isIPv6(m[1]) && length <= 128) return { address: m[1], length, value: undefined };
  return undefined;
}

export function parseAddress(text: string): Prefix | undefined {
  if (isIPv4(text)) return { address: text, length: 32, value: number(text) };
  return isIPv6(text) ? { address: text, length: 128, value: undefined } : undefined;
}

/** The network of an IPv4 prefix, as a number. */
export function network({ value, length }: Prefix): number {
  return length === 0 ? 0 : ((((value ?? 0) & (0xffffffff << (32 - length))) >>> 0) as number);
}

/** Whether an IPv4 address lies in a prefix. */
export function within(address: Prefix, prefix: Prefix): boolean {
  if (address.value === undefined || prefix.value === undefined) return false;
  return network({ ...address, length: prefix.length }) === network(prefix);
}

export function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

function number(text: string): number {
  return text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
