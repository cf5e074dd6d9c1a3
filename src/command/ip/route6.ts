import type { Device } from "../../network/device.ts";
import { IFA_F_TENTATIVE } from "../../network/inet-device.ts";
import type { Context } from "./context.ts";
import { formatAddress, samePrefix } from "./inet.ts";
import { RT_TABLE_LOCAL, RT_TABLE_MAIN } from "./names.ts";
import type { RouteFilter } from "./route-filter.ts";

/** A route that the kernel makes by itself for an IPv6 address or an interface. */
interface Route6 {
  readonly type: "unicast" | "local" | "multicast" | "anycast";
  readonly dst: Uint8Array;
  readonly prefix: number;
  readonly dev: Device;
  readonly table: number;
  readonly metric: number;
}

const FF00 = Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

function masked(address: Uint8Array, length: number): Uint8Array {
  return address.map((byte, i) => {
    const bits = Math.max(0, Math.min(8, length - 8 * i));
    return byte & (0xff00 >> bits) & 255;
  });
}

/**
 * IPv6 routing is not modelled; what the kernel makes of addresses alone follows from them: the prefix of
 * each, its local route, and multicast.
 */
function routes6(ctx: Context): Route6[] {
  const routes: Route6[] = [];
  for (const dev of ctx.net.links.list()) {
    if (!dev.up) continue;
    let any = false;
    for (const a of dev.ipv6.addresses) {
      if ((a.flags & IFA_F_TENTATIVE) === 0 || dev.carrier) any = true;
      if (!dev.isLoopback) {
        routes.push({
          type: "unicast",
          dst: masked(a.local, a.prefix),
          prefix: a.prefix,
          dev,
          table: RT_TABLE_MAIN,
          metric: a.metric || 256,
        });
      }
      if ((a.flags & IFA_F_TENTATIVE) === 0) {
        routes.push({ type: "local", dst: a.local, prefix: 128, dev, table: RT_TABLE_LOCAL, metric: 0 });
      }
    }
    if (any && !dev.isLoopback) {
      routes.push({ type: "multicast", dst: FF00, prefix: 8, dev, table: RT_TABLE_LOCAL, metric: 256 });
    }
  }
  const order = (a: Route6, b: Route6): number => {
    if (a.table !== b.table) return a.table === RT_TABLE_MAIN ? -1 : 1;
    // The tree is walked children first (fib6_walk_continue): the longer of two nested prefixes comes first.
    if (samePrefix(a.dst, b.dst, Math.min(a.prefix, b.prefix))) return b.prefix - a.prefix;
    for (let i = 0; i < 16; i++) if (a.dst[i] !== b.dst[i]) return a.dst[i] - b.dst[i];
    return 0;
  };
  return routes.sort(order);
}

const PROTO_KERNEL = 2;

function fits(f: RouteFilter, r: Route6): boolean {
  if (f.never || f.cache || f.via || f.src) return false;
  if (f.table !== 0 && f.table !== r.table) return false;
  if (f.protocol !== undefined && f.protocol !== PROTO_KERNEL) return false;
  if (f.scope !== undefined && f.scope !== 0) return false;
  if (f.type !== undefined && f.type !== r.type) return false;
  if (f.oif && f.oif !== r.dev) return false;
  if (f.metric !== undefined && f.metric !== r.metric) return false;
  if (f.root && (f.root.length > r.prefix || !covers(f.root.address, f.root.length, r.dst))) return false;
  if (f.match) {
    if (f.match.address === undefined) return f.match.specified ? r.prefix === 0 : true;
    if (f.match.length < r.prefix || !samePrefix(f.match.address, r.dst, r.prefix)) return false;
  }
  return true;
}

function covers(address: number | Uint8Array | undefined, length: number, dst: Uint8Array): boolean {
  return address === undefined || samePrefix(address, dst, length);
}

export function printRoutes6(ctx: Context, filter: RouteFilter): void {
  const p = ctx.print;
  const s = ctx.settings;
  for (const r of routes6(ctx)) {
    if (!fits(filter, r)) continue;
    p.openObject(null);
    if (r.type !== "unicast" || s.details > 0) p.field("type", "", r.type, " ");
    const text = formatAddress(r.dst);
    p.field("dst", "", r.prefix === 128 ? text : `${text}/${r.prefix}`, " ", "inet6");
    if (!filter.oif) {
      p.plain("dev ");
      p.field("dev", "", r.dev.name, " ", "ifname");
    }
    if ((r.table !== RT_TABLE_MAIN || s.details > 0) && filter.table === 0) {
      p.field("table", "table ", ctx.names.tables.name(r.table, s.numeric), " ");
    }
    if (filter.protocol === undefined) {
      p.field("protocol", "proto ", ctx.names.protocols.name(PROTO_KERNEL, s.numeric), " ");
    }
    if (s.details > 0 && filter.scope === undefined)
      p.field("scope", "scope ", s.numeric ? "0" : "global", " ");
    if (filter.metric === undefined) p.field("metric", "metric ", r.metric, " ");
    p.openArray("flags");
    if (r.dev.up && !r.dev.carrier) p.element("", "linkdown", " ");
    p.closeArray();
    p.field("pref", "pref ", "medium", "");
    p.plain("\n");
    p.closeObject();
  }
}
