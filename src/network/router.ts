import { SECOND } from "../base/clock.ts";
import { type Errno, KernelError } from "../base/errno.ts";
import type { Packet } from "../netfilter/packet.ts";
import { type Device, IFF_LOOPBACK } from "./device.ts";
import { multipathHash } from "./fib/multipath.ts";
import type { Exception, FibRoute, Nexthop } from "./fib/route.ts";
import type { Flow4, Route, RouteType } from "./flow.ts";
import { SCOPE_HOST, SCOPE_LINK } from "./inet-device.ts";
import { logMartianDestination, logMartianSource } from "./ipv4/martian.ts";
import type { NetNamespace } from "./namespace.ts";
import { probePacket } from "./probe.ts";
import type { RouteAnswer, RouteEntry } from "./routes.ts";

const LOOPBACK_ADDRESS = 0x7f000001;

export const isMulticast = (a: number): boolean => a >>> 28 === 14;
export const isLimitedBroadcast = (a: number): boolean => a === 0xffffffff;
export const isZeroNet = (a: number): boolean => a >>> 24 === 0;
export const isLoopbackAddress = (a: number): boolean => a >>> 24 === 127;

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

/** IPv4 routing decisions of one namespace (net/ipv4/route.c). */
export class Router4 {
  private readonly ns: NetNamespace;
  readonly input: InputResult = {
    kind: "drop",
    route: null,
    error: "ENETUNREACH",
    reason: "",
    redirect: false,
    entry: null,
  };
  /** The table entry behind the last output decision, for the walk and `ip route get`. */
  entry: FibRoute | null = null;
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
  private readonly reverse: Flow4 = { dst: 0, src: 0, oif: 0, iif: 1, mark: 0, tos: 0 };
  private localRoute: Route | null = null;
  private localGeneration = 0;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  // ── output ───────────────────────────────────────────────────────────────────────────────────────────

  /** ip_route_output_key_hash_rcu */
  output(flow: Flow4): Route {
    const ns = this.ns;
    let src = flow.src ?? 0;
    let dst = flow.dst;
    const oif = flow.oif ?? 0;
    let dev: Device | undefined;
    this.entry = null;
    if (src !== 0) {
      if (isMulticast(src) || isLimitedBroadcast(src) || isZeroNet(src)) throw new KernelError("EINVAL");
      if (oif === 0 && (isMulticast(dst) || isLimitedBroadcast(dst))) {
        dev = ns.addresses.deviceOf(src);
        if (!dev) throw new KernelError("ENETUNREACH");
        return this.direct(dev, dst, src);
      }
      if (!flow.anySource && !ns.addresses.deviceOf(src)) throw new KernelError("ENETUNREACH");
    }
    if (oif !== 0) {
      dev = ns.links.byIndex(oif);
      if (!dev) throw new KernelError("ENODEV");
      if (!dev.up) throw new KernelError("ENETUNREACH");
      if (dst >>> 8 === 0xe00000 || isLimitedBroadcast(dst) || flow.protocol === 2) {
        if (src === 0) src = ns.addresses.select(dev, 0, SCOPE_LINK);
        return this.direct(dev, dst, src);
      }
      if (src === 0) {
        if (isMulticast(dst)) src = ns.addresses.select(dev, 0, flow.onlink ? SCOPE_LINK : 0);
        else if (dst === 0) src = ns.addresses.select(dev, 0, SCOPE_HOST);
      }
    }
    if (dst === 0) {
      dst = src !== 0 ? src : LOOPBACK_ADDRESS;
      return this.local(dst, src !== 0 ? src : LOOPBACK_ADDRESS);
    }
    const error = ns.routes.lookup(
      src === (flow.src ?? 0) ? flow : { ...flow, src },
      flow.onlink ? SCOPE_LINK : 0,
    );
    if (error !== null) {
      this.entry = ns.routes.result.route;
      if (dev && oif !== 0) {
        // The tables know nothing: with a device given, the destination is taken to be on its link.
        return this.direct(dev, dst, src !== 0 ? src : ns.addresses.select(dev, 0, SCOPE_LINK));
      }
      throw new KernelError(error);
    }
    const found = ns.routes.result.route as FibRoute;
    let nexthop = ns.routes.result.nexthop as Nexthop;
    this.entry = found;
    if (found.type === "local") {
      const chosen = src !== 0 ? src : found.prefsrc !== 0 ? found.prefsrc : dst;
      return this.local(dst, chosen);
    }
    if (found.nexthops.length > 1 && oif === 0) {
      nexthop = this.selectPath(found, multipathHash(ns, flow, src)) ?? nexthop;
    } else if (found.prefix === 0 && found.type === "unicast" && found.nexthops.length === 1) {
      nexthop = this.selectDefault(found, flow.oif ?? 0) ?? nexthop;
    }
    dev = nexthop.dev as Device;
    if (isLoopbackAddress(src) && !dev.isLoopback && !this.routeLocalnet(dev))
      throw new KernelError("EINVAL");
    if (isZeroNet(dst)) throw new KernelError("EINVAL");
    if (isLimitedBroadcast(dst) || found.type === "broadcast") {
      return plainRoute(dev, "broadcast", this.sourceFor(found, nexthop), found.table);
    }
    if (isMulticast(dst)) {
      const from = this.sourceFor(found, nexthop);
      // A default route carries multicast onto the link, never to its gateway.
      return found.prefix < 4
        ? plainRoute(dev, "multicast", from)
        : this.make(nexthop, found, "multicast", from);
    }
    if (nexthop.exceptions !== null) {
      const exceptional = this.exceptional(nexthop, found, dst);
      if (exceptional) return exceptional;
    }
    return this.cachedOutput(nexthop, found);
  }

  private routeLocalnet(dev: Device): boolean {
    return dev.ipv4.conf.route_localnet !== 0 || this.ns.confAll.route_localnet !== 0;
  }

  /** fib_result_prefsrc */
  private sourceFor(route: FibRoute, nexthop: Nexthop): number {
    if (route.prefsrc !== 0) return route.prefsrc;
    return nexthop.dev ? this.ns.addresses.select(nexthop.dev, nexthop.via, route.scope) : 0;
  }

  private cachedOutput(nexthop: Nexthop, route: FibRoute): Route {
    const generation = this.ns.routes.generation;
    if (nexthop.cached !== null && nexthop.cachedGeneration === generation) return nexthop.cached;
    const made = this.make(nexthop, route, route.type, this.sourceFor(route, nexthop));
    nexthop.cached = made;
    nexthop.cachedGeneration = generation;
    return made;
  }

  private make(nexthop: Nexthop, route: FibRoute, type: RouteType, src: number): Route {
    const dev = nexthop.dev as Device;
    const m = route.metrics;
    const locked = m.lock?.includes("mtu") ?? false;
    const mtu = m.mtu !== undefined && m.mtu !== 0 ? m.mtu : Math.min(dev.mtu, 65535);
    return {
      dev,
      type,
      gateway: nexthop.via,
      usesGateway: nexthop.via !== 0,
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

  /** A route that comes from no table: a device was given, or the destination is multicast or broadcast. */
  private direct(dev: Device, dst: number, src: number): Route {
    const type: RouteType = isMulticast(dst)
      ? "multicast"
      : isLimitedBroadcast(dst)
        ? "broadcast"
        : "unicast";
    return plainRoute(dev, type, src);
  }

  /** To this host itself: by way of lo. */
  private local(_dst: number, src: number): Route {
    const cached = this.localRoute;
    if (cached !== null && cached.src === src && this.localGeneration === this.ns.routes.generation)
      return cached;
    const made = plainRoute(this.ns.loopback, "local", src, 255);
    this.localRoute = made;
    this.localGeneration = this.ns.routes.generation;
    return made;
  }

  /** fib_select_multipath: the next hop whose share of the hash it is. */
  private selectPath(route: FibRoute, hash: number): Nexthop | undefined {
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
  private selectDefault(route: FibRoute, oif: number): Nexthop | undefined {
    const table = this.ns.routes.table(route.table);
    const all = table?.at(0, 0) ?? [];
    if (all.length < 2) return undefined;
    for (const other of all) {
      if (other.priority !== route.priority || other.tos !== route.tos || other.type !== "unicast") continue;
      const nh = other.nexthops[0];
      if (!nh || nh.dead || nh.via === 0 || nh.scope !== SCOPE_LINK || !nh.dev) continue;
      if (oif !== 0 && nh.dev.index !== oif) continue;
      const state = this.ns.neighbours.find(nh.dev, nh.via)?.state;
      // fib_detect_death: a gateway that failed is passed over while another is left.
      if (state === "FAILED" && all.length > 1) continue;
      return nh;
    }
    return undefined;
  }

  // ── what was learned of a destination ────────────────────────────────────────────────────────────────

  private exceptional(nexthop: Nexthop, route: FibRoute, dst: number): Route | null {
    const e = nexthop.exceptions?.get(dst | 0);
    if (!e) return null;
    const now = this.ns.host.now;
    if (e.expires !== 0 && now >= e.expires) {
      nexthop.exceptions?.delete(dst | 0);
      return null;
    }
    if (e.route !== null) return e.route;
    const plain = this.make(nexthop, route, route.type, this.sourceFor(route, nexthop));
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
  private hopTo(flow: Flow4): Nexthop | undefined {
    if (this.ns.routes.lookup(flow) !== null) return undefined;
    const route = this.ns.routes.result.route as FibRoute;
    if (route.type !== "unicast") return undefined;
    if (route.nexthops.length > 1) return this.selectPath(route, multipathHash(this.ns, flow, flow.src ?? 0));
    return this.ns.routes.result.nexthop ?? undefined;
  }

  private learn(nexthop: Nexthop, dst: number): Exception {
    nexthop.exceptions ??= new Map();
    let e = nexthop.exceptions.get(dst | 0);
    if (!e) {
      e = { pmtu: 0, locked: false, gateway: 0, expires: 0, route: null };
      nexthop.exceptions.set(dst | 0, e);
    }
    e.route = null;
    this.ns.routes.invalidate();
    return e;
  }

  /** __ip_rt_update_pmtu: an ICMP said that `mtu` is all that fits on the way to the flow's destination. */
  updatePmtu(flow: Flow4, mtu: number): void {
    const nexthop = this.hopTo(flow);
    if (!nexthop?.dev) return;
    const old = this.exceptional(nexthop, this.ns.routes.result.route as FibRoute, flow.dst);
    const before = old?.mtu ?? nexthop.dev.mtu;
    if (this.ns.routes.result.route?.metrics.lock?.includes("mtu")) return;
    if (before < mtu) return;
    const least = this.ns.sysctl.number("net/ipv4/route/min_pmtu");
    let locked = false;
    if (mtu < least) {
      locked = true;
      mtu = Math.min(before, least);
    }
    const e = this.learn(nexthop, flow.dst);
    e.pmtu = mtu;
    e.locked = locked;
    e.expires = this.ns.host.now + this.ns.sysctl.number("net/ipv4/route/mtu_expires") * SECOND;
  }

  /** __ip_do_redirect, after its checks. */
  redirect(flow: Flow4, gateway: number): void {
    const nexthop = this.hopTo(flow);
    if (!nexthop) return;
    const e = this.learn(nexthop, flow.dst);
    e.gateway = gateway;
    e.expires = this.ns.host.now + 300 * SECOND;
  }

  // ── input ────────────────────────────────────────────────────────────────────────────────────────────

  /** ip_route_input_slow. The answer is in `input`. */
  route(pkt: Packet, src: number, dst: number, tos: number, dev: Device): void {
    const ns = this.ns;
    const result = this.input;
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
      if (!this.routeLocalnet(dev)) {
        this.martianDestination(src, dst, dev, "IP_LOCALNET");
        return;
      }
    } else if (isLoopbackAddress(src) && !this.routeLocalnet(dev)) {
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
    if (ns.rules.custom) this.transportOf(flow, pkt);
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
      const reason = this.validateSource(pkt, src, dst, tos, 0, dev);
      if (typeof reason === "string") {
        this.martianSource(src, dst, dev, pkt, reason);
        return;
      }
      result.kind = "local";
      result.route = this.local(dst, dst);
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
      this.transportOf(flow, pkt);
      nexthop = this.selectPath(found, multipathHash(ns, flow, src)) ?? nexthop;
    } else if (found.prefix === 0) nexthop = this.selectDefault(found, 0) ?? nexthop;
    const out = nexthop.dev as Device;
    const valid = this.validateSource(pkt, src, dst, tos, out.index, dev);
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
      const exceptional = this.exceptional(nexthop, found, dst);
      if (exceptional) {
        result.route = exceptional;
        return;
      }
    }
    result.route = this.cachedOutput(nexthop, found);
  }

  /** fib4_rules_early_flow_dissect: ports and protocol, where rules or the hash ask for them. */
  private transportOf(flow: Flow4, pkt: Packet): void {
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

  private broadcast(pkt: Packet, src: number, dst: number, tos: number, dev: Device): void {
    const result = this.input;
    if (pkt.protocol !== 0x0800) {
      result.kind = "drop";
      result.reason = "INVALID_PROTO";
      return;
    }
    if (!isZeroNet(src)) {
      const reason = this.validateSource(pkt, src, 0, tos, 0, dev);
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
    const result = this.input;
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

  /** ip_route_input for an ARP request: where would an IP packet from `sip` to `tip` go? */
  arpInput(pkt: Packet, sip: number, tip: number, dev: Device): InputResult {
    this.quiet = true;
    this.route(pkt, sip, tip, 0, dev);
    this.quiet = false;
    return this.input;
  }
  private quiet = false;

  private martianSource(src: number, dst: number, dev: Device, pkt: Packet, reason: string): void {
    this.input.kind = "drop";
    this.input.reason = reason;
    if (!this.quiet || pkt.protocol === 0x0806) logMartianSource(this.ns, src, dst, dev, pkt);
  }

  private martianDestination(src: number, dst: number, dev: Device, reason: string): void {
    this.input.kind = "drop";
    this.input.reason = reason;
    if (!this.quiet) logMartianDestination(this.ns, src, dst, dev);
  }

  /**
   * fib_validate_source: the reverse path. A string is the reason to drop; 1 says that the source is on the
   * link, 0 that it is not.
   */
  validateSource(
    pkt: Packet,
    src: number,
    dst: number,
    tos: number,
    oif: number,
    dev: Device,
  ): string | 0 | 1 {
    const ns = this.ns;
    const conf = dev.ipv4.conf;
    const mode = Math.max(conf.rp_filter, ns.confAll.rp_filter);
    const acceptLocal = conf.accept_local !== 0 || ns.confAll.accept_local !== 0;
    if (mode === 0 && (dev.index !== oif || !sendsRedirects(ns, dev))) {
      if (acceptLocal) return 0;
      if (!ns.routes.customLocal && !ns.rules.custom) return ns.addresses.has(src) ? "IP_LOCAL_SOURCE" : 0;
    }
    const verdict = this.reversePath(pkt, src, dst, tos, dev, mode, acceptLocal);
    const walk = ns.host.walk;
    if (walk !== null && mode > 0 && !this.quiet) {
      const would = this.wouldUse;
      walk.emit(ns.name, {
        kind: "rpfilter",
        packet: pkt.id,
        ok: typeof verdict !== "string",
        mode,
        dev: dev.name,
        src: `${src >>> 24}.${(src >>> 16) & 255}.${(src >>> 8) & 255}.${src & 255}`,
        ...(would ? { wouldUse: would.name } : {}),
      });
    }
    return verdict;
  }

  private wouldUse: Device | null = null;

  /** __fib_validate_source */
  private reversePath(
    pkt: Packet,
    src: number,
    dst: number,
    tos: number,
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

  // ── ip route get ─────────────────────────────────────────────────────────────────────────────────────

  /** inet_rtm_getroute */
  get(flow: Flow4): RouteAnswer {
    const ns = this.ns;
    if (flow.iif !== undefined && flow.iif !== 0) return this.getInput(flow);
    const route = this.output(flow);
    const entry: RouteEntry | null = this.entry;
    const flags: string[] = [];
    if (route.type === "local") flags.push("local");
    if (route.type === "broadcast") flags.push("local", "brd");
    if (route.type === "multicast") {
      if (ns.inGroup(route.dev, flow.dst)) flags.push("local");
      flags.push("mc");
    }
    const e = route.exception;
    if (e && e.gateway !== 0) flags.push("redirected");
    const metrics = { ...(entry?.metrics ?? {}) };
    if (e && e.pmtu !== 0) metrics.mtu = route.mtu;
    if (e?.locked) metrics.lock = ["mtu"];
    return {
      route,
      type: route.type,
      dst: flow.dst,
      from: flow.src ?? 0,
      src: flow.src !== undefined && flow.src !== 0 ? flow.src : route.src,
      via: route.usesGateway ? route.gateway : 0,
      dev: route.dev,
      iif: null,
      table: this.answerTable(entry),
      mark: flow.mark ?? 0,
      tos: flow.tos ?? 0,
      uid: flow.uid ?? 0,
      cacheFlags: flags,
      expires: e && e.expires !== 0 ? Math.floor((e.expires - ns.host.now) / SECOND) : undefined,
      metrics,
      entry,
    };
  }

  /** Until a rule is added, local and main are one trie, and every answer is main's. */
  private answerTable(entry: RouteEntry | null): number {
    return this.ns.rules.custom ? (entry?.table ?? 254) : 254;
  }

  private getInput(flow: Flow4): RouteAnswer {
    const ns = this.ns;
    const dev = ns.links.byIndex(flow.iif ?? 0);
    if (!dev) throw new KernelError("ENODEV");
    const pkt = probePacket(flow);
    this.quiet = true;
    this.route(pkt, flow.src ?? 0, flow.dst, flow.tos ?? 0, dev);
    this.quiet = false;
    const r = this.input;
    if (r.kind === "error") throw new KernelError(r.error === "EHOSTUNREACH" ? "EHOSTUNREACH" : r.error);
    if (r.kind === "drop") throw new KernelError(r.reason === "IP_RPFILTER" ? "EXDEV" : "EINVAL");
    const route = r.route as Route;
    return {
      route,
      type: r.kind === "forward" ? "unicast" : (r.kind as RouteType),
      dst: flow.dst,
      from: flow.src ?? 0,
      src: 0,
      via: route.usesGateway ? route.gateway : 0,
      dev: route.dev,
      iif: dev,
      table: this.answerTable(r.entry),
      mark: flow.mark ?? 0,
      tos: flow.tos ?? 0,
      uid: 0,
      cacheFlags: r.kind === "local" ? ["local"] : r.kind === "broadcast" ? ["local", "brd"] : [],
      expires: undefined,
      metrics: r.entry?.metrics ?? {},
      entry: r.entry,
    };
  }
}

/** IN_DEV_TX_REDIRECTS */
export function sendsRedirects(ns: NetNamespace, dev: Device): boolean {
  return ns.confAll.send_redirects !== 0 || dev.ipv4.conf.send_redirects !== 0;
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

function plainRoute(dev: Device, type: RouteType, src: number, table = 254): Route {
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
