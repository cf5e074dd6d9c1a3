import { SECOND } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";
import { format } from "../wire/ipv4.ts";
import { AddressRoutes, sameNet } from "./address-routes.ts";
import type { Device } from "./device.ts";
import {
  type Address4,
  type Address6,
  FOREVER,
  IFA_F_NODAD,
  IFA_F_PERMANENT,
  IFA_F_SECONDARY,
  IFA_F_TENTATIVE,
  IPV4_MIN_MTU,
  SCOPE_HOST,
  SCOPE_LINK,
  SCOPE_UNIVERSE,
} from "./inet-device.ts";
import { format6, LOOPBACK6, linkLocal, same6, scopeOf6, sourceScope6 } from "./inet6.ts";
import type { NetNamespace } from "./namespace.ts";

/** `ip addr add` for IPv4. */
export interface NewAddress4 {
  local: number;
  prefix: number;
  /** `peer`; absent: `local`. */
  peer?: number;
  broadcast?: number;
  anycast?: number;
  scope?: number;
  label?: string;
  /** IFA_F_NOPREFIXROUTE, IFA_F_MCAUTOJOIN … */
  flags?: number;
  /** Seconds; absent: forever. */
  valid?: number;
  preferred?: number;
  metric?: number;
  protocol?: number;
}

export interface NewAddress6 {
  local: Uint8Array;
  prefix: number;
  peer?: Uint8Array;
  scope?: number;
  flags?: number;
  valid?: number;
  preferred?: number;
  metric?: number;
  protocol?: number;
}

/** The addresses of one namespace. */
export class Addresses {
  private readonly ns: NetNamespace;
  private readonly routes: AddressRoutes;
  /** How often each IPv4 address stands here, by address: what makes it local (inet_addr_lst). */
  private readonly counts = new Map<number, number>();

  constructor(ns: NetNamespace) {
    this.ns = ns;
    this.routes = new AddressRoutes(ns);
  }

  /** `ip addr add|change|replace` (inet_rtm_newaddr). "replace" changes lifetimes and metric of one that exists. */
  add4(dev: Device, request: NewAddress4, mode: "add" | "replace" | "change" = "add"): Address4 {
    const { local, prefix } = request;
    if (prefix < 0 || prefix > 32) throw new KernelError("EINVAL", "ipv4: Invalid prefix length");
    if (request.valid === 0) throw new KernelError("EINVAL", "ipv4: IFA_CACHEINFO: valid_lft is zero");
    if (request.preferred !== undefined && request.preferred > (request.valid ?? FOREVER)) {
      throw new KernelError("EINVAL", "ipv4: IFA_CACHEINFO: preferred_lft is larger than valid_lft");
    }
    if (dev.mtu < IPV4_MIN_MTU) throw new KernelError("ENOBUFS");
    const list = dev.ipv4.addresses;
    const peer = request.peer ?? local;
    const valid = request.valid ?? FOREVER;
    const preferred = request.preferred ?? FOREVER;
    const now = this.ns.host.now;
    const existing = list.find(
      (a) => a.prefix === prefix && sameNet(a.peer, peer, prefix) && a.local === local,
    );
    if (existing) {
      if (mode === "add") throw new KernelError("EEXIST", "ipv4: Address already assigned");
      existing.valid = valid;
      existing.preferred = preferred;
      existing.changed = now;
      existing.metric = request.metric ?? existing.metric;
      if (valid === FOREVER) existing.flags |= IFA_F_PERMANENT;
      else existing.flags &= ~IFA_F_PERMANENT;
      this.expireLater(existing);
      return existing;
    }
    if (mode === "change") throw new KernelError("ENOENT");
    const address: Address4 = {
      dev,
      local,
      peer,
      prefix,
      broadcast: request.broadcast,
      scope: request.scope ?? SCOPE_UNIVERSE,
      label: request.label ?? dev.name,
      flags: (request.flags ?? 0) & ~IFA_F_SECONDARY,
      valid,
      preferred,
      created: now,
      changed: now,
      metric: request.metric ?? 0,
      protocol: request.protocol ?? 0,
    };
    if (valid === FOREVER) address.flags |= IFA_F_PERMANENT;
    if (local === 0) return address;
    this.insert(list, address);
    this.counts.set(local, (this.counts.get(local) ?? 0) + 1);
    this.routes.add(address);
    this.expireLater(address);
    this.ns.routes.invalidate();
    this.ns.walk?.emit(this.ns.name, {
      kind: "address",
      dev: dev.name,
      op: "add",
      address: `${format(local)}/${prefix}`,
    });
    return address;
  }

  /** inetdev_destroy: an MTU too small for IPv4 takes its addresses off the device. */
  leaveIpv4(dev: Device): void {
    for (const address of [...dev.ipv4.addresses]) {
      if (dev.ipv4.addresses.includes(address)) this.drop(address, address);
    }
  }

  /** __inet_insert_ifa: primaries by scope, secondaries last. */
  private insert(list: Address4[], address: Address4): void {
    let lastPrimary = 0;
    for (let i = 0; i < list.length; i++) {
      const other = list[i];
      if ((other.flags & IFA_F_SECONDARY) === 0 && address.scope <= other.scope) lastPrimary = i + 1;
      if (other.prefix === address.prefix && sameNet(other.peer, address.peer, address.prefix)) {
        if (other.scope !== address.scope) throw new KernelError("EINVAL", "ipv4: Invalid scope value");
        address.flags |= IFA_F_SECONDARY;
      }
    }
    list.splice((address.flags & IFA_F_SECONDARY) !== 0 ? list.length : lastPrimary, 0, address);
  }

  private expireLater(address: Address4): void {
    if (address.valid === FOREVER) return;
    const at = address.changed + address.valid * SECOND;
    this.ns.host.at(at, () => {
      if (address.valid === FOREVER || address.changed + address.valid * SECOND !== at) return;
      if (address.dev.ipv4.addresses.includes(address)) this.remove(address);
    });
  }

  /** `ip addr del` (inet_rtm_deladdr): the first that fits. Throws EADDRNOTAVAIL. */
  delete4(dev: Device, which: { local?: number; prefix?: number; peer?: number; label?: string }): void {
    const found = dev.ipv4.addresses.find((a) => {
      if (which.local !== undefined && which.local !== a.local) return false;
      if (which.label !== undefined && which.label !== a.label) return false;
      if (which.peer !== undefined || which.prefix !== undefined) {
        const address = which.peer ?? which.local;
        if (which.prefix !== undefined && which.prefix !== a.prefix) return false;
        if (address !== undefined && !sameNet(address, a.peer, a.prefix)) return false;
      }
      return true;
    });
    if (!found) throw new KernelError("EADDRNOTAVAIL", "ipv4: Address not found");
    this.remove(found);
  }

  /** __inet_del_ifa: secondaries of a primary go with it, or one is promoted (promote_secondaries). */
  private remove(address: Address4): void {
    const list = address.dev.ipv4.addresses;
    const promoteWanted =
      address.dev.ipv4.conf.promote_secondaries !== 0 || this.ns.confAll.promote_secondaries !== 0;
    let promote: Address4 | undefined;
    if ((address.flags & IFA_F_SECONDARY) === 0) {
      for (const other of [...list]) {
        if (other === address || (other.flags & IFA_F_SECONDARY) === 0) continue;
        if (other.prefix !== address.prefix || !sameNet(other.peer, address.peer, address.prefix)) continue;
        if (promoteWanted) promote ??= other;
        else this.drop(other, address);
      }
    }
    const secondaries = promote
      ? list.filter(
          (a) =>
            (a.flags & IFA_F_SECONDARY) !== 0 &&
            a.prefix === address.prefix &&
            sameNet(a.peer, address.peer, address.prefix),
        )
      : [];
    for (const s of secondaries) this.routes.delete(s, address);
    const secondary = (address.flags & IFA_F_SECONDARY) !== 0;
    this.drop(address, (secondary && this.routes.primaryOf(address)) || address);
    if (!promote) return;
    promote.flags &= ~IFA_F_SECONDARY;
    list.splice(list.indexOf(promote), 1);
    let at = 0;
    for (let i = 0; i < list.length; i++) if ((list[i].flags & IFA_F_SECONDARY) === 0) at = i + 1;
    list.splice(at, 0, promote);
    for (const s of [promote, ...secondaries.filter((a) => a !== promote)]) this.routes.add(s);
  }

  private drop(address: Address4, primary: Address4): void {
    const list = address.dev.ipv4.addresses;
    list.splice(list.indexOf(address), 1);
    const left = (this.counts.get(address.local) ?? 1) - 1;
    if (left > 0) this.counts.set(address.local, left);
    else this.counts.delete(address.local);
    this.routes.delete(address, primary);
    if (left <= 0) this.ns.routes.addressGone(address.local);
    this.ns.netfilter.addressRemoved4(address.dev, address.local);
    // fib_inetaddr_event: the last address takes the device out of IPv4 routing.
    if (list.length === 0) {
      this.ns.routes.deviceDown(address.dev, "gone");
      this.ns.neighbours.deviceDown(address.dev);
    }
    this.ns.routes.invalidate();
    this.ns.walk?.emit(this.ns.name, {
      kind: "address",
      dev: address.dev.name,
      op: "delete",
      address: `${format(address.local)}/${address.prefix}`,
    });
  }

  /** True when some device here has the address (inet_lookup_ifaddr_rcu). */
  has(address: number): boolean {
    return this.counts.has(address);
  }

  /** __ip_dev_find: the device that has the address, or that the local table sends it to. */
  deviceOf(address: number): Device | undefined {
    if (this.counts.has(address)) {
      for (const dev of this.ns.links.all()) {
        for (const a of dev.ipv4.addresses) if (a.local === address) return dev;
      }
    }
    const routes = this.ns.routes;
    if (routes.local.lookup(address, 0, 0, 0, true, routes.result) !== null) return undefined;
    if (routes.result.route?.type !== "local") return undefined;
    return routes.result.nexthop?.dev ?? undefined;
  }

  // ── the device's events (inetdev_event, addrconf_notify) ─────────────────────────────────────────────

  deviceUp(dev: Device): void {
    for (const a of [...dev.ipv4.addresses]) this.routes.add(a);
    if (dev.isLoopback && dev.mtu >= IPV4_MIN_MTU && !dev.ipv4.addresses.some((a) => a.local === 0x7f000001))
      this.add4(dev, { local: 0x7f000001, prefix: 8, scope: SCOPE_HOST });
    if (this.confArpNotify(dev)) for (const a of dev.ipv4.addresses) this.ns.arp.announce(dev, a.local);
    this.carrierUp(dev);
  }

  private confArpNotify(dev: Device): boolean {
    return dev.ipv4.conf.arp_notify !== 0 || this.ns.confAll.arp_notify !== 0;
  }

  /** addrconf: an IPv6 link-local address, once the link is there. */
  carrierUp(dev: Device): void {
    if (!dev.up || !dev.carrier || dev.ipv6.conf.get("disable_ipv6") === "1") return;
    const list = dev.ipv6.addresses;
    if (dev.isLoopback) {
      if (list.length === 0) {
        this.add6(dev, { local: LOOPBACK6, prefix: 128, scope: SCOPE_HOST, flags: IFA_F_NODAD, protocol: 1 });
      }
      return;
    }
    if ((dev.flags & 0x80) !== 0 && dev.kind !== "dummy") return;
    if (dev.ipv6.conf.get("addr_gen_mode") !== "1" && !list.some((a) => a.scope === SCOPE_LINK)) {
      this.add6(dev, { local: linkLocal(dev.mac), prefix: 64, protocol: 3 });
    }
    for (const a of list) if ((a.flags & IFA_F_TENTATIVE) !== 0) this.detectDuplicates(a);
  }

  deviceDown(dev: Device): void {
    // addrconf_ifdown: IPv6 addresses go with the link (keep_addr_on_down is 0).
    dev.ipv6.addresses.length = 0;
  }

  deviceGone(dev: Device): void {
    while (dev.ipv4.addresses.length > 0) {
      const list = dev.ipv4.addresses;
      this.remove(list[0]);
    }
    dev.ipv6.addresses.length = 0;
  }

  // ── IPv6, as data ────────────────────────────────────────────────────────────────────────────────────

  add6(dev: Device, request: NewAddress6, mode: "add" | "replace" | "change" = "add"): Address6 {
    if (dev.ipv6.conf.get("disable_ipv6") === "1") {
      throw new KernelError("EACCES", "ipv6: IPv6 is disabled on this device");
    }
    const list = dev.ipv6.addresses;
    const now = this.ns.host.now;
    const existing = list.find((a) => same6(a.local, request.local));
    if (existing) {
      if (mode === "add") throw new KernelError("EEXIST", "ipv6: address already assigned");
      existing.valid = request.valid ?? FOREVER;
      existing.preferred = request.preferred ?? FOREVER;
      existing.changed = now;
      return existing;
    }
    if (mode === "change") throw new KernelError("ENOENT", "ipv6: address not found");
    const forever = request.valid === undefined || request.valid === FOREVER;
    let flags = (request.flags ?? 0) | (forever ? IFA_F_PERMANENT : 0);
    const nodad = (flags & IFA_F_NODAD) !== 0 || dev.isLoopback || dev.ipv6.conf.get("accept_dad") === "0";
    const noarp = (dev.flags & 0x80) !== 0;
    if (!nodad && !noarp) flags |= IFA_F_TENTATIVE;
    if (dev.isLoopback && request.protocol === 1) flags &= ~IFA_F_NODAD;
    const address: Address6 = {
      dev,
      local: request.local,
      peer: request.peer,
      prefix: request.prefix,
      scope: request.scope ?? scopeOf6(request.local),
      flags,
      valid: request.valid ?? FOREVER,
      preferred: request.preferred ?? FOREVER,
      created: now,
      changed: now,
      metric: request.metric ?? 0,
      protocol: request.protocol ?? 0,
    };
    // ipv6_link_dev_addr: wider scopes first, the newest first among equals.
    const width = sourceScope6(address.local);
    let at = list.findIndex((a) => width >= sourceScope6(a.local));
    if (at < 0) at = list.length;
    list.splice(at, 0, address);
    if ((flags & IFA_F_TENTATIVE) !== 0 && dev.up && dev.carrier) this.detectDuplicates(address);
    this.ns.walk?.emit(this.ns.name, {
      kind: "address",
      dev: dev.name,
      op: "add",
      address: `${format6(address.local)}/${address.prefix}`,
    });
    return address;
  }

  /** addrconf_dad_start: a random wait up to a second, one probe, a second for answers. */
  private detectDuplicates(address: Address6): void {
    const wait = this.ns.rng.below(1000) * 1e6 + SECOND;
    this.ns.host.after(wait, () => {
      if (!address.dev.ipv6.addresses.includes(address)) return;
      address.flags &= ~IFA_F_TENTATIVE;
    });
  }

  delete6(dev: Device, which: { local: Uint8Array; prefix: number }): void {
    const list = dev.ipv6.addresses;
    const at = list.findIndex((a) => a.prefix === which.prefix && same6(a.local, which.local));
    if (at < 0) throw new KernelError("EADDRNOTAVAIL", "ipv6: address not found");
    const [gone] = list.splice(at, 1);
    this.ns.walk?.emit(this.ns.name, {
      kind: "address",
      dev: dev.name,
      op: "delete",
      address: `${format6(gone.local)}/${gone.prefix}`,
    });
  }

  /** Of one device, or of all in ifindex order. */
  list4(dev?: Device): Address4[] {
    return dev ? [...dev.ipv4.addresses] : this.ns.links.list().flatMap((d) => d.ipv4.addresses);
  }

  list6(dev?: Device): Address6[] {
    return dev ? [...dev.ipv6.addresses] : this.ns.links.list().flatMap((d) => d.ipv6.addresses);
  }

  /** Seconds that an address still has, for `ip addr`: [valid, preferred], FOREVER when it has no end. */
  lifetimes(a: Address4 | Address6): [number, number] {
    const age = Math.floor((this.ns.host.now - a.changed) / SECOND);
    const left = (t: number) => (t === FOREVER ? t : Math.max(0, t - age));
    return [left(a.valid), left(a.preferred)];
  }

  /** inet_select_addr: the first primary address of `dev` of at most `scope`, one on `towards`' net before all. */
  select(dev: Device, towards: number, scope: number): number {
    const limit = dev.ipv4.conf.route_localnet !== 0 ? SCOPE_LINK : SCOPE_HOST;
    let address = 0;
    for (const a of dev.ipv4.addresses) {
      if ((a.flags & IFA_F_SECONDARY) !== 0) continue;
      if (Math.min(a.scope, limit) > scope) continue;
      if (towards === 0 || sameNet(towards, a.peer, a.prefix)) return a.local;
      if (address === 0) address = a.local;
    }
    if (address !== 0) return address;
    for (const other of this.ns.links.list()) {
      for (const a of other.ipv4.addresses) {
        if ((a.flags & IFA_F_SECONDARY) !== 0) continue;
        if (a.scope !== SCOPE_LINK && a.scope <= scope) return a.local;
      }
    }
    return 0;
  }
}

export { sameNet };
