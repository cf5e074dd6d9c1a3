import { SECOND } from "../../base/clock.ts";
import { multipathHash } from "../fib/multipath.ts";
import type { Exception, FibRoute, Nexthop } from "../fib/route.ts";
import type { Flow4, Route } from "../flow.ts";
import type { NetNamespace } from "../namespace.ts";
import { selectPath } from "./choose.ts";
import { makeRoute, sourceFor } from "./make.ts";

// What was learned of a destination: a smaller MTU, a better gateway (fib_nh_exception).

/** The route that an exception of the next hop makes for a destination; null when there is none. */
export function exceptionalRoute(
  ns: NetNamespace,
  nexthop: Nexthop,
  route: FibRoute,
  dst: number,
): Route | null {
  const e = nexthop.exceptions?.get(dst | 0);
  if (!e) return null;
  const now = ns.host.now;
  if (e.expires !== 0 && now >= e.expires) {
    nexthop.exceptions?.delete(dst | 0);
    return null;
  }
  if (e.route !== null) return e.route;
  const plain = makeRoute(nexthop, route, route.type, sourceFor(ns, route, nexthop));
  const gateway = e.gateway !== 0 ? e.gateway : plain.gateway;
  e.route = {
    ...plain,
    gateway,
    usesGateway: gateway !== 0,
    mtu: e.pmtu !== 0 ? Math.min(e.pmtu, plain.dev.mtu) : plain.mtu,
    mtuLocked: plain.mtuLocked || e.locked,
    exception: e,
  };
  return e.route;
}

/** The next hop that the tables give for a destination, for learning. */
function hopTo(ns: NetNamespace, flow: Flow4): Nexthop | undefined {
  if (ns.routes.lookup(flow) !== null) return undefined;
  const route = ns.routes.result.route as FibRoute;
  if (route.type !== "unicast") return undefined;
  if (route.nexthops.length > 1) return selectPath(route, multipathHash(ns, flow, flow.src ?? 0));
  return ns.routes.result.nexthop ?? undefined;
}

function learn(ns: NetNamespace, nexthop: Nexthop, dst: number): Exception {
  nexthop.exceptions ??= new Map();
  let e = nexthop.exceptions.get(dst | 0);
  if (!e) {
    e = { pmtu: 0, locked: false, gateway: 0, expires: 0, route: null };
    nexthop.exceptions.set(dst | 0, e);
  }
  e.route = null;
  ns.routes.invalidate();
  return e;
}

/** __ip_rt_update_pmtu: an ICMP said that `mtu` is all that fits on the way to the flow's destination. */
export function updatePmtu(ns: NetNamespace, flow: Flow4, mtu: number): void {
  const nexthop = hopTo(ns, flow);
  if (!nexthop?.dev) return;
  const old = exceptionalRoute(ns, nexthop, ns.routes.result.route as FibRoute, flow.dst);
  const before = old?.mtu ?? nexthop.dev.mtu;
  if (ns.routes.result.route?.metrics.lock?.includes("mtu")) return;
  if (before < mtu) return;
  const least = ns.sysctl.number("net/ipv4/route/min_pmtu");
  let locked = false;
  if (mtu < least) {
    locked = true;
    mtu = Math.min(before, least);
  }
  const e = learn(ns, nexthop, flow.dst);
  e.pmtu = mtu;
  e.locked = locked;
  e.expires = ns.host.now + ns.sysctl.number("net/ipv4/route/mtu_expires") * SECOND;
}

/** __ip_do_redirect, after its checks. */
export function redirect(ns: NetNamespace, flow: Flow4, gateway: number): void {
  const nexthop = hopTo(ns, flow);
  if (!nexthop) return;
  const e = learn(ns, nexthop, flow.dst);
  e.gateway = gateway;
  e.expires = ns.host.now + 300 * SECOND;
}
