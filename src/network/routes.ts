import { type Errno, KernelError } from "../base/errno.ts";
import { format, mask } from "../wire/ipv4.ts";
import type { Device } from "./device.ts";
import { checkNexthop } from "./fib/nexthop.ts";
import { FibRoute, Nexthop, typeError } from "./fib/route.ts";
import { type FibResult, FibTable } from "./fib/table.ts";
import type { Flow4, Route, RouteType } from "./flow.ts";
import { SCOPE_HOST, SCOPE_LINK, SCOPE_NOWHERE } from "./inet-device.ts";
import type { NetNamespace } from "./namespace.ts";
import { routeAnswer } from "./router/answer.ts";

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
  /** RTNH_F_LINKDOWN of the whole (fib_info.fib_flags): no next hop has carrier. */
  readonly linkdown: boolean;
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

/** fib_props[].scope: the widest scope that a type may have. */
const TYPE_SCOPE: Readonly<Record<RouteType, number>> = {
  unicast: 0,
  local: SCOPE_HOST,
  broadcast: SCOPE_LINK,
  anycast: SCOPE_LINK,
  multicast: 0,
  blackhole: 0,
  unreachable: 0,
  prohibit: 0,
  throw: 0,
  nat: SCOPE_NOWHERE,
  xresolve: SCOPE_NOWHERE,
};

/** The IPv4 routing tables of one namespace (fib_table) and what netlink does to them. */
export class Routes {
  private readonly ns: NetNamespace;
  /** Raised by every change of tables, rules, addresses or devices: caches compare it. */
  generation = 1;
  private readonly byId = new Map<number, FibTable>();
  readonly main: FibTable;
  readonly local: FibTable;
  /** The answer of the last `lookup`. */
  readonly result: FibResult = { route: null, nexthop: null, table: null };
  /** A local route that no address made stands somewhere (fib_has_custom_local_routes). */
  customLocal = false;

  constructor(ns: NetNamespace) {
    this.ns = ns;
    this.main = this.makeTable(TABLE_MAIN);
    this.local = this.makeTable(TABLE_LOCAL);
  }

  /** rt_cache_flush: every cached result is stale. */
  invalidate(): void {
    this.generation++;
  }

  table(id: number): FibTable | undefined {
    return this.byId.get(id);
  }

  makeTable(id: number): FibTable {
    let table = this.byId.get(id);
    if (!table) {
      table = new FibTable(id);
      this.byId.set(id, table);
    }
    return table;
  }

  /**
   * fib_lookup. Null: found, in `result`. Otherwise the errno of "no route" (ENETUNREACH) or of the route that
   * forbids (EHOSTUNREACH, EACCES, EINVAL).
   */
  lookup(flow: Flow4, scope = 0, ignoreLinkstate = false): Errno | null {
    const result = this.result;
    result.route = null;
    if (this.ns.rules.custom) return this.ns.rules.lookup(flow, scope, ignoreLinkstate, result);
    const tos = flow.tos ?? 0;
    const oif = flow.oif ?? 0;
    let error = this.local.lookup(flow.dst, tos, oif, scope, ignoreLinkstate, result);
    if (error === "ENOENT" || error === "EAGAIN") {
      error = this.main.lookup(flow.dst, tos, oif, scope, ignoreLinkstate, result);
      if (error === "ENOENT" || error === "EAGAIN") {
        const last = this.byId.get(TABLE_DEFAULT);
        if (last) error = last.lookup(flow.dst, tos, oif, scope, ignoreLinkstate, result);
      }
    }
    return error === "ENOENT" || error === "EAGAIN" ? "ENETUNREACH" : error;
  }

  /** Throws KernelError with netlink's text ("Nexthop has invalid gateway."). */
  change(mode: RouteMode, spec: RouteSpec): void {
    const table = spec.table ?? TABLE_MAIN;
    if ((spec.dst & ~mask(spec.prefix)) >>> 0 !== 0) {
      throw new KernelError("EINVAL", "Invalid prefix for given prefix length");
    }
    this.insert(this.makeTable(table), this.makeRoute(spec, table), mode);
  }

  /** fib_create_info: checks, and makes the route. */
  makeRoute(spec: RouteSpec, table: number): FibRoute {
    const type = spec.type ?? "unicast";
    const scope = spec.scope ?? 0;
    if (TYPE_SCOPE[type] > scope) throw new KernelError("EINVAL", "Invalid scope");
    const nexthops: Nexthop[] = [];
    if (typeError(type) !== null) {
      if (spec.nexthops.some((n) => n.dev || n.via)) {
        throw new KernelError(
          "EINVAL",
          "Gateway, device and multipath can not be specified for this route type",
        );
      }
    } else if (scope > SCOPE_HOST) {
      throw new KernelError("EINVAL", "Invalid scope");
    } else if (scope === SCOPE_HOST) {
      if (spec.nexthops.length !== 1) {
        throw new KernelError("EINVAL", "Route with host scope can not have multiple nexthops");
      }
      const only = spec.nexthops[0];
      if (only.via) throw new KernelError("EINVAL", "Route with host scope can not have a gateway");
      if (!only.dev) throw new KernelError("ENODEV");
      nexthops.push(new Nexthop(only.dev, 0, only.weight ?? 1, false, SCOPE_NOWHERE));
    } else {
      if (spec.nexthops.length === 0) throw new KernelError("ENODEV");
      for (const wanted of spec.nexthops) nexthops.push(checkNexthop(this.ns, wanted, scope, table));
    }
    if (spec.prefsrc && !this.validPrefsrc(spec, type)) {
      throw new KernelError("EINVAL", "Invalid prefsrc address");
    }
    const route = new FibRoute(
      {
        dst: spec.dst,
        prefix: spec.prefix,
        tos: spec.tos ?? 0,
        table,
        protocol: spec.protocol ?? PROTO_UNSPEC,
        scope,
        type,
        priority: spec.priority ?? 0,
        prefsrc: spec.prefsrc ?? 0,
        metrics: spec.metrics ?? {},
      },
      nexthops,
    );
    route.rebalance();
    return route;
  }

  /** fib_valid_prefsrc */
  private validPrefsrc(spec: RouteSpec, type: RouteType): boolean {
    const src = spec.prefsrc ?? 0;
    if (type === "local" && spec.nexthops[0]?.dev && spec.dst === src) return true;
    return this.ns.addressType4(src, null) === "LOCAL";
  }

  /** fib_table_insert: the place among routes of one destination, and what the mode allows. */
  insert(table: FibTable, route: FibRoute, mode: RouteMode): void {
    const leaf = table.at(route.dst, route.prefix);
    let first = 0;
    while (
      first < leaf.length &&
      (leaf[first].tos > route.tos ||
        (leaf[first].tos === route.tos && leaf[first].priority < route.priority))
    ) {
      first++;
    }
    let end = first;
    while (end < leaf.length && leaf[end].tos === route.tos && leaf[end].priority === route.priority) {
      end++;
    }
    if (end > first) {
      if (mode === "add" || mode === "test") throw new KernelError("EEXIST");
      const match = leaf.findIndex((r, i) => i >= first && i < end && r.same(route));
      if (mode === "replace" || mode === "change") {
        if (match === first) return;
        if (match > first) throw new KernelError("EEXIST");
        const old = leaf[first];
        table.remove(old);
        table.insert(route, first);
        this.noteCustomLocal(route);
        this.told("delete", old);
        this.told("add", route);
        return;
      }
      if (match >= 0) throw new KernelError("EEXIST");
    }
    if (mode === "change" || mode === "test") throw new KernelError("ENOENT");
    table.insert(route, mode === "append" ? end : first);
    this.noteCustomLocal(route);
    this.told("add", route);
  }

  private noteCustomLocal(route: FibRoute): void {
    if (route.type === "local" && (route.protocol !== PROTO_KERNEL || route.table !== TABLE_LOCAL)) {
      this.customLocal = true;
    }
  }

  /** `ip route del`: the first that fits what is given (fib_table_delete). Throws ESRCH. */
  delete(which: Partial<RouteSpec> & { dst: number; prefix: number }): void {
    const table = this.byId.get(which.table ?? TABLE_MAIN);
    if (!table) {
      if (which.table === undefined) throw new KernelError("ESRCH");
      throw new KernelError("ESRCH", "FIB table does not exist");
    }
    if ((which.dst & ~mask(which.prefix)) >>> 0 !== 0) {
      throw new KernelError("EINVAL", "Invalid prefix for given prefix length");
    }
    for (const route of table.at(which.dst, which.prefix)) {
      if (route.tos !== (which.tos ?? 0)) continue;
      if (which.type !== undefined && which.type !== route.type) continue;
      if (which.scope !== undefined && which.scope !== SCOPE_NOWHERE && which.scope !== route.scope) continue;
      if (which.prefsrc && which.prefsrc !== route.prefsrc) continue;
      if (which.protocol && which.protocol !== route.protocol) continue;
      if (which.priority && which.priority !== route.priority) continue;
      if (!nexthopsFit(route, which.nexthops)) continue;
      if (which.metrics && !metricsFit(route.metrics, which.metrics)) continue;
      this.remove(route);
      return;
    }
    throw new KernelError("ESRCH");
  }

  remove(route: FibRoute): void {
    this.byId.get(route.table)?.remove(route);
    route.dead = true;
    this.told("delete", route);
  }

  private told(op: "add" | "delete", route: FibRoute): void {
    this.generation++;
    const walk = this.ns.host.walk;
    if (walk === null) return;
    walk.emit(this.ns.name, {
      kind: "route-change",
      op,
      route: routeText(route),
      table: tableName(route.table),
    });
  }

  /** In the order of `ip route show`: by destination as the kernel walks its trie. Absent table: all of them. */
  list(table?: number): RouteEntry[] {
    if (table !== undefined) return this.byId.get(table)?.list() ?? [];
    return this.tables().flatMap((id) => this.byId.get(id)?.list() ?? []);
  }

  /** Ids of the tables that exist, in the order of the kernel's hash. */
  tables(): number[] {
    return [...this.byId.keys()].sort((a, b) => (a & 255) - (b & 255) || b - a);
  }

  /** Each route of each table. */
  *all(): Generator<FibRoute> {
    for (const table of this.byId.values()) yield* table;
  }

  /** Takes out the cached PMTUs and redirects (`ip route flush cache`). */
  flushCache(): void {
    for (const route of this.all()) for (const nh of route.nexthops) nh.exceptions = null;
    this.invalidate();
  }

  /**
   * fib_sync_down_dev: the device went down, lost carrier, or is being deleted. Next hops on it die; routes
   * with none left go. Local routes stay while the device is only down.
   */
  deviceDown(dev: Device, why: "down" | "carrier" | "gone"): void {
    for (const route of [...this.all()]) {
      let touched = false;
      let dead = 0;
      for (const nh of route.nexthops) {
        if (nh.dead) dead++;
        if (nh.dev !== dev) continue;
        if (why !== "gone" && nh.scope === SCOPE_NOWHERE) continue;
        touched = true;
        if (!nh.dead) dead++;
        nh.linkdown = true;
        if (why !== "carrier") nh.dead = true;
        nh.exceptions = null;
      }
      if (!touched) continue;
      if (dead === route.nexthops.length) route.linkdown = true;
      if (route.nexthops.every((nh) => nh.dead)) this.remove(route);
      else route.rebalance();
    }
    this.invalidate();
  }

  /** fib_sync_up: next hops on the device live again. */
  deviceUp(dev: Device): void {
    for (const route of this.all()) {
      for (const nh of route.nexthops) {
        if (nh.dev !== dev) continue;
        nh.dead = false;
        nh.linkdown = !dev.carrier && nh.scope !== SCOPE_NOWHERE;
        if (!nh.linkdown) route.linkdown = false;
      }
      route.rebalance();
    }
    this.invalidate();
  }

  /** fib_sync_down_addr: routes that prefer an address that went. */
  addressGone(address: number): void {
    for (const table of this.byId.values()) for (const route of table.preferring(address)) this.remove(route);
  }

  /** `ip route get`. Throws KernelError (ENETUNREACH, EINVAL …) as the kernel answers. */
  get(flow: Flow4): RouteAnswer {
    return routeAnswer(this.ns, flow);
  }
}

/** fib_nh_match */
function nexthopsFit(route: FibRoute, wanted: readonly NexthopSpec[] | undefined): boolean {
  if (!wanted || wanted.length === 0) return true;
  if (wanted.length === 1) {
    // Without `nexthop`, only the first next hop is looked at.
    const nh = route.nexthops[0];
    const w = wanted[0];
    if (nh === undefined) return !w.dev && !w.via;
    return (!w.dev || w.dev === nh.dev) && (!w.via || w.via === nh.via);
  }
  if (wanted.length > route.nexthops.length) return false;
  return wanted.every((w, i) => {
    const nh = route.nexthops[i];
    return (!w.dev || w.dev === nh.dev) && (!w.via || w.via === nh.via);
  });
}

function metricsFit(has: RouteMetrics, wanted: RouteMetrics): boolean {
  return (Object.keys(wanted) as (keyof RouteMetrics)[]).every(
    (k) => k === "lock" || wanted[k] === undefined || wanted[k] === has[k],
  );
}

export function tableName(id: number): string {
  return id === TABLE_MAIN
    ? "main"
    : id === TABLE_LOCAL
      ? "local"
      : id === TABLE_DEFAULT
        ? "default"
        : String(id);
}

const PROTOCOLS: Readonly<Record<number, string>> = { 1: "redirect", 2: "kernel", 4: "static" };
const SCOPES: Readonly<Record<number, string>> = { 200: "site", 253: "link", 254: "host", 255: "nowhere" };

/** A route as `ip route` prints it, for the walk. */
export function routeText(r: RouteEntry): string {
  let text = r.type === "unicast" ? "" : `${r.type} `;
  text += r.prefix === 0 ? "default" : format(r.dst);
  if (r.prefix !== 0 && r.prefix !== 32) text += `/${r.prefix}`;
  if (r.nexthops.length === 1) {
    const nh = r.nexthops[0];
    if (nh.via) text += ` via ${format(nh.via)}`;
    if (nh.dev) text += ` dev ${nh.dev.name}`;
  }
  if (r.protocol !== PROTO_BOOT && r.protocol !== 0) text += ` proto ${PROTOCOLS[r.protocol] ?? r.protocol}`;
  if (r.scope !== 0) text += ` scope ${SCOPES[r.scope] ?? r.scope}`;
  if (r.prefsrc) text += ` src ${format(r.prefsrc)}`;
  if (r.priority) text += ` metric ${r.priority}`;
  if (r.metrics.mtu) text += ` mtu ${r.metrics.mtu}`;
  for (const nh of r.nexthops) {
    if (r.nexthops.length > 1) {
      text += ` nexthop${nh.via ? ` via ${format(nh.via)}` : ""} dev ${nh.dev?.name} weight ${nh.weight}`;
    }
    if (nh.dead && nh.dev && !nh.dev.up) text += " dead";
    if (nh.linkdown) text += " linkdown";
    if (nh.onlink) text += " onlink";
  }
  return text;
}
