import { IPS_DST_NAT, IPS_SRC_NAT } from "../conntrack/connection.ts";
import { UsageError } from "../extension.ts";
import type { Packet } from "../packet.ts";

/** Connection states as sets of bits, shared by state and conntrack. In the order in which they are written. */
export const STATES = [
  ["INVALID", 1 << 0],
  ["NEW", 1 << 1],
  ["RELATED", 1 << 2],
  ["ESTABLISHED", 1 << 3],
  ["UNTRACKED", 1 << 4],
  ["SNAT", 1 << 5],
  ["DNAT", 1 << 6],
] as const;

const INVALID = 1 << 0;
const UNTRACKED = 1 << 4;
/** By ctinfo: ESTABLISHED, RELATED, NEW, and the first two of the reply direction. */
const BY_INFO = [1 << 3, 1 << 2, 1 << 1, 1 << 3, 1 << 2];

/** The bits that are true of a packet: its state, and how its connection is translated. */
export function stateBits(pkt: Packet): number {
  const { ct } = pkt;
  if (ct === null) return pkt.untracked ? UNTRACKED : INVALID;
  let bits = BY_INFO[pkt.ctinfo];
  if (ct.status & IPS_SRC_NAT) bits |= 1 << 5;
  if (ct.status & IPS_DST_NAT) bits |= 1 << 6;
  return bits;
}

export const stateNames = (bits: number): string =>
  STATES.filter(([, bit]) => (bits & bit) !== 0)
    .map(([name]) => name)
    .join(",");

/** A list of names, each of which may be shortened; letters' case does not matter. */
export function parseNames(
  text: string,
  names: readonly (readonly [string, number])[],
  option: string,
  what: string,
): number {
  let bits = 0;
  let rest = text;
  for (;;) {
    const comma = rest.indexOf(",");
    const word = (comma < 0 ? rest : rest.slice(0, comma)).toUpperCase();
    if (rest === "" && text !== "")
      throw new UsageError(
        `"--${option}" requires a list of ${what}${what.endsWith("s") ? "es" : "s"} with no spaces, e.g. ESTABLISHED,RELATED`,
      );
    const found = word === "" ? undefined : names.find(([name]) => name.startsWith(word));
    if (found === undefined) throw new UsageError(`Bad ${option} "${rest}"`);
    bits |= found[1];
    if (comma < 0) return bits;
    rest = rest.slice(comma + 1);
  }
}
