import { KernelError } from "../../base/errno.ts";
import { SCOPE_HOST, SCOPE_LINK } from "../inet-device.ts";
import type { NetNamespace } from "../namespace.ts";
import type { NexthopSpec } from "../routes.ts";
import { Nexthop } from "./route.ts";

/**
 * fib_check_nh: is this next hop reachable from here? The errors and their texts are the kernel's. `scope` and
 * `table` are the route's.
 */
export function checkNexthop(ns: NetNamespace, wanted: NexthopSpec, scope: number, table: number): Nexthop {
  const weight = wanted.weight ?? 1;
  if (!wanted.via) {
    const dev = wanted.dev;
    if (wanted.onlink) {
      throw new KernelError("EINVAL", "Invalid flags for nexthop - PERVASIVE and ONLINK can not be set");
    }
    if (!dev) throw new KernelError("ENODEV");
    if (!dev.up) throw new KernelError("ENETDOWN", "Device for nexthop is not up");
    const nh = new Nexthop(dev, 0, weight, false, SCOPE_HOST);
    nh.linkdown = !dev.carrier;
    return nh;
  }
  if (wanted.onlink) {
    if (scope >= SCOPE_LINK) throw new KernelError("EINVAL", "Nexthop has invalid scope");
    const dev = wanted.dev;
    if (!dev) throw new KernelError("ENODEV", "Nexthop device required for onlink");
    if (!dev.up) throw new KernelError("ENETDOWN", "Nexthop device is not up");
    if (ns.addressType4(wanted.via, dev) !== "UNICAST") {
      throw new KernelError("EINVAL", "Nexthop has invalid gateway");
    }
    const nh = new Nexthop(dev, wanted.via, weight, true, SCOPE_LINK);
    nh.linkdown = !dev.carrier;
    return nh;
  }
  const flow = { dst: wanted.via, oif: wanted.dev?.index ?? 0, iif: 1 };
  const wider = Math.max(scope + 1, SCOPE_LINK);
  const routes = ns.routes;
  const own = table !== 254 && table !== 0 ? routes.table(table) : undefined;
  let error = own ? own.lookup(flow.dst, 0, flow.oif, wider, true, routes.result) : undefined;
  if (error !== null) error = routes.lookup(flow, wider, true);
  if (error !== null) throw new KernelError(error, "Nexthop has invalid gateway");
  const found = routes.result.route;
  const dev = routes.result.nexthop?.dev;
  if (!found || (found.type !== "unicast" && found.type !== "local")) {
    throw new KernelError("EINVAL", "Nexthop has invalid gateway");
  }
  if (!dev) throw new KernelError("EINVAL", "No egress device for nexthop gateway");
  if (!dev.up) throw new KernelError("ENETDOWN");
  const nh = new Nexthop(dev, wanted.via, weight, false, found.scope);
  nh.linkdown = !dev.carrier;
  return nh;
}
