import { checksum, pseudo4 } from "../checksum.ts";
import { pseudo6 } from "../ipv6.ts";
import type { Dissection } from "./dissection.ts";
import { shouldBe } from "./ip.ts";
import { UDP_DECODED } from "./ports.ts";

/** "10.0.0.1.4000 > 10.0.0.2.53: ", ports by name when names are wanted. */
export function endpoints(
  d: Dissection,
  at: number,
  version: 4 | 6,
  outer: number,
  protocol: "tcp" | "udp",
): string {
  const from = d.port(d.u16(at), protocol);
  const to = d.port(d.u16(at + 2), protocol);
  // Behind an extension header the addresses are told already.
  if (version === 6 && d.u8(outer + 6) !== (protocol === "tcp" ? 6 : 17)) return `${from} > ${to}`;
  return version === 4
    ? `${d.ip4(outer + 12)}.${from} > ${d.ip4(outer + 16)}.${to}`
    : `${d.ip6(outer + 8)}.${from} > ${d.ip6(outer + 24)}.${to}`;
}

export function addresses(d: Dissection, version: 4 | 6, outer: number): string {
  return version === 4
    ? `${d.ip4(outer + 12)} > ${d.ip4(outer + 16)}`
    : `${d.ip6(outer + 8)} > ${d.ip6(outer + 24)}`;
}

/** The sum of the pseudo header of the IP header at `outer`. */
export function pseudoHeader(
  d: Dissection,
  version: 4 | 6,
  outer: number,
  protocol: number,
  length: number,
): number {
  return version === 4
    ? pseudo4(d.u32(outer + 12), d.u32(outer + 16), protocol, length)
    : pseudo6(
        d.data.subarray(outer + 8, outer + 24),
        d.data.subarray(outer + 24, outer + 40),
        protocol,
        length,
      );
}

export function printUdp(
  d: Dissection,
  at: number,
  length: number,
  version: 4 | 6,
  outer: number,
  fragmented: boolean,
): void {
  d.protocol = "udp";
  if (!d.has(at, 4)) {
    d.print(`${addresses(d, version, outer)}: `);
    d.truncated();
    return;
  }
  d.print(`${endpoints(d, at, version, outer, "udp")}: `);
  if (length < 8) {
    d.print(`truncated-udp ${length}`);
    return;
  }
  if (!d.has(at, 6)) {
    d.truncated();
    return;
  }
  const claimed = d.u16(at + 4);
  if (claimed < 8) {
    d.print(`truncated-udplength ${claimed}`);
    return;
  }
  if (!d.has(at, 8)) {
    d.truncated();
    return;
  }
  const payload = Math.min(claimed, length) - 8;
  // The first fragment of several holds less than the whole, and is not bad for it.
  const bad = claimed - 8 > payload && !fragmented;
  const said = bad ? `UDP, bad length ${claimed - 8} > ${payload}` : `UDP, length ${claimed - 8}`;
  if (d.options.quiet) {
    d.print(said);
    return;
  }
  if (d.options.verbose > (version === 4 ? 1 : 0) && !d.options.ignoreChecksums && !fragmented) {
    const stands = d.u16(at + 6);
    if (stands === 0) d.print("[no cksum] ");
    else if (d.has(at + 8, payload)) {
      const sum = checksum(d.data, at, at + payload + 8, pseudoHeader(d, version, outer, 17, payload + 8));
      d.print(
        sum === 0
          ? "[udp sum ok] "
          : `[bad udp cksum 0x${hex4(stands)} -> 0x${hex4(shouldBe(stands, sum))}!] `,
      );
    }
  }
  d.print(said);
  if (bad) return;
  const name = UDP_DECODED[d.u16(at)] ?? UDP_DECODED[d.u16(at + 2)];
  if (name !== undefined && payload > 0) {
    d.undecoded.add(name);
    d.print(` [${name} not decoded]`);
  }
}

export const hex4 = (n: number): string => n.toString(16).padStart(4, "0");
