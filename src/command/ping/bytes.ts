import { u32 } from "../../wire/bytes.ts";

/** The addresses in a record-route option (RFC 791), the first router's first; undefined when there is none. */
export function recordedRoute(options: Uint8Array): number[] | undefined {
  let at = 0;
  while (at < options.length && options[at] !== 0) {
    if (options[at] === 1) {
      at++;
      continue;
    }
    const length = options[at + 1];
    if (length < 2) return undefined;
    if (options[at] === 7) {
      const used = Math.min(options[at + 2], length) - 4;
      if (used <= 0) return undefined;
      return Array.from({ length: Math.ceil(used / 4) }, (_, i) => u32(options, at + 3 + 4 * i));
    }
    at += length;
  }
  return undefined;
}

/** A 64-bit number as x86 keeps it: what ping's payload begins with. */
export function little(data: Uint8Array, at: number, value: number): void {
  let rest = value;
  for (let i = 0; i < 8; i++) {
    data[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** The same, read. */
export function readLittle(data: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 7; i >= 0; i--) value = value * 256 + data[at + i];
  return value;
}
