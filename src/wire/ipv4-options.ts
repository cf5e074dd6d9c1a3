import { put32, u32 } from "./bytes.ts";
import { headerLength, LENGTH } from "./ipv4.ts";

/** IPv4 options (RFC 791 3.1, RFC 2113). `from` and `to` bound the option bytes, behind the fixed header. */
export const EOL = 0;
export const NOP = 1;
export const RECORD_ROUTE = 7;
export const TIMESTAMP = 68;
export const SECURITY = 130;
export const LSRR = 131;
export const SSRR = 137;
export const ROUTER_ALERT = 148;

// Flags of the timestamp option.
export const TS_ONLY = 0;
export const TS_AND_ADDRESS = 1;
export const TS_PRESPECIFIED = 3;

/** What an option says. `at` is the offset of its type byte, `length` counts type and length bytes. */
export interface RouteOption {
  kind: "rr" | "lsrr" | "ssrr";
  at: number;
  length: number;
  /** 1-based offset of the next slot, as it stands in the option; past `length` when it is full. */
  pointer: number;
  /** Every slot, filled or not. */
  addresses: number[];
}
export interface TimestampOption {
  kind: "timestamp";
  at: number;
  length: number;
  pointer: number;
  /** How many hosts found no room. */
  overflow: number;
  flag: number;
  entries: { address?: number; time: number }[];
}
export type Option =
  | RouteOption
  | TimestampOption
  | { kind: "router-alert"; at: number; length: number; value: number }
  | { kind: "nop" | "eol"; at: number; length: 1 }
  | { kind: "other"; type: number; at: number; length: number };

/** Why the options of a header are malformed: offset of the byte that is wrong (ICMP parameter problem). */
export interface OptionError {
  error: string;
  at: number;
}

/** Offset of the next option, or the reason why there is none to be had. `visit` may stop the walk. */
export function walk(
  data: Uint8Array,
  from: number,
  to: number,
  visit: (type: number, at: number, length: number) => boolean | undefined,
): OptionError | undefined {
  let at = from;
  while (at < to) {
    const type = data[at];
    if (type === EOL || type === NOP) {
      if (visit(type, at, 1) === false || type === EOL) return undefined;
      at++;
      continue;
    }
    if (at + 1 >= to) return { error: "option without length", at };
    const length = data[at + 1];
    if (length < 2 || at + length > to) return { error: "bad option length", at };
    if (visit(type, at, length) === false) return undefined;
    at += length;
  }
  return undefined;
}

/** Offset of the option `type` in the header at `at`, or −1. */
export function find(data: Uint8Array, at: number, type: number): number {
  let found = -1;
  walk(data, at + LENGTH, at + headerLength(data, at), (kind, where) => {
    if (kind !== type) return true;
    found = where;
    return false;
  });
  return found;
}

/** Every option of the header at `at`, or what is wrong with them. */
export function parse(data: Uint8Array, at: number): Option[] | OptionError {
  const options: Option[] = [];
  let wrong: OptionError | undefined;
  const bad = walk(data, at + LENGTH, at + headerLength(data, at), (type, where, length) => {
    const option = parseOne(data, type, where, length);
    if ("error" in option) {
      wrong = option;
      return false;
    }
    options.push(option);
    return true;
  });
  return wrong ?? bad ?? options;
}

function parseOne(data: Uint8Array, type: number, at: number, length: number): Option | OptionError {
  switch (type) {
    case EOL:
      return { kind: "eol", at, length: 1 };
    case NOP:
      return { kind: "nop", at, length: 1 };
    case RECORD_ROUTE:
    case LSRR:
    case SSRR: {
      if (length < 3) return { error: "route option too short", at: at + 1 };
      const pointer = data[at + 2];
      if (pointer < 4) return { error: "bad route pointer", at: at + 2 };
      const addresses: number[] = [];
      for (let i = at + 3; i + 4 <= at + length; i += 4) addresses.push(u32(data, i));
      return {
        kind: type === RECORD_ROUTE ? "rr" : type === LSRR ? "lsrr" : "ssrr",
        at,
        length,
        pointer,
        addresses,
      };
    }
    case TIMESTAMP: {
      if (length < 4) return { error: "timestamp option too short", at: at + 1 };
      const pointer = data[at + 2];
      if (pointer < 5) return { error: "bad timestamp pointer", at: at + 2 };
      const flag = data[at + 3] & 15;
      const entries: TimestampOption["entries"] = [];
      const size = flag === TS_ONLY ? 4 : 8;
      for (let i = at + 4; i + size <= at + length; i += size)
        entries.push(size === 4 ? { time: u32(data, i) } : { address: u32(data, i), time: u32(data, i + 4) });
      return { kind: "timestamp", at, length, pointer, overflow: data[at + 3] >>> 4, flag, entries };
    }
    case ROUTER_ALERT:
      if (length < 4) return { error: "router alert too short", at: at + 1 };
      return { kind: "router-alert", at, length, value: (data[at + 2] << 8) | data[at + 3] };
    default:
      return { kind: "other", type, at, length };
  }
}

/** Option bytes padded with EOL to a multiple of four, for `ipv4.emit`. */
export function pad(...options: Uint8Array[]): Uint8Array {
  let length = 0;
  for (const option of options) length += option.length;
  const all = new Uint8Array((length + 3) & ~3);
  let at = 0;
  for (const option of options) {
    all.set(option, at);
    at += option.length;
  }
  return all;
}

/** An empty record-route option with room for `slots` addresses (at most 9). */
export function recordRoute(slots: number): Uint8Array {
  const option = new Uint8Array(3 + 4 * slots);
  option[0] = RECORD_ROUTE;
  option[1] = option.length;
  option[2] = 4;
  return option;
}

/** A source route through `hops`; the pointer stands on the first. */
export function sourceRoute(strict: boolean, hops: readonly number[]): Uint8Array {
  const option = new Uint8Array(3 + 4 * hops.length);
  option[0] = strict ? SSRR : LSRR;
  option[1] = option.length;
  option[2] = 4;
  hops.forEach((hop, i) => {
    put32(option, 3 + 4 * i, hop);
  });
  return option;
}

/** An empty timestamp option; `slots` entries of 4 bytes (TS_ONLY) or 8. Prespecified hosts go in `addresses`. */
export function timestamp(flag: number, slots: number, addresses: readonly number[] = []): Uint8Array {
  const size = flag === TS_ONLY ? 4 : 8;
  const option = new Uint8Array(4 + size * slots);
  option[0] = TIMESTAMP;
  option[1] = option.length;
  option[2] = 5;
  option[3] = flag;
  if (flag === TS_PRESPECIFIED)
    addresses.forEach((address, i) => {
      put32(option, 4 + 8 * i, address);
    });
  return option;
}

export function routerAlert(): Uint8Array {
  return Uint8Array.of(ROUTER_ALERT, 4, 0, 0);
}

/** Writes `address` in the next free slot of a record-route option at `at`; false when it is full. The header
 *  checksum is the caller's to redo. */
export function record(data: Uint8Array, at: number, address: number): boolean {
  const pointer = data[at + 2];
  if (pointer + 3 > data[at + 1]) return false;
  put32(data, at + pointer - 1, address);
  data[at + 2] = pointer + 4;
  return true;
}
