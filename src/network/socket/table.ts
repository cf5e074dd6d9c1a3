import { PACKET_HOST, type Packet } from "../../netfilter/packet.ts";
import { u16 } from "../../wire/bytes.ts";
import * as icmp from "../../wire/icmp.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { NetNamespace } from "../namespace.ts";
import type { SocketLayer } from "../transport.ts";
import { arrivedBy } from "./arrival.ts";
import { icmpMeaning } from "./icmp-errors.ts";
import type { PacketSocket } from "./packet.ts";
import type { PingSocket } from "./ping.ts";
import type { RawSocket } from "./raw.ts";
import type { Socket } from "./socket.ts";
import { tcpError } from "./tcp/icmp.ts";
import { receiveTcp } from "./tcp/receive.ts";
import { TcpTable } from "./tcp/table.ts";
import type { UdpSocket } from "./udp.ts";
import { receiveUdp, udpError } from "./udp-input.ts";

const NONE: readonly UdpSocket[] = [];

/**
 * The sockets of one namespace, and how packets find them. It registers itself as the namespace's TCP and
 * UDP, and as its socket layer.
 */
export class SocketTable implements SocketLayer {
  readonly ns: NetNamespace;
  readonly tcp: TcpTable;
  readonly raws: RawSocket[] = [];
  readonly packets = new Set<PacketSocket>();
  /** By identifier. */
  readonly pings = new Map<number, PingSocket>();
  private readonly udpPorts = new Map<number, UdpSocket[]>();
  private lastIdentifier = -1;

  constructor(ns: NetNamespace) {
    this.ns = ns;
    this.tcp = new TcpTable(ns);
    ns.transport.sockets = this;
    ns.transport.register(ipv4.TCP, {
      receive: (pkt) => receiveTcp(this.tcp, pkt),
      error: (pkt, inner, type, code, info) => tcpError(this.tcp, pkt, inner, type, code, info),
    });
    ns.transport.register(ipv4.UDP, {
      receive: (pkt) => receiveUdp(this, pkt),
      error: (pkt, inner, type, code, info) => udpError(this, pkt, inner, type, code, info),
    });
  }

  // ── UDP ──────────────────────────────────────────────────────────────────────────────────────────────

  udpOn(port: number): readonly UdpSocket[] {
    return this.udpPorts.get(port) ?? NONE;
  }

  addUdp(sk: UdpSocket): void {
    const list = this.udpPorts.get(sk.localPort);
    if (list) list.push(sk);
    else this.udpPorts.set(sk.localPort, [sk]);
  }

  removeUdp(sk: UdpSocket): void {
    const list = this.udpPorts.get(sk.localPort);
    if (!list) return;
    const i = list.indexOf(sk);
    if (i >= 0) list.splice(i, 1);
    if (list.length === 0) this.udpPorts.delete(sk.localPort);
  }

  connectionOf(pkt: Packet): Socket | undefined {
    const { data, net } = pkt;
    if (pkt.pktType !== PACKET_HOST || (ipv4.fragment(data, net) & ~ipv4.DF) !== 0) return undefined;
    const at = net + ipv4.headerLength(data, net);
    if (at + 8 > pkt.end) return undefined;
    const [src, dst] = [ipv4.src(data, net), ipv4.dst(data, net)];
    const [sport, dport] = [u16(data, at), u16(data, at + 2)];
    if (ipv4.protocol(data, net) === ipv4.TCP && this.ns.sysctl.number("net/ipv4/tcp_early_demux") !== 0) {
      const sk = this.tcp.connection(dst, dport, src, sport, pkt.iif);
      // What stands for a connection before and after its life is no full socket.
      return sk?.state === "SYN-RECV" || sk?.state === "TIME-WAIT" ? undefined : sk;
    }
    if (ipv4.protocol(data, net) !== ipv4.UDP || this.ns.sysctl.number("net/ipv4/udp_early_demux") === 0)
      return undefined;
    return this.udpOn(dport).find(
      (sk) => sk.remoteAddress === src && sk.remotePort === sport && sk.localAddress === dst,
    );
  }

  *udpSockets(): Generator<UdpSocket> {
    for (const list of this.udpPorts.values()) yield* list;
  }

  // ── raw ──────────────────────────────────────────────────────────────────────────────────────────────

  addRaw(sk: RawSocket): void {
    this.raws.push(sk);
  }

  removeRaw(sk: RawSocket): void {
    const i = this.raws.indexOf(sk);
    if (i >= 0) this.raws.splice(i, 1);
  }

  rawDeliver(pkt: Packet): boolean {
    let taken = false;
    for (const sk of this.raws) {
      if (!sk.wants(pkt)) continue;
      taken = true;
      // The packet itself goes on to its protocol: the socket's copy is not another packet in the walk.
      if (sk.deliver(pkt)) this.ns.deliver(pkt, "socket", sk.owner.name);
    }
    return taken;
  }

  rawError(pkt: Packet, inner: number, type: number, code: number, info: number): void {
    const data = pkt.data;
    const protocol = ipv4.protocol(data, inner);
    const from = ipv4.src(data, inner);
    const to = ipv4.dst(data, inner);
    for (const sk of this.raws) {
      if (sk.protocol !== protocol) continue;
      if (sk.remoteAddress !== 0 && sk.remoteAddress !== to) continue;
      if (sk.localAddress !== 0 && sk.localAddress !== from) continue;
      if (sk.options.device !== null && sk.options.device !== arrivedBy(sk.ns, pkt)) continue;
      this.ns.icmp.learn(pkt, inner, type, code, info);
      if (type === icmp.REDIRECT || (!sk.options.receiveErrors && sk.remoteAddress === 0)) continue;
      const start = sk.headerIncluded ? inner : inner + ipv4.headerLength(data, inner);
      this.report(sk, pkt, start, to, type, code, info);
    }
  }

  /** raw_err and ping_err from where the socket is known. */
  private report(
    sk: Socket,
    pkt: Packet,
    payload: number,
    to: number,
    type: number,
    code: number,
    info: number,
  ): void {
    const meaning = icmpMeaning(type, code);
    if (meaning === undefined) return;
    const frag = type === icmp.DEST_UNREACH && code === icmp.FRAG_NEEDED;
    const hard = frag ? sk.options.mtuDiscover !== "dont" : meaning.hard;
    if (sk.options.receiveErrors) {
      sk.queueError({
        errno: meaning.errno,
        origin: "icmp",
        type,
        code,
        info: frag ? info : 0,
        offender: ipv4.src(pkt.data, pkt.net),
        to,
        port: 0,
        data: pkt.data.slice(payload, pkt.end),
        ttl: ipv4.ttl(pkt.data, pkt.net),
        time: this.ns.host.now,
      });
    } else if (!hard) return;
    sk.fail(meaning.errno);
  }

  // ── ping ─────────────────────────────────────────────────────────────────────────────────────────────

  freeIdentifier(): number {
    if (this.lastIdentifier < 0) this.lastIdentifier = this.ns.host.random.below(0x10000);
    for (let i = 0; i < 0x10000; i++) {
      this.lastIdentifier = (this.lastIdentifier + 1) & 0xffff;
      if (this.lastIdentifier !== 0 && !this.pings.has(this.lastIdentifier)) return this.lastIdentifier;
    }
    return 0;
  }

  private pingOf(identifier: number, local: number, pkt: Packet): PingSocket | undefined {
    const sk = this.pings.get(identifier);
    if (sk === undefined) return undefined;
    if (sk.localAddress !== 0 && sk.localAddress !== local) return undefined;
    if (sk.options.device !== null && sk.options.device !== arrivedBy(sk.ns, pkt)) return undefined;
    return sk;
  }

  pingReceive(pkt: Packet): boolean {
    if (this.pings.size === 0) return false;
    const sk = this.pingOf(icmp.id(pkt.data, pkt.trans), ipv4.dst(pkt.data, pkt.net), pkt);
    if (sk === undefined) return false;
    if (sk.deliver(pkt)) this.ns.deliver(pkt, "socket", sk.owner.name);
    else this.ns.drop(pkt, "SOCKET_RCVBUFF", "ping socket");
    return true;
  }

  pingError(pkt: Packet, inner: number, type: number, code: number, info: number): void {
    const at = inner + ipv4.headerLength(pkt.data, inner);
    if (pkt.data[at] !== icmp.ECHO) return;
    const sk = this.pingOf(icmp.id(pkt.data, at), ipv4.src(pkt.data, inner), pkt);
    if (sk === undefined) return;
    this.ns.icmp.learn(pkt, inner, type, code, info);
    if (type === icmp.REDIRECT || (!sk.options.receiveErrors && sk.remoteAddress === 0)) return;
    this.report(sk, pkt, at, ipv4.dst(pkt.data, inner), type, code, info);
  }

  close(): void {
    for (const sk of [...this.udpSockets(), ...this.raws, ...this.packets, ...this.pings.values()])
      sk.close();
    this.tcp.close();
  }
}

/** The socket table of a namespace, made at first use. */
export function socketsOf(ns: NetNamespace): SocketTable {
  return (ns.transport.sockets as SocketTable | null) ?? new SocketTable(ns);
}
