import type { DeviceRef, Packet } from "../netfilter/packet.ts";
import type { NetNamespace } from "./namespace.ts";

// net_device->flags (include/uapi/linux/if.h).
export const IFF_UP = 0x1;
export const IFF_BROADCAST = 0x2;
export const IFF_LOOPBACK = 0x8;
export const IFF_POINTOPOINT = 0x10;
export const IFF_RUNNING = 0x40;
export const IFF_NOARP = 0x80;
export const IFF_PROMISC = 0x100;
export const IFF_ALLMULTI = 0x200;
export const IFF_MULTICAST = 0x1000;
export const IFF_LOWER_UP = 0x10000;

export type OperState = "UNKNOWN" | "DOWN" | "LOWERLAYERDOWN" | "UP";

export interface DeviceStats {
  rxPackets: number;
  rxBytes: number;
  rxErrors: number;
  rxDropped: number;
  txPackets: number;
  txBytes: number;
  txErrors: number;
  txDropped: number;
  multicast: number;
  collisions: number;
}

/** A tap sees each frame that enters or leaves a device (packet sockets, captures, the walk's recorder). */
export type Tap = (pkt: Packet, direction: "in" | "out") => void;

/**
 * A network device of any kind (struct net_device). One subclass a kind, one file each: loopback.ts,
 * veth.ts, bridge.ts, dummy.ts.
 */
export abstract class Device implements DeviceRef {
  /** "loopback", "veth", "bridge", "dummy": as `ip -d link` names it. */
  abstract readonly kind: string;
  index = 0;
  name: string;
  mac: Uint8Array;
  mtu = 1500;
  flags = 0;
  txQueueLength = 1000;
  /** "noqueue" (virtual devices), "noop" (down since made) … as ip link prints it. */
  qdisc = "noop";
  alias = "";
  group = 0;
  ns: NetNamespace;
  /** The bridge that it is a port of. */
  master: Device | null = null;
  readonly stats: DeviceStats = {
    rxPackets: 0,
    rxBytes: 0,
    rxErrors: 0,
    rxDropped: 0,
    txPackets: 0,
    txBytes: 0,
    txErrors: 0,
    txDropped: 0,
    multicast: 0,
    collisions: 0,
  };
  readonly taps: Tap[] = [];

  constructor(ns: NetNamespace, name: string, mac: Uint8Array) {
    this.ns = ns;
    this.name = name;
    this.mac = mac;
  }

  get up(): boolean {
    return (this.flags & IFF_UP) !== 0;
  }

  /** Carrier: whether the link's other side is there and up. */
  abstract get carrier(): boolean;
  abstract get operState(): OperState;

  /** The other end of a veth pair, when it still exists. */
  get peer(): Device | null {
    return null;
  }

  /** Sends a frame whose link header is written (ndo_start_xmit). The packet is given away. */
  abstract transmit(pkt: Packet): void;

  /** What a device does when it goes up or down, or away. */
  onUp(): void {}
  onDown(): void {}
  onDelete(): void {}
}
