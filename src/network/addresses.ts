import { KernelError } from "../base/errno.ts";
import type { Device } from "./device.ts";
import type { Address4, Address6 } from "./inet-device.ts";
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

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  /** `ip addr add|change|replace` (inet_rtm_newaddr). "replace" changes lifetimes and metric of one that exists. */
  add4(_dev: Device, _request: NewAddress4, _mode: "add" | "replace" | "change" = "add"): Address4 {
    throw new KernelError("EOPNOTSUPP", this.ns.name);
  }

  /** `ip addr del` (inet_rtm_deladdr): the first that fits. Throws EADDRNOTAVAIL. */
  delete4(_dev: Device, _which: { local?: number; prefix?: number; peer?: number; label?: string }): void {
    throw new KernelError("EADDRNOTAVAIL");
  }

  add6(_dev: Device, _request: NewAddress6, _mode: "add" | "replace" | "change" = "add"): Address6 {
    throw new KernelError("EOPNOTSUPP");
  }

  delete6(_dev: Device, _which: { local: Uint8Array; prefix: number }): void {
    throw new KernelError("EADDRNOTAVAIL");
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
    const age = Math.floor((this.ns.host.now - a.changed) / 1e9);
    const left = (t: number) => (t === 0xffffffff ? t : Math.max(0, t - age));
    return [left(a.valid), left(a.preferred)];
  }
}
