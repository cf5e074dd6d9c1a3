import { type Clock, type Nanoseconds, SECOND } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";
import type { Random } from "../base/random.ts";
import { conntrackSysctls } from "../netfilter/conntrack/settings.ts";
import type { AddressType, NetfilterHost } from "../netfilter/hooks.ts";
import { Netfilter } from "../netfilter/netfilter.ts";
import {
  type DeviceRef,
  HEADROOM,
  type Lineage,
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_LOOPBACK,
  PACKET_MULTICAST,
  PACKET_OTHERHOST,
  Packet,
} from "../netfilter/packet.ts";
import type { WalkSink } from "../walk/event.ts";
import { put16, put32 } from "../wire/bytes.ts";
import {
  LENGTH as ETHERNET,
  equal,
  format as formatMac,
  TYPE_ARP,
  TYPE_IPV4,
  TYPE_IPV6,
} from "../wire/ethernet.ts";
import { describe } from "../wire/headers.ts";
import * as ip from "../wire/ipv4.ts";
import { Addresses } from "./addresses.ts";
import { Arp } from "./arp.ts";
import { Bridge } from "./bridge/bridge.ts";
import type { Device, Tap } from "./device.ts";
import type { Flow4, Route } from "./flow.ts";
import type { NetworkHost } from "./host.ts";
import { Conf6, kernelConf4 } from "./inet-conf.ts";
import { type Conf4, SCOPE_LINK } from "./inet-device.ts";
import { Icmp4 } from "./ipv4/icmp.ts";
import { Ipv4 } from "./ipv4/ip.ts";
import { fillOwn } from "./ipv4/options.ts";
import { Reassembly } from "./ipv4/reassembly.ts";
import { Links } from "./links.ts";
import type { Loopback } from "./loopback.ts";
import { Neighbours } from "./neighbours.ts";
import { isLimitedBroadcast, isMulticast, isZeroNet, Router4 } from "./router.ts";
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

/** Crossings of devices after which a packet (with all that came of it) counts as a storm. */
const STORM = 1000;
/** The same for a packet and its copies together: a flood reaches each port of a broadcast domain once. */
const STORM_COPIES = 10_000;

function isStorm(lineage: Lineage): boolean {
  if (!lineage.stopped && ++lineage.crossings > STORM_COPIES) lineage.stopped = true;
  return lineage.stopped;
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
  private readonly groups = new Map<Device, Map<number, number>>();
  private readonly ids = new Map<number, { id: number; at: Nanoseconds }>();
  private reachable = 30 * SECOND;
  private reachableUntil: Nanoseconds = -1;
  private stormTold = false;

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
    this.netfilter = new Netfilter(this, "ipv4", parent?.netfilter.conntrack.settings.limits);
    this.sysctl.defineLater(() => this.defineConntrackSysctls());
    new SocketTable(this);
    this.loopback = this.links.makeLoopback();
    if (this.initial) this.links.set(this.loopback, { up: true });
    else host.walk?.emit(name, { kind: "netns", op: "add", name, forward: this.confAll.forwarding });
  }

  private defineConntrackSysctls(): void {
    const conntrack = this.netfilter.conntrack;
    for (const s of conntrackSysctls(conntrack.settings, () => conntrack.count, this.initial)) {
      const write = (text: string) => {
        const value = Number(text.trim());
        if (!/^-?\d+$/.test(text.trim()) || value < s.min || value > s.max) throw new KernelError("EINVAL");
        s.set?.(value);
      };
      this.sysctl.define(`net/netfilter/${s.name}`, {
        mode: s.set ? 0o644 : 0o444,
        read: () => String(s.get()),
        write,
      });
      if (s.name === "nf_conntrack_max" && this.initial) {
        this.sysctl.define("net/nf_conntrack_max", { mode: 0o644, read: () => String(s.get()), write });
      }
    }
  }

  /** The last holder let go: its virtual devices and their peers go, sockets and timers end. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.transport.sockets?.close();
    this.links.close();
    this.neighbours.close();
    this.reassembly.close();
    for (const ns of this.host.allNamespaces()) ns.links.forgetNs(this);
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
   * POSTROUTING, fragmentation, neighbour. The packet is given away. Throws EPERM when OUTPUT dropped it.
   */
  output4(pkt: Packet, route: Route): void {
    this.ip.localOut(pkt, route);
  }

  /** `output4` for what the kernel itself sends: nobody hears that OUTPUT dropped it. */
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

  /** The IP ID for a new packet (__ip_select_ident): a counter a flow, that also runs with time. */
  nextIpId(src: number, dst: number, protocol: number): number {
    const key = (Math.imul(src ^ this.hashKey, 0x9e3779b1) ^ Math.imul(dst, 0x85ebca6b) ^ protocol) & 2047;
    const now = this.host.now;
    let entry = this.ids.get(key);
    if (!entry) {
      entry = { id: this.rng.below(65536), at: now };
      this.ids.set(key, entry);
    }
    const ticks = Math.floor((now - entry.at) / 4e6);
    const jump = ticks > 0 ? this.rng.below(Math.min(ticks, 65536)) : 0;
    entry.at = now;
    entry.id = (entry.id + 1 + jump) & 0xffff;
    return entry.id;
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

  // ── receiving ────────────────────────────────────────────────────────────────────────────────────────

  /** process_backlog: a frame from a device's queue. Its reception takes a few microseconds. */
  receiveFrame(dev: Device, pkt: Packet): void {
    this.host.charge(6000 + this.rng.below(12000));
    if (!dev.up || dev.dead) {
      dev.stats.rxDropped++;
      this.drop(pkt, "DEV_READY", `device ${dev.name}`, { dev: dev.name, state: "down" });
      return;
    }
    if (++pkt.hops > STORM || (pkt.lineage !== null && isStorm(pkt.lineage))) {
      this.storm(dev, pkt);
      return;
    }
    this.receiveOn(dev, pkt);
  }

  private storm(dev: Device, pkt: Packet): void {
    this.drop(pkt, "NOT_SPECIFIED", `device ${dev.name}`, { storm: true, hops: pkt.hops });
    if (this.stormTold) return;
    this.stormTold = true;
    const what = describe(pkt.data, pkt.net, pkt.end, pkt.protocol).summary;
    const crossed = pkt.lineage ? `${pkt.lineage.crossings} devices in copies` : `${pkt.hops} devices`;
    this.host.reportStorm(
      this,
      `a storm: a packet crossed ${crossed} and was stopped at ${dev.name}: ${what}`,
    );
  }

  /** __netif_receive_skb_core: taps, the bridge, then the protocol. The link header stands at `pkt.mac`. */
  receiveOn(dev: Device, pkt: Packet): void {
    const data = pkt.data;
    const mac = pkt.mac;
    pkt.net = mac + ETHERNET;
    pkt.protocol = (data[mac + 12] << 8) | data[mac + 13];
    if ((data[mac] & 1) !== 0) {
      pkt.pktType =
        data[mac] === 0xff && equal(dev.broadcast, data.subarray(mac, mac + 6))
          ? PACKET_BROADCAST
          : PACKET_MULTICAST;
    } else pkt.pktType = sameMac(dev.mac, data, mac) ? PACKET_HOST : PACKET_OTHERHOST;
    const stats = dev.stats;
    stats.rxPackets++;
    stats.rxBytes += pkt.end - pkt.net + (dev.kind === "bridge" ? 0 : ETHERNET);
    if (pkt.pktType === PACKET_MULTICAST && dev.kind === "bridge") stats.multicast++;
    const walk = this.host.walk;
    if (walk !== null) {
      walk.emit(this.name, {
        kind: "receive",
        packet: pkt.id,
        dev: dev.name,
        headers: describe(data, pkt.net, pkt.end, pkt.protocol, pkt.mark),
        bytes: hex(data, mac, pkt.end),
      });
    }
    if (dev.taps.length > 0) for (const tap of [...dev.taps]) tap(pkt, "in", dev);
    if (this.taps.length > 0) for (const tap of [...this.taps]) tap(pkt, "in", dev);
    if (dev.master instanceof Bridge) {
      dev.master.handle(pkt, dev);
      return;
    }
    this.toProtocol(dev, pkt);
  }

  private toProtocol(dev: Device, pkt: Packet): void {
    if (pkt.protocol === TYPE_IPV4) {
      // ip_sabotage_in: a bridge's frame has been through PREROUTING already.
      if (pkt.physIn !== null && dev instanceof Bridge) {
        pkt.iif = dev;
        if (pkt.pktType === PACKET_OTHERHOST) {
          this.drop(pkt, "OTHERHOST", `device ${dev.name}`, { dev: dev.name });
          return;
        }
        this.ip.finishInput(pkt, dev);
        return;
      }
      this.ip.receive(pkt, dev);
      return;
    }
    if (pkt.protocol === TYPE_ARP) {
      this.arp.receive(pkt, dev);
      return;
    }
    if (pkt.protocol === TYPE_IPV6) {
      this.walk?.emit(this.name, { kind: "not-modelled", packet: pkt.id, what: "IPv6" });
    }
    if (pkt.pktType === PACKET_OTHERHOST) {
      this.drop(pkt, "OTHERHOST", `device ${dev.name}`, { dev: dev.name });
      return;
    }
    this.drop(pkt, "UNHANDLED_PROTO", `device ${dev.name}`, { ethertype: pkt.protocol });
  }

  /** dev_loopback_xmit: this host's own copy of a multicast or broadcast that it sends. */
  receiveLoopedBack(pkt: Packet, dev: Device): void {
    if (++pkt.hops > STORM) {
      this.storm(dev, pkt);
      return;
    }
    const type = pkt.pktType;
    pkt.pktType = PACKET_LOOPBACK;
    const walk = this.host.walk;
    if (walk !== null) {
      const headers = describe(pkt.data, pkt.net, pkt.end, pkt.protocol, pkt.mark);
      walk.emit(this.name, { kind: "receive", packet: pkt.id, dev: dev.name, headers });
    }
    void type;
    this.ip.receive(pkt, dev);
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

  /** ip_handle_martian_source: where log_martians is on, two lines. */
  logMartianSource(src: number, dst: number, dev: Device, pkt: Packet): void {
    if (dev.ipv4.conf.log_martians === 0 && this.confAll.log_martians === 0) return;
    this.printk(4, `IPv4: martian source ${ip.format(dst)} from ${ip.format(src)}, on dev ${dev.name}`);
    if (pkt.mac < 0) return;
    const bytes = [...pkt.data.subarray(pkt.mac, pkt.mac + ETHERNET)].map((b) =>
      b.toString(16).padStart(2, "0"),
    );
    this.printk(4, `ll header: 00000000: ${bytes.join(" ")}`);
  }

  logMartianDestination(src: number, dst: number, dev: Device): void {
    if (dev.ipv4.conf.log_martians === 0 && this.confAll.log_martians === 0) return;
    this.printk(4, `IPv4: martian destination ${ip.format(dst)} from ${ip.format(src)}, dev ${dev.name}`);
  }

  /** fib_compute_spec_dst: this host's own address for an answer to a packet. */
  specDestination(pkt: Packet, dev: Device | null): number {
    const route = pkt.route as Route | null;
    if (route === null || route.type === "local") return ip.dst(pkt.data, pkt.net);
    const src = ip.src(pkt.data, pkt.net);
    if (!isZeroNet(src) && this.routes.lookup({ dst: src, iif: 1 }) === null) {
      const found = this.routes.result;
      if (found.route?.prefsrc) return found.route.prefsrc;
      const nh = found.nexthop;
      if (nh?.dev) return this.addresses.select(nh.dev, nh.via, 0);
    }
    return dev ? this.addresses.select(dev, src, isZeroNet(src) ? SCOPE_LINK : 0) : 0;
  }

  /** A header to ask routes with (`ip route get … iif`). */
  probePacket(flow: Flow4): Packet {
    const pkt = new Packet(0, new Uint8Array(HEADROOM + 28), HEADROOM, HEADROOM + 28, TYPE_IPV4);
    pkt.data[HEADROOM] = 0x45;
    pkt.data[HEADROOM + 1] = flow.tos ?? 0;
    pkt.data[HEADROOM + 9] = flow.protocol ?? 17;
    put32(pkt.data, HEADROOM + 12, flow.src ?? 0);
    put32(pkt.data, HEADROOM + 16, flow.dst);
    put16(pkt.data, HEADROOM + 20, flow.sport ?? 0);
    put16(pkt.data, HEADROOM + 22, flow.dport ?? 0);
    pkt.trans = HEADROOM + 20;
    pkt.mark = flow.mark ?? 0;
    return pkt;
  }

  isBroadcastOf(address: number): boolean {
    return this.addressType4(address, null) === "BROADCAST";
  }

  // ── NetfilterHost ────────────────────────────────────────────────────────────────────────────────────

  get clock(): Clock {
    return this.host;
  }
  get random(): Random {
    return this.rng;
  }
  get walk(): WalkSink | null {
    return this.host.walk;
  }
  nextPacketId(): number {
    return this.host.nextPacketId();
  }

  netfilterLog(level: number, line: string): boolean {
    const all =
      this.initial || this.host.initialNamespace.sysctl.number("net/netfilter/nf_log_all_netns") !== 0;
    if (all) {
      this.host.printk(level, line);
      // Writing the line takes about two microseconds.
      this.host.charge(1000 + this.rng.below(2000));
    }
    return all;
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

  selectAddress4(dev: DeviceRef, gateway: number): number {
    const device = this.links.byIndex(dev.index);
    return device ? this.addresses.select(device, gateway, 0) : 0;
  }

  icmpError4(pkt: Packet, type: number, code: number, info: number): void {
    this.icmp.send(pkt, type, code, info);
  }

  sendLocal4(pkt: Packet, inReplyTo: Packet): void {
    pkt.parent ||= inReplyTo.id;
    pkt.hops = Math.max(pkt.hops, inReplyTo.hops);
    const src = ip.src(pkt.data, pkt.net);
    try {
      const route = this.router.output({
        dst: ip.dst(pkt.data, pkt.net),
        src,
        anySource: this.addressType4(src, null) !== "LOCAL",
        mark: pkt.mark,
        tos: ip.tos(pkt.data, pkt.net) & 0x1c,
        protocol: ip.protocol(pkt.data, pkt.net),
      });
      if (pkt.data[pkt.net + 8] === 0) pkt.data[pkt.net + 8] = route.hoplimit || this.defaultTtl;
      this.sendQuietly(pkt, route);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.drop(pkt, "IP_OUTNOROUTES", "ip output", { dst: ip.format(ip.dst(pkt.data, pkt.net)) });
    }
  }

  reroute4(pkt: Packet): boolean {
    const src = ip.src(pkt.data, pkt.net);
    const local = this.addressType4(src, null) === "LOCAL";
    try {
      const route = this.router.output({
        dst: ip.dst(pkt.data, pkt.net),
        src,
        anySource: !local,
        mark: pkt.mark,
        tos: ip.tos(pkt.data, pkt.net) & 0x1c,
        protocol: ip.protocol(pkt.data, pkt.net),
      });
      pkt.route = route;
      pkt.oif = route.dev;
      this.ip.tellRoute(pkt, ip.dst(pkt.data, pkt.net), "output", route);
      return true;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      pkt.dropReason = "IP_OUTNOROUTES";
      return false;
    }
  }

  defragment4(pkt: Packet, hook: number): boolean {
    if (!this.reassembly.add(pkt, `conntrack ${hook}`)) return false;
    pkt.ignoreDf = true;
    return true;
  }

  /** The MTU of the way to an address (TCPMSS --clamp-mss-to-pmtu); 0 when there is none. */
  pathMtu4(address: number): number {
    try {
      return this.router.output({ dst: address }).mtu;
    } catch {
      return 0;
    }
  }

  forwarding4(dev: DeviceRef): boolean {
    return (this.links.byIndex(dev.index)?.ipv4.conf.forwarding ?? 0) !== 0;
  }
}

function sameMac(mac: Uint8Array, data: Uint8Array, at: number): boolean {
  return (
    mac[5] === data[at + 5] &&
    mac[4] === data[at + 4] &&
    mac[3] === data[at + 3] &&
    mac[2] === data[at + 2] &&
    mac[1] === data[at + 1] &&
    mac[0] === data[at]
  );
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));

function hex(data: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) text += HEX[data[i]];
  return text;
}
