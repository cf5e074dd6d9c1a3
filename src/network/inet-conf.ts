import type { Device } from "./device.ts";
import type { Conf4 } from "./inet-device.ts";
import { CONF6_DEFAULTS } from "./sysctl-defaults.ts";

/** A new device gets its IPv4 and IPv6 sides, with the namespace's default conf (inetdev_init). */
export function makeInet(dev: Device): void {
  dev.ipv4 = { dev, addresses: [], conf: { ...dev.ns.confDefault }, touched: null };
  if (dev.isLoopback) dev.ipv4.conf.disable_policy = dev.ipv4.conf.disable_xfrm = 1;
  dev.ipv6 = { dev, addresses: [], conf: new Conf6(dev.ns.conf6Default) };
  if (!dev.isLoopback) return;
  dev.ipv6.conf.set("accept_dad", "-1");
  dev.ipv6.conf.set("use_tempaddr", "-1");
}

/** ipv4_devconf (all) and ipv4_devconf_dflt as the kernel is built. */
export function kernelConf4(which: "all" | "default"): Conf4 {
  return {
    accept_local: 0,
    accept_redirects: 1,
    accept_source_route: which === "all" ? 0 : 1,
    arp_accept: 0,
    arp_announce: 0,
    arp_evict_nocarrier: 1,
    arp_filter: 0,
    arp_ignore: 0,
    arp_notify: 0,
    bc_forwarding: 0,
    bootp_relay: 0,
    disable_policy: 0,
    disable_xfrm: 0,
    drop_gratuitous_arp: 0,
    drop_unicast_in_l2_multicast: 0,
    force_igmp_version: 0,
    forwarding: 0,
    igmpv2_unsolicited_report_interval: 10000,
    igmpv3_unsolicited_report_interval: 1000,
    ignore_routes_with_linkdown: 0,
    log_martians: 0,
    mc_forwarding: 0,
    medium_id: 0,
    promote_secondaries: 0,
    proxy_arp: 0,
    proxy_arp_pvlan: 0,
    route_localnet: 0,
    rp_filter: 0,
    secure_redirects: 1,
    send_redirects: 1,
    shared_media: 1,
    src_valid_mark: 0,
    tag: 0,
  };
}

const KERNEL6: ReadonlyMap<string, string> = new Map(
  CONF6_DEFAULTS.trim()
    .split("\n")
    .map((line) => line.split(" ") as [string, string]),
);

/** net.ipv6.conf.X: the kernel's defaults, under what was written. */
export class Conf6 {
  private readonly base: Conf6 | null;
  private values: Map<string, string> | null = null;

  constructor(base: Conf6 | null) {
    this.base = base?.values ? base.copy() : null;
  }

  private copy(): Conf6 {
    const c = new Conf6(null);
    c.values = this.values ? new Map(this.values) : null;
    return c;
  }

  get(name: string): string | undefined {
    return this.values?.get(name) ?? this.base?.get(name) ?? KERNEL6.get(name);
  }

  /** Somebody wrote it here. */
  written(name: string): boolean {
    return this.values?.has(name) ?? false;
  }

  has(name: string): boolean {
    return KERNEL6.has(name);
  }

  set(name: string, value: string): void {
    this.values ??= new Map();
    this.values.set(name, value);
  }

  keys(): IterableIterator<string> {
    return KERNEL6.keys();
  }
}
