import { KernelError } from "../../base/errno.ts";
import {
  FORWARD,
  INPUT,
  NF_ACCEPT,
  NF_DROP,
  OUTPUT,
  POSTROUTING,
  PREROUTING,
} from "../../netfilter/hooks.ts";
import {
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_MULTICAST,
  PACKET_OTHERHOST,
  type Packet,
} from "../../netfilter/packet.ts";
import { put16 } from "../../wire/bytes.ts";
import { checksum } from "../../wire/checksum.ts";
import { describe } from "../../wire/headers.ts";
import * as icmp from "../../wire/icmp.ts";
import * as ip from "../../wire/ipv4.ts";
import { isMulticast } from "../address-kinds.ts";
import type { Device } from "../device.ts";
import type { Route } from "../flow.ts";
import type { NetNamespace } from "../namespace.ts";
import { routeText, tableName } from "../routes.ts";
import { fragment } from "./fragment.ts";
import { type Filled, forwardOptions, inputOptions } from "./options.ts";

/** IPv4 input, forwarding and output of one namespace (net/ipv4/ip_{input,forward,output}.c). */
export class Ipv4 {
  private readonly ns: NetNamespace;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  // ── input ────────────────────────────────────────────────────────────────────────────────────────────

  /** ip_rcv_core, hook PREROUTING, ip_rcv_finish. */
  receive(pkt: Packet, dev: Device): void {
    const ns = this.ns;
    const data = pkt.data;
    const at = pkt.net;
    if (pkt.pktType === PACKET_OTHERHOST) {
      ns.drop(pkt, "OTHERHOST", `device ${dev.name}`, { dev: dev.name });
      return;
    }
    const available = pkt.end - at;
    if (available < 20) {
      ns.drop(pkt, "IP_INHDR", "ip input");
      return;
    }
    const header = (data[at] & 15) << 2;
    if (header < 20 || data[at] >>> 4 !== 4 || available < header) {
      ns.drop(pkt, "IP_INHDR", "ip input");
      return;
    }
    if (checksum(data, at, at + header) !== 0) {
      ns.drop(pkt, "IP_CSUM", "ip input");
      return;
    }
    const total = (data[at + 2] << 8) | data[at + 3];
    if (available < total) {
      ns.drop(pkt, "PKT_TOO_SMALL", "ip input");
      return;
    }
    if (total < header) {
      ns.drop(pkt, "IP_INHDR", "ip input");
      return;
    }
    pkt.end = at + total;
    pkt.trans = at + header;
    pkt.iif = dev;
    pkt.oif = null;
    const verdict = ns.netfilter.run(PREROUTING, pkt, dev, null);
    if (verdict !== NF_ACCEPT) {
      this.refused(pkt, verdict, "PREROUTING");
      return;
    }
    this.finishInput(pkt, dev);
  }

  /** A hook said no: the packet's end, unless the hook kept it. */
  private refused(pkt: Packet, verdict: number, hook: string): void {
    if (verdict !== NF_DROP) return;
    this.ns.drop(pkt, pkt.dropReason === "" ? "NETFILTER_DROP" : pkt.dropReason, `hook ${hook}`);
  }

  /** ip_rcv_finish_core and dst_input. Also where a bridged frame's translated packet comes back in. */
  finishInput(pkt: Packet, dev: Device): void {
    const ns = this.ns;
    const data = pkt.data;
    const at = pkt.net;
    const src = ip.src(data, at);
    const dst = ip.dst(data, at);
    // What this host sent to itself still has its route.
    if (pkt.route !== null) {
      if ((data[at] & 15) > 5 && !inputOptions(ns, pkt, dev, null)) return;
      this.deliverLocal(pkt, dev);
      return;
    }
    const router = ns.router;
    router.route(pkt, src, dst, data[at + 1] & 0x1c, dev);
    const result = router.input;
    const kind = result.kind;
    if (ns.host.walk !== null) this.tellInput(pkt, dst);
    if (kind === "drop") {
      ns.drop(pkt, result.reason, "routing", { dev: dev.name, src: ip.format(src), dst: ip.format(dst) });
      return;
    }
    const route = result.route;
    const redirect = result.redirect;
    const error = result.error;
    pkt.route = route;
    if (kind === "forward" || kind === "local") {
      if (pkt.pktType === PACKET_BROADCAST || pkt.pktType === PACKET_MULTICAST) {
        const conf = dev.ipv4.conf;
        if (conf.drop_unicast_in_l2_multicast !== 0 || ns.confAll.drop_unicast_in_l2_multicast !== 0) {
          ns.drop(pkt, "UNICAST_IN_L2_MULTICAST", "ip input", { dev: dev.name });
          return;
        }
      }
    }
    let options: Filled | null = null;
    if ((data[at] & 15) > 5) {
      options = inputOptions(ns, pkt, dev, kind === "forward" ? (route as Route) : null);
      if (options === null) return;
    }
    if (kind === "error") {
      ns.icmp.routeError(pkt, dev, error);
      return;
    }
    if (kind === "forward") {
      this.forward(pkt, dev, route as Route, redirect, options);
      return;
    }
    this.deliverLocal(pkt, dev);
  }

  private tellInput(pkt: Packet, dst: number): void {
    const r = this.ns.router.input;
    if (r.kind === "drop") return;
    const result =
      r.kind === "error"
        ? r.error === "EACCES"
          ? "prohibit"
          : r.error === "EINVAL"
            ? "blackhole"
            : "unreachable"
        : r.kind;
    this.tellRoute(pkt, dst, result, r.route);
  }

  /** The routing decision, for the walk. */
  tellRoute(pkt: Packet, dst: number, result: string, route: Route | null): void {
    const walk = this.ns.host.walk;
    if (walk === null) return;
    const entry = route?.entry ?? (result === "output" ? this.ns.router.entry : this.ns.router.input.entry);
    walk.emit(this.ns.name, {
      kind: "route",
      packet: pkt.id,
      dst: ip.format(dst),
      result,
      ...(route ? { dev: route.dev.name } : {}),
      ...(route?.usesGateway ? { via: ip.format(route.gateway) } : {}),
      ...(route && result === "output" && route.src ? { src: ip.format(ip.src(pkt.data, pkt.net)) } : {}),
      ...(entry ? { table: tableName(entry.table), route: routeText(entry) } : {}),
    });
  }

  /** ip_local_deliver: reassembly, hook INPUT, then the protocol. */
  deliverLocal(pkt: Packet, dev: Device): void {
    const ns = this.ns;
    if (ip.isFragment(pkt.data, pkt.net) && !ns.reassembly.add(pkt, "local")) return;
    const verdict = ns.netfilter.run(INPUT, pkt, dev, null);
    if (verdict !== NF_ACCEPT) {
      this.refused(pkt, verdict, "INPUT");
      return;
    }
    this.toProtocol(pkt, dev);
  }

  /** ip_local_deliver_finish and ip_protocol_deliver_rcu. */
  private toProtocol(pkt: Packet, _dev: Device): void {
    const ns = this.ns;
    const protocol = pkt.data[pkt.net + 9];
    pkt.trans = pkt.net + ((pkt.data[pkt.net] & 15) << 2);
    const transport = ns.transport;
    const raw = transport.sockets?.rawDeliver(pkt) ?? false;
    if (protocol === ip.ICMP) {
      ns.icmp.receive(pkt);
      return;
    }
    const handler = transport.handlers[protocol];
    if (handler !== null) {
      handler.receive(pkt);
      return;
    }
    if (raw) {
      ns.walk?.emit(ns.name, { kind: "end", packet: pkt.id, how: "delivered to raw sockets" });
      return;
    }
    if (protocol === ip.IGMP) {
      ns.deliver(pkt, "igmp");
      return;
    }
    ns.icmp.send(pkt, icmp.DEST_UNREACH, icmp.PROT_UNREACH, 0);
    ns.drop(pkt, "IP_NOPROTO", "ip input", { protocol });
  }

  // ── forwarding ───────────────────────────────────────────────────────────────────────────────────────

  /** ip_forward */
  private forward(pkt: Packet, dev: Device, route: Route, redirect: boolean, options: Filled | null): void {
    const ns = this.ns;
    const data = pkt.data;
    const at = pkt.net;
    if (pkt.pktType !== PACKET_HOST) {
      ns.drop(pkt, "NOT_SPECIFIED", "ip forward", { dev: dev.name });
      return;
    }
    const ttl = data[at + 8];
    if (ttl <= 1) {
      ns.icmp.send(pkt, icmp.TIME_EXCEEDED, 0, 0);
      ns.drop(pkt, "IP_INHDR", "ip forward", { ttl });
      return;
    }
    const out = route.dev;
    const mtu = route.exception !== undefined && ns.forwardUsesPmtu ? route.mtu : route.forwardMtu;
    if (pkt.end - at > mtu && (data[at + 6] & 0x40) !== 0 && !pkt.ignoreDf) {
      ns.icmp.send(pkt, icmp.DEST_UNREACH, icmp.FRAG_NEEDED, mtu);
      ns.drop(pkt, "PKT_TOO_BIG", "ip forward", { mtu, length: pkt.end - at, dev: out.name });
      return;
    }
    const fragMax = pkt.fragMax;
    if (fragMax > mtu && (data[at + 6] & 0x40) !== 0) {
      ns.icmp.send(pkt, icmp.DEST_UNREACH, icmp.FRAG_NEEDED, mtu);
      ns.drop(pkt, "PKT_TOO_BIG", "ip forward", { mtu, length: fragMax, dev: out.name });
      return;
    }
    // ip_decrease_ttl: the checksum rises by 0x100, with the carry brought round.
    data[at + 8] = ttl - 1;
    let sum = ((data[at + 10] << 8) | data[at + 11]) + 0x100;
    sum = (sum & 0xffff) + (sum >= 0xffff ? 1 : 0);
    data[at + 10] = sum >>> 8;
    data[at + 11] = sum;
    const walk = ns.host.walk;
    if (walk !== null) {
      walk.emit(ns.name, {
        kind: "change",
        packet: pkt.id,
        field: "ttl",
        from: String(ttl),
        to: String(ttl - 1),
        by: "ip_forward",
      });
    }
    if (redirect && !hasSourceRoute(data, at)) ns.icmp.sendRedirect(pkt, dev, route);
    pkt.oif = out;
    const verdict = ns.netfilter.run(FORWARD, pkt, dev, out);
    if (verdict !== NF_ACCEPT) {
      this.refused(pkt, verdict, "FORWARD");
      return;
    }
    if (options !== null) forwardOptions(ns, pkt, route, options);
    this.output(pkt, (pkt.route as Route | null) ?? route);
  }

  // ── output ───────────────────────────────────────────────────────────────────────────────────────────

  /** __ip_local_out: a whole datagram made here. */
  localOut(pkt: Packet, route: Route): void {
    const ns = this.ns;
    const data = pkt.data;
    const at = pkt.net;
    const header = (data[at] & 15) << 2;
    put16(data, at + 2, pkt.end - at);
    put16(data, at + 10, 0);
    put16(data, at + 10, checksum(data, at, at + header));
    pkt.trans = at + header;
    pkt.route = route;
    pkt.oif = route.dev;
    pkt.protocol = 0x0800;
    if (ns.host.walk !== null) this.tellRoute(pkt, ip.dst(data, at), "output", route);
    const verdict = ns.netfilter.run(OUTPUT, pkt, null, route.dev);
    if (verdict !== NF_ACCEPT) {
      this.refused(pkt, verdict, "OUTPUT");
      // nf_hook_slow answers a sender's drop with EPERM; what was stolen counts as sent.
      if (verdict === NF_DROP) throw new KernelError("EPERM");
      return;
    }
    const sent = this.output(pkt, (pkt.route as Route | null) ?? route);
    if (!sent) throw new KernelError("EPERM");
    // net_xmit_errno
    if (pkt.refused) throw new KernelError("ENOBUFS");
  }

  /** ip_output, ip_mc_output: hook POSTROUTING, then the MTU. False: POSTROUTING dropped it. */
  output(pkt: Packet, route: Route): boolean {
    const ns = this.ns;
    const dev = route.dev;
    pkt.oif = dev;
    pkt.route = route;
    if (route.type === "multicast" || route.type === "broadcast") {
      if (!this.loopCopies(pkt, route)) return true;
    }
    const verdict = ns.netfilter.run(POSTROUTING, pkt, pkt.iif, dev);
    if (verdict !== NF_ACCEPT) {
      this.refused(pkt, verdict, "POSTROUTING");
      return verdict !== NF_DROP;
    }
    this.finishOutput(pkt, (pkt.route as Route | null) ?? route);
    return true;
  }

  /** ip_mc_output: copies for this host. False: the packet goes no further (TTL 0). */
  private loopCopies(pkt: Packet, route: Route): boolean {
    const ns = this.ns;
    const dst = ip.dst(pkt.data, pkt.net);
    if (route.dev.isLoopback) return true;
    const wanted = route.type === "broadcast" || (isMulticast(dst) && ns.inGroup(route.dev, dst));
    if (wanted) {
      const copy = pkt.clone(ns.nextPacketId());
      copy.iif = null;
      copy.mac = -1;
      copy.route = { ...route, dev: ns.loopback };
      copy.pktType = route.type === "broadcast" ? PACKET_BROADCAST : PACKET_MULTICAST;
      ns.born(copy, "clone");
      const verdict = ns.netfilter.run(POSTROUTING, copy, copy.iif, route.dev);
      if (verdict === NF_ACCEPT) ns.host.softirq(() => ns.receiver.loopedBack(copy, route.dev));
      else this.refused(copy, verdict, "POSTROUTING");
    }
    if (isMulticast(dst) && pkt.data[pkt.net + 8] === 0) {
      ns.drop(pkt, "NOT_SPECIFIED", "ip output", { ttl: 0 });
      return false;
    }
    return true;
  }

  /** __ip_finish_output: fragments what is over the MTU. */
  finishOutput(pkt: Packet, route: Route): void {
    const ns = this.ns;
    const forwarded = pkt.iif !== null;
    const mtu = forwarded && !ns.forwardUsesPmtu ? route.forwardMtu : route.mtu;
    const length = pkt.end - pkt.net;
    if (length > mtu || (pkt.fragMax !== 0 && pkt.fragMax < length)) {
      const df = (pkt.data[pkt.net + 6] & 0x40) !== 0;
      if ((df && !pkt.ignoreDf) || (pkt.fragMax !== 0 && pkt.fragMax > mtu && df)) {
        ns.icmp.send(pkt, icmp.DEST_UNREACH, icmp.FRAG_NEEDED, mtu);
        ns.drop(pkt, "PKT_TOO_BIG", "ip output", { mtu, length, dev: route.dev.name });
        return;
      }
      const limit = pkt.fragMax !== 0 && pkt.fragMax < mtu ? pkt.fragMax : mtu;
      const pieces = fragment(ns, pkt, limit);
      if (pieces.length > 0) {
        ns.walk?.emit(ns.name, { kind: "end", packet: pkt.id, how: `fragmented into ${pieces.length}` });
      }
      for (const piece of pieces) {
        this.toNeighbour(piece, route);
        if (!piece.refused) continue;
        // ip_do_fragment stops at the first that fails.
        pkt.refused = true;
        return;
      }
      return;
    }
    this.toNeighbour(pkt, route);
  }

  /** ip_finish_output2 */
  private toNeighbour(pkt: Packet, route: Route): void {
    const dev = route.dev;
    this.ns.neighbours.output(pkt, dev, route.usesGateway ? route.gateway : ip.dst(pkt.data, pkt.net));
  }
}

function hasSourceRoute(data: Uint8Array, at: number): boolean {
  const end = at + ((data[at] & 15) << 2);
  for (let i = at + 20; i < end; ) {
    const type = data[i];
    if (type === 0) return false;
    if (type === 131 || type === 137) return true;
    i += type === 1 ? 1 : Math.max(data[i + 1], 2);
  }
  return false;
}

/** Headers for the walk. */
export function headersOf(pkt: Packet): ReturnType<typeof describe> {
  return describe(pkt.data, pkt.net, pkt.end, pkt.protocol, pkt.mark);
}
