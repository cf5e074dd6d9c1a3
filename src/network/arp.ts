import { MILLISECOND, SECOND } from "../base/clock.ts";
import { PACKET_HOST, PACKET_LOOPBACK, PACKET_OTHERHOST, Packet } from "../netfilter/packet.ts";
import * as arp from "../wire/arp.ts";
import { BROADCAST, LENGTH as ETHERNET, emit as emitEthernet, TYPE_ARP } from "../wire/ethernet.ts";
import { describe } from "../wire/headers.ts";
import { src as ipSource } from "../wire/ipv4.ts";
import { isLoopbackAddress, isMulticast } from "./address-kinds.ts";
import { sameNet } from "./addresses.ts";
import { type Device, IFF_LOOPBACK, IFF_NOARP } from "./device.ts";
import { SCOPE_HOST, SCOPE_LINK } from "./inet-device.ts";
import type { NetNamespace } from "./namespace.ts";
import type { Neighbour } from "./neighbour.ts";

const NO_MAC = new Uint8Array(6);

/** ARP for IPv4 (RFC 826; net/ipv4/arp.c). */
export class Arp {
  private readonly ns: NetNamespace;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  private conf(dev: Device, name: "arp_announce" | "arp_ignore"): number {
    return Math.max(this.ns.confAll[name], dev.ipv4.conf[name]);
  }

  private either(
    dev: Device,
    name: "arp_filter" | "arp_accept" | "proxy_arp" | "drop_gratuitous_arp",
  ): boolean {
    return this.ns.confAll[name] !== 0 || dev.ipv4.conf[name] !== 0;
  }

  /** arp_send: one message, in a frame of its own. */
  send(
    op: number,
    dev: Device,
    to: Uint8Array,
    spa: number,
    tpa: number,
    tha: Uint8Array,
    parent: Packet | null,
    sha: Uint8Array = dev.mac,
  ): void {
    if ((dev.flags & IFF_NOARP) !== 0) return;
    const ns = this.ns;
    const data = new Uint8Array(ETHERNET + arp.LENGTH);
    emitEthernet(data, 0, to, dev.mac, TYPE_ARP);
    arp.emit(data, ETHERNET, { op, sha, spa, tha, tpa });
    const pkt = new Packet(ns.nextPacketId(), data, ETHERNET, data.length, TYPE_ARP);
    pkt.mac = 0;
    const walk = ns.host.walk;
    if (walk !== null) {
      walk.emit(ns.name, {
        kind: "born",
        packet: pkt.id,
        ...(parent ? { parent: parent.id } : {}),
        by: "arp",
        headers: describe(data, ETHERNET, data.length, TYPE_ARP),
      });
    }
    ns.transmit(dev, pkt);
  }

  /** A gratuitous ARP (arp_notify, address announcements). */
  announce(dev: Device, address: number): void {
    if (dev.up && dev.carrier && (dev.flags & (IFF_NOARP | IFF_LOOPBACK)) === 0) {
      this.send(arp.REQUEST, dev, BROADCAST, address, address, NO_MAC, null);
    }
  }

  /** arp_solicit: who has the neighbour's address? The source address by arp_announce. */
  solicit(n: Neighbour, unicast: Uint8Array | null, cause: Packet | null): void {
    const ns = this.ns;
    const dev = n.dev;
    let source = 0;
    const mode = this.conf(dev, "arp_announce");
    const wanted = cause !== null && cause.protocol === 0x0800 ? ipSource(cause.data, cause.net) : 0;
    if (mode === 0) {
      if (wanted !== 0 && ns.addressType4(wanted, null) === "LOCAL") source = wanted;
    } else if (mode === 1 && wanted !== 0 && ns.addressType4(wanted, null) === "LOCAL") {
      for (const a of dev.ipv4.addresses) {
        if (sameNet(n.address, a.peer, a.prefix) && sameNet(wanted, a.peer, a.prefix)) source = wanted;
      }
    }
    if (source === 0) source = ns.addresses.select(dev, n.address, SCOPE_LINK);
    this.send(arp.REQUEST, dev, unicast ?? BROADCAST, source, n.address, NO_MAC, cause);
  }

  /** arp_rcv and arp_process. */
  receive(pkt: Packet, dev: Device): void {
    const ns = this.ns;
    const data = pkt.data;
    const at = pkt.net;
    const end = () => {
      if (ns.host.walk !== null) ns.deliver(pkt, "arp");
    };
    if (
      (dev.flags & IFF_NOARP) !== 0 ||
      pkt.pktType === PACKET_OTHERHOST ||
      pkt.pktType === PACKET_LOOPBACK
    ) {
      ns.drop(pkt, pkt.pktType === PACKET_OTHERHOST ? "OTHERHOST" : "NOT_SPECIFIED", `device ${dev.name}`, {
        dev: dev.name,
      });
      return;
    }
    if (!arp.valid(data, at, pkt.end)) {
      ns.drop(pkt, "NOT_SPECIFIED", "arp");
      return;
    }
    const op = arp.op(data, at);
    if (op !== arp.REQUEST && op !== arp.REPLY) {
      ns.drop(pkt, "NOT_SPECIFIED", "arp");
      return;
    }
    const sip = arp.spa(data, at);
    const tip = arp.tpa(data, at);
    const sha = Uint8Array.from(arp.sha(data, at));
    const localnet = dev.ipv4.conf.route_localnet !== 0 || ns.confAll.route_localnet !== 0;
    if (isMulticast(tip) || (!localnet && isLoopbackAddress(tip)) || tip === 0xffffffff) {
      ns.drop(pkt, "NOT_SPECIFIED", "arp");
      return;
    }
    // A gratuitous one may be refused outright.
    if (sip === tip && this.either(dev, "drop_gratuitous_arp")) {
      ns.drop(pkt, "NOT_SPECIFIED", "arp");
      return;
    }
    if (sip === 0) {
      // Duplicate address detection (RFC 5227 2.1.1).
      if (op === arp.REQUEST && ns.addressType4(tip, null) === "LOCAL" && !this.ignore(dev, sip, tip)) {
        this.send(arp.REPLY, dev, sha, tip, sip, sha, pkt);
      }
      end();
      return;
    }
    if (op === arp.REQUEST && this.answer(pkt, dev, sip, tip, sha)) {
      end();
      return;
    }
    // Learn from what was not for us to answer.
    let n = ns.neighbours.find(dev, sip);
    // arp_is_garp: a reply's target hardware address must be the sender's, too.
    const gratuitous =
      sip === tip &&
      (op !== arp.REPLY || arp.tha(data, at).every((byte, i) => byte === sha[i])) &&
      ns.addressType4(sip, dev) === "UNICAST";
    const accept = this.acceptsUnknown(dev, sip);
    if (
      !n &&
      (accept || false) &&
      (gratuitous || op === arp.REPLY) &&
      ns.addressType4(sip, dev) === "UNICAST"
    ) {
      n = ns.neighbours.create(dev, sip);
    }
    if (n) {
      const locked = ns.host.now < n.updated + ns.sysctl.neighbour(dev.name, "locktime") * 10 * MILLISECOND;
      const override = !locked || gratuitous;
      // A reply that was broadcast, and a request, do not confirm that the way there works.
      const state = op === arp.REPLY && pkt.pktType === PACKET_HOST ? "REACHABLE" : "STALE";
      n.update(sha, state, { override });
    }
    end();
  }

  private acceptsUnknown(dev: Device, sip: number): boolean {
    const mode = Math.max(this.ns.confAll.arp_accept, dev.ipv4.conf.arp_accept);
    if (mode === 2) return dev.ipv4.addresses.some((a) => sameNet(sip, a.peer, a.prefix));
    return mode === 1;
  }

  /** A request: answered when the target is local, or when this host stands in for it (proxy). True: done. */
  private answer(pkt: Packet, dev: Device, sip: number, tip: number, sha: Uint8Array): boolean {
    const ns = this.ns;
    const verdict = ns.router.ask(pkt, sip, tip, 0, dev);
    if (verdict.kind === "local") {
      if (!this.ignore(dev, sip, tip) && !(this.either(dev, "arp_filter") && this.filtered(dev, sip, tip))) {
        this.learn(dev, sip, sha);
        this.send(arp.REPLY, dev, sha, tip, sip, sha, pkt);
      }
      return true;
    }
    if (verdict.kind !== "forward" || dev.ipv4.conf.forwarding === 0) return false;
    const out = verdict.route?.dev;
    const viaGateway = verdict.route?.usesGateway ?? false;
    const proxied =
      ns.neighbours.isProxy(dev, tip) ||
      (out !== undefined &&
        ((out !== dev && this.either(dev, "proxy_arp")) ||
          (out === dev && !viaGateway && dev.ipv4.conf.proxy_arp_pvlan !== 0)));
    if (!proxied) return false;
    this.learn(dev, sip, sha);
    const delay = ns.sysctl.neighbour(dev.name, "proxy_delay") * 10 * MILLISECOND;
    const reply = () => this.send(arp.REPLY, dev, sha, tip, sip, sha, pkt);
    if (pkt.pktType === PACKET_HOST || delay === 0) reply();
    else ns.host.after(Math.floor(ns.rng.float() * Math.min(delay, SECOND * 10)), reply);
    return true;
  }

  /** neigh_event_ns: whoever asks is known from then on, as STALE. */
  private learn(dev: Device, sip: number, sha: Uint8Array): void {
    const n = this.ns.neighbours.find(dev, sip) ?? this.ns.neighbours.create(dev, sip);
    n.update(sha, "STALE", { override: true });
  }

  /** arp_ignore */
  private ignore(dev: Device, sip: number, tip: number): boolean {
    const on = (scope: number, fromSender: number) =>
      dev.ipv4.addresses.some(
        (a) =>
          a.local === tip && a.scope <= scope && (fromSender === 0 || sameNet(fromSender, a.peer, a.prefix)),
      );
    switch (this.conf(dev, "arp_ignore")) {
      case 0:
        return false;
      case 1:
        return !on(SCOPE_HOST, 0);
      case 2:
        return !on(SCOPE_HOST, sip);
      case 3: {
        for (const d of this.ns.links.all()) {
          if (d.ipv4.addresses.some((a) => a.local === tip && a.scope <= SCOPE_LINK)) return false;
        }
        return true;
      }
      case 8:
        return true;
      default:
        return false;
    }
  }

  /** arp_filter: answered only where the route back to the asker leaves by the same device. */
  private filtered(dev: Device, sip: number, tip: number): boolean {
    try {
      return this.ns.router.output({ dst: sip, src: tip }).dev !== dev;
    } catch {
      return true;
    }
  }
}
