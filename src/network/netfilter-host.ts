import type { Clock } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";
import type { Random } from "../base/random.ts";
import type { AddressType, NetfilterHost } from "../netfilter/hooks.ts";
import type { DeviceRef, Packet } from "../netfilter/packet.ts";
import type { WalkSink } from "../walk/event.ts";
import * as ip from "../wire/ipv4.ts";
import type { Route } from "./flow.ts";
import type { NetNamespace } from "./namespace.ts";
import type { Socket } from "./socket/socket.ts";

/** A namespace as netfilter sees it: what its rules and connection tracking ask of the network. */
export class NamespaceNetfilterHost implements NetfilterHost {
  readonly name: string;
  readonly id: number;
  readonly initial: boolean;
  readonly clock: Clock;
  readonly random: Random;
  private readonly ns: NetNamespace;

  constructor(ns: NetNamespace) {
    this.ns = ns;
    this.name = ns.name;
    this.id = ns.id;
    this.initial = ns.initial;
    this.clock = ns.host;
    this.random = ns.rng;
  }

  get walk(): WalkSink | null {
    return this.ns.host.walk;
  }

  nextPacketId(): number {
    return this.ns.host.nextPacketId();
  }

  netfilterLog(level: number, line: string): boolean {
    const all =
      this.ns.initial || this.ns.host.initialNamespace.sysctl.number("net/netfilter/nf_log_all_netns") !== 0;
    if (all) {
      this.ns.host.printk(level, line);
      // Writing the line takes about two microseconds.
      this.ns.host.charge(1000 + this.ns.rng.below(2000));
    }
    return all;
  }

  printk(level: number, line: string): void {
    this.ns.host.printk(level, line);
  }

  addressType4(address: number, dev: DeviceRef | null): AddressType {
    return this.ns.addressType4(address, dev);
  }

  selectAddress4(dev: DeviceRef, gateway: number): number {
    const device = this.ns.links.byIndex(dev.index);
    return device ? this.ns.addresses.select(device, gateway, 0) : 0;
  }

  icmpError4(pkt: Packet, type: number, code: number, info: number): void {
    this.ns.icmp.send(pkt, type, code, info);
  }

  /** The route of a packet made here, by what its header says now (ip_route_me_harder). */
  private routeAnew(pkt: Packet): Route {
    const src = ip.src(pkt.data, pkt.net);
    const bound = (pkt.socket as Socket | null)?.options.device ?? null;
    return this.ns.router.output({
      dst: ip.dst(pkt.data, pkt.net),
      src,
      ...(bound === null ? {} : { oif: bound.index }),
      anySource: this.ns.addressType4(src, null) !== "LOCAL",
      mark: pkt.mark,
      tos: ip.tos(pkt.data, pkt.net) & 0x1c,
      protocol: ip.protocol(pkt.data, pkt.net),
    });
  }

  sendLocal4(pkt: Packet, inReplyTo: Packet): void {
    pkt.parent ||= inReplyTo.id;
    pkt.hops = Math.max(pkt.hops, inReplyTo.hops);
    try {
      const route = this.routeAnew(pkt);
      if (pkt.data[pkt.net + 8] === 0) pkt.data[pkt.net + 8] = route.hoplimit || this.ns.defaultTtl;
      this.ns.sendQuietly(pkt, route);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.ns.drop(pkt, "IP_OUTNOROUTES", "ip output", { dst: ip.format(ip.dst(pkt.data, pkt.net)) });
    }
  }

  reroute4(pkt: Packet): boolean {
    try {
      const route = this.routeAnew(pkt);
      pkt.route = route;
      pkt.oif = route.dev;
      this.ns.ip.tellRoute(pkt, ip.dst(pkt.data, pkt.net), "output", route);
      return true;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      pkt.dropReason = "IP_OUTNOROUTES";
      return false;
    }
  }

  defragment4(pkt: Packet, hook: number): boolean {
    if (!this.ns.reassembly.add(pkt, `conntrack ${hook}`)) return false;
    pkt.ignoreDf = true;
    return true;
  }

  earlySocket4(pkt: Packet): unknown {
    const { ns } = this;
    // What this host sent to itself has its route already, and is not looked up.
    if (ns.sysctl.number("net/ipv4/ip_early_demux") === 0 || pkt.iif?.isLoopback) return null;
    return ns.transport.sockets?.connectionOf(pkt) ?? null;
  }

  /** The MTU of the way to an address (TCPMSS --clamp-mss-to-pmtu); 0 when there is none. */
  pathMtu4(address: number): number {
    try {
      return this.ns.router.output({ dst: address }).mtu;
    } catch {
      return 0;
    }
  }
}
