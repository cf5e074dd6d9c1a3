import { PACKET_BROADCAST, PACKET_HOST, PACKET_MULTICAST, type Packet } from "../../netfilter/packet.ts";
import * as icmp from "../../wire/icmp.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as udp from "../../wire/udp.ts";
import type { Route } from "../flow.ts";
import { arrivedBy } from "./arrival.ts";
import { icmpMeaning } from "./icmp-errors.ts";
import type { SocketTable } from "./table.ts";
import type { UdpSocket } from "./udp.ts";

/** How well a socket fits a datagram, −1 not at all (compute_score of udp.c); the port is known to match. */
function score(sk: UdpSocket, pkt: Packet, src: number, sport: number, address: number): number {
  if (sk.localAddress !== address) return -1;
  let points = 2;
  if (sk.remoteAddress !== 0) {
    if (sk.remoteAddress !== src) return -1;
    points += 4;
  }
  if (sk.remotePort !== 0) {
    if (sk.remotePort !== sport) return -1;
    points += 4;
  }
  if (sk.options.device !== null) {
    if (sk.options.device !== arrivedBy(sk.ns, pkt)) return -1;
    points += 4;
  }
  return points;
}

/** Which of a reuseport group's sockets gets a flow (reuseport_select_sock): by the flow's hash. */
function flowHash(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b) ^ Math.imul((c << 16) | d, 0xc2b2ae35);
  h ^= h >>> 15;
  return Math.imul(h, 0x27d4eb2f) >>> 0;
}

/** The socket for a datagram: first among those bound to its address, then among the unbound (__udp4_lib_lookup). */
export function lookupUdp(
  table: SocketTable,
  pkt: Packet,
  src: number,
  sport: number,
  dst: number,
  dport: number,
): UdpSocket | undefined {
  const sockets = table.udpOn(dport);
  for (let pass = 0; pass < 2; pass++) {
    const address = pass === 0 ? dst : 0;
    let best: UdpSocket | undefined;
    let bestScore = -1;
    let group: UdpSocket[] | null = null;
    for (const sk of sockets) {
      const points = score(sk, pkt, src, sport, address);
      if (points > bestScore) {
        best = sk;
        bestScore = points;
        group = sk.options.reusePort && sk.remotePort === 0 ? [sk] : null;
      } else if (points === bestScore && points >= 0) {
        if (group !== null && sk.options.reusePort) group.push(sk);
        // The newest socket stands first in the kernel's list, and the first of equal score wins.
        else best = sk;
      }
    }
    if (group !== null && group.length > 1) return group[flowHash(src, dst, sport, dport) % group.length];
    if (best !== undefined) return best;
  }
  return undefined;
}

function give(table: SocketTable, sk: UdpSocket, pkt: Packet): void {
  if (sk.deliver(pkt)) table.ns.deliver(pkt, "socket", sk.owner.name, sk.localPort);
  else table.ns.drop(pkt, "SOCKET_RCVBUFF", "UDP socket", { process: sk.owner.name, port: sk.localPort });
}

/** udp_rcv (net/ipv4/udp.c). */
export function receiveUdp(table: SocketTable, pkt: Packet): void {
  const ns = table.ns;
  const data = pkt.data;
  const at = pkt.trans;
  const length = pkt.end - at;
  if (length < udp.LENGTH) {
    ns.drop(pkt, "PKT_TOO_SMALL", "UDP");
    return;
  }
  const ulen = udp.length(data, at);
  if (ulen > length || ulen < udp.LENGTH) {
    ns.drop(pkt, "PKT_TOO_SMALL", "UDP");
    return;
  }
  if (ulen < length) pkt.end = at + ulen;
  const src = ipv4.src(data, pkt.net);
  const dst = ipv4.dst(data, pkt.net);
  const good = pkt.partial || udp.verify4(data, at, pkt.end, src, dst);
  const sport = udp.sport(data, at);
  const dport = udp.dport(data, at);
  const type = (pkt.route as Route | null)?.type;
  if (type === "broadcast" || type === "multicast") {
    if (!good) {
      ns.drop(pkt, "UDP_CSUM", "UDP");
      return;
    }
    receiveMany(table, pkt, src, sport, dst, dport);
    return;
  }
  const sk = lookupUdp(table, pkt, src, sport, dst, dport);
  if (!good) {
    ns.drop(pkt, "UDP_CSUM", "UDP");
    return;
  }
  if (sk !== undefined) {
    give(table, sk, pkt);
    return;
  }
  // icmp_send never answers what came to a link-layer group.
  if (pkt.pktType === PACKET_HOST) ns.icmp.send(pkt, icmp.DEST_UNREACH, icmp.PORT_UNREACH, 0);
  ns.drop(pkt, "NO_SOCKET", "UDP", { protocol: "udp", port: dport });
}

/** __udp4_lib_mcast_deliver: every socket that fits gets a copy. */
function receiveMany(
  table: SocketTable,
  pkt: Packet,
  src: number,
  sport: number,
  dst: number,
  dport: number,
): void {
  const ns = table.ns;
  const takers: UdpSocket[] = [];
  for (const sk of table.udpOn(dport)) {
    if (sk.localAddress !== 0 && sk.localAddress !== dst) continue;
    if (sk.remoteAddress !== 0 && (sk.remoteAddress !== src || sk.remotePort !== sport)) continue;
    if (sk.options.device !== null && sk.options.device !== arrivedBy(sk.ns, pkt)) continue;
    if (!sk.hears(dst)) continue;
    takers.push(sk);
  }
  if (takers.length === 0) {
    const group = pkt.pktType === PACKET_BROADCAST || pkt.pktType === PACKET_MULTICAST;
    ns.drop(pkt, "NO_SOCKET", "UDP", { protocol: "udp", port: dport, group });
    return;
  }
  for (const sk of takers) give(table, sk, pkt);
}

/** udp_err: an ICMP error about a datagram sent from here. */
export function udpError(
  table: SocketTable,
  pkt: Packet,
  inner: number,
  type: number,
  code: number,
  info: number,
): void {
  const data = pkt.data;
  const at = inner + ipv4.headerLength(data, inner);
  const dst = ipv4.dst(data, inner);
  const dport = udp.dport(data, at);
  const sk = lookupUdp(table, pkt, dst, dport, ipv4.src(data, inner), udp.sport(data, at));
  if (sk === undefined) return;
  table.ns.icmp.learn(pkt, inner, type, code, info);
  const meaning = icmpMeaning(type, code);
  if (meaning === undefined) return;
  const frag = type === icmp.DEST_UNREACH && code === icmp.FRAG_NEEDED;
  if (frag && sk.options.mtuDiscover === "dont") return;
  const hard = meaning.hard || frag;
  if (sk.options.receiveErrors) {
    sk.queueError({
      errno: meaning.errno,
      origin: "icmp",
      type,
      code,
      info: frag ? info : 0,
      offender: ipv4.src(data, pkt.net),
      to: dst,
      port: dport,
      data: data.slice(at + udp.LENGTH, pkt.end),
      ttl: ipv4.ttl(data, pkt.net),
      time: table.ns.host.now,
    });
  } else if (!hard || sk.remotePort === 0) return;
  sk.fail(meaning.errno);
}
