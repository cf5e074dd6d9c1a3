import { KernelError } from "../../base/errno.ts";
import type { AGAIN } from "../../base/wait.ts";
import { leaveChecksum } from "../../netfilter/checksum-help.ts";
import type { Packet } from "../../netfilter/packet.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as udp from "../../wire/udp.ts";
import type { Device } from "../device.ts";
import type { NetNamespace } from "../namespace.ts";
import { DatagramSocket } from "./datagram.ts";
import { checkBindAddress, conflicts, ephemeralPort } from "./ports.ts";
import {
  BROADCAST_ALL,
  dontFragment,
  firstHop,
  flowOf,
  ipId,
  isMulticast,
  newDatagram,
  routeFor,
  sendDatagram,
  tooLong,
} from "./send.ts";
import type { SendOptions, SocketOwner } from "./socket.ts";
import { type SocketTable, socketsOf } from "./table.ts";

/** Memory that the kernel charges a queued datagram with (skb->truesize): the bytes and the sk_buff about them. */
export function trueSize(length: number): number {
  // A small frame lives in a 512-byte head; longer ones in the next power of two (kmalloc), plus 256 bytes of sk_buff.
  let head = 512;
  while (head < length + 64 + 320) head *= 2;
  return head + 256;
}

/** A UDP socket (RFC 768, net/ipv4/udp.c). */
export class UdpSocket extends DatagramSocket {
  readonly protocolName = "udp";
  private readonly table: SocketTable;
  /** Its options, so that a multicast group is heard only when joined: address and device. */
  readonly groups: { address: number; dev: Device | null }[] = [];
  private addressFixed = false;
  private portFixed = false;

  constructor(ns: NetNamespace, owner: SocketOwner) {
    super(ns, owner);
    this.table = socketsOf(ns);
  }

  /** bind(2): 0 is any address; port 0 takes an ephemeral one. EADDRINUSE, EADDRNOTAVAIL. */
  bind(address: number, port: number): void {
    if (this.localPort !== 0) throw new KernelError("EINVAL");
    checkBindAddress(this, address);
    this.takePort(address, port);
    this.localAddress = address;
    this.addressFixed = address !== 0;
    this.portFixed = port !== 0;
  }

  private takePort(address: number, port: number): void {
    const free = (p: number) => {
      for (const other of this.table.udpOn(p)) if (conflicts(this, other, address, true)) return false;
      return true;
    };
    const chosen = port !== 0 ? (free(port) ? port : undefined) : ephemeralPort(this.ns, free, null);
    if (chosen === undefined) throw new KernelError(port !== 0 ? "EADDRINUSE" : "EAGAIN");
    this.localPort = chosen;
    this.table.addUdp(this);
  }

  /** Fixes the destination, chooses the source address, and takes errors from then on. */
  connect(address: number, port: number): void {
    const flow = flowOf(this, ipv4.UDP, address || 0x7f000001, port);
    const route = routeFor(this, flow);
    if (route.type === "broadcast" && !this.options.broadcast) throw new KernelError("EACCES");
    if (this.localPort === 0) this.takePort(route.src, 0);
    if (this.localAddress === 0) this.localAddress = flow.src || route.src;
    this.remoteAddress = address || 0x7f000001;
    this.remotePort = port;
    this.inetId = this.ns.host.random.below(0x10000);
  }

  /** connect(AF_UNSPEC). */
  disconnect(): void {
    this.remoteAddress = 0;
    this.remotePort = 0;
    if (!this.addressFixed) this.localAddress = 0;
    if (!this.portFixed && this.localPort !== 0) {
      this.table.removeUdp(this);
      this.localPort = 0;
    }
  }

  /** Sends one datagram; binds an ephemeral port if need be. The number of bytes taken. */
  send(data: Uint8Array, options: SendOptions = {}): number {
    this.raisePending();
    if (this.closed) throw new KernelError("EBADF");
    const dst = options.to ?? this.remoteAddress;
    const port = options.port ?? this.remotePort;
    if (port === 0) throw new KernelError(options.to === undefined ? "EDESTADDRREQ" : "EINVAL");
    if (data.length > 65535) throw new KernelError("EMSGSIZE");
    if (this.localPort === 0) this.takePort(0, 0);
    const flow = flowOf(this, ipv4.UDP, firstHop(this.options.ipOptions, dst), port, options);
    const route = routeFor(this, flow);
    if ((route.type === "broadcast" || dst === BROADCAST_ALL) && !this.options.broadcast)
      throw new KernelError("EACCES");
    const src = flow.src || route.src;
    const pkt = newDatagram(this, udp.LENGTH + data.length);
    const discover = this.options.mtuDiscover;
    const mtu = discover === "probe" ? route.dev.mtu : route.mtu;
    if (pkt.length > 65535 || (pkt.length > mtu && (discover === "do" || discover === "probe"))) {
      if (this.options.receiveErrors) this.localError("EMSGSIZE", mtu, dst, port, data);
      throw tooLong(this, flow, mtu, pkt.length);
    }
    pkt.data.set(data, pkt.trans + udp.LENGTH);
    // __ip_append_data: what will be cut up gets its checksum here.
    if (pkt.length > mtu) udp.emit4(pkt.data, pkt.trans, pkt.end, this.localPort, port, src, dst);
    else {
      udp.emitHeader(pkt.data, pkt.trans, pkt.end, this.localPort, port);
      leaveChecksum(pkt, src, dst, ipv4.UDP);
    }
    const df = dontFragment(this, route) && pkt.length <= mtu;
    sendDatagram(
      this,
      pkt,
      route,
      {
        src,
        dst,
        protocol: ipv4.UDP,
        id: ipId(this, df, src, dst, ipv4.UDP),
        df,
        ...(options.ttl === undefined ? {} : { ttl: options.ttl }),
        ...(options.tos === undefined ? {} : { tos: options.tos }),
      },
      "socket",
    );
    return data.length;
  }

  /** ip_local_error. */
  private localError(errno: "EMSGSIZE", info: number, to: number, port: number, data: Uint8Array): void {
    this.queueError({
      errno,
      origin: "local",
      type: 0,
      code: 0,
      info,
      offender: 0,
      to,
      port,
      data: data.slice(),
      ttl: 0,
      time: this.ns.host.now,
    });
  }

  /** IP_ADD_MEMBERSHIP. */
  joinGroup(address: number, dev: Device | null): void {
    if (!isMulticast(address)) throw new KernelError("EINVAL");
    this.groups.push({ address, dev });
  }

  /** udp_queue_rcv_skb: false when the buffer is full. */
  deliver(pkt: Packet): boolean {
    const at = pkt.trans;
    const data = pkt.data;
    const header = ipv4.headerLength(data, pkt.net);
    const datagram = {
      data: data.slice(at + udp.LENGTH, at + udp.length(data, at)),
      from: ipv4.src(data, pkt.net),
      port: udp.sport(data, at),
      to: ipv4.dst(data, pkt.net),
      ttl: ipv4.ttl(data, pkt.net),
      tos: ipv4.tos(data, pkt.net),
      options: data.slice(pkt.net + ipv4.LENGTH, pkt.net + header),
      dev: pkt.iif as Device | null,
      time: this.ns.host.now,
    };
    return this.enqueue(datagram, trueSize(pkt.end - pkt.net));
  }

  /** Whether a datagram to a group is for this socket (ip_mc_sf_allow; IP_MULTICAST_ALL is on). */
  hears(dst: number): boolean {
    return !isMulticast(dst) || this.groups.length === 0 || this.groups.some((g) => g.address === dst);
  }

  write(data: Uint8Array): number | typeof AGAIN {
    return this.send(data);
  }

  /** Sends nothing; readers get the end. */
  shutdown(how: "read" | "write" | "both"): void {
    if (this.remotePort === 0) throw new KernelError("ENOTCONN");
    if (how !== "write") {
      this.receiveShut = true;
      this.readable.wake();
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.table.removeUdp(this);
    this.readable.wake();
  }
}
