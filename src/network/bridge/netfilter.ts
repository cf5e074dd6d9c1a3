import { FORWARD, NF_ACCEPT, NF_DROP, POSTROUTING, PREROUTING } from "../../netfilter/hooks.ts";
import { PACKET_HOST, PACKET_OTHERHOST, type Packet } from "../../netfilter/packet.ts";
import { checksum } from "../../wire/checksum.ts";
import { TYPE_ARP, TYPE_IPV4 } from "../../wire/ethernet.ts";
import * as ip from "../../wire/ipv4.ts";
import type { Bridge } from "./bridge.ts";
import type { BridgePort } from "./port.ts";

/** br_netfilter: do bridged frames of this kind meet the IPv4 chains? */
export function meetsChains(bridge: Bridge, pkt: Packet): boolean {
  const ns = bridge.ns;
  return (
    pkt.protocol === TYPE_IPV4 &&
    ns.bridgeNetfilter &&
    ns.sysctl.number("net/bridge/bridge-nf-call-iptables") !== 0
  );
}

/** br_nf_forward_arp: where ARP meets the arptables chains (there are none here), what has no ARP header is dropped. */
export function refusesArp(bridge: Bridge, pkt: Packet): boolean {
  const ns = bridge.ns;
  return (
    pkt.protocol === TYPE_ARP &&
    pkt.end - pkt.net < 8 &&
    ns.bridgeNetfilter &&
    ns.sysctl.number("net/bridge/bridge-nf-call-arptables") !== 0
  );
}

/** br_nf_pre_routing: the IPv4 chains see the frame with the bridge as its device. False: it went its own way. */
export function prerouting(bridge: Bridge, pkt: Packet, port: BridgePort): boolean {
  const ns = bridge.ns;
  const { data, net } = pkt;
  // br_validate_ipv4
  if (!ip.valid(data, net, pkt.end) || checksum(data, net, net + ip.headerLength(data, net)) !== 0) {
    ns.drop(pkt, "IP_INHDR", `bridge ${bridge.name}`);
    return false;
  }
  pkt.end = net + ip.totalLength(data, net);
  pkt.trans = net + ip.headerLength(data, net);
  pkt.iif = bridge;
  pkt.physIn = port.dev;
  const other = pkt.pktType === PACKET_OTHERHOST;
  const dst = ip.dst(data, net);
  const verdict = ns.netfilter.run(PREROUTING, pkt, bridge, null);
  if (verdict !== NF_ACCEPT) {
    if (verdict === NF_DROP) ns.drop(pkt, pkt.dropReason || "NETFILTER_DROP", "hook PREROUTING");
    return false;
  }
  if (other) pkt.pktType = PACKET_OTHERHOST;
  const now = ip.dst(pkt.data, pkt.net);
  if (now !== dst) translate(bridge, pkt, now);
  return true;
}

/** br_nf_pre_routing_finish after DNAT: the frame's destination follows its new address. */
function translate(bridge: Bridge, pkt: Packet, dst: number): void {
  const ns = bridge.ns;
  ns.router.route(pkt, ip.src(pkt.data, pkt.net), dst, pkt.data[pkt.net + 1] & 0x1c, bridge);
  const r = ns.router.input;
  if (r.kind === "forward" && r.route?.dev === bridge) {
    const next = r.route.usesGateway ? r.route.gateway : dst;
    const n = ns.neighbours.find(bridge, next);
    if (n?.usable && n.mac) {
      pkt.data.set(n.mac, pkt.mac);
      return;
    }
  }
  // Another device, this host, or a neighbour yet unknown: up to IP, as if it had been sent to the bridge.
  pkt.data.set(bridge.mac, pkt.mac);
  pkt.pktType = PACKET_HOST;
}

/** br_nf_forward and br_nf_post_routing: the chains on the way out by a port. False: they kept the frame. */
export function forwardChains(bridge: Bridge, pkt: Packet, to: BridgePort): boolean {
  pkt.physOut = to.dev;
  return passes(bridge, pkt, FORWARD, "FORWARD") && passes(bridge, pkt, POSTROUTING, "POSTROUTING");
}

function passes(bridge: Bridge, pkt: Packet, hook: number, name: string): boolean {
  // br_nf_post_routing names no input device.
  const verdict = bridge.ns.netfilter.run(hook, pkt, hook === FORWARD ? bridge : null, bridge);
  if (verdict === NF_DROP)
    bridge.ns.drop(pkt, pkt.dropReason || "NETFILTER_DROP", `hook ${name}`, { bridged: true });
  return verdict === NF_ACCEPT;
}
