import type { Errno } from "../../base/errno.ts";
import type { Packet } from "../../netfilter/packet.ts";
import { isLimitedBroadcast, isLoopbackAddress, isMulticast, isZeroNet } from "../address-kinds.ts";
import type { Device } from "../device.ts";
import { multipathHash } from "../fib/multipath.ts";
import type { FibRoute, Nexthop } from "../fib/route.ts";
import type { Flow4, Route } from "../flow.ts";
import { logMartianDestination, logMartianSource } from "../ipv4/martian.ts";
import type { NetNamespace } from "../namespace.ts";
import { selectDefault, selectPath } from "./choose.ts";
import { routesLocalnet, sendsRedirects } from "./conf.ts";
import { exceptionalRoute } from "./exceptions.ts";
import { cachedRoute, type LocalRoute, plainRoute } from "./make.ts";
import { ReversePath } from "./reverse-path.ts";

/** What input routing decided; one object a namespace, reused. */
export interface InputResult {
  kind: "local" | "broadcast" | "multicast" | "forward" | "error" | "drop";
  route: Route | null;
  /** For "error": what ip_error answers with. */
  error: Errno;
  /** For "drop": enum skb_drop_reason. */
  reason: string;
  /** Where the packet should have gone instead: a redirect is due. */
  redirect: boolean;
  entry: FibRoute | null;
}

/** Where a packet that came in goes. */
export class InputRouting {
  private readonly ns: NetNamespace;
  private readonly local: LocalRoute;
  private readonly reverse: ReversePath;
  readonly result: InputResult = {
    kind: "drop",
    route: null,
    error: "ENETUNREACH",
    reason: "",
    redirect: false,
    entry: null,
  };
  private readonly flow: Flow4 = {
    dst: 0,
    src: 0,
    oif: 0,
    iif: 0,
    mark: 0,
    tos: 0,
    protocol: 0,
    sport: 0,
    dport: 0,
  };
  private quiet = false;

  constructor(ns: NetNamespace, local: LocalRoute) {
    this.ns = ns;
    this.local = local;
    this.reverse = new ReversePath(ns);
  }

  /** ip_route_input_slow. The answer is in `input`. */
  route(pkt: Packet, src: number, dst: number, tos: number, dev: Device): void {
    const ns = this.ns;
    const result = this.result;
    result.redirect = false;
    result.entry = null;
    result.route = null;
    if (isMulticast(dst)) {
      this.multicast(src, dst, dev);
      return;
    }
    if (isMulticast(src) || isLimitedBroadcast(src)) {
      this.martianSource(src, dst, dev, pkt, "IP_INVALID_SOURCE");
      return;
    }
    if (isLimitedBroadcast(dst) || (src === 0 && dst === 0)) {
      this.broadcast(pkt, src, dst, tos, dev);
      return;
    }
    if (isZeroNet(src)) {
      this.martianSource(src, dst, dev, pkt, "IP_INVALID_SOURCE");
      return;
    }
    if (isZeroNet(dst)) {
      this.martianDestination(src, dst, dev, "IP_INVALID_DEST");
      return;
    }
    if (isLoopbackAddress(dst)) {
      if (!routesLocalnet(ns, dev)) {
        this.martianDestination(src, dst, dev, "IP_LOCALNET");
        return;
      }
    } else if (isLoopbackAddress(src) && !routesLocalnet(ns, dev)) {
      this.martianSource(src, dst, dev, pkt, "IP_LOCALNET");
      return;
    }
    const flow = this.flow;
    flow.dst = dst;
    flow.src = src;
    flow.tos = tos;
    flow.oif = 0;
    flow.iif = dev.index;
    flow.mark = pkt.mark;
    if (ns.rules.custom) transportOf(flow, pkt);
    const forwarding = dev.ipv4.conf.forwarding !== 0;
    const error = ns.routes.lookup(flow);
    if (error !== null) {
      result.kind = "error";
      result.error = forwarding ? error : "EHOSTUNREACH";
      result.entry = ns.routes.result.route;
      return;
    }
    const found = ns.routes.result.route as FibRoute;
    let nexthop = ns.routes.result.nexthop as Nexthop;
    result.entry = found;
    if (found.type === "broadcast") {
      if (dev.ipv4.conf.bc_forwarding === 0 || ns.confAll.bc_forwarding === 0) {
        this.broadcast(pkt, src, dst, tos, dev);
        return;
      }
    } else if (found.type === "local") {
      const reason = this.reverse.validate(pkt, src, dst, tos, 0, dev, this.quiet);
      if (typeof reason === "string") {
        this.martianSource(src, dst, dev, pkt, reason);
        return;
      }
      result.kind = "local";
      result.route = this.local.of(dst);
      return;
    } else {
      if (!forwarding) {
        result.kind = "error";
        result.error = "EHOSTUNREACH";
        return;
      }
      if (found.type !== "unicast") {
        this.martianDestination(src, dst, dev, "IP_INVALID_DEST");
        return;
      }
    }
    if (found.nexthops.length > 1) {
      transportOf(flow, pkt);
      nexthop = selectPath(found, multipathHash(ns, flow, src)) ?? nexthop;
    } else if (found.prefix === 0) nexthop = selectDefault(ns, found, 0) ?? nexthop;
    const out = nexthop.dev as Device;
    const valid = this.reverse.validate(pkt, src, dst, tos, out.index, dev, this.quiet);
    result.entry = found;
    if (typeof valid === "string") {
      this.martianSource(src, dst, dev, pkt, valid);
      return;
    }
    if (out === dev && valid === 1 && sendsRedirects(ns, out)) {
      const shared = out.ipv4.conf.shared_media !== 0 || ns.confAll.shared_media !== 0;
      result.redirect = shared || onSameLink(out, src, nexthop.via);
    }
    result.kind = "forward";
    if (nexthop.exceptions !== null) {
      const exceptional = exceptionalRoute(ns, nexthop, found, dst);
      if (exceptional) {
        result.route = exceptional;
        return;
      }
    }
    result.route = cachedRoute(ns, nexthop, found);
  }

  private broadcast(pkt: Packet, src: number, dst: number, tos: number, dev: Device): void {
    const result = this.result;
    if (pkt.protocol !== 0x0800) {
      result.kind = "drop";
      result.reason = "INVALID_PROTO";
      return;
    }
    if (!isZeroNet(src)) {
      const reason = this.reverse.validate(pkt, src, 0, tos, 0, dev, this.quiet);
      if (typeof reason === "string") {
        this.martianSource(src, dst, dev, pkt, reason);
        return;
      }
    }
    result.kind = "broadcast";
    result.route = plainRoute(this.ns.loopback, "broadcast", 0, 255);
  }

  /** ip_route_input_mc: groups that every host is in; others are nobody's here. */
  private multicast(src: number, dst: number, dev: Device): void {
    const result = this.result;
    if (isMulticast(src) || isLimitedBroadcast(src)) {
      result.kind = "drop";
      result.reason = "IP_INVALID_SOURCE";
      return;
    }
    if (dst !== 0xe0000001 && !this.ns.inGroup(dev, dst)) {
      result.kind = "drop";
      result.reason = "NOT_SPECIFIED";
      return;
    }
    result.kind = "multicast";
    result.route = plainRoute(this.ns.loopback, "multicast", 0, 255);
  }

  /** `route` for a question that no packet asks (an ARP request, `ip route get … iif`): nobody hears of it. */
  quietly(pkt: Packet, src: number, dst: number, tos: number, dev: Device): InputResult {
    this.quiet = true;
    this.route(pkt, src, dst, tos, dev);
    this.quiet = false;
    return this.result;
  }

  private martianSource(src: number, dst: number, dev: Device, pkt: Packet, reason: string): void {
    this.result.kind = "drop";
    this.result.reason = reason;
    if (!this.quiet || pkt.protocol === 0x0806) logMartianSource(this.ns, src, dst, dev, pkt);
  }

  private martianDestination(src: number, dst: number, dev: Device, reason: string): void {
    this.result.kind = "drop";
    this.result.reason = reason;
    if (!this.quiet) logMartianDestination(this.ns, src, dst, dev);
  }
}

/** fib4_rules_early_flow_dissect: ports and protocol, where rules or the hash ask for them. */
function transportOf(flow: Flow4, pkt: Packet): void {
  if (pkt.protocol !== 0x0800) {
    flow.protocol = flow.sport = flow.dport = 0;
    return;
  }
  const data = pkt.data;
  const at = pkt.net;
  flow.protocol = data[at + 9];
  const fragment = ((data[at + 6] & 0x1f) << 8) | data[at + 7];
  const t = at + ((data[at] & 15) << 2);
  const ports = (flow.protocol === 6 || flow.protocol === 17) && fragment === 0 && t + 4 <= pkt.end;
  flow.sport = ports ? (data[t] << 8) | data[t + 1] : 0;
  flow.dport = ports ? (data[t + 2] << 8) | data[t + 3] : 0;
}

/** inet_addr_onlink */
function onSameLink(dev: Device, a: number, b: number): boolean {
  for (const address of dev.ipv4.addresses) {
    const shift = 32 - address.prefix;
    const inside = (x: number) => shift === 32 || (x ^ address.peer) >>> shift === 0;
    if ((address.flags & 1) === 0 && inside(a) && (b === 0 || inside(b))) return true;
  }
  return false;
}
