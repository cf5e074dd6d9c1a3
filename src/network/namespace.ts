import { type Nanoseconds, SECOND } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";
import type { Random } from "../base/random.ts";
import { completeChecksum } from "../netfilter/checksum-help.ts";
import type { AddressType } from "../netfilter/hooks.ts";
import { Netfilter } from "../netfilter/netfilter.ts";
import { type DeviceRef, HEADROOM, Packet } from "../netfilter/packet.ts";
import type { WalkSink } from "../walk/event.ts";
import { format as formatMac, TYPE_IPV4 } from "../wire/ethernet.ts";
import { describe } from "../wire/headers.ts";
import * as ip from "../wire/ipv4.ts";
import { isLimitedBroadcast, isMulticast, isZeroNet } from "./address-kinds.ts";
import { Addresses } from "./addresses.ts";
import { Arp } from "./arp.ts";
import { defineConntrackSysctls } from "./conntrack-sysctls.ts";
import type { Device, Tap } from "./device.ts";
import type { Flow4, Route } from "./flow.ts";
import { hex } from "./hex.ts";
import type { NetworkHost } from "./host.ts";
import { Conf6, kernelConf4 } from "./inet-conf.ts";
import { type Conf4, SCOPE_LINK } from "./inet-device.ts";
import { Icmp4 } from "./ipv4/icmp.ts";
import { Ipv4 } from "./ipv4/ip.ts";
import { IpIds } from "./ipv4/ip-id.ts";
import { fillOwn } from "./ipv4/options.ts";
import { Reassembly } from "./ipv4/reassembly.ts";
import { Links } from "./links.ts";
import type { Loopback } from "./loopback.ts";
import { NamespaceIds } from "./namespace-ids.ts";
import { Neighbours } from "./neighbours.ts";
import { NamespaceNetfilterHost } from "./netfilter-host.ts";
import { Receiver } from "./receive.ts";
import { Router4 } from "./router/router.ts";
import { Routes } from "./routes.ts";
import { Rules } from "./rules.ts";
import { SocketTable } from "./socket/table.ts";
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
export class NetNamespace {
  readonly host: NetworkHost;
  /** Unique inode-like number, as /proc/PID/ns/net shows it. */
  readonly id: number;
  /** "host" for the initial one; the name in /run/netns otherwise. */
  name: string;
  readonly initial: boolean;
  readonly profile: HostProfile;
  /** br_netfilter is loaded: net.bridge.* exists. */
  readonly bridgeNetfilter: boolean;
  /** net.ipv4.conf.all and .default; ip_forward is `confAll.forwarding`. */
  readonly confAll: Conf4;
  readonly confDefault: Conf4;
  readonly conf6All: Conf6;
  readonly conf6Default: Conf6;
  /** This namespace's own stream of chance. */
  readonly rng: Random;
  /** Key of the multipath hash. */
  readonly hashKey: number;
  /** How this namespace numbers others. */
  readonly ids = new NamespaceIds();
  readonly links: Links;
  readonly addresses: Addresses;
  readonly routes: Routes;
  readonly rules: Rules;
  readonly neighbours: Neighbours;
  readonly sysctl: SysctlTree;
  readonly netfilter: Netfilter;
  readonly router: Router4;
  readonly arp: Arp;
  readonly ip: Ipv4;
  readonly icmp: Icmp4;
  readonly reassembly: Reassembly;
  readonly loopback: Loopback;
  readonly receiver: Receiver;
  /** Protocol handlers and sockets (socket/ registers itself here). */
  readonly transport = new Transport();
  /** Taps on every device of the namespace (tcpdump -i any). */
  readonly taps: Tap[] = [];
  /** net.core.netdev_max_backlog. */
  maxBacklog = 1000;
  /** net.ipv4.ip_default_ttl and ip_forward_use_pmtu, live. */
  defaultTtl = 64;
  forwardUsesPmtu = false;
  closed = false;
  private readonly ipIds: IpIds;
  private readonly groups = new Map<Device, Map<number, number>>();
  private reachable = 30 * SECOND;
  private reachableUntil: Nanoseconds = -1;

  constructor(host: NetworkHost, id: number, name: string, options: NamespaceOptions = {}) {
    this.host = host;
    this.id = id;
    this.name = name;
    this.initial = options.initial !== undefined;
    const parent = this.initial ? null : host.initialNamespace;
    this.profile = options.initial ?? (parent as NetNamespace).profile;
    this.bridgeNetfilter = this.profile === "ubuntu";
    this.rng = host.random.fork(`net ${name}`);
    this.hashKey = this.rng.u32();
    // devconf_inherit_init_net is 0: IPv4 conf is the initial namespace's, IPv6 conf the kernel's.
    this.confAll = parent ? { ...parent.confAll } : kernelConf4("all");
    this.confDefault = parent ? { ...parent.confDefault } : kernelConf4("default");
    this.conf6All = new Conf6(null);
    this.conf6All.set("accept_dad", "0");
    this.conf6Default = new Conf6(null);
    if (options.initial === "ubuntu") {
      this.confAll.forwarding = 1;
      this.confDefault.forwarding = 1;
      this.confAll.accept_redirects = 0;
      this.confAll.rp_filter = 2;
      this.confDefault.rp_filter = 2;
    }
    this.sysctl = new SysctlTree(this);
    this.links = new Links(this);
    this.routes = new Routes(this);
    this.rules = new Rules(this);
    this.addresses = new Addresses(this);
    this.neighbours = new Neighbours(this);
    this.router = new Router4(this);
    this.arp = new Arp(this);
    this.ip = new Ipv4(this);
    this.icmp = new Icmp4(this);
    this.reassembly = new Reassembly(this);
    this.receiver = new Receiver(this);
    this.ipIds = new IpIds(this);
    this.netfilter = new Netfilter(
      new NamespaceNetfilterHost(this),
      "ipv4",
      parent?.netfilter.conntrack.settings.limits,
    );
    this.sysctl.defineLater(() => defineConntrackSysctls(this));
    new SocketTable(this);
    if (!this.initial)
      host.walk?.emit(name, { kind: "netns", op: "add", name, forward: this.confAll.forwarding });
    this.loopback = this.links.makeLoopback();
    if (this.initial) this.links.set(this.loopback, { up: true });
  }

  /** The last holder let go: its virtual devices and their peers go, sockets and timers end. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.transport.sockets?.close();
    this.links.close();
    this.neighbours.close();
    this.reassembly.close();
    for (const ns of this.host.allNamespaces()) ns.ids.forget(this);
    this.host.walk?.emit(this.name, { kind: "netns", op: "delete", name: this.name });
  }

  /** A sysctl that is kept as a field was written. */
  sysctlWritten(path: string): void {
    if (path === "net/ipv4/ip_default_ttl") this.defaultTtl = this.sysctl.number(path);
    else if (path === "net/ipv4/ip_forward_use_pmtu") this.forwardUsesPmtu = this.sysctl.number(path) !== 0;
    else if (path === "net/core/netdev_max_backlog") {
      for (const ns of this.host.allNamespaces()) ns.maxBacklog = this.sysctl.number(path);
    }
    this.routes.invalidate();
  }

  /** Something happened to a device: for the walk. */
  tell(dev: Device, op: string, detail?: string): void {
    const walk = this.host.walk;
    if (walk === null) return;
    walk.emit(this.name, { kind: "link", dev: dev.name, op, ...(detail === undefined ? {} : { detail }) });
  }

  /** eth_hw_addr_random: locally administered, unicast. */
  randomMac(): Uint8Array {
    const mac = new Uint8Array(6);
    for (let i = 0; i < 6; i++) mac[i] = this.rng.below(256);
    mac[0] = (mac[0] & 0xfe) | 2;
    return mac;
  }

  /** neigh_parms.reachable_time: base × ½ … 1½, drawn anew every five minutes. */
  reachableTime(dev: Device): Nanoseconds {
    const now = this.host.now;
    const base = this.sysctl.neighbour(dev.name, "base_reachable_time_ms") * 1e6;
    if (now >= this.reachableUntil) {
      this.reachable = 0.5 + this.rng.float();
      this.reachableUntil = now + 300 * SECOND;
    }
    return base * this.reachable;
  }

  // ── sending ──────────────────────────────────────────────────────────────────────────────────────────

  /**
   * ip_route_output_flow: the route that a packet made here takes. Throws KernelError: ENETUNREACH,
   * EHOSTUNREACH (unreachable), EACCES (prohibit), EINVAL (blackhole, or a source that is not ours).
   * Emits no walk event: the caller says `refused` when a program's send fails.
   */
  routeOutput4(flow: Flow4): Route {
    return this.router.output(flow);
  }

  /**
   * ip_local_out: sends a complete IPv4 datagram made here. `pkt.net` is the IP header, with all fields set
   * but total length, and checksum, which are set here; HEADROOM bytes stand before it. Hooks OUTPUT and
   * POSTROUTING, fragmentation, neighbour. The packet is given away. Throws EPERM when OUTPUT or POSTROUTING dropped it, ENOBUFS
   * when the device did.
   */
  output4(pkt: Packet, route: Route): void {
    this.ip.localOut(pkt, route);
  }

  /** `output4` for what the kernel itself sends: nobody hears that OUTPUT or the device dropped it. */
  sendQuietly(pkt: Packet, route: Route): void {
    try {
      this.ip.localOut(pkt, route);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
    }
  }

  /** Fills this host's slot in record-route and timestamp options of a packet that it makes (ip_options_build). */
  recordRoute(pkt: Packet, address: number): void {
    fillOwn(this, pkt, address);
  }

  /** The IP ID for a new packet (__ip_select_ident). */
  nextIpId(src: number, dst: number, protocol: number): number {
    return this.ipIds.next(src, dst, protocol);
  }

  /** An empty datagram's packet: HEADROOM, an IP header's place of `header` bytes, and `payload` bytes. */
  newPacket4(header: number, payload: number): Packet {
    const data = this.bytes(HEADROOM + header + payload);
    const pkt = new Packet(this.host.nextPacketId(), data, HEADROOM, data.length, TYPE_IPV4);
    pkt.trans = HEADROOM + header;
    return pkt;
  }

  /** Zeroed bytes. Small ones are cut from a larger buffer, which costs a tenth of one of their own. */
  private bytes(length: number): Uint8Array {
    if (length > 4096) return new Uint8Array(length);
    if (this.slabUsed + length > this.slab.length) {
      this.slab = new Uint8Array(65536);
      this.slabUsed = 0;
    }
    const from = this.slabUsed;
    this.slabUsed += (length + 7) & ~7;
    return this.slab.subarray(from, from + length);
  }
  private slab = new Uint8Array(0);
  private slabUsed = 0;

  /** The walk's first word about a packet. */
  born(pkt: Packet, by: string, process?: string): void {
    const walk = this.host.walk;
    if (walk === null) return;
    walk.emit(this.name, {
      kind: "born",
      packet: pkt.id,
      ...(pkt.parent !== 0 ? { parent: pkt.parent } : {}),
      by,
      ...(process === undefined ? {} : { process }),
      headers: describe(pkt.data, pkt.net, pkt.end, pkt.protocol, pkt.mark),
      bytes: hex(pkt.data, pkt.net, pkt.end),
    });
  }

  /** Sends a whole frame out of a device as a packet socket does (dev_queue_xmit): link header at `pkt.mac`. */
  sendFrame(dev: Device, pkt: Packet): void {
    if (!dev.up) throw new KernelError("ENETDOWN");
    this.transmit(dev, pkt);
  }

  /** dev_queue_xmit: taps, then the device. A device that is down or without carrier has no queue but noop's. */
  transmit(dev: Device, pkt: Packet): void {
    if (!dev.up || !dev.carrier) {
      dev.stats.txDropped++;
      this.drop(pkt, "QDISC_DROP", `device ${dev.name}`, {
        dev: dev.name,
        state: dev.up ? "no-carrier" : "down",
      });
      return;
    }
    pkt.oif = dev;
    // validate_xmit_skb
    if (pkt.partial && !dev.txChecksum) completeChecksum(pkt);
    const walk = this.host.walk;
    if (walk !== null) {
      walk.emit(this.name, {
        kind: "transmit",
        packet: pkt.id,
        dev: dev.name,
        srcMac: formatMac(pkt.data.subarray(pkt.mac + 6, pkt.mac + 12)),
        dstMac: formatMac(pkt.data.subarray(pkt.mac, pkt.mac + 6)),
        bytes: hex(pkt.data, pkt.mac, pkt.end),
      });
    }
    if (dev.taps.length > 0) for (const tap of [...dev.taps]) tap(pkt, "out", dev);
    if (this.taps.length > 0) for (const tap of [...this.taps]) tap(pkt, "out", dev);
    dev.transmit(pkt);
  }

  // ── multicast groups ─────────────────────────────────────────────────────────────────────────────────

  /** IP_ADD_MEMBERSHIP and IP_DROP_MEMBERSHIP; counted. */
  joinGroup(dev: Device, group: number): void {
    let map = this.groups.get(dev);
    if (!map) {
      map = new Map();
      this.groups.set(dev, map);
    }
    map.set(group, (map.get(group) ?? 0) + 1);
  }

  leaveGroup(dev: Device, group: number): void {
    const map = this.groups.get(dev);
    const left = (map?.get(group) ?? 0) - 1;
    if (left > 0) map?.set(group, left);
    else map?.delete(group);
  }

  /** True when this host listens to the group there; 224.0.0.1 always. */
  inGroup(dev: Device, group: number): boolean {
    return group === 0xe0000001 || (this.groups.get(dev)?.has(group) ?? false);
  }

  // ── ends ─────────────────────────────────────────────────────────────────────────────────────────────

  /** The packet dies: walk event, with the kernel's reason, and what helps to say why. */
  drop(
    pkt: Packet,
    reason: string,
    where: string,
    facts: Record<string, string | number | boolean> | null | undefined = pkt.dropFacts,
  ): void {
    pkt.dropReason = reason;
    const walk = this.host.walk;
    if (walk !== null) {
      walk.emit(this.name, { kind: "drop", packet: pkt.id, reason, where, ...(facts ? { facts } : {}) });
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

  /** fib_compute_spec_dst: this host's own address for an answer to a packet. */
  specDestination(pkt: Packet, dev: Device | null, way: Route | null = null): number {
    const route = way ?? (pkt.route as Route | null);
    if (route?.type === "local") return ip.dst(pkt.data, pkt.net);
    const src = ip.src(pkt.data, pkt.net);
    if (!isZeroNet(src) && this.routes.lookup({ dst: src, iif: 1 }) === null) {
      const found = this.routes.result;
      if (found.route?.prefsrc) return found.route.prefsrc;
      const nh = found.nexthop;
      if (nh?.dev) return this.addresses.select(nh.dev, nh.via, 0);
    }
    return dev ? this.addresses.select(dev, src, isZeroNet(src) ? SCOPE_LINK : 0) : 0;
  }

  isBroadcastOf(address: number): boolean {
    return this.addressType4(address, null) === "BROADCAST";
  }

  // ── what the rooms above and below ask ───────────────────────────────────────────────────────────────

  get walk(): WalkSink | null {
    return this.host.walk;
  }

  nextPacketId(): number {
    return this.host.nextPacketId();
  }

  printk(level: number, line: string): void {
    this.host.printk(level, line);
  }

  addressType4(address: number, dev: DeviceRef | null): AddressType {
    if (isZeroNet(address) || isLimitedBroadcast(address)) return "BROADCAST";
    if (isMulticast(address)) return "MULTICAST";
    const { route, nexthop, table } = this.routes.result;
    const error = this.routes.local.lookup(address, 0, 0, 0, true, this.routes.result);
    const found = this.routes.result;
    let type: AddressType = "UNICAST";
    if (error === null && found.route && (dev === null || found.nexthop?.dev === dev)) {
      type = found.route.type.toUpperCase() as AddressType;
    }
    // Whoever is in the middle of a lookup keeps its answer.
    found.route = route;
    found.nexthop = nexthop;
    found.table = table;
    return type;
  }
}
