import { KernelError } from "../../base/errno.ts";
import type { AGAIN } from "../../base/wait.ts";
import type { Packet } from "../../netfilter/packet.ts";
import { u16 } from "../../wire/bytes.ts";
import * as icmp from "../../wire/icmp.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Device } from "../device.ts";
import type { NetNamespace } from "../namespace.ts";
import { DatagramSocket } from "./datagram.ts";
import { checkBindAddress } from "./ports.ts";
import {
  BROADCAST_ALL,
  dontFragment,
  firstHop,
  flowOf,
  ipId,
  newDatagram,
  routeFor,
  sendDatagram,
  tooLong,
} from "./send.ts";
import type { SendOptions, SocketOwner } from "./socket.ts";
import { type SocketTable, socketsOf } from "./table.ts";
import { trueSize } from "./udp.ts";

/**
 * An ICMP datagram socket (SOCK_DGRAM, IPPROTO_ICMP; net/ipv4/ping.c). It sends echo requests only: the
 * kernel writes the identifier (the local port) and the checksum. It reads ICMP messages, without the IP
 * header. `localPort` is the identifier.
 */
export class PingSocket extends DatagramSocket {
  readonly protocolName = "icmp";
  private readonly table: SocketTable;

  constructor(ns: NetNamespace, owner: SocketOwner) {
    super(ns, owner);
    this.table = socketsOf(ns);
  }

  /** `identifier` 0 takes a free one. */
  bind(address: number, identifier = 0): void {
    if (this.localPort !== 0) throw new KernelError("EINVAL");
    checkBindAddress(this, address);
    this.takeIdentifier(identifier);
    this.localAddress = address;
  }

  /** ping_get_port: the next free identifier after the last one given, the first one random. */
  private takeIdentifier(wanted: number): void {
    const chosen = wanted !== 0 ? (this.table.pings.has(wanted) ? 0 : wanted) : this.table.freeIdentifier();
    if (chosen === 0) throw new KernelError("EADDRINUSE");
    this.localPort = chosen;
    this.table.pings.set(chosen, this);
  }

  connect(address: number): void {
    const route = routeFor(this, flowOf(this, ipv4.ICMP, address, 0));
    if (route.type === "broadcast" && !this.options.broadcast) throw new KernelError("EACCES");
    if (this.localPort === 0) this.takeIdentifier(0);
    if (this.localAddress === 0) this.localAddress = route.src;
    this.remoteAddress = address;
    this.inetId = this.ns.host.random.below(0x10000);
  }

  /** `data` is an ICMP echo request: 8 bytes of header, payload. */
  send(data: Uint8Array, options: SendOptions = {}): number {
    this.raisePending();
    if (this.closed) throw new KernelError("EBADF");
    const dst = options.to ?? this.remoteAddress;
    if (dst === 0) throw new KernelError("EDESTADDRREQ");
    if (data.length > 65535) throw new KernelError("EMSGSIZE");
    if (data.length < 8 || data[0] !== icmp.ECHO || data[1] !== 0) throw new KernelError("EINVAL");
    if (this.localPort === 0) this.takeIdentifier(0);
    const flow = flowOf(this, ipv4.ICMP, firstHop(this.options.ipOptions, dst), 0, options);
    const route = routeFor(this, flow);
    if ((route.type === "broadcast" || dst === BROADCAST_ALL) && !this.options.broadcast)
      throw new KernelError("EACCES");
    const src = flow.src || route.src;
    const pkt = newDatagram(this, data.length);
    const discover = this.options.mtuDiscover;
    const mtu = discover === "probe" ? route.dev.mtu : route.mtu;
    if (pkt.length > 65535 || (pkt.length > mtu && (discover === "do" || discover === "probe"))) {
      if (this.options.receiveErrors) {
        this.queueError({
          errno: "EMSGSIZE",
          origin: "local",
          type: 0,
          code: 0,
          info: mtu,
          offender: 0,
          to: dst,
          port: 0,
          data: data.slice(),
          ttl: 0,
          time: this.ns.host.now,
        });
      }
      throw tooLong(this, flow, mtu, pkt.length);
    }
    pkt.data.set(data, pkt.trans);
    icmp.emit(pkt.data, pkt.trans, pkt.end, icmp.ECHO, 0, this.localPort, u16(data, 6));
    const df = dontFragment(this, route) && pkt.length <= mtu;
    sendDatagram(
      this,
      pkt,
      route,
      {
        src,
        dst,
        protocol: ipv4.ICMP,
        id: ipId(this, df, src, dst, ipv4.ICMP),
        df,
        ...(options.ttl === undefined ? {} : { ttl: options.ttl }),
        ...(options.tos === undefined ? {} : { tos: options.tos }),
      },
      "socket",
    );
    return data.length;
  }

  /** ping_queue_rcv_skb: the ICMP message. */
  deliver(pkt: Packet): boolean {
    const data = pkt.data;
    const header = ipv4.headerLength(data, pkt.net);
    const datagram = {
      data: data.slice(pkt.trans, pkt.end),
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
    if (this.localPort !== 0) this.table.pings.delete(this.localPort);
    this.readable.wake();
  }
}
