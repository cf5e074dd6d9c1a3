import type { Nanoseconds } from "../../base/clock.ts";
import type { Errno } from "../../base/errno.ts";
import type { Device } from "../device.ts";
import type { Route, RouteType } from "../flow.ts";
import type { NexthopInfo, RouteEntry, RouteMetrics } from "../routes.ts";

/** What is known of one destination beyond its route (struct fib_nh_exception): path MTU, redirect. */
export interface Exception {
  /** 0: none learned. */
  pmtu: number;
  /** The learned MTU was below the minimum: DF is not set any more. */
  locked: boolean;
  /** Gateway of a redirect, 0 for none. */
  gateway: number;
  /** When the PMTU stops to hold; 0: it has no end. */
  expires: Nanoseconds;
  route: Route | null;
}

/** One way out of a route (struct fib_nh). Caches its `Route`s until the tables' generation moves on. */
export class Nexthop implements NexthopInfo {
  dev: Device | null;
  via: number;
  readonly weight: number;
  readonly onlink: boolean;
  dead = false;
  linkdown = false;
  /** RT_SCOPE_* of the next hop: NOWHERE for local ones, HOST on a link, LINK behind a gateway. */
  scope: number;
  /** Upper bound of its share of the 31-bit hash (fib_rebalance). */
  upperBound = 0;
  exceptions: Map<number, Exception> | null = null;
  cached: Route | null = null;
  cachedGeneration = 0;
  cachedInput: Route | null = null;
  cachedInputGeneration = 0;

  constructor(dev: Device | null, via: number, weight: number, onlink: boolean, scope: number) {
    this.dev = dev;
    this.via = via;
    this.weight = weight;
    this.onlink = onlink;
    this.scope = scope;
  }
}

/** A route in a table (struct fib_alias and its fib_info). */
export class FibRoute implements RouteEntry {
  readonly dst: number;
  readonly prefix: number;
  readonly tos: number;
  readonly table: number;
  readonly protocol: number;
  readonly scope: number;
  readonly type: RouteType;
  readonly priority: number;
  readonly prefsrc: number;
  readonly nexthops: readonly Nexthop[];
  readonly metrics: RouteMetrics;
  /** All its next hops are dead: it is about to be flushed. */
  dead = false;
  /** Its last live next hop lost carrier (fib_sync_down_dev): next hops that only have none do not count as dead. */
  linkdown: boolean;
  /** What a lookup that ends here answers instead of a way (fib_props[].error). */
  readonly error: Errno | null;

  constructor(from: Omit<RouteEntry, "nexthops" | "linkdown">, nexthops: readonly Nexthop[]) {
    this.dst = from.dst;
    this.prefix = from.prefix;
    this.tos = from.tos;
    this.table = from.table;
    this.protocol = from.protocol;
    this.scope = from.scope;
    this.type = from.type;
    this.priority = from.priority;
    this.prefsrc = from.prefsrc;
    this.metrics = from.metrics;
    this.nexthops = nexthops;
    this.linkdown = nexthops.length > 0 && nexthops.every((nh) => nh.linkdown);
    this.error = typeError(from.type);
  }

  /** The same fib_info in another alias: what makes a duplicate (fib_find_info). */
  same(other: FibRoute): boolean {
    if (
      this.type !== other.type ||
      this.protocol !== other.protocol ||
      this.scope !== other.scope ||
      this.prefsrc !== other.prefsrc ||
      this.priority !== other.priority ||
      this.nexthops.length !== other.nexthops.length ||
      JSON.stringify(this.metrics) !== JSON.stringify(other.metrics)
    ) {
      return false;
    }
    return this.nexthops.every((a, i) => {
      const b = other.nexthops[i];
      return a.dev === b.dev && a.via === b.via && a.weight === b.weight && a.onlink === b.onlink;
    });
  }

  /** fib_rebalance: shares of the hash by weight, over the next hops that live. */
  rebalance(): void {
    const live = (nh: Nexthop) => !nh.dead && !(nh.linkdown && ignoresLinkdown(nh.dev));
    let total = 0;
    for (const nh of this.nexthops) if (live(nh)) total += nh.weight;
    let weight = 0;
    for (const nh of this.nexthops) {
      if (!live(nh)) nh.upperBound = -1;
      else {
        weight += nh.weight;
        nh.upperBound = Math.round((weight * 0x80000000) / total) - 1;
      }
    }
  }
}

/** fib_props[].error */
export function typeError(type: RouteType): Errno | null {
  if (type === "blackhole" || type === "nat" || type === "xresolve") return "EINVAL";
  if (type === "unreachable") return "EHOSTUNREACH";
  if (type === "prohibit") return "EACCES";
  if (type === "throw") return "EAGAIN";
  return null;
}

/** ip_ignore_linkdown: routes by a device without carrier do not count. */
export function ignoresLinkdown(dev: Device | null): boolean {
  if (dev === null) return false;
  return dev.ipv4.conf.ignore_routes_with_linkdown !== 0 || dev.ns.confAll.ignore_routes_with_linkdown !== 0;
}
