import type { RouteRef } from "../netfilter/packet.ts";
import type { Device } from "./device.ts";
import type { Exception, FibRoute } from "./fib/route.ts";

/** RTN_*: what a route does. */
export type RouteType =
  | "unicast"
  | "local"
  | "broadcast"
  | "anycast"
  | "multicast"
  | "blackhole"
  | "unreachable"
  | "prohibit"
  | "throw"
  | "nat"
  | "xresolve";

/** What a sender asks routing (struct flowi4). Zero is "any" everywhere. */
export interface Flow4 {
  dst: number;
  src?: number;
  /** Device index that the socket is bound to (SO_BINDTODEVICE, ping -I DEV). */
  oif?: number;
  mark?: number;
  tos?: number;
  /** IP protocol and ports, for rules and the multipath hash. */
  protocol?: number;
  sport?: number;
  dport?: number;
  uid?: number;
  /** SO_DONTROUTE: only destinations on a link (ping -r). */
  onlink?: boolean;
  /** Source addresses that are not this host's are allowed (IP_TRANSPARENT, IP_HDRINCL). */
  anySource?: boolean;
  /** The route is asked as if the packet had come in there (`ip route get iif`): index. */
  iif?: number;
}

/**
 * A routing result (struct rtable): made once per next hop and reused, or per destination where a PMTU or
 * redirect is known. Never changed after it is made.
 */
export interface Route extends RouteRef {
  readonly dev: Device;
  readonly type: RouteType;
  /** Next hop; equals the destination when it is on the link (then `usesGateway` is false). A Route shared by all
   *  destinations of an on-link prefix has gateway 0: the next hop is the packet's own destination. */
  readonly gateway: number;
  readonly usesGateway: boolean;
  /** Path MTU: a learned one, the route's `mtu`, or the device's. */
  readonly mtu: number;
  /** The source address for a socket that has none. Only for output. */
  readonly src: number;
  /** RTAX_* metrics of the route, 0 when absent. */
  readonly advmss: number;
  readonly hoplimit: number;
  readonly window: number;
  readonly rtoMin: number;
  readonly initcwnd: number;
  readonly initrwnd: number;
  readonly quickack: number;
  /** The mtu metric is locked ("mtu lock 1400"): no path MTU discovery, DF is not set. */
  readonly mtuLocked: boolean;
  readonly table: number;
  /** The MTU for forwarded packets (ip_dst_mtu_maybe_forward): no learned path MTU counts. */
  readonly forwardMtu: number;
  /** The entry that it comes from, for the walk. */
  readonly entry: FibRoute | null;
  /** What was learned of the destination, when anything was. */
  readonly exception?: Exception;
}
