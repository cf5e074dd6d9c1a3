import type { Device } from "../device.ts";
import type { NetNamespace } from "../namespace.ts";

/** IN_DEV_TX_REDIRECTS */
export function sendsRedirects(ns: NetNamespace, dev: Device): boolean {
  return ns.confAll.send_redirects !== 0 || dev.ipv4.conf.send_redirects !== 0;
}

/** IN_DEV_ROUTE_LOCALNET */
export function routesLocalnet(ns: NetNamespace, dev: Device): boolean {
  return dev.ipv4.conf.route_localnet !== 0 || ns.confAll.route_localnet !== 0;
}
