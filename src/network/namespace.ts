import type { Clock } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";
import type { Random } from "../base/random.ts";
import type { AddressType, NetfilterHost } from "../netfilter/hooks.ts";
import type { DeviceRef, Packet } from "../netfilter/packet.ts";
import type { WalkSink } from "../walk/event.ts";
import { Addresses } from "./addresses.ts";
import type { Device, Tap } from "./device.ts";
import type { Flow4, Route } from "./flow.ts";
import type { NetworkHost } from "./host.ts";
import { Links } from "./links.ts";
import { Neighbours } from "./neighbours.ts";
import { Routes } from "./routes.ts";
import { Rules } from "./rules.ts";
import { SysctlTree } from "./sysctl.ts";
import { Transport } from "./transport.ts";

/** "ubuntu": a stock Ubuntu host with Docker (forwards, rp_filter 2, br_netfilter). "kernel": bare defaults. */
export type HostProfile = "ubuntu" | "kernel";

export interface NamespaceOptions {
  /** The initial namespace: made first, with `lo` up and the profile's sysctls. */
  initial?: HostProfile;
}

/**
 * A network namespace: devices, addresses, routes, neighbours, sockets, netfilter and sysctls, apart from
 * every other. `new` makes it with a `lo` that is down and a copy of the initial namespace's IPv4 conf, as
 * `ip netns add` does; `close` deletes it.
 */
export class NetNamespace implements NetfilterHost {
  readonly host: NetworkHost;
  /** Unique inode-like number, as /proc/PID/ns/net shows it. */
  readonly id: number;
  /** "host" for the initial one; the name in /run/netns otherwise. */
  name: string;
  readonly initial: boolean;
  readonly profile: HostProfile;
  readonly links: Links;
  readonly addresses: Addresses;
  readonly routes: Routes;
  readonly rules: Rules;
  readonly neighbours: Neighbours;
  readonly sysctl: SysctlTree;
  /** Protocol handlers and sockets (socket/ registers itself here). */
  readonly transport = new Transport();
  /** Taps on every device of the namespace (tcpdump -i any). */
  readonly taps: Tap[] = [];
  /** net.core.netdev_max_backlog. */
  maxBacklog = 1000;

  constructor(host: NetworkHost, id: number, name: string, options: NamespaceOptions = {}) {
    this.host = host;
    this.id = id;
    this.name = name;
    this.initial = options.initial !== undefined;
    this.profile = options.initial ?? host.initialNamespace.profile;
    this.sysctl = new SysctlTree(this);
    this.links = new Links(this);
    this.addresses = new Addresses(this);
    this.routes = new Routes(this);
    this.rules = new Rules(this);
    this.neighbours = new Neighbours(this);
  }

  /** The last holder let go: its virtual devices and their peers go, sockets and timers end. */
  close(): void {}

  // ── sending ──────────────────────────────────────────────────────────────────────────────────────────

  /**
   * ip_route_output_flow: the route that a packet made here takes. Throws KernelError: ENETUNREACH,
   * EHOSTUNREACH (unreachable), EACCES (prohibit), EINVAL (blackhole, or a source that is not ours).
   * Emits no walk event: the caller says `refused` when a program's send fails.
   */
  routeOutput4(_flow: Flow4): Route {
    throw new KernelError("ENETUNREACH");
  }

  /**
   * ip_local_out: sends a complete IPv4 datagram made here. `pkt.net` is the IP header, with all fields set
   * but total length, and checksum, which are set here; HEADROOM bytes stand before it. Hooks OUTPUT and
   * POSTROUTING, fragmentation, neighbour. The packet is given away.
   */
  output4(_pkt: Packet, _route: Route): void {}

  /** The IP ID for a new packet (__ip_select_ident): per flow; 0 goes with DF for sockets that ask no more. */
  nextIpId(_src: number, _dst: number, _protocol: number): number {
    return 0;
  }

  /** An empty datagram's packet: HEADROOM, an IP header's place of `header` bytes, and `payload` bytes. */
  newPacket4(_header: number, _payload: number): Packet {
    throw new KernelError("EOPNOTSUPP");
  }

  /** Sends a whole frame out of a device as a packet socket does (dev_queue_xmit): link header at `pkt.mac`. */
  sendFrame(_dev: Device, _pkt: Packet): void {}

  // ── receiving ────────────────────────────────────────────────────────────────────────────────────────

  /** netif_receive_skb: a frame from a device's queue. */
  receiveFrame(_dev: Device, _pkt: Packet): void {}

  /** The packet dies: walk event, with the kernel's reason, and what helps to say why. */
  drop(pkt: Packet, reason: string, where: string, facts?: Record<string, string | number | boolean>): void {
    pkt.dropReason = reason;
    const walk = this.host.walk;
    if (walk !== null) {
      walk.emit(
        this.name,
        facts
          ? { kind: "drop", packet: pkt.id, reason, where, facts }
          : { kind: "drop", packet: pkt.id, reason, where },
      );
    }
  }

  /** The packet reached a socket or a protocol: walk event. */
  deliver(pkt: Packet, to: string, process?: string, port?: number): void {
    this.host.walk?.emit(this.name, {
      kind: "deliver",
      packet: pkt.id,
      to,
      ...(process === undefined ? {} : { process }),
      ...(port === undefined ? {} : { port }),
    });
  }

  // ── NetfilterHost ────────────────────────────────────────────────────────────────────────────────────

  get clock(): Clock {
    return this.host;
  }
  get random(): Random {
    return this.host.random;
  }
  get walk(): WalkSink | null {
    return this.host.walk;
  }
  nextPacketId(): number {
    return this.host.nextPacketId();
  }
  netfilterLog(_level: number, _line: string): void {}
  printk(level: number, line: string): void {
    this.host.printk(level, line);
  }
  addressType4(_address: number, _dev: DeviceRef | null): AddressType {
    return "UNICAST";
  }
  selectAddress4(_dev: DeviceRef, _gateway: number): number {
    return 0;
  }
  icmpError4(_pkt: Packet, _type: number, _code: number, _info: number): void {}
  sendLocal4(_pkt: Packet, _inReplyTo: Packet): void {}
  forwarding4(_dev: DeviceRef): boolean {
    return false;
  }
}
