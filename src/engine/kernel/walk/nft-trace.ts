/** What `nft -nn -a monitor trace` prints, as records. Rules of iptables-nft are nftables rules, so it shows them too. */

/** The headers of a traced packet, as far as they tell one packet from another. */
export interface TracedHeaders {
  readonly iif?: string;
  readonly oif?: string;
  readonly src: string;
  readonly dst: string;
  readonly ttl: number;
  readonly ipId: number;
  readonly length: number;
  readonly sport?: number;
  readonly dport?: number;
  readonly icmpType?: number;
  readonly icmpId?: number;
  readonly sequence?: number;
  /** "tcp", "udp", "icmp"; absent where the line names none. */
  readonly protocol?: string;
}

interface Where {
  /** Number of the packet in this namespace, for as long as it is there. */
  readonly id: string;
  readonly family: string;
  readonly table: string;
  readonly chain: string;
}

export type TraceLine =
  | (Where & { readonly kind: "packet"; readonly headers: TracedHeaders })
  | (Where & {
      readonly kind: "rule";
      readonly handle: number;
      readonly text: string;
      readonly verdict: string;
    })
  | (Where & { readonly kind: "policy"; readonly verdict: string })
  | (Where & { readonly kind: "verdict"; readonly verdict: string });

const LINE =
  /^trace id ([0-9a-f]+) (\S+) (\S+) (\S+) (packet: |rule |unknown rule |policy |verdict )(.*?)\s*$/;

/** One line; undefined for IPv6 and whatever else it is not about. */
export function parseTraceLine(line: string): TraceLine | undefined {
  const m = LINE.exec(line);
  if (!m) return undefined;
  const [, id, family, table, chain, kind, rest] = m;
  const where = { id, family, table, chain };
  switch (kind) {
    case "packet: ": {
      const headers = parseHeaders(rest);
      return headers && { ...where, kind: "packet", headers };
    }
    case "rule ":
    case "unknown rule ": {
      // A rule that came after the monitor is only a number to it.
      const r = /^(.*?)\s*(?:# )?handle (\d+) \(verdict (.*)\)$/.exec(rest);
      return r ? { ...where, kind: "rule", text: r[1], handle: Number(r[2]), verdict: r[3] } : undefined;
    }
    case "policy ":
      return { ...where, kind: "policy", verdict: rest.split(" ")[0] };
    default:
      return { ...where, kind: "verdict", verdict: rest };
  }
}

function parseHeaders(text: string): TracedHeaders | undefined {
  const word = (key: string) => new RegExp(`(?:^| )${key} "?([^ "]+)"?`).exec(text)?.[1];
  const number = (key: string) => {
    const value = word(key);
    return value === undefined ? undefined : Number(value);
  };
  const src = word("ip saddr");
  const dst = word("ip daddr");
  if (src === undefined || dst === undefined) return undefined;
  const protocol = /(?:^| )(tcp|udp|icmp) \S+ /.exec(text.replace(/ip protocol \S+/, ""))?.[1];
  return defined({
    iif: word("iif"),
    oif: word("oif"),
    src,
    dst,
    ttl: number("ip ttl") ?? 0,
    ipId: number("ip id") ?? 0,
    length: number("ip length") ?? 0,
    sport: number(`${protocol} sport`),
    dport: number(`${protocol} dport`),
    icmpType: number("icmp type"),
    icmpId: number("icmp id"),
    sequence: number("icmp sequence"),
    protocol,
  });
}

/** Without the fields that are undefined. */
function defined<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
