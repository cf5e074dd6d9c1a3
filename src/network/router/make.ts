import { type Device, IFF_LOOPBACK } from "../device.ts";
import type { FibRoute, Nexthop } from "../fib/route.ts";
import type { Route, RouteType } from "../flow.ts";
import { SCOPE_LINK } from "../inet-device.ts";
import type { NetNamespace } from "../namespace.ts";

/** fib_result_prefsrc */
export function sourceFor(ns: NetNamespace, route: FibRoute, nexthop: Nexthop): number {
  if (route.prefsrc !== 0) return route.prefsrc;
  return nexthop.dev ? ns.addresses.select(nexthop.dev, nexthop.via, route.scope) : 0;
}

/** rt_dst_alloc: a way to send by a next hop. */
export function makeRoute(nexthop: Nexthop, route: FibRoute, type: RouteType, src: number): Route {
  const dev = nexthop.dev as Device;
  const m = route.metrics;
  const locked = m.lock?.includes("mtu") ?? false;
  const mtu = m.mtu !== undefined && m.mtu !== 0 ? m.mtu : Math.min(dev.mtu, 65535);
  // rt_set_nexthop: a gateway that is this host itself (scope host) does not count as one.
  const gateway = nexthop.scope === SCOPE_LINK ? nexthop.via : 0;
  return {
    dev,
    type,
    gateway,
    usesGateway: gateway !== 0,
    mtu,
    forwardMtu: mtu,
    src,
    advmss: m.advmss ?? 0,
    hoplimit: m.hoplimit ?? 0,
    window: m.window ?? 0,
    rtoMin: m.rto_min ?? 0,
    initcwnd: m.initcwnd ?? 0,
    initrwnd: m.initrwnd ?? 0,
    quickack: m.quickack ?? 0,
    mtuLocked: locked,
    table: route.table,
    entry: route,
  };
}

/** The same, kept at the next hop until any route or address changes. */
export function cachedRoute(ns: NetNamespace, nexthop: Nexthop, route: FibRoute): Route {
  const generation = ns.routes.generation;
  if (nexthop.cached !== null && nexthop.cachedGeneration === generation) return nexthop.cached;
  const made = makeRoute(nexthop, route, route.type, sourceFor(ns, route, nexthop));
  nexthop.cached = made;
  nexthop.cachedGeneration = generation;
  return made;
}

/** A route that stands in no table. */
export function plainRoute(dev: Device, type: RouteType, src: number, table = 254): Route {
  const mtu = Math.min(dev.mtu, 65535);
  return {
    dev,
    type,
    gateway: 0,
    usesGateway: false,
    mtu: (dev.flags & IFF_LOOPBACK) !== 0 ? 65535 : mtu,
    forwardMtu: mtu,
    src,
    advmss: 0,
    hoplimit: 0,
    window: 0,
    rtoMin: 0,
    initcwnd: 0,
    initrwnd: 0,
    quickack: 0,
    mtuLocked: false,
    table,
    entry: null,
  };
}

/** The route to this host itself; the last one is kept. */
export class LocalRoute {
  private readonly ns: NetNamespace;
  private cached: Route | null = null;
  private generation = 0;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  /** To this host itself: by way of lo. */
  of(src: number): Route {
    const cached = this.cached;
    if (cached !== null && cached.src === src && this.generation === this.ns.routes.generation) return cached;
    const made = plainRoute(this.ns.loopback, "local", src, 255);
    this.cached = made;
    this.generation = this.ns.routes.generation;
    return made;
  }
}
