import { KernelError } from "../../base/errno.ts";
import { isLimitedBroadcast, isLoopbackAddress, isMulticast, isZeroNet } from "../address-kinds.ts";
import type { Device } from "../device.ts";
import { multipathHash } from "../fib/multipath.ts";
import type { FibRoute, Nexthop } from "../fib/route.ts";
import type { Flow4, Route, RouteType } from "../flow.ts";
import { SCOPE_HOST, SCOPE_LINK } from "../inet-device.ts";
import type { NetNamespace } from "../namespace.ts";
import { selectDefault, selectPath } from "./choose.ts";
import { routesLocalnet } from "./conf.ts";
import { exceptionalRoute } from "./exceptions.ts";
import { cachedRoute, type LocalRoute, makeRoute, plainRoute, sourceFor } from "./make.ts";

const LOOPBACK_ADDRESS = 0x7f000001;

/** The way out for what is made here. */
export class OutputRouting {
  private readonly ns: NetNamespace;
  private readonly local: LocalRoute;
  /** The table entry behind the last decision, for the walk and `ip route get`. */
  entry: FibRoute | null = null;

  constructor(ns: NetNamespace, local: LocalRoute) {
    this.ns = ns;
    this.local = local;
  }

  /** ip_route_output_key_hash_rcu */
  route(flow: Flow4): Route {
    const ns = this.ns;
    let src = flow.src ?? 0;
    const dst = flow.dst;
    const oif = flow.oif ?? 0;
    let dev: Device | undefined;
    this.entry = null;
    if (src !== 0) {
      if (isMulticast(src) || isLimitedBroadcast(src) || isZeroNet(src)) throw new KernelError("EINVAL");
      if (oif === 0 && (isMulticast(dst) || isLimitedBroadcast(dst))) {
        dev = ns.addresses.deviceOf(src);
        if (!dev) throw new KernelError("ENETUNREACH");
        return direct(dev, dst, src);
      }
      if (!flow.anySource && !ns.addresses.deviceOf(src)) throw new KernelError("ENETUNREACH");
    }
    if (oif !== 0) {
      dev = ns.links.byIndex(oif);
      if (!dev) throw new KernelError("ENODEV");
      if (!dev.up) throw new KernelError("ENETUNREACH");
      if (dst >>> 8 === 0xe00000 || isLimitedBroadcast(dst) || flow.protocol === 2) {
        if (src === 0) src = ns.addresses.select(dev, 0, SCOPE_LINK);
        return direct(dev, dst, src);
      }
      if (src === 0) {
        if (isMulticast(dst)) src = ns.addresses.select(dev, 0, flow.onlink ? SCOPE_LINK : 0);
        else if (dst === 0) src = ns.addresses.select(dev, 0, SCOPE_HOST);
      }
    }
    if (dst === 0) {
      return this.local.of(src !== 0 ? src : LOOPBACK_ADDRESS);
    }
    const error = ns.routes.lookup(
      src === (flow.src ?? 0) ? flow : { ...flow, src },
      flow.onlink ? SCOPE_LINK : 0,
    );
    if (error !== null) {
      this.entry = ns.routes.result.route;
      if (dev && oif !== 0) {
        // The tables know nothing: with a device given, the destination is taken to be on its link.
        return direct(dev, dst, src !== 0 ? src : ns.addresses.select(dev, 0, SCOPE_LINK));
      }
      throw new KernelError(error);
    }
    const found = ns.routes.result.route as FibRoute;
    let nexthop = ns.routes.result.nexthop as Nexthop;
    this.entry = found;
    if (found.type === "local") {
      const chosen = src !== 0 ? src : found.prefsrc !== 0 ? found.prefsrc : dst;
      return this.local.of(chosen);
    }
    if (found.nexthops.length > 1 && oif === 0) {
      nexthop = selectPath(found, multipathHash(ns, flow, src)) ?? nexthop;
    } else if (found.prefix === 0 && found.type === "unicast" && found.nexthops.length === 1) {
      nexthop = selectDefault(ns, found, flow.oif ?? 0) ?? nexthop;
    }
    dev = nexthop.dev as Device;
    if (isLoopbackAddress(src) && !dev.isLoopback && !routesLocalnet(ns, dev))
      throw new KernelError("EINVAL");
    if (isZeroNet(dst)) throw new KernelError("EINVAL");
    if (isLimitedBroadcast(dst) || found.type === "broadcast") {
      return plainRoute(dev, "broadcast", sourceFor(ns, found, nexthop), found.table);
    }
    if (isMulticast(dst)) {
      const from = sourceFor(ns, found, nexthop);
      // A default route carries multicast onto the link, never to its gateway.
      return found.prefix < 4
        ? plainRoute(dev, "multicast", from)
        : makeRoute(nexthop, found, "multicast", from);
    }
    if (nexthop.exceptions !== null) {
      const exceptional = exceptionalRoute(ns, nexthop, found, dst);
      if (exceptional) return exceptional;
    }
    return cachedRoute(ns, nexthop, found);
  }
}

/** A route that comes from no table: a device was given, or the destination is multicast or broadcast. */
function direct(dev: Device, dst: number, src: number): Route {
  const type: RouteType = isMulticast(dst) ? "multicast" : isLimitedBroadcast(dst) ? "broadcast" : "unicast";
  return plainRoute(dev, type, src);
}
