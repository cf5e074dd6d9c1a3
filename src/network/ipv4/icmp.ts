import { SECOND } from "../../base/clock.ts";
import type { Errno } from "../../base/errno.ts";
import { KernelError } from "../../base/errno.ts";
import { CT_RELATED, CT_RELATED_REPLY, direction } from "../../netfilter/conntrack/connection.ts";
import { HEADROOM, PACKET_HOST, type Packet } from "../../netfilter/packet.ts";
import { put16, put32, u16, u32 } from "../../wire/bytes.ts";
import { checksum } from "../../wire/checksum.ts";
import * as icmp from "../../wire/icmp.ts";
import * as ip from "../../wire/ipv4.ts";
import { isLimitedBroadcast, isMulticast, isZeroNet } from "../address-kinds.ts";
import { sameNet } from "../addresses.ts";
import type { Device } from "../device.ts";
import type { Route } from "../flow.ts";
import { SCOPE_LINK } from "../inet-device.ts";
import type { NetNamespace } from "../namespace.ts";
import { sendsRedirects } from "../router/conf.ts";
import { IcmpLimits } from "./icmp-limit.ts";
import { echoedOptions, fillOwn, readOptions } from "./options.ts";

/** The highest type that the kernel knows (NR_ICMP_TYPES). */
const LAST_TYPE = 18;

/** Types that no handler takes and that icmp_pointers has for errors all the same: router advertisement and solicitation among them. */
const COUNTS_AS_ERROR = [1, 2, 6, 7, 9, 10];

/** ICMP of one namespace (net/ipv4/icmp.c): answers, errors sent, errors received. */
export class Icmp4 {
  private readonly ns: NetNamespace;
  private readonly limits: IcmpLimits;
  private sending = false;

  constructor(ns: NetNamespace) {
    this.ns = ns;
    this.limits = new IcmpLimits(ns);
  }

  // ── sending ──────────────────────────────────────────────────────────────────────────────────────────

  /**
   * __icmp_send: an error about `about`, whose bytes stay as they are. `info` is the 32-bit word after the
   * checksum (an MTU, a gateway, a pointer). Says nothing where the kernel says nothing.
   */
  send(about: Packet, type: number, code: number, info: number): void {
    const ns = this.ns;
    const data = about.data;
    const at = about.net;
    const route = about.route as Route | null;
    if (about.pktType !== PACKET_HOST && about.iif !== null) return;
    if (route !== null && (route.type === "broadcast" || route.type === "multicast")) return;
    if ((u16(data, at + 6) & ip.OFFSET) !== 0) return;
    const header = ip.headerLength(data, at);
    if (ip.protocol(data, at) === ip.ICMP && icmp.isError(type)) {
      const inner = at + header < about.end ? data[at + header] : 255;
      if (inner > LAST_TYPE || icmp.isError(inner) || COUNTS_AS_ERROR.includes(inner)) return;
    }
    const limited = this.limits.applies(type, code);
    if (limited && !this.limits.global()) return;
    // icmp_xmit_lock: an error about what ICMP itself is just sending finds the kernel's socket taken.
    if (this.sending) return;
    const src = ip.src(data, at);
    let from = 0;
    if (route !== null && route.type === "local" && about.iif !== null) from = ip.dst(data, at);
    else if (about.iif !== null && ns.sysctl.number("net/ipv4/icmp_errors_use_inbound_ifaddr") !== 0) {
      from = ns.addresses.select(about.iif as Device, src, SCOPE_LINK);
    }
    const tos = (ip.tos(data, at) & 0x1e) | 0xc0;
    const mark = ns.sysctl.number("net/ipv4/fwmark_reflect") !== 0 ? about.mark : 0;
    let out: Route;
    try {
      out = ns.router.output({
        dst: src,
        src: from,
        tos: tos & 0x1c,
        mark,
        protocol: ip.ICMP,
        sport: type,
        dport: code,
      });
    } catch (error) {
      if (error instanceof KernelError) return;
      throw error;
    }
    if (limited && !out.dev.isLoopback && !this.limits.peer(src)) return;
    // What stands at and behind the bad option has not been looked at (ip_options_compile).
    const good = type === icmp.PARAMETER_PROBLEM ? at + (info >>> 24) : at + header;
    const options = echoedOptions(about, good);
    const room = Math.min(out.mtu, 576) - 20 - options.length - 8;
    const quoted = Math.min(about.end - at, room);
    const pkt = this.make(8 + quoted, options);
    const t = pkt.trans;
    pkt.data.set(data.subarray(at, at + quoted), t + 8);
    icmp.emit(pkt.data, t, pkt.end, type, code, info >>> 16, info & 0xffff);
    pkt.parent = about.id;
    pkt.mark = mark;
    pkt.hops = about.hops;
    // nf_ct_attach (icmp_glue_bits): the error belongs to the connection of the packet that it is about.
    if (about.ct !== null) {
      pkt.ct = about.ct;
      pkt.ctinfo = direction(about.ctinfo) === 0 ? CT_RELATED_REPLY : CT_RELATED;
    }
    this.finish(pkt, out, from !== 0 ? from : out.src, src, tos, "icmp-error");
  }

  private make(length: number, options: Uint8Array): Packet {
    const header = 20 + options.length;
    const pkt = this.ns.newPacket4(header, length);
    pkt.data.set(options, HEADROOM + 20);
    return pkt;
  }

  /** Header and way out for what ICMP itself sends: no DF, an ID from the flow's counter. */
  private finish(pkt: Packet, route: Route, from: number, to: number, tos: number, by: string): void {
    const ns = this.ns;
    const { data, net } = pkt;
    const header = pkt.trans - net;
    data[net] = 0x40 | (header >>> 2);
    data[net + 1] = tos;
    put16(data, net + 2, pkt.end - net);
    put16(data, net + 4, ns.nextIpId(from, to, ip.ICMP));
    put16(data, net + 6, 0);
    data[net + 8] = route.hoplimit || ns.defaultTtl;
    data[net + 9] = ip.ICMP;
    put32(data, net + 12, from);
    put32(data, net + 16, to);
    if (header > 20) fillOwn(ns, pkt, from);
    ip.updateChecksum(data, net);
    ns.born(pkt, by);
    this.sending = true;
    ns.sendQuietly(pkt, route);
    this.sending = false;
  }

  /** ipv4_link_failure: nobody answered ARP. */
  linkFailure(pkt: Packet): void {
    if (pkt.protocol !== 0x0800) return;
    // The way to the next hop failed: an answer goes to whoever sent it, this host itself included.
    const type = pkt.pktType;
    pkt.pktType = PACKET_HOST;
    // ipv4_send_dest_unreach reads the options anew, and so takes one more slot of a record route.
    if (readOptions(this.ns, pkt, pkt.oif as Device | null, pkt.route as Route | null))
      this.send(pkt, icmp.DEST_UNREACH, icmp.HOST_UNREACH, 0);
    pkt.pktType = type;
  }

  /** ip_error: there is no route for a packet that came in. */
  routeError(pkt: Packet, dev: Device, error: Errno): void {
    const ns = this.ns;
    const dst = ip.format(ip.dst(pkt.data, pkt.net));
    if (dev.ipv4.conf.forwarding === 0) {
      const facts = { dev: dev.name, dst, forwarding: 0 };
      ns.drop(pkt, error === "ENETUNREACH" ? "IP_INNOROUTES" : "IP_INADDRERRORS", "routing", facts);
      return;
    }
    const facts = { dev: dev.name, dst, errno: error };
    let reason = "NOT_SPECIFIED";
    let code = -1;
    if (error === "EHOSTUNREACH") code = icmp.HOST_UNREACH;
    else if (error === "ENETUNREACH") {
      code = icmp.NET_UNREACH;
      reason = "IP_INNOROUTES";
    } else if (error === "EACCES") code = icmp.PKT_FILTERED;
    // From the source's bucket, error_burst (5 s) of error_cost (1 s) each; send takes its own share from it.
    if (code >= 0 && this.limits.peers.take(ip.src(pkt.data, pkt.net), SECOND, 5 * SECOND)) {
      this.send(pkt, icmp.DEST_UNREACH, code, 0);
    }
    ns.drop(pkt, reason, "routing", facts);
  }

  /** ip_rt_send_redirect: at most nine, further apart each time. */
  sendRedirect(pkt: Packet, dev: Device, route: Route): void {
    const ns = this.ns;
    if (!sendsRedirects(ns, route.dev)) return;
    if (!this.limits.peers.redirect(ip.src(pkt.data, pkt.net))) return;
    const gateway = route.usesGateway ? route.gateway : ip.dst(pkt.data, pkt.net);
    void dev;
    this.send(pkt, icmp.REDIRECT, 1, gateway);
  }

  // ── receiving ────────────────────────────────────────────────────────────────────────────────────────

  /** icmp_rcv */
  receive(pkt: Packet): void {
    const ns = this.ns;
    const { data, trans } = pkt;
    if (pkt.end - trans < 4 || checksum(data, trans, pkt.end) !== 0) {
      ns.drop(pkt, "ICMP_CSUM", "icmp");
      return;
    }
    const type = data[trans];
    const route = pkt.route as Route | null;
    if (type > LAST_TYPE) {
      ns.drop(pkt, "UNHANDLED_PROTO", "icmp", { type });
      return;
    }
    if (route !== null && (route.type === "broadcast" || route.type === "multicast")) {
      const ignore = ns.sysctl.number("net/ipv4/icmp_echo_ignore_broadcasts") !== 0;
      if ((type === icmp.ECHO || type === icmp.TIMESTAMP) && ignore) {
        ns.drop(pkt, "INVALID_PROTO", "icmp", { icmp_echo_ignore_broadcasts: 1 });
        return;
      }
      if (
        type !== icmp.ECHO &&
        type !== icmp.TIMESTAMP &&
        type !== icmp.ADDRESS &&
        type !== icmp.ADDRESS_REPLY
      ) {
        ns.drop(pkt, "INVALID_PROTO", "icmp", { type });
        return;
      }
    }
    switch (type) {
      case icmp.ECHO: {
        this.echo(pkt);
        return;
      }
      case icmp.ECHO_REPLY: {
        this.toPing(pkt);
        return;
      }
      case icmp.TIMESTAMP: {
        this.timestamp(pkt);
        return;
      }
      case icmp.DEST_UNREACH:
      case icmp.TIME_EXCEEDED:
      case icmp.SOURCE_QUENCH:
      case icmp.PARAMETER_PROBLEM: {
        this.error(pkt);
        return;
      }
      case icmp.REDIRECT: {
        this.redirectReceived(pkt);
        return;
      }
      default:
        ns.deliver(pkt, "icmp");
    }
  }

  private toPing(pkt: Packet): void {
    if (this.ns.transport.sockets?.pingReceive(pkt)) return;
    this.ns.deliver(pkt, "icmp");
  }

  /** icmp_echo */
  private echo(pkt: Packet): void {
    const ns = this.ns;
    if (ns.sysctl.number("net/ipv4/icmp_echo_ignore_all") !== 0) {
      ns.drop(pkt, "NOT_SPECIFIED", "icmp", { icmp_echo_ignore_all: 1 });
      return;
    }
    ns.deliver(pkt, "icmp");
    this.reply(pkt, icmp.ECHO_REPLY, pkt.data.subarray(pkt.trans + 4, pkt.end), "echo-reply");
  }

  /** icmp_timestamp */
  private timestamp(pkt: Packet): void {
    const ns = this.ns;
    ns.deliver(pkt, "icmp");
    if (pkt.end - pkt.trans < 20) return;
    const body = Uint8Array.from(pkt.data.subarray(pkt.trans + 4, pkt.trans + 20));
    const now = Math.floor((ns.host.epoch + ns.host.now) / 1e6) % 86_400_000;
    put32(body, 8, now);
    put32(body, 12, now);
    this.reply(pkt, icmp.TIMESTAMP_REPLY, body, "timestamp-reply");
  }

  /** icmp_reply: `body` is all behind the checksum. */
  private reply(request: Packet, type: number, body: Uint8Array, by: string): void {
    const ns = this.ns;
    const { data, net } = request;
    const to = ip.src(data, net);
    const from = ns.specDestination(request, request.iif as Device | null);
    const tos = ip.tos(data, net);
    const limited = this.limits.applies(type, 0);
    if (limited && !this.limits.global()) return;
    const mark = ns.sysctl.number("net/ipv4/fwmark_reflect") !== 0 ? request.mark : 0;
    let route: Route;
    try {
      route = ns.router.output({ dst: to, src: from, tos: tos & 0x1c, mark, protocol: ip.ICMP });
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      ns.walk?.emit(ns.name, {
        kind: "refused",
        dst: ip.format(to),
        src: ip.format(from),
        errno: error.code,
        why: error.code === "ENETUNREACH" ? "no-route" : "unreachable",
        process: by,
      });
      return;
    }
    if (limited && !route.dev.isLoopback && !this.limits.peer(to)) return;
    const pkt = this.make(4 + body.length, echoedOptions(request));
    pkt.data.set(body, pkt.trans + 4);
    pkt.data[pkt.trans] = type;
    put16(pkt.data, pkt.trans + 2, checksum(pkt.data, pkt.trans, pkt.end));
    pkt.parent = request.id;
    pkt.mark = mark;
    pkt.hops = request.hops;
    this.finish(pkt, route, from !== 0 ? from : route.src, to, tos, by);
  }

  /** icmp_unreach: an error about something that this host sent. */
  private error(pkt: Packet): void {
    const ns = this.ns;
    const { data, trans } = pkt;
    const inner = trans + 8;
    if (pkt.end - inner < 20 || ip.headerLength(data, inner) < 20) {
      ns.drop(pkt, "NOT_SPECIFIED", "icmp");
      return;
    }
    const type = data[trans];
    const code = data[trans + 1];
    let info = u32(data, trans + 4);
    if (type === icmp.DEST_UNREACH && code > 15) {
      ns.drop(pkt, "NOT_SPECIFIED", "icmp");
      return;
    }
    if (type === icmp.DEST_UNREACH && code === icmp.FRAG_NEEDED) {
      const mode = ns.sysctl.number("net/ipv4/ip_no_pmtu_disc");
      // 3 wants to hear of it only from protocols whose handlers check what is quoted (TCP: icmp_strict_tag_validation).
      if (mode === 2 || (mode === 3 && ip.protocol(data, inner) !== ip.TCP)) {
        ns.deliver(pkt, "icmp");
        return;
      }
      // 1 does not believe the MTU: the least that there is holds.
      info = mode === 0 || mode === 3 ? u16(data, trans + 6) : 0;
    } else if (type === icmp.PARAMETER_PROBLEM) info >>>= 24;
    else if (type === icmp.TIME_EXCEEDED && code === icmp.REASSEMBLY_TIME) {
      ns.deliver(pkt, "icmp");
      return;
    }
    // An error that claims to be about a broadcast of ours is bogus.
    if (
      ns.sysctl.number("net/ipv4/icmp_ignore_bogus_error_responses") === 0 &&
      ns.addressType4(ip.dst(data, inner), null) === "BROADCAST"
    ) {
      ns.drop(pkt, "NOT_SPECIFIED", "icmp");
      return;
    }
    ns.deliver(pkt, "icmp");
    this.toSockets(pkt, inner, type, code, info);
  }

  /**
   * What an error about a packet of a socket's teaches of the way (ipv4_sk_update_pmtu, ipv4_sk_redirect): the protocol
   * calls it when it has found the socket. Without one, nobody here sent that packet, and nothing is learned.
   */
  learn(pkt: Packet, inner: number, type: number, code: number, info: number): void {
    const { data, net } = pkt;
    if (type === icmp.DEST_UNREACH && code === icmp.FRAG_NEEDED) {
      if (this.ns.addresses.has(ip.src(data, inner)))
        this.ns.router.updatePmtu(this.innerFlow(data, inner), info);
    } else if (type === icmp.REDIRECT) {
      if (this.redirectAccepted(pkt.iif as Device, ip.src(data, net), info, data, inner))
        this.ns.router.redirect(this.innerFlow(data, inner), info);
    }
  }

  private innerFlow(data: Uint8Array, inner: number) {
    const protocol = ip.protocol(data, inner);
    const t = inner + ip.headerLength(data, inner);
    const ports = protocol === ip.TCP || protocol === ip.UDP;
    return {
      dst: ip.dst(data, inner),
      src: ip.src(data, inner),
      tos: ip.tos(data, inner) & 0x1c,
      protocol,
      sport: ports ? u16(data, t) : 0,
      dport: ports ? u16(data, t + 2) : 0,
    };
  }

  /** icmp_socket_deliver */
  private toSockets(pkt: Packet, inner: number, type: number, code: number, info: number): void {
    const transport = this.ns.transport;
    if (pkt.end < inner + ip.headerLength(pkt.data, inner) + 8) return;
    transport.sockets?.rawError(pkt, inner, type, code, info);
    const protocol = ip.protocol(pkt.data, inner);
    if (protocol === ip.ICMP) {
      // icmp_err: echo replies are the kernel's own, and it learns for itself.
      if (pkt.data[inner + ip.headerLength(pkt.data, inner)] === icmp.ECHO_REPLY)
        this.learn(pkt, inner, type, code, info);
      else transport.sockets?.pingError(pkt, inner, type, code, info);
    } else transport.handlers[protocol]?.error(pkt, inner, type, code, info);
  }

  /** icmp_redirect */
  private redirectReceived(pkt: Packet): void {
    const { data, trans } = pkt;
    const inner = trans + 8;
    if (pkt.end - inner < 20) {
      this.ns.drop(pkt, "PKT_TOO_SMALL", "icmp");
      return;
    }
    this.ns.deliver(pkt, "icmp");
    this.toSockets(pkt, inner, icmp.REDIRECT, data[trans + 1], u32(data, trans + 4));
  }

  /** The checks of __ip_do_redirect. */
  private redirectAccepted(
    dev: Device | null,
    from: number,
    gateway: number,
    data: Uint8Array,
    inner: number,
  ): boolean {
    const ns = this.ns;
    if (dev === null) return false;
    const conf = dev.ipv4.conf;
    const all = ns.confAll;
    const accepts =
      conf.forwarding !== 0
        ? all.accept_redirects !== 0 && conf.accept_redirects !== 0
        : all.accept_redirects !== 0 || conf.accept_redirects !== 0;
    if (!accepts || gateway === from) return false;
    if (isMulticast(gateway) || isLimitedBroadcast(gateway) || isZeroNet(gateway)) return false;
    let way: Route;
    try {
      way = ns.router.output(this.innerFlow(data, inner));
    } catch {
      return false;
    }
    if (way.dev !== dev || !way.usesGateway || way.gateway !== from) return false;
    const shared = conf.shared_media !== 0 || all.shared_media !== 0;
    if (!shared) {
      const here = dev.ipv4.addresses.some(
        (a) => sameNet(gateway, a.peer, a.prefix) && sameNet(from, a.peer, a.prefix),
      );
      if (!here) return false;
    } else if (ns.addressType4(gateway, null) !== "UNICAST") return false;
    const n = ns.neighbours.find(dev, gateway) ?? ns.neighbours.create(dev, gateway);
    if (n.usable) return true;
    n.resolve();
    return false;
  }
}
