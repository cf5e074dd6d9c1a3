import { SCOPE_HOST, SCOPE_LINK, SCOPE_SITE, SCOPE_UNIVERSE } from "./inet-device.ts";

/** ::1 */
export const LOOPBACK6: Uint8Array = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

/** The EUI-64 link-local address of a MAC (RFC 4291 appendix A). */
export function linkLocal(mac: Uint8Array): Uint8Array {
  const a = new Uint8Array(16);
  a[0] = 0xfe;
  a[1] = 0x80;
  a.set(mac.subarray(0, 3), 8);
  a[8] ^= 2;
  a[11] = 0xff;
  a[12] = 0xfe;
  a.set(mac.subarray(3, 6), 13);
  return a;
}

export function same6(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}

/** RT_SCOPE_* that `ip` shows for an address. */
export function scopeOf6(a: Uint8Array): number {
  if (a[0] === 0xfe && (a[1] & 0xc0) === 0x80) return SCOPE_LINK;
  if (a[0] === 0xfe && (a[1] & 0xc0) === 0xc0) return SCOPE_SITE;
  if (same6(a, LOOPBACK6)) return SCOPE_HOST;
  return SCOPE_UNIVERSE;
}

/** ipv6_addr_src_scope: 2 link (and loopback), 5 site, 14 global. */
export function sourceScope6(a: Uint8Array): number {
  const scope = scopeOf6(a);
  return scope === SCOPE_LINK || scope === SCOPE_HOST ? 2 : scope === SCOPE_SITE ? 5 : 14;
}

/** RFC 5952 text. */
export function format6(a: Uint8Array): string {
  const words: number[] = [];
  for (let i = 0; i < 16; i += 2) words.push((a[i] << 8) | a[i + 1]);
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && words[i + n] === 0) n++;
    if (n > bestLength) {
      best = i;
      bestLength = n;
    }
  }
  const hex = (from: number, to: number) =>
    words
      .slice(from, to)
      .map((w) => w.toString(16))
      .join(":");
  return best < 0 ? hex(0, 8) : `${hex(0, best)}::${hex(best + bestLength, 8)}`;
}
