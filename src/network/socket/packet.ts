import type { Nanoseconds } from "../../base/clock.ts";
import { KernelError } from "../../base/errno.ts";
import { AGAIN } from "../../base/wait.ts";
import { HEADROOM, PACKET_OUTGOING, Packet } from "../../netfilter/packet.ts";
import * as ethernet from "../../wire/ethernet.ts";
import type { Device, Tap } from "../device.ts";
import type { NetNamespace } from "../namespace.ts";
import { born } from "./send.ts";
import { Socket, type SocketOwner } from "./socket.ts";
import { type SocketTable, socketsOf } from "./table.ts";
import { trueSize } from "./udp.ts";

/** Protocols of a packet socket: every frame, or one EtherType. */
export const ETH_P_ALL = 0x0003;
export const ETH_P_IP = 0x0800;
export const ETH_P_ARP = 0x0806;
const ETH_P_8021Q = 0x8100;

/** A frame as a packet socket saw it (struct sockaddr_ll beside it). */
export interface Frame {
  /** The whole frame, link header first (the link header is left out for SOCK_DGRAM). */
  readonly data: Uint8Array;
  readonly dev: Device;
  /** PACKET_HOST, _BROADCAST, _MULTICAST, _OTHERHOST, _OUTGOING (netfilter/packet.ts). */
  readonly pktType: number;
  /** EtherType. */
  readonly protocol: number;
  /** Source link address of the frame. */
  readonly source: Uint8Array;
  readonly time: Nanoseconds;
  /** Walk id of the packet. */
  readonly packet: number;
}

/**
 * A packet socket (AF_PACKET; net/packet/af_packet.c): sees frames as they enter and leave devices, before
 * and after everything else, and sends raw frames. With ETH_P_ALL outgoing frames are seen too; with one
 * EtherType only those that come in.
 */
export class PacketSocket extends Socket {
  readonly protocolName = "packet";
  readonly protocol: number;
  /** SOCK_DGRAM: no link header in what is read; `send` writes it. */
  readonly cooked: boolean;
  device: Device | null = null;
  /** Runs on each frame before it is queued; false leaves it out (SO_ATTACH_FILTER). */
  filter: ((frame: Frame) => boolean) | null = null;
  /** Frames taken and frames lost to a full buffer (PACKET_STATISTICS). */
  received = 0;
  dropped = 0;
  private readonly frames: Frame[] = [];
  private memory = 0;
  private readonly table: SocketTable;
  private readonly tap: Tap;
  private detach: () => void = () => {};

  constructor(ns: NetNamespace, owner: SocketOwner, protocol: number, options: { cooked?: boolean } = {}) {
    super(ns, owner);
    this.protocol = protocol;
    this.cooked = options.cooked ?? false;
    this.table = socketsOf(ns);
    this.tap = (pkt, direction, dev) => this.see(pkt, direction, dev);
    this.table.packets.add(this);
    if (protocol !== 0) this.attach(null);
  }

  private attach(device: Device | null): void {
    this.detach();
    const taps = device === null ? this.ns.taps : device.taps;
    taps.push(this.tap);
    this.detach = () => {
      const i = taps.indexOf(this.tap);
      if (i >= 0) taps.splice(i, 1);
    };
  }

  /** Sees frames of one device from now on, or of all (null). */
  bind(device: Device | null): void {
    this.device = device;
    if (this.protocol !== 0) this.attach(device);
  }

  private see(pkt: Packet, direction: "in" | "out", dev: Device): void {
    const out = direction === "out";
    if (this.protocol !== ETH_P_ALL && (out || pkt.protocol !== this.protocol)) return;
    const start = this.cooked || pkt.mac < 0 ? pkt.net : pkt.mac;
    const frame: Frame = {
      data: pkt.data.slice(start, pkt.end),
      dev,
      pktType: out ? PACKET_OUTGOING : pkt.pktType,
      protocol: pkt.protocol,
      source: pkt.mac >= 0 ? pkt.data.slice(pkt.mac + 6, pkt.mac + 12) : new Uint8Array(6),
      time: this.ns.host.now,
      packet: pkt.id,
    };
    if (this.filter !== null && !this.filter(frame)) return;
    const size = trueSize(frame.data.length);
    if (this.memory + size > this.options.receiveBuffer && this.memory > 0) {
      this.dropped++;
      return;
    }
    this.received++;
    this.memory += size;
    this.frames.push(frame);
    this.readable.wake();
  }

  receive(): Frame | typeof AGAIN {
    this.raisePending();
    const frame = this.frames.shift();
    if (frame === undefined) return AGAIN;
    this.memory -= trueSize(frame.data.length);
    return frame;
  }

  /** Sends a frame by the bound device or `device`: with its link header, or cooked to `to`. ENXIO, ENETDOWN, EMSGSIZE. */
  send(data: Uint8Array, options: { device?: Device; to?: Uint8Array; protocol?: number } = {}): number {
    const dev = options.device ?? this.device;
    if (dev === null || this.ns.links.byIndex(dev.index) !== dev) throw new KernelError("ENXIO");
    if (!dev.up) throw new KernelError("ENETDOWN");
    const payload = this.cooked ? data.length : data.length - ethernet.LENGTH;
    if (payload < 0) throw new KernelError("EINVAL");
    // packet_extra_vlan_len_allowed: a tag needs not count.
    const tagged = !this.cooked && ethernet.type(data, 0) === ETH_P_8021Q;
    if (payload > dev.mtu + (tagged ? 4 : 0)) throw new KernelError("EMSGSIZE");
    const bytes = new Uint8Array(HEADROOM + payload);
    const mac = HEADROOM - ethernet.LENGTH;
    const ethertype = this.cooked ? (options.protocol ?? this.protocol) : ethernet.type(data, 0);
    bytes.set(data, this.cooked ? HEADROOM : mac);
    if (this.cooked) ethernet.emit(bytes, mac, options.to ?? ethernet.BROADCAST, dev.mac, ethertype);
    const pkt = new Packet(this.ns.nextPacketId(), bytes, HEADROOM, bytes.length, ethertype);
    pkt.mac = mac;
    pkt.socket = this;
    pkt.mark = this.options.mark;
    born(this, pkt, "socket");
    this.ns.sendFrame(dev, pkt);
    this.ns.host.settle();
    // net_xmit_errno: the device has dropped it (its peer's MTU is smaller, or there is no carrier).
    if (pkt.refused) throw new KernelError("ENOBUFS");
    return data.length;
  }

  read(max: number): Uint8Array | typeof AGAIN {
    const frame = this.receive();
    return frame === AGAIN ? AGAIN : frame.data.subarray(0, max);
  }

  write(data: Uint8Array): number | typeof AGAIN {
    return this.send(data);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.detach();
    this.table.packets.delete(this);
    this.readable.wake();
  }
}
