import type { DeviceRef, Packet } from "../../netfilter/packet.ts";
import * as ip from "../../wire/ipv4.ts";
import type { Route } from "../flow.ts";
import type { NetNamespace } from "../namespace.ts";

/**
 * inet_iif: where a packet came in, as sockets bound to a device see it. What this host sent to itself came
 * "in" by the device that owns the address, though it went over lo.
 */
export function arrivedBy(ns: NetNamespace, pkt: Packet): DeviceRef | null {
  const route = pkt.route as Route | null;
  if (pkt.iif === null || route === null || route.type !== "local" || !route.dev.isLoopback) return pkt.iif;
  return ns.addresses.deviceOf(ip.dst(pkt.data, pkt.net)) ?? pkt.iif;
}
