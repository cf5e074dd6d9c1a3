import type { Match } from "../../netfilter/extension.ts";

export interface Matched {
  readonly match: Match;
  readonly data: unknown;
}

/** iptables-nft reads expressions of nf_tables' own back into one match of a name, where the first of them stands. */
export function merged(matches: readonly Matched[]): Matched[] {
  const out: Matched[] = [];
  for (const one of matches) {
    const { match, data } = one;
    const at = match.native?.(data) ? out.findIndex((o) => o.match === match && match.native?.(o.data)) : -1;
    const both = at < 0 ? null : match.merge?.(out[at].data, data);
    if (both) out[at] = { match, data: both };
    else out.push(one);
  }
  return out;
}
