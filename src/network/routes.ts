import { KernelError } from "../base/errno.ts";
import type { Device } from "./device.ts";
import type { Flow4, Route, RouteType } from "./flow.ts";
import type { NetNamespace } from "./namespace.ts";

export const TABLE_DEFAULT = 253;
export const TABLE_MAIN = 254;
export const TABLE_LOCAL = 255;

// RTPROT_* (include/uapi/linux/rtnetlink.h).
export const PROTO_UNSPEC = 0;
export const PROTO_REDIRECT = 1;
export const PROTO_KERNEL = 2;
export const PROTO_BOOT = 3;
export const PROTO_STATIC = 4;

/** Metrics a route carries (RTAX_*), by `ip route`'s names; `lock` holds the locked ones. */
export interface RouteMetrics {
  mtu?: number;
  window?: number;
  rtt?: number;
  rttvar?: number;
  ssthresh?: number;
  cwnd?: number;
  advmss?: number;
  reordering?: number;
  hoplimit?: number;
  initcwnd?: number;
  features?: number;
  rto_min?: number;
  initrwnd?: number;
  quickack?: number;
  congctl?: string;
  lock?: readonly string[];
}

export interface NexthopSpec {
  dev?: Device;
  via?: number;
  onlink?: boolean;
  /** 1 … 256. */
  weight?: number;
}

/** What `ip route add` asks. */
export interface RouteSpec {
  dst: number;
  prefix: number;
  tos?: number;
  /** Absent: main. */
  table?: number;
  /** Absent: PROTO_BOOT is iproute2's default; the kernel's is UNSPEC. */
  protocol?: number;
  /** RT_SCOPE_*; absent: as iproute2 chooses is the command's duty; here UNIVERSE. */
  scope?: number;
  type?: RouteType;
  /** `metric`. */
  priority?: number;
  prefsrc?: number;
  /** None (blackhole …), one, or several (multipath). */
  nexthops: readonly NexthopSpec[];
  metrics?: RouteMetrics;
}

export interface NexthopInfo {
  readonly dev: Device | null;
  /** 0: on the link. */
  readonly via: number;
  readonly weight: number;
  readonly onlink: boolean;
  /** RTNH_F_DEAD, RTNH_F_LINKDOWN as `ip route` prints them. */
  readonly dead: boolean;
  readonly linkdown: boolean;
}

/** A route as it stands in a table: what `ip route show` prints. */
export interface RouteEntry {
  readonly dst: number;
  readonly prefix: number;
  readonly tos: number;
  readonly table: number;
  readonly protocol: number;
  readonly scope: number;
  readonly type: RouteType;
  readonly priority: number;
  readonly prefsrc: number;
  readonly nexthops: readonly NexthopInfo[];
  readonly metrics: RouteMetrics;
}

/** The answer of `ip route get`. */
export interface RouteAnswer {
  readonly route: Route;
  readonly type: RouteType;
  readonly dst: number;
  /** What was given as `from`, 0 when none. */
  readonly from: number;
  /** "src": the address a socket would use; for an input route that was asked, 0. */
  readonly src: number;
  readonly via: number;
  readonly dev: Device;
  readonly iif: Device | null;
  readonly table: number;
  readonly mark: number;
  readonly tos: number;
  readonly uid: number;
  /** "cache" flags as ip prints them: "local", "broadcast", "redirected", "notify" …; undefined: none to print. */
  readonly cacheFlags: readonly string[];
  /** Seconds until a learned PMTU or redirect expires. */
  readonly expires: number | undefined;
  readonly metrics: RouteMetrics;
  /** The entry of the table that decided (`fibmatch`). */
  readonly entry: RouteEntry | null;
}

/** NLM_F_* of the command: add is CREATE|EXCL, append CREATE|APPEND, prepend CREATE, replace CREATE|REPLACE,
 *  change REPLACE, test EXCL. */
export type RouteMode = "add" | "append" | "prepend" | "replace" | "change" | "test";

/** The IPv4 routing tables of one namespace (fib_table) and what netlink does to them. */
export class Routes {
  private readonly ns: NetNamespace;
  /** Raised by every change of tables, rules, addresses, devices or neighbours' reach: caches compare it. */
  generation = 1;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  /** Throws KernelError with netlink's text ("Nexthop has invalid gateway."). */
  change(_mode: RouteMode, _spec: RouteSpec): void {
    throw new KernelError("EOPNOTSUPP", this.ns.name);
  }

  /** `ip route del`: the first that fits what is given. Throws ESRCH. */
  delete(_which: Partial<RouteSpec> & { dst: number; prefix: number }): void {
    throw new KernelError("ESRCH");
  }

  /** In the order of `ip route show`: by prefix as the kernel walks its trie. Absent table: all of them. */
  list(_table?: number): RouteEntry[] {
    return [];
  }

  /** Ids of the tables that exist. */
  tables(): number[] {
    return [];
  }

  /** Takes out the cached PMTUs and redirects (`ip route flush cache`). */
  flushCache(): void {}

  /** `ip route get`. Throws KernelError (ENETUNREACH, EINVAL …) as the kernel answers. */
  get(_flow: Flow4): RouteAnswer {
    throw new KernelError("ENETUNREACH");
  }
}
