import type { Nanoseconds } from "../base/clock.ts";
import { WaitQueue } from "../base/wait.ts";
import type { DeviceRef, Packet } from "../netfilter/packet.ts";
import type { InDevice, Inet6Device } from "./inet-device.ts";
import type { NetNamespace } from "./namespace.ts";

// net_device->flags (include/uapi/linux/if.h).
export const IFF_UP = 0x1;
export const IFF_BROADCAST = 0x2;
export const IFF_LOOPBACK = 0x8;
export const IFF_POINTOPOINT = 0x10;
export const IFF_NOTRAILERS = 0x20;
export const IFF_RUNNING = 0x40;
export const IFF_NOARP = 0x80;
export const IFF_PROMISC = 0x100;
export const IFF_ALLMULTI = 0x200;
export const IFF_MULTICAST = 0x1000;
export const IFF_DYNAMIC = 0x8000;
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

/**
 * A tap sees each frame that enters or leaves a device (packet sockets, captures, the walk's recorder). It
 * looks and copies; it never changes or keeps `pkt`. `pkt.mac` is the link header (−1: there is none, as on
 * a frame without one); going in, `pkt.pktType` is set as packet sockets report it.
 */
export type Tap = (pkt: Packet, direction: "in" | "out", dev: Device) => void;

/**
 * A network device of any kind (struct net_device). One subclass a kind, one file each: loopback.ts,
 * veth.ts, bridge.ts, dummy.ts.
 */
export abstract class Device implements DeviceRef {
  /** "loopback", "veth", "bridge", "dummy": as `ip -d link` names it (lo has no rtnl kind and prints none). */
  abstract readonly kind: string;
  /** MTU limits as `ip -d link` prints them; a maximum of 0 is "none". */
  readonly minMtu: number = 68;
  readonly maxMtu: number = 65535;
  index = 0;
  name: string;
  mac: Uint8Array;
  broadcast: Uint8Array = new Uint8Array([255, 255, 255, 255, 255, 255]);
  mtu = 1500;
  /** IFF_* as set by people; `effectiveFlags` adds what the kernel computes. */
  flags = 0;
  txQueueLength = 1000;
  /** "noqueue" (virtual devices), "noop" (down since made) … as ip link prints it. */
  qdisc = "noop";
  /** tx-checksum-ip-generic: it fills in checksums that were left to it, in hardware (ethtool -K … tx). */
  txChecksum = true;
  alias = "";
  group = 0;
  /** How many want it promiscuous (dev->promiscuity): captures, bridge membership, `promisc on`. */
  promiscuity = 0;
  allmulticast = 0;
  /** Times the carrier went and came. */
  carrierUpCount = 0;
  carrierDownCount = 0;
  /** addr_assign_type: 0 permanent, 1 random, 3 set by a person. */
  macAssign = 1;
  ns: NetNamespace;
  /** The bridge that it is a port of. */
  master: Device | null = null;
  /** IPv4 and IPv6 addresses and conf of the device; gone (null) only after deletion. */
  ipv4!: InDevice;
  ipv6!: Inet6Device;
  /** Set once it is deleted. */
  dead = false;
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
  /** Woken when it leaves its namespace, deleted or moved: what a bound packet socket hears as ENETDOWN. */
  readonly unregistered = new WaitQueue();
  private rxQueue: Packet[] = [];
  private rxHead = 0;
  private readonly drain: () => void;

  constructor(ns: NetNamespace, name: string, mac: Uint8Array) {
    this.ns = ns;
    this.name = name;
    this.mac = mac;
    this.drain = () => {
      const queue = this.rxQueue;
      let pkt: Packet;
      if (queue.length === 1) pkt = queue.pop() as Packet;
      else {
        pkt = queue[this.rxHead++];
        if (this.rxHead === queue.length) queue.length = 0;
      }
      if (queue.length === 0) this.rxHead = 0;
      this.ns.receiver.frame(this, pkt);
    };
  }

  get up(): boolean {
    return (this.flags & IFF_UP) !== 0;
  }

  /** Carrier: whether the link's other side is there and up. */
  abstract get carrier(): boolean;
  abstract get operState(): OperState;
  get isLoopback(): boolean {
    return (this.flags & IFF_LOOPBACK) !== 0;
  }

  /** Up and with carrier (netif_running && netif_carrier_ok): what routes need. */
  get running(): boolean {
    return (this.flags & IFF_UP) !== 0 && this.carrier;
  }

  /** dev_get_flags: with RUNNING and LOWER_UP, PROMISC and ALLMULTI only as a person set them. */
  get effectiveFlags(): number {
    let flags = this.flags & ~(IFF_RUNNING | IFF_LOWER_UP);
    if (this.up) {
      const state = this.operState;
      if (state === "UP" || state === "UNKNOWN") flags |= IFF_RUNNING;
      if (this.carrier) flags |= IFF_LOWER_UP;
    }
    return flags;
  }

  /** The other end of a veth pair, when it still exists. */
  get peer(): Device | null {
    return null;
  }

  /** Sends a frame whose link header is written (ndo_start_xmit). The packet is given away. */
  abstract transmit(pkt: Packet): void;

  /**
   * netif_rx: queues a frame for reception here, over all of the machine; a full backlog
   * (net.core.netdev_max_backlog) drops it, CPU_BACKLOG. The packet is given away.
   */
  enqueue(pkt: Packet): void {
    const host = this.ns.host;
    if (host.softirqBacklog >= this.ns.maxBacklog) {
      this.stats.rxDropped++;
      this.ns.drop(pkt, "CPU_BACKLOG", `device ${this.name}`);
      return;
    }
    this.rxQueue.push(pkt);
    host.softirq(this.drain);
  }

  /** What a device does when it goes up or down, or away. */
  /** The carrier came or went (linkwatch). */
  onCarrier(): void {}
  onUp(): void {}
  onDown(): void {}
  onDelete(): void {}
  /** Highest time it was used, for deterministic tests and `ip -s`. */
  lastReceive: Nanoseconds = 0;
}
