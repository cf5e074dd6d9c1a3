import type { Packet } from "../../netfilter/packet.ts";
import { format } from "../../wire/ipv4.ts";
import type { Device } from "../device.ts";
import type { FibRoute, Nexthop } from "../fib/route.ts";
import type { Flow4 } from "../flow.ts";
import { SCOPE_HOST } from "../inet-device.ts";
import type { NetNamespace } from "../namespace.ts";
import { sendsRedirects } from "./conf.ts";

/** Would an answer to a packet's source leave by where the packet came in (rp_filter, RFC 3704)? */
export class ReversePath {
  private readonly ns: NetNamespace;
  private readonly reverse: Flow4 = { dst: 0, src: 0, oif: 0, iif: 1, mark: 0, tos: 0 };
  private wouldUse: Device | null = null;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  /**
   * fib_validate_source: the reverse path. A string is the reason to drop; 1 says that the source is on the
   * link, 0 that it is not. `quiet`: the walk does not hear of it.
   */
  validate(
    pkt: Packet,
    src: number,
    dst: number,
    tos: number,
    oif: number,
    dev: Device,
    quiet: boolean,
  ): string | 0 | 1 {
    const ns = this.ns;
    const conf = dev.ipv4.conf;
    const mode = Math.max(conf.rp_filter, ns.confAll.rp_filter);
    const acceptLocal = conf.accept_local !== 0 || ns.confAll.accept_local !== 0;
    if (mode === 0 && (dev.index !== oif || !sendsRedirects(ns, dev))) {
      if (acceptLocal) return 0;
      if (!ns.routes.customLocal && !ns.rules.custom) return ns.addresses.has(src) ? "IP_LOCAL_SOURCE" : 0;
    }
    const verdict = this.reversePath(pkt, src, dst, tos, oif, dev, mode, acceptLocal);
    const walk = ns.host.walk;
    if (walk !== null && mode > 0 && !quiet) {
      const would = this.wouldUse;
      walk.emit(ns.name, {
        kind: "rpfilter",
        packet: pkt.id,
        ok: typeof verdict !== "string",
        mode,
        dev: dev.name,
        src: format(src),
        ...(would ? { wouldUse: would.name } : {}),
      });
    }
    return verdict;
  }

  /** __fib_validate_source */
  private reversePath(
    pkt: Packet,
    src: number,
    dst: number,
    tos: number,
    oif: number,
    dev: Device,
    mode: number,
    acceptLocal: boolean,
  ): string | 0 | 1 {
    const ns = this.ns;
    const flow = this.reverse;
    flow.dst = src;
    flow.src = dst;
    flow.tos = tos;
    flow.oif = 0;
    // The answer would come in where this packet is to leave: rules with iif see that.
    flow.iif = oif !== 0 ? oif : 1;
    flow.mark = dev.ipv4.conf.src_valid_mark !== 0 || ns.confAll.src_valid_mark !== 0 ? pkt.mark : 0;
    this.wouldUse = null;
    if (ns.routes.lookup(flow) !== null) return mode > 0 ? "IP_RPFILTER" : 0;
    const found = ns.routes.result.route as FibRoute;
    const nexthop = ns.routes.result.nexthop as Nexthop;
    if (found.type !== "unicast" && (found.type !== "local" || !acceptLocal)) return "IP_LOCAL_SOURCE";
    let uses = found.type === "local" && dev.isLoopback;
    for (const nh of found.nexthops) if (nh.dev === dev) uses = true;
    this.wouldUse = nexthop.dev;
    if (uses) return nexthop.scope >= SCOPE_HOST ? 1 : 0;
    if (dev.ipv4.addresses.length === 0) return mode > 0 ? "IP_RPFILTER" : 0;
    if (mode === 1) return "IP_RPFILTER";
    flow.oif = dev.index;
    if (ns.routes.lookup(flow, 0, true) === null) {
      const back = ns.routes.result;
      if (back.route?.type === "unicast") return (back.nexthop?.scope ?? 0) >= SCOPE_HOST ? 1 : 0;
    }
    return 0;
  }
}
