import { AGAIN, WaitQueue } from "../../base/wait.ts";
import { KernelError } from "../../base/errno.ts";
import type { Nanoseconds } from "../../base/clock.ts";
import type { Device } from "../device.ts";
import type { NetNamespace } from "../namespace.ts";
import { Socket, type SocketOwner } from "./socket.ts";

/** Protocols of a packet socket: every frame, or one EtherType. */
export const ETH_P_ALL = 0x0003;
export const ETH_P_IP = 0x0800;
export const ETH_P_ARP = 0x0806;

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
  filter: ((pkt: Frame) => boolean) | null = null;
  readonly errorsChanged = new WaitQueue();

  constructor(ns: NetNamespace, owner: SocketOwner, protocol: number, options: { cooked?: boolean } = {}) {
    super(ns, owner);
    this.protocol = protocol;
    this.cooked = options.cooked ?? false;
  }

  /** Starts to see frames: of one device, or of all (null). Until then it sees all devices of its namespace. */
  bind(_device: Device | null): void {
    throw new KernelError("ENOSYS");
  }

  receive(): Frame | typeof AGAIN {
    return AGAIN;
  }

  /** Sends a frame by the bound device or `device`: with its link header, or cooked to `to`. ENXIO, ENETDOWN, EMSGSIZE. */
  send(_data: Uint8Array, _options?: { device?: Device; to?: Uint8Array; protocol?: number }): number {
    throw new KernelError("ENOSYS");
  }

  read(_max: number): Uint8Array | typeof AGAIN {
    return AGAIN;
  }

  write(data: Uint8Array): number | typeof AGAIN {
    return this.send(data);
  }

  close(): void {}
}
