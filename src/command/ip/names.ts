import { parseUnsigned } from "./inet.ts";

// Numbers and names as Debian's /etc/iproute2 has them; users' additions to the files there are read by
// `Names` (context.ts).

export const RT_TABLE_LOCAL = 255;
export const RT_TABLE_MAIN = 254;
export const RT_TABLE_DEFAULT = 253;

const TABLES = new Map([
  [0, "unspec"],
  [255, "local"],
  [254, "main"],
  [253, "default"],
]);

const PROTOCOLS = new Map([
  [0, "unspec"],
  [1, "redirect"],
  [2, "kernel"],
  [3, "boot"],
  [4, "static"],
  [8, "gated"],
  [9, "ra"],
  [10, "mrt"],
  [11, "zebra"],
  [12, "bird"],
  [13, "dnrouted"],
  [14, "xorp"],
  [15, "ntk"],
  [16, "dhcp"],
  [18, "keepalived"],
  [42, "babel"],
  [99, "openr"],
  [186, "bgp"],
  [187, "isis"],
  [188, "ospf"],
  [189, "rip"],
  [192, "eigrp"],
]);

const SCOPES = new Map([
  [0, "global"],
  [255, "nowhere"],
  [254, "host"],
  [253, "link"],
  [200, "site"],
]);

const GROUPS = new Map([[0, "default"]]);

/** One table of names: built in, with what a file of /etc/iproute2 adds. */
export class NameTable {
  private readonly byNumber: ReadonlyMap<number, string>;
  private readonly limit: number;
  private extra: ReadonlyMap<number, string>;

  constructor(byNumber: ReadonlyMap<number, string>, limit: number, extra: ReadonlyMap<number, string>) {
    this.byNumber = byNumber;
    this.limit = limit;
    this.extra = extra;
  }

  name(value: number, numeric = false): string {
    if (numeric) return String(value);
    return this.extra.get(value) ?? this.byNumber.get(value) ?? String(value);
  }

  /** By name, or a number in range. */
  number(text: string): number | undefined {
    for (const map of [this.extra, this.byNumber]) {
      for (const [value, name] of map) if (name === text) return value;
    }
    const value = parseUnsigned(text);
    return value === undefined || value > this.limit ? undefined : value;
  }
}

/** The lines "NUMBER NAME" of a file of /etc/iproute2. */
export function parseNames(content: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of content.split("\n")) {
    const match = /^[ \t]*(0x[0-9a-fA-F]+|\d+)[ \t]+([^\s#]+)/.exec(line);
    if (match) names.set(Number(match[1]), match[2]);
  }
  return names;
}

export interface Names {
  readonly tables: NameTable;
  readonly protocols: NameTable;
  readonly scopes: NameTable;
  readonly groups: NameTable;
}

const NONE: ReadonlyMap<number, string> = new Map();

/** `read` gives the content of a file of /etc/iproute2, or undefined. */
export function loadNames(read: (file: string) => string | undefined): Names {
  const table = (file: string, base: ReadonlyMap<number, string>, limit: number) => {
    const content = read(file);
    return new NameTable(base, limit, content === undefined ? NONE : parseNames(content));
  };
  return {
    tables: table("rt_tables", TABLES, 0xffffffff),
    protocols: table("rt_protos", PROTOCOLS, 255),
    scopes: table("rt_scopes", SCOPES, 255),
    groups: table("group", GROUPS, 0xffffffff),
  };
}

/** RTN_* by rtnl_rtntype_n2a. */
export const ROUTE_TYPES = [
  "none",
  "unicast",
  "local",
  "broadcast",
  "anycast",
  "multicast",
  "blackhole",
  "unreachable",
  "prohibit",
  "throw",
  "nat",
  "xresolve",
] as const;

/** rtnl_rtntype_a2n. */
export function routeType(text: string): number | undefined {
  const index = (ROUTE_TYPES as readonly string[]).indexOf(text);
  if (index > 0 && text !== "none") return index;
  const value = parseUnsigned(text);
  return value === undefined || value > 255 ? undefined : value;
}

export function routeTypeName(value: number): string {
  return ROUTE_TYPES[value] ?? String(value);
}

// NUD_* (include/uapi/linux/neighbour.h), in the order in which `ip neigh` prints them.
export const NUD = {
  INCOMPLETE: 0x01,
  REACHABLE: 0x02,
  STALE: 0x04,
  DELAY: 0x08,
  PROBE: 0x10,
  FAILED: 0x20,
  NOARP: 0x40,
  PERMANENT: 0x80,
} as const;
