import type { Nanoseconds } from "../../base/clock.ts";
import type { NetNamespace } from "../namespace.ts";

/** The counters that IP IDs come from (ip_idents). */
export class IpIds {
  private readonly ns: NetNamespace;
  private readonly counters = new Map<number, { id: number; at: Nanoseconds }>();

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  /** The IP ID for a new packet (__ip_select_ident): a counter a flow, that also runs with time. */
  next(src: number, dst: number, protocol: number): number {
    const key = (Math.imul(src ^ this.ns.hashKey, 0x9e3779b1) ^ Math.imul(dst, 0x85ebca6b) ^ protocol) & 2047;
    const now = this.ns.host.now;
    let entry = this.counters.get(key);
    if (!entry) {
      entry = { id: this.ns.rng.below(65536), at: now };
      this.counters.set(key, entry);
    }
    const ticks = Math.floor((now - entry.at) / 4e6);
    const jump = ticks > 0 ? this.ns.rng.below(Math.min(ticks, 65536)) : 0;
    entry.at = now;
    entry.id = (entry.id + 1 + jump) & 0xffff;
    return entry.id;
  }
}
