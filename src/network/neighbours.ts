import { MILLISECOND, type Nanoseconds } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";
import type { Packet } from "../netfilter/packet.ts";
import { format as formatMac } from "../wire/ethernet.ts";
import { format } from "../wire/ipv4.ts";
import { isMulticast } from "./address-kinds.ts";
import { type Device, IFF_LOOPBACK, IFF_NOARP } from "./device.ts";
import type { NetNamespace } from "./namespace.ts";
import { Neighbour } from "./neighbour.ts";

export type NeighbourState =
  | "NONE"
  | "INCOMPLETE"
  | "REACHABLE"
  | "STALE"
  | "DELAY"
  | "PROBE"
  | "FAILED"
  | "NOARP"
  | "PERMANENT";

/** A neighbour as `ip neigh` shows it. */
export interface NeighbourInfo {
  readonly dev: Device;
  readonly address: number;
  readonly state: NeighbourState;
  readonly mac: Uint8Array | undefined;
  readonly router: boolean;
  readonly proxy: boolean;
  readonly extern: boolean;
  readonly probes: number;
  /** Machine times, for `ip -s neigh` (used/confirmed/updated in seconds ago). */
  readonly used: Nanoseconds;
  readonly confirmed: Nanoseconds;
  readonly updated: Nanoseconds;
  readonly references: number;
  /** NDA_PROTOCOL, when a person gave one. */
  readonly protocol?: number | undefined;
}

/** NUD state and flags that `ip neigh add|change|replace` gives. */
export interface NeighbourChange {
  address: number;
  mac?: Uint8Array;
  state?: NeighbourState;
  router?: boolean;
  extern?: boolean;
  protocol?: number;
}

/** The IPv4 neighbour table (ARP cache) of one namespace. */
export class Neighbours {
  private readonly ns: NetNamespace;
  private readonly byDevice = new Map<Device, Map<number, Neighbour>>();
  private readonly proxies: { readonly dev: Device; readonly address: number }[] = [];
  private collecting = false;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  find(dev: Device, address: number): Neighbour | undefined {
    // arp_hash's key on a loopback device is always 0.0.0.0.
    if (dev.isLoopback) address = 0;
    return this.byDevice.get(dev)?.get(address | 0);
  }

  /** __neigh_create, with the state that arp_constructor gives. */
  create(dev: Device, address: number): Neighbour {
    if (dev.isLoopback) address = 0;
    let map = this.byDevice.get(dev);
    if (!map) {
      map = new Map();
      this.byDevice.set(dev, map);
    }
    const n = new Neighbour(this.ns, dev, address);
    const flags = dev.flags;
    if (isMulticast(address)) {
      n.fixed(
        "NOARP",
        Uint8Array.of(1, 0, 0x5e, (address >>> 16) & 0x7f, (address >>> 8) & 255, address & 255),
      );
    } else if ((flags & (IFF_NOARP | IFF_LOOPBACK)) !== 0) n.fixed("NOARP", dev.mac);
    else if (this.ns.isBroadcastOf(address)) n.fixed("NOARP", dev.broadcast);
    map.set(address | 0, n);
    this.collectLater();
    return n;
  }

  /** neigh_output: sends an IP packet to its next hop, at once or when that is resolved. */
  output(pkt: Packet, dev: Device, nextHop: number): void {
    const n = this.find(dev, nextHop) ?? this.create(dev, nextHop);
    n.send(pkt);
  }

  /** neigh_periodic_work: entries that nobody used for long go when there are more than gc_thresh1. */
  private collectLater(): void {
    if (this.collecting) return;
    this.collecting = true;
    this.ns.host.after(30_000 * MILLISECOND, () => {
      this.collecting = false;
      this.collect();
    });
  }

  private collect(): void {
    let count = 0;
    for (const map of this.byDevice.values()) count += map.size;
    if (count === 0) return;
    if (count >= this.ns.sysctl.number("net/ipv4/neigh/default/gc_thresh1")) {
      const now = this.ns.host.now;
      for (const map of this.byDevice.values()) {
        for (const [key, n] of map) {
          if (n.state === "PERMANENT" || n.extern || n.timed) continue;
          const used = Math.max(n.used, n.confirmed);
          const stale = this.ns.sysctl.neighbour(n.dev.name, "gc_stale_time") * 1000 * MILLISECOND;
          if (n.state === "FAILED" || now > used + stale) map.delete(key);
        }
      }
      this.collectLater();
    }
  }

  /** `ip neigh add` (EEXIST), `change` (ENOENT), `replace`. */
  change(dev: Device, request: NeighbourChange, mode: "add" | "change" | "replace"): void {
    const state = request.state ?? "PERMANENT";
    let n = this.find(dev, request.address);
    const mac = request.mac;
    if (n && mode === "add") throw new KernelError("EEXIST");
    if (!mac && ["PERMANENT", "NOARP", "REACHABLE", "STALE", "DELAY", "PROBE"].includes(state) && !n?.mac) {
      throw new KernelError("EINVAL", "No link layer address given");
    }
    if (!n) {
      if (mode === "change") throw new KernelError("ENOENT");
      n = this.create(dev, request.address);
    }
    n.router = request.router ?? n.router;
    n.extern = request.extern ?? n.extern;
    n.protocol = request.protocol ?? n.protocol;
    n.update(mac ?? null, state, { override: true, admin: true });
    this.ns.routes.invalidate();
  }

  /** `ip neigh del` (ENOENT): it fails at once, and goes. */
  delete(dev: Device, address: number): void {
    const n = this.find(dev, address);
    if (!n) throw new KernelError("ENOENT");
    n.update(null, "FAILED", { override: true, admin: true });
    this.byDevice.get(dev)?.delete(address | 0);
    n.release();
  }

  /** In the order of making, device by device. NOARP ones included: the command hides them. */
  list(dev?: Device): NeighbourInfo[] {
    if (dev) return [...(this.byDevice.get(dev)?.values() ?? [])];
    return [...this.byDevice.values()].flatMap((map) => [...map.values()]);
  }

  get(dev: Device, address: number): NeighbourInfo | undefined {
    return this.find(dev, address);
  }

  // Proxy entries (`ip neigh add proxy`).
  addProxy(dev: Device, address: number): void {
    if (!this.isProxy(dev, address)) this.proxies.push({ dev, address });
  }

  deleteProxy(dev: Device, address: number): void {
    const at = this.proxies.findIndex((p) => p.dev === dev && p.address === address);
    if (at < 0) throw new KernelError("ENOENT");
    this.proxies.splice(at, 1);
  }

  isProxy(dev: Device, address: number): boolean {
    return this.proxies.some((p) => p.dev === dev && p.address === address);
  }

  listProxy(): { readonly dev: Device; readonly address: number }[] {
    return [...this.proxies];
  }

  /** dst_confirm: a transport heard from the next hop (TCP, MSG_CONFIRM). */
  confirm(dev: Device, address: number): void {
    const n = this.find(dev, address);
    if (n) n.confirmed = this.ns.host.now;
  }

  // ── the device's events (neigh_ifdown, neigh_carrier_down, arp_netdev_event) ─────────────────────────

  deviceDown(dev: Device): void {
    this.flush(dev, false);
  }

  /** Carrier loss takes all but PERMANENT entries (arp_evict_nocarrier). */
  carrierDown(dev: Device): void {
    if (dev.ipv4.conf.arp_evict_nocarrier === 0 || this.ns.confAll.arp_evict_nocarrier === 0) return;
    this.flush(dev, true);
  }

  deviceGone(dev: Device): void {
    this.flush(dev, false);
    this.byDevice.delete(dev);
    for (let i = this.proxies.length - 1; i >= 0; i--)
      if (this.proxies[i].dev === dev) this.proxies.splice(i, 1);
  }

  /** neigh_changeaddr: a new MAC, or ARP switched on or off. PERMANENT ones go too. */
  changed(dev: Device): void {
    this.flush(dev, false);
  }

  macChanged(dev: Device): void {
    this.changed(dev);
    if (dev.up && (dev.ipv4.conf.arp_notify !== 0 || this.ns.confAll.arp_notify !== 0)) {
      for (const a of dev.ipv4.addresses) this.ns.arp.announce(dev, a.local);
    }
  }

  private flush(dev: Device, keepPermanent: boolean): void {
    const map = this.byDevice.get(dev);
    if (!map) return;
    for (const [key, n] of map) {
      if (keepPermanent && n.state === "PERMANENT") continue;
      map.delete(key);
      n.release();
    }
  }

  close(): void {
    for (const map of this.byDevice.values()) for (const n of map.values()) n.release();
    this.byDevice.clear();
  }
}

/** For the walk. */
export function tellNeighbour(ns: NetNamespace, pkt: Packet, n: Neighbour, state: string): void {
  const walk = ns.host.walk;
  if (walk === null) return;
  walk.emit(ns.name, {
    kind: "neighbour",
    packet: pkt.id,
    dev: n.dev.name,
    address: format(n.address),
    state,
    ...(n.mac ? { mac: formatMac(n.mac) } : {}),
  });
}
