import { ignoresLinkdown } from "../../network/fib/route.ts";
import type { NexthopInfo, RouteAnswer, RouteEntry, RouteMetrics } from "../../network/routes.ts";
import type { Context } from "./context.ts";
import { formatTos } from "./dsfield.ts";
import { formatAddress } from "./inet.ts";
import { RT_TABLE_MAIN } from "./names.ts";
import type { Printer } from "./printer.ts";
import type { RouteFilter } from "./route-filter.ts";

const PROTO_BOOT = 3;
const SCOPE_UNIVERSE = 0;

/** RTN_* numbers, for -N. */
export const TYPE_NUMBER: Record<string, number> = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
  xresolve: 11,
};

export function formatDestination(dst: number, prefix: number): string {
  if (prefix === 32) return formatAddress(dst);
  return prefix === 0 ? "default" : `${formatAddress(dst)}/${prefix}`;
}

/** "via 10.0.0.1 " */
function gateway(p: Printer, address: string): void {
  p.plain("via ");
  p.field("gateway", "", address, " ", "inet");
}

function device(p: Printer, word: "dev" | "iif", name: string): void {
  p.plain(`${word} `);
  p.field(word, "", name, " ", "ifname");
}

function hopFlags(hop: NexthopInfo): string[] {
  const flags: string[] = [];
  if (hop.dead || (hop.linkdown && ignoresLinkdown(hop.dev))) flags.push("dead");
  if (hop.onlink) flags.push("onlink");
  if (hop.linkdown) flags.push("linkdown");
  return flags;
}

function printFlags(p: Printer, flags: readonly string[]): void {
  p.openArray("flags");
  for (const flag of flags) p.element("", flag, " ");
  p.closeArray();
}

// RTAX_* in their numbers' order, with iproute2's names.
const METRICS = [
  "mtu",
  "window",
  "rtt",
  "rttvar",
  "ssthresh",
  "cwnd",
  "advmss",
  "reordering",
  "hoplimit",
  "initcwnd",
  "features",
  "rto_min",
  "initrwnd",
  "quickack",
] as const;

function seconds(value: number): string {
  return value >= 1000 ? `${Number((value / 1000).toPrecision(6))}s` : `${value}ms`;
}

/** print_rta_metrics */
export function printMetrics(p: Printer, metrics: RouteMetrics): void {
  const locks = metrics.lock ?? [];
  const present = METRICS.filter((name) => metrics[name] !== undefined);
  if (present.length === 0 && metrics.congctl === undefined) return;
  p.openArray("metrics");
  p.openObject(null);
  for (const name of present) {
    const value = metrics[name] as number;
    if (name === "hoplimit" && value === 0xffffffff) continue;
    p.plain(`${name} ${locks.includes(name) ? "lock " : ""}`);
    if (name === "features") {
      if ((value & 1) !== 0) p.mark("ecn", "ecn ");
      const rest = value & ~1;
      if (rest !== 0) p.hex("features", "", value, " ");
    } else if (name === "rtt" || name === "rttvar" || name === "rto_min") {
      const scaled = Math.trunc(name === "rtt" ? value / 8 : name === "rttvar" ? value / 4 : value);
      p.only(name, scaled);
      p.plain(`${seconds(scaled)} `);
    } else p.field(name, "", value, " ");
  }
  if (metrics.congctl !== undefined) {
    p.plain(`congctl ${locks.includes("congctl") ? "lock " : ""}`);
    p.field("congestion", "", metrics.congctl, " ");
  }
  p.closeObject();
  p.closeArray();
}

/** print_route of an entry. What the filter fixed is not repeated ("dev" after `show dev v0`). */
export function printRoute(ctx: Context, entry: RouteEntry, filter: RouteFilter): void {
  const p = ctx.print;
  const s = ctx.settings;
  p.openObject(null);
  if (entry.type !== "unicast" || s.details > 0) {
    p.field("type", "", s.numeric ? String(TYPE_NUMBER[entry.type]) : entry.type, " ");
  }
  p.field("dst", "", formatDestination(entry.dst, entry.prefix), " ", entry.prefix === 0 ? null : "inet");
  if (entry.tos !== 0 && filter.tos === undefined) p.field("tos", "tos ", formatTos(entry.tos), " ");
  const single = entry.nexthops.length === 1 ? entry.nexthops[0] : undefined;
  if (single && single.via !== 0 && filter.via?.length !== 32) gateway(p, formatAddress(single.via));
  if (single?.dev && filter.oif === undefined) device(p, "dev", single.dev.name);
  if ((entry.table !== RT_TABLE_MAIN || s.details > 0) && filter.table === 0) {
    p.field("table", "table ", ctx.names.tables.name(entry.table, s.numeric), " ");
  }
  if ((entry.protocol !== PROTO_BOOT || s.details > 0) && filter.protocol === undefined) {
    p.field("protocol", "proto ", ctx.names.protocols.name(entry.protocol, s.numeric), " ");
  }
  if ((entry.scope !== SCOPE_UNIVERSE || s.details > 0) && filter.scope === undefined) {
    p.field("scope", "scope ", ctx.names.scopes.name(entry.scope, s.numeric), " ");
  }
  if (entry.prefsrc !== 0 && filter.src?.length !== 32) {
    p.plain("src ");
    p.field("prefsrc", "", formatAddress(entry.prefsrc), " ", "inet");
  }
  if (entry.priority !== 0 && filter.metric === undefined) p.field("metric", "metric ", entry.priority, " ");
  printFlags(p, single ? hopFlags(single) : entry.linkdown ? ["linkdown"] : []);
  printMetrics(p, entry.metrics);
  if (entry.nexthops.length > 1) printNexthops(p, entry.nexthops);
  p.plain("\n");
  p.closeObject();
}

function printNexthops(p: Printer, hops: readonly NexthopInfo[]): void {
  p.openArray("nexthops");
  for (const hop of hops) {
    p.openObject(null);
    p.plain(`${p.newline}\tnexthop `);
    if (hop.via !== 0) gateway(p, formatAddress(hop.via));
    p.field("dev", "dev ", hop.dev?.name ?? "", " ");
    p.field("weight", "weight ", hop.weight, " ");
    printFlags(p, hopFlags(hop));
    p.closeObject();
  }
  p.closeArray();
}

/** Flags of an answer by their names in `cache <…>`. */
const CACHE_NAMES: Record<string, string> = { multicast: "mc", broadcast: "brd" };

/** print_route of what `ip route get` got. */
export function printAnswer(ctx: Context, a: RouteAnswer, input: boolean): void {
  const p = ctx.print;
  const s = ctx.settings;
  p.openObject(null);
  if (a.type !== "unicast" || s.details > 0) {
    p.field("type", "", s.numeric ? String(TYPE_NUMBER[a.type]) : a.type, " ");
  }
  p.field("dst", "", formatAddress(a.dst), " ", "inet");
  if (a.from !== 0) p.field("from", "from ", formatAddress(a.from), " ", "inet");
  // The TOS is that of the route found (fib_result.dscp), not the one asked with.
  const tos = a.entry?.tos ?? 0;
  if (tos !== 0) p.field("tos", "tos ", formatTos(tos), " ");
  if (a.via !== 0) gateway(p, formatAddress(a.via));
  device(p, "dev", a.dev.name);
  if (a.table !== 0 && (a.table !== RT_TABLE_MAIN || s.details > 0)) {
    p.field("table", "table ", ctx.names.tables.name(a.table, s.numeric), " ");
  }
  // rt_fill_info: the source is told when it is not the one that was asked with.
  if (a.src !== 0 && a.src !== a.from) {
    p.plain("src ");
    p.field("prefsrc", "", formatAddress(a.src), " ", "inet");
  }
  // RTCF_MULTICAST has the bit of RTM_F_OFFLOAD_FAILED, and iproute2 prints it as that.
  const cache = a.cacheFlags.map((name) => CACHE_NAMES[name] ?? name);
  printFlags(p, cache.includes("mc") ? ["rt_offload_failed"] : []);
  if (a.mark !== 0) {
    if (p.json) p.only("mark", a.mark);
    else p.plain(`mark ${a.mark >= 16 ? `0x${a.mark.toString(16)}` : a.mark} `);
  }
  if (!input) p.field("uid", "uid ", a.uid, " ");
  if (p.json) {
    p.openArray("cache");
    for (const name of cache) p.element("", name, "");
    p.closeArray();
  } else {
    p.plain(`${p.newline}    cache `);
    if (cache.length > 0) p.plain(`<${cache.join(",")}> `);
  }
  if (a.expires !== undefined && a.expires !== 0) p.field("expires", "expires ", `${a.expires}sec`, " ");
  printMetrics(p, a.metrics);
  if (a.iif) device(p, "iif", a.iif.name);
  p.plain("\n");
  p.closeObject();
}
