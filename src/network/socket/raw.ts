import { KernelError } from "../../base/errno.ts";
import type { AGAIN } from "../../base/wait.ts";
import type { Packet } from "../../netfilter/packet.ts";
import { put16, u32 } from "../../wire/bytes.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Device } from "../device.ts";
import type { NetNamespace } from "../namespace.ts";
import { arrivedBy } from "./arrival.ts";
import { DatagramSocket } from "./datagram.ts";
import { checkBindAddress } from "./ports.ts";
import {
  BROADCAST_ALL,
  born,
  dontFragment,
  firstHop,
  flowOf,
  handOver,
  ipId,
  newDatagram,
  routeFor,
  sendDatagram,
  tooLong,
} from "./send.ts";
import type { SendOptions, SocketOwner } from "./socket.ts";
import { type SocketTable, socketsOf } from "./table.ts";
import { trueSize } from "./udp.ts";

/** IPPROTO_RAW: sends only, header included. */
export const IPPROTO_RAW = 255;

/** A raw IPv4 socket (net/ipv4/raw.c). What it reads are whole IP packets. */
export class RawSocket extends DatagramSocket {
  readonly protocolName = "raw";
  /** IP protocol; IPPROTO_RAW sends only. */
  readonly protocol: number;
  /** IP_HDRINCL: what is sent begins with the IP header (total length and checksum are always filled in; id and
   *  source when they are 0). */
  headerIncluded: boolean;
  /** ICMP_FILTER: bit t set hides ICMP type t. */
  icmpFilter = 0;
  private readonly table: SocketTable;

  constructor(ns: NetNamespace, owner: SocketOwner, protocol: number) {
    super(ns, owner);
    this.protocol = protocol;
    this.headerIncluded = protocol === IPPROTO_RAW;
    this.table = socketsOf(ns);
    this.table.addRaw(this);
  }

  bind(address: number): void {
    checkBindAddress(this, address);
    this.localAddress = address;
  }

  connect(address: number): void {
    const flow = flowOf(this, this.protocol, address, 0);
    const route = routeFor(this, flow);
    if (route.type === "broadcast" && !this.options.broadcast) throw new KernelError("EACCES");
    if (this.localAddress === 0) this.localAddress = route.src;
    this.remoteAddress = address;
    this.inetId = this.ns.host.random.below(0x10000);
  }

  send(data: Uint8Array, options: SendOptions = {}): number {
    // A pending error fails what sock_alloc_send_skb makes, and __ip_append_data makes raw packets without it.
    if (this.headerIncluded) this.raisePending();
    if (this.closed) throw new KernelError("EBADF");
    const dst = options.to ?? this.remoteAddress;
    if (dst === 0) throw new KernelError("EDESTADDRREQ");
    if (data.length > 65535) throw new KernelError("EMSGSIZE");
    const flow = flowOf(this, this.protocol, firstHop(this.options.ipOptions, dst), 0, options);
    if (this.headerIncluded) flow.anySource = true;
    const route = routeFor(this, flow);
    if ((route.type === "broadcast" || dst === BROADCAST_ALL) && !this.options.broadcast)
      throw new KernelError("EACCES");
    if (this.headerIncluded) this.sendWithHeader(data, flow.src || route.src, route);
    else {
      const src = flow.src || route.src;
      const pkt = newDatagram(this, data.length);
      const discover = this.options.mtuDiscover;
      const mtu = discover === "probe" ? route.dev.mtu : route.mtu;
      if (pkt.length > 65535 || (pkt.length > mtu && (discover === "do" || discover === "probe"))) {
        if (this.options.receiveErrors) this.tooBig(mtu, dst, data);
        throw tooLong(this, flow, mtu, pkt.length);
      }
      pkt.data.set(data, pkt.trans);
      const df = dontFragment(this, route) && pkt.length <= mtu;
      sendDatagram(
        this,
        pkt,
        route,
        {
          src,
          dst,
          protocol: this.protocol,
          id: ipId(this, df, src, dst, this.protocol),
          df,
          ...(options.ttl === undefined ? {} : { ttl: options.ttl }),
          ...(options.tos === undefined ? {} : { tos: options.tos }),
        },
        "socket",
      );
    }
    return data.length;
  }

  /** raw_send_hdrinc: the program's own header; never fragmented. */
  private sendWithHeader(data: Uint8Array, src: number, route: ReturnType<typeof routeFor>): void {
    if (data.length > route.dev.mtu) {
      if (this.options.receiveErrors) this.tooBig(route.dev.mtu, ipv4.dst(data, 0), data);
      throw new KernelError("EMSGSIZE");
    }
    const header = ipv4.headerLength(data, 0);
    if (data.length < ipv4.LENGTH || header > data.length) throw new KernelError("EINVAL");
    const pkt = this.ns.newPacket4(header, data.length - header);
    pkt.trans = pkt.net + header;
    pkt.end = pkt.net + data.length;
    pkt.data.set(data, pkt.net);
    put16(pkt.data, pkt.net + 2, data.length);
    if (u32(data, 12) === 0) ipv4.setSrc(pkt.data, pkt.net, src);
    if (ipv4.id(data, 0) === 0) {
      const to = ipv4.dst(data, 0);
      put16(pkt.data, pkt.net + 4, this.ns.nextIpId(ipv4.src(pkt.data, pkt.net), to, ipv4.protocol(data, 0)));
    }
    ipv4.updateChecksum(pkt.data, pkt.net);
    pkt.mark = this.options.mark;
    pkt.priority = this.options.priority;
    pkt.socket = this;
    born(this, pkt, "socket");
    try {
      handOver(this, pkt, route);
    } finally {
      this.ns.host.settle();
    }
  }

  private tooBig(mtu: number, to: number, data: Uint8Array): void {
    this.queueError({
      errno: "EMSGSIZE",
      origin: "local",
      type: 0,
      code: 0,
      info: mtu,
      offender: 0,
      to,
      port: 0,
      data: data.slice(),
      ttl: 0,
      time: this.ns.host.now,
    });
  }

  /** raw_v4_match. */
  wants(pkt: Packet): boolean {
    const data = pkt.data;
    const net = pkt.net;
    if (this.protocol !== ipv4.protocol(data, net)) return false;
    if (this.remoteAddress !== 0 && this.remoteAddress !== ipv4.src(data, net)) return false;
    if (this.localAddress !== 0 && this.localAddress !== ipv4.dst(data, net)) return false;
    if (this.options.device !== null && this.options.device !== arrivedBy(this.ns, pkt)) return false;
    if (this.protocol === ipv4.ICMP) {
      const type = data[pkt.trans];
      if (type < 32 && ((this.icmpFilter >>> type) & 1) === 1) return false;
    }
    return true;
  }

  /** raw_rcv: the whole packet, IP header first. */
  deliver(pkt: Packet): boolean {
    const data = pkt.data;
    const header = ipv4.headerLength(data, pkt.net);
    const datagram = {
      data: data.slice(pkt.net, pkt.end),
      from: ipv4.src(data, pkt.net),
      port: 0,
      to: ipv4.dst(data, pkt.net),
      ttl: ipv4.ttl(data, pkt.net),
      tos: ipv4.tos(data, pkt.net),
      options: data.slice(pkt.net + ipv4.LENGTH, pkt.net + header),
      dev: pkt.iif as Device | null,
      time: this.ns.host.now,
    };
    return this.enqueue(datagram, trueSize(pkt.end - pkt.net));
  }

  write(data: Uint8Array): number | typeof AGAIN {
    return this.send(data);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.table.removeRaw(this);
    this.readable.wake();
  }
}
