import { format, mask as prefixMask } from "../wire/ipv4.ts";
import { type OptionUse, UsageError } from "./extension.ts";
import { serviceByName, serviceByPort } from "./services.ts";

/**
 * The types of option arguments that extensions share (libxtables, xtoptions.c): text to value, with the
 * messages that iptables has for what is wrong. The double line ends are the tool's own.
 */

/** xtables_strtoui: decimal, octal (0…) or hexadecimal (0x…), nothing behind it. Undefined when it is none. */
export function integer(text: string, min: number, max: number): number | undefined {
  // Plain decimals are nearly all there is.
  let plain = 0;
  const first = text.charCodeAt(0);
  if (first > 48 && first <= 57 && text.length < 15) {
    let i = 0;
    for (; i < text.length; i++) {
      const digit = text.charCodeAt(i) - 48;
      if (digit < 0 || digit > 9) break;
      plain = plain * 10 + digit;
    }
    if (i === text.length) return plain >= min && plain <= max ? plain : undefined;
  }
  if (!/^\s*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(text)) return undefined;
  const digits = text.trim().replace("+", "");
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return value >= min && value <= max ? value : undefined;
}

/** XTTYPE_UINT*: one number from min to max. */
export function uint(text: string, use: OptionUse, max: number, min = 0): number {
  const value = integer(text, min, max);
  if (value === undefined)
    throw new UsageError(
      `${use.extension}: bad value for option "--${use.option}", or out of range (${min}-${max}).\n`,
    );
  return value;
}

/** XTTYPE_UINT*RC: "a", "a:b", "a:" or ":b". */
export function uintRange(text: string, use: OptionUse, max: number): [number, number] {
  const parts = text.split(":");
  if (parts.length > 2)
    throw new UsageError(`${use.extension}: Too many components for option "--${use.option}" (max: 2)\n`);
  const value = (part: string, empty: number) => {
    if (part === "" && parts.length === 2) return empty;
    const n = integer(part, 0, max);
    if (n === undefined)
      throw new UsageError(
        `${use.extension}: bad value for option "--${use.option}" near "${part}", or out of range (0-${max}).\n`,
      );
    return n;
  };
  const low = value(parts[0], 0);
  return [low, parts.length === 1 ? low : value(parts[1], max)];
}

/** XTTYPE_DOUBLE. */
export function real(text: string, use: OptionUse, min: number, max: number): number {
  const value = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new UsageError(
      `${use.extension}: bad value for option "--${use.option}", or out of range (${min}-${max}).\n`,
    );
  return value;
}

/** XTTYPE_STRING. */
export function words(text: string, _use: OptionUse, min: number, max: number): string {
  if (text.length < min) throw new UsageError(`Argument must have a minimum length of ${min} characters\n`);
  if (text.length > max) throw new UsageError(`Argument must have a maximum length of ${max} characters\n`);
  return text;
}

/** XTTYPE_MARKMASK32: "value" or "value/mask"; the mask is all ones without one. */
export function markMask(text: string, use: OptionUse): { mark: number; mask: number } {
  const bad = `${use.extension}: bad integer value for option "--${use.option}", or out of range.\n`;
  const m = /^\s*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)(.*)$/s.exec(text);
  if (!m) throw new UsageError(bad);
  const mark = integer(m[1], 0, 0xffffffff);
  if (mark === undefined) throw new UsageError(bad);
  let rest = m[2];
  let mask = 0xffffffff;
  if (rest.startsWith("/")) {
    const n = /^\/\s*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)(.*)$/s.exec(rest);
    const value = n ? integer(n[1], 0, 0xffffffff) : undefined;
    if (n === null || value === undefined) throw new UsageError(bad);
    mask = value;
    rest = n[2];
  }
  if (rest !== "")
    throw new UsageError(`${use.extension}: trailing garbage after value for option "--${use.option}".\n`);
  return { mark, mask };
}

/** "0x1" or, unless the mask is all ones, "0x1/0xff". */
export const markText = (mark: number, mask: number): string =>
  mask === 0xffffffff ? hex(mark) : `${hex(mark)}/${hex(mask)}`;

/** As %x prints it behind 0x. */
export const hex = (value: number): string => `0x${value.toString(16)}`;

const SYSLOG: Readonly<Record<string, number>> = {
  alert: 1,
  crit: 2,
  debug: 7,
  emerg: 0,
  error: 3,
  info: 6,
  notice: 5,
  panic: 0,
  warning: 4,
};

/** XTTYPE_SYSLOGLEVEL: 0 … 7 or a name. */
export function syslogLevel(text: string): number {
  const level = integer(text, 0, 7) ?? SYSLOG[text];
  if (level === undefined) throw new UsageError(`log level "${text}" unknown\n`);
  return level;
}

/** XTTYPE_PORTRC: a port or range, names allowed. */
export function portRange(text: string, use: OptionUse): [number, number] {
  const parts = text.split(":");
  if (parts.length > 2)
    throw new UsageError(`${use.extension}: Too many components for option "--${use.option}" (max: 2)\n`);
  const value = (part: string, empty: number) => {
    if (part === "" && parts.length === 2) return empty;
    const port = integer(part, 0, 0xffff) ?? serviceByName(part);
    if (port === undefined) throw new UsageError(`Port "${part}" does not resolve to anything.\n`);
    return port;
  };
  const low = value(parts[0], 0);
  return [low, parts.length === 1 ? low : value(parts[1], 0xffff)];
}

/** xtables_parse_port: a port's number, or its name in `protocol`. */
export function port(text: string, protocol?: string): number {
  const value = integer(text, 0, 0xffff) ?? serviceByName(text, protocol);
  if (value === undefined) throw new UsageError(`invalid port/service \`${text}' specified`);
  return value;
}

/** A port as -L shows it: by name, unless numeric or nameless. */
export const portText = (value: number, protocol: string, numeric: boolean): string =>
  (numeric ? undefined : serviceByPort(value, protocol)) ?? String(value);

/** "80" or "80:90". */
export const rangeText = (low: number, high: number, separator = ":"): string =>
  low === high ? String(low) : `${low}${separator}${high}`;

/** Four decimal parts without leading zeros, or −1. */
function strictQuad(text: string): number {
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 46) {
      if (part < 0 || ++dots > 3) return -1;
      value = value * 256 + part;
      part = -1;
    } else {
      const digit = c - 48;
      if (digit < 0 || digit > 9 || part === 0) return -1;
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return -1;
    }
  }
  return dots === 3 && part >= 0 ? value * 256 + part : -1;
}

/** A dotted quad as iptables reads it (numeric_to_ipaddr): parts in any base, missing ones are 0 … */
export function dottedQuad(text: string): number | undefined {
  const strict = strictQuad(text);
  if (strict >= 0) return strict;
  const parts = text.split(".");
  if (parts.length > 4) return undefined;
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const part = i < parts.length ? integer(parts[i], 0, 255) : 0;
    if (part === undefined) return undefined;
    value = value * 256 + part;
  }
  return value;
}

/** … but not in a mask, which is a prefix length or four parts. */
export function netmask(text: string): number {
  const prefix = integer(text, 0, 32);
  if (prefix !== undefined && !text.includes(".")) return prefixMask(prefix);
  const value = text.split(".").length === 4 ? dottedQuad(text) : undefined;
  if (value === undefined) throw new UsageError(`invalid mask \`${text}' specified`);
  return value;
}

/** xtables_ipparse_any: "host", "host/prefix" or "host/mask"; the addresses are masked. */
export function hostMask(
  text: string,
  resolve: (name: string) => readonly number[],
): { addresses: readonly number[]; mask: number } {
  const slash = text.lastIndexOf("/");
  const name = slash < 0 ? text : text.slice(0, slash);
  const mask = slash < 0 ? 0xffffffff : netmask(text.slice(slash + 1));
  // Nothing is looked up for a mask of nothing.
  if (mask === 0) return { addresses: [0], mask: 0 };
  const number = name === "" ? undefined : dottedQuad(name);
  if (number !== undefined) return { addresses: [(number & mask) >>> 0], mask };
  const found = resolve(name);
  if (found.length === 0) throw new UsageError(`host/network \`${name}' not found`);
  const addresses = new Set<number>();
  for (const address of found) addresses.add((address & mask) >>> 0);
  return { addresses: [...addresses], mask };
}

/** ":port", "10.0.0.0/8" … a mask as -S and -L show it (xtables_ipmask_to_numeric): "" for one host. */
export function maskText(mask: number): string {
  if (mask === 0xffffffff) return "";
  const prefix = Math.clz32(~mask);
  return prefixMask(prefix) === mask >>> 0 ? `/${prefix}` : `/${format(mask)}`;
}

const PLAIN = /^[-_0-9a-zA-Z]+$/;

/** xtables_save_string: quoted where iptables-restore needs it. */
export function quoted(text: string): string {
  return PLAIN.test(text) ? text : `"${text.replace(/["\\']/g, "\\$&")}"`;
}

/** An interface name as an option's argument. */
export function interfaceName(text: string): string {
  if (text.length > 15) throw new UsageError(`interface name \`${text}' must be shorter than IFNAMSIZ (15)`);
  return text;
}

/** XTTYPE_ETHERMAC. */
export function etherMac(text: string): Uint8Array {
  const parts = text.split(":");
  if (parts.length !== 6 || !parts.every((part) => /^[0-9a-fA-F]{1,2}$/.test(part)))
    throw new UsageError("Invalid MAC address specified.");
  return Uint8Array.from(parts, (part) => Number.parseInt(part, 16));
}
