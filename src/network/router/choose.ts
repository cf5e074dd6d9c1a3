import type { FibRoute, Nexthop } from "../fib/route.ts";
import { SCOPE_LINK } from "../inet-device.ts";
import type { NetNamespace } from "../namespace.ts";

/** fib_select_multipath: the next hop whose share of the hash it is. */
export function selectPath(route: FibRoute, hash: number): Nexthop | undefined {
  for (const nh of route.nexthops) {
    if (nh.upperBound < 0 || hash > nh.upperBound) continue;
    return nh;
  }
  return undefined;
}

/**
 * fib_select_default: among default routes of one metric the first whose gateway is not known to be dead, else
 * in turn.
 */
export function selectDefault(ns: NetNamespace, route: FibRoute, oif: number): Nexthop | undefined {
  const table = ns.routes.table(route.table);
  const all = table?.at(0, 0) ?? [];
  if (all.length < 2) return undefined;
  for (const other of all) {
    if (other.priority !== route.priority || other.tos !== route.tos || other.type !== "unicast") continue;
    const nh = other.nexthops[0];
    if (!nh || nh.dead || nh.via === 0 || nh.scope !== SCOPE_LINK || !nh.dev) continue;
    if (oif !== 0 && nh.dev.index !== oif) continue;
    const state = ns.neighbours.find(nh.dev, nh.via)?.state;
    // fib_detect_death: a gateway that failed is passed over while another is left.
    if (state === "FAILED" && all.length > 1) continue;
    return nh;
  }
  return undefined;
}
