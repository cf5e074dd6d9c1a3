import {
  type Lineage,
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_LOOPBACK,
  PACKET_MULTICAST,
  PACKET_OTHERHOST,
  type Packet,
} from "../netfilter/packet.ts";
import { LENGTH as ETHERNET, equal, TYPE_ARP, TYPE_IPV4, TYPE_IPV6 } from "../wire/ethernet.ts";
import { describe } from "../wire/headers.ts";
import * as vlan from "../wire/vlan.ts";
import { Bridge } from "./bridge/bridge.ts";
import type { Device } from "./device.ts";
import { hex } from "./hex.ts";
import type { NetNamespace } from "./namespace.ts";

/** Crossings of devices after which a packet (with all that came of it) counts as a storm. */
const STORM = 1000;
/** The same for a packet and its copies together: a flood reaches each port of a broadcast domain once. */
const STORM_COPIES = 10_000;

function isStorm(lineage: Lineage): boolean {
  if (!lineage.stopped && ++lineage.crossings > STORM_COPIES) lineage.stopped = true;
  return lineage.stopped;
}

/** The receiving half of a namespace (net/core/dev.c): from a device's queue to the protocol. */
export class Receiver {
  private readonly ns: NetNamespace;
  private stormTold = false;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  /** process_backlog: a frame from a device's queue. Its reception takes a few microseconds. */
  frame(dev: Device, pkt: Packet): void {
    this.ns.host.charge(6000 + this.ns.rng.below(12000));
    if (!dev.up || dev.dead) {
      dev.stats.rxDropped++;
      this.ns.drop(pkt, "DEV_READY", `device ${dev.name}`, { dev: dev.name, state: "down" });
      return;
    }
    if (++pkt.hops > STORM || (pkt.lineage !== null && isStorm(pkt.lineage))) {
      this.storm(dev, pkt);
      return;
    }
    this.on(dev, pkt);
  }

  private storm(dev: Device, pkt: Packet): void {
    this.ns.drop(pkt, "NOT_SPECIFIED", `device ${dev.name}`, { storm: true, hops: pkt.hops });
    if (this.stormTold) return;
    this.stormTold = true;
    const what = describe(pkt.data, pkt.net, pkt.end, pkt.protocol).summary;
    const crossed = pkt.lineage ? `${pkt.lineage.crossings} devices in copies` : `${pkt.hops} devices`;
    this.ns.host.reportStorm(
      this.ns,
      `a storm: a packet crossed ${crossed} and was stopped at ${dev.name}: ${what}`,
    );
  }

  /** __netif_receive_skb_core: taps, the bridge, then the protocol. The link header stands at `pkt.mac`. */
  on(dev: Device, pkt: Packet): void {
    const data = pkt.data;
    const mac = pkt.mac;
    pkt.net = mac + ETHERNET;
    pkt.protocol = (data[mac + 12] << 8) | data[mac + 13];
    if ((data[mac] & 1) !== 0) {
      pkt.pktType =
        data[mac] === 0xff && equal(dev.broadcast, data.subarray(mac, mac + 6))
          ? PACKET_BROADCAST
          : PACKET_MULTICAST;
    } else pkt.pktType = sameMac(dev.mac, data, mac) ? PACKET_HOST : PACKET_OTHERHOST;
    const stats = dev.stats;
    stats.rxPackets++;
    stats.rxBytes += pkt.end - pkt.net + (dev.kind === "bridge" ? 0 : ETHERNET);
    if (pkt.pktType === PACKET_MULTICAST && dev.kind === "bridge") stats.multicast++;
    // skb_vlan_untag wants the tag and a little of what follows.
    if (vlan.isTag(pkt.protocol) && pkt.end - pkt.net < vlan.LENGTH + 2) {
      this.ns.drop(pkt, "NOT_SPECIFIED", `device ${dev.name}`, { ethertype: pkt.protocol });
      return;
    }
    const walk = this.ns.host.walk;
    if (walk !== null) {
      walk.emit(this.ns.name, {
        kind: "receive",
        packet: pkt.id,
        dev: dev.name,
        headers: describe(data, pkt.net, pkt.end, pkt.protocol, pkt.mark),
        bytes: hex(data, mac, pkt.end),
      });
    }
    if (dev.taps.length > 0) for (const tap of [...dev.taps]) tap(pkt, "in", dev);
    if (this.ns.taps.length > 0) for (const tap of [...this.ns.taps]) tap(pkt, "in", dev);
    if (dev.master instanceof Bridge) {
      dev.master.handle(pkt, dev);
      return;
    }
    if (vlan.isTag(pkt.protocol)) untag(pkt);
    this.toProtocol(dev, pkt);
  }

  private toProtocol(dev: Device, pkt: Packet): void {
    if (pkt.protocol === TYPE_IPV4) {
      // ip_sabotage_in: a bridge's frame has been through PREROUTING already.
      if (pkt.physIn !== null && dev instanceof Bridge) {
        pkt.iif = dev;
        if (pkt.pktType === PACKET_OTHERHOST) {
          this.ns.drop(pkt, "OTHERHOST", `device ${dev.name}`, { dev: dev.name });
          return;
        }
        this.ns.ip.finishInput(pkt, dev);
        return;
      }
      this.ns.ip.receive(pkt, dev);
      return;
    }
    if (pkt.protocol === TYPE_ARP) {
      this.ns.arp.receive(pkt, dev);
      return;
    }
    if (pkt.protocol === TYPE_IPV6) {
      this.ns.walk?.emit(this.ns.name, { kind: "not-modelled", packet: pkt.id, what: "IPv6" });
    }
    if (pkt.pktType === PACKET_OTHERHOST) {
      this.ns.drop(pkt, "OTHERHOST", `device ${dev.name}`, { dev: dev.name });
      return;
    }
    this.ns.drop(pkt, "UNHANDLED_PROTO", `device ${dev.name}`, { ethertype: pkt.protocol });
  }

  /** dev_loopback_xmit: this host's own copy of a multicast or broadcast that it sends. */
  loopedBack(pkt: Packet, dev: Device): void {
    if (++pkt.hops > STORM) {
      this.storm(dev, pkt);
      return;
    }
    pkt.pktType = PACKET_LOOPBACK;
    const walk = this.ns.host.walk;
    if (walk !== null) {
      const headers = describe(pkt.data, pkt.net, pkt.end, pkt.protocol, pkt.mark);
      walk.emit(this.ns.name, { kind: "receive", packet: pkt.id, dev: dev.name, headers });
    }
    this.ns.ip.receive(pkt, dev);
  }
}

/**
 * The end of __netif_receive_skb_core for a tag that no VLAN device takes: VLAN 0 is only a priority, any other makes
 * the frame another host's. The MAC header closes up to the payload.
 */
function untag(pkt: Packet): void {
  const { data } = pkt;
  while (vlan.isTag(pkt.protocol) && pkt.end - pkt.net >= vlan.LENGTH + 2) {
    const id = vlan.vid(data, pkt.net);
    pkt.protocol = vlan.type(data, pkt.net);
    data.copyWithin(pkt.mac + vlan.LENGTH, pkt.mac, pkt.mac + 12);
    pkt.mac += vlan.LENGTH;
    pkt.net += vlan.LENGTH;
    if (id !== 0) {
      pkt.pktType = PACKET_OTHERHOST;
      return;
    }
  }
}

function sameMac(mac: Uint8Array, data: Uint8Array, at: number): boolean {
  return (
    mac[5] === data[at + 5] &&
    mac[4] === data[at + 4] &&
    mac[3] === data[at + 3] &&
    mac[2] === data[at + 2] &&
    mac[1] === data[at + 1] &&
    mac[0] === data[at]
  );
}
