import { MILLISECOND, type Nanoseconds, SECOND, type Timer } from "../base/clock.ts";
import type { Packet } from "../netfilter/packet.ts";
import { LENGTH as ETHERNET, emit as emitEthernet, equal } from "../wire/ethernet.ts";
import { format } from "../wire/ipv4.ts";
import type { Device } from "./device.ts";
import type { NetNamespace } from "./namespace.ts";
import { type NeighbourInfo, type NeighbourState, tellNeighbour } from "./neighbours.ts";

/** States in which the link address may be used (NUD_VALID). */
const valid = (s: NeighbourState): boolean =>
  s === "REACHABLE" || s === "STALE" || s === "DELAY" || s === "PROBE" || s === "PERMANENT" || s === "NOARP";
const connected = (s: NeighbourState): boolean => s === "REACHABLE" || s === "PERMANENT" || s === "NOARP";

/** One next hop on a link and what is known of it (struct neighbour; net/core/neighbour.c). */
export class Neighbour implements NeighbourInfo {
  private readonly ns: NetNamespace;
  readonly dev: Device;
  readonly address: number;
  state: NeighbourState = "NONE";
  private link: Uint8Array | null = null;
  router = false;
  extern = false;
  readonly proxy = false;
  protocol = 0;
  probes = 0;
  used: Nanoseconds;
  confirmed: Nanoseconds;
  updated: Nanoseconds;
  private timer: Timer | null = null;
  private queue: Packet[] = [];
  private queueBytes = 0;
  private dead = false;

  constructor(ns: NetNamespace, dev: Device, address: number) {
    this.ns = ns;
    this.dev = dev;
    this.address = address;
    const now = ns.host.now;
    this.used = now;
    this.updated = now;
    // A new entry is not confirmed: as if its last confirmation were long past.
    this.confirmed = now - ns.reachableTime(dev) * 2;
  }

  /** The link address, while it may be used. */
  get mac(): Uint8Array | undefined {
    return valid(this.state) ? (this.link ?? undefined) : undefined;
  }

  /** Users beside the table itself, as `ip -s neigh` counts them: a running timer is one. */
  get references(): number {
    return this.timer !== null ? 1 : 0;
  }

  /** A timer runs: it is on its way to another state. */
  get timed(): boolean {
    return this.timer !== null;
  }

  /** A next hop that needs no resolution (multicast, broadcast, a device without ARP). */
  fixed(state: "NOARP", mac: Uint8Array): void {
    this.state = state;
    this.link = mac;
  }

  /** A link address is known that may be used. */
  get usable(): boolean {
    return valid(this.state);
  }

  /** Starts resolution without a packet (neigh_event_send with none). */
  resolve(): void {
    if (!connected(this.state)) this.eventSend(null);
  }

  private setting(name: string): number {
    return this.ns.sysctl.neighbour(this.dev.name, name);
  }

  private after(delay: Nanoseconds): void {
    this.timer?.cancel();
    this.timer = this.ns.host.after(delay, () => this.expired());
  }

  private stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  /** neigh_resolve_output, for a packet whose network header stands at `pkt.net`. */
  send(pkt: Packet): void {
    const host = this.ns.host;
    if (connected(this.state) || this.eventSend(pkt)) {
      this.used = host.now;
      if (host.walk !== null && !this.dev.isLoopback) tellNeighbour(this.ns, pkt, this, this.state);
      this.transmit(pkt);
    }
  }

  private transmit(pkt: Packet): void {
    const mac = pkt.net - ETHERNET;
    emitEthernet(pkt.data, mac, this.link as Uint8Array, this.dev.mac, pkt.protocol);
    pkt.mac = mac;
    this.ns.transmit(this.dev, pkt);
  }

  /** __neigh_event_send: true when the packet may go at once; else it waits here or is dropped. */
  private eventSend(pkt: Packet | null): boolean {
    const host = this.ns.host;
    this.used = host.now;
    if (this.state === "STALE") {
      this.state = "DELAY";
      this.updated = host.now;
      this.after(this.setting("delay_first_probe_time") * SECOND);
      return true;
    }
    if (valid(this.state)) return true;
    let probe = false;
    if (this.state !== "INCOMPLETE") {
      // NONE or FAILED: begin (again).
      if (this.setting("mcast_solicit") + this.setting("app_solicit") === 0) {
        this.state = "FAILED";
        this.updated = host.now;
        if (pkt !== null) {
          this.ns.drop(pkt, "NEIGH_FAILED", `device ${this.dev.name}`, {
            dev: this.dev.name,
            address: format(this.address),
          });
        }
        return false;
      }
      this.probes = this.setting("ucast_solicit");
      this.state = "INCOMPLETE";
      this.updated = host.now;
      probe = true;
    }
    if (pkt !== null) {
      if (host.walk !== null) tellNeighbour(this.ns, pkt, this, "wait");
      this.enqueue(pkt);
    }
    if (probe) {
      this.after(Math.max(this.setting("retrans_time_ms") * MILLISECOND, 10 * MILLISECOND));
      this.probe();
    }
    return false;
  }

  /** arp_queue, bounded by the memory that its packets take. */
  private enqueue(pkt: Packet): void {
    const limit = this.setting("unres_qlen_bytes");
    const size = trueSize(pkt);
    while (this.queue.length > 0 && this.queueBytes + size > limit) {
      const old = this.queue.shift() as Packet;
      this.queueBytes -= trueSize(old);
      this.ns.drop(old, "NEIGH_QUEUEFULL", `device ${this.dev.name}`, {
        dev: this.dev.name,
        address: format(this.address),
      });
    }
    this.queue.push(pkt);
    this.queueBytes += size;
  }

  /** neigh_probe: a request, unicast while the old address is tried. */
  private probe(): void {
    const parent = this.queue.length > 0 ? this.queue[this.queue.length - 1] : null;
    const unicast = this.probes < this.setting("ucast_solicit");
    this.probes++;
    this.ns.arp.solicit(this, unicast ? this.link : null, parent);
  }

  /** neigh_timer_handler */
  private expired(): void {
    this.timer = null;
    if (this.dead) return;
    const now = this.ns.host.now;
    const state = this.state;
    if (state === "REACHABLE") {
      const until = this.confirmed + this.ns.reachableTime(this.dev);
      const delay = this.setting("delay_first_probe_time") * SECOND;
      if (now < until) this.after(until - now);
      else if (now <= this.used + delay) {
        this.become("DELAY");
        this.after(delay);
      } else this.become("STALE");
      return;
    }
    if (state === "DELAY") {
      const delay = this.setting("delay_first_probe_time") * SECOND;
      if (now <= this.confirmed + delay) {
        this.become("REACHABLE");
        this.after(Math.max(this.confirmed + this.ns.reachableTime(this.dev) - now, MILLISECOND));
        return;
      }
      this.become("PROBE");
      this.probes = 0;
    } else if (state !== "INCOMPLETE" && state !== "PROBE") return;
    const most =
      this.setting("ucast_solicit") +
      this.setting("app_solicit") +
      this.setting(this.state === "PROBE" ? "mcast_resolicit" : "mcast_solicit");
    if (this.probes >= most) {
      this.become("FAILED");
      this.invalidate();
      return;
    }
    this.after(Math.max(this.setting("retrans_time_ms") * MILLISECOND, 10 * MILLISECOND));
    this.probe();
  }

  private become(state: NeighbourState): void {
    this.state = state;
    this.updated = this.ns.host.now;
  }

  /** neigh_invalidate: what waits here is answered with "host unreachable" and dropped (arp_error_report). */
  private invalidate(): void {
    const waiting = this.queue;
    this.queue = [];
    this.queueBytes = 0;
    for (const pkt of waiting) {
      this.ns.icmp.linkFailure(pkt);
      if (this.ns.host.walk !== null) tellNeighbour(this.ns, pkt, this, "failed");
      this.ns.drop(pkt, "NEIGH_FAILED", `device ${this.dev.name}`, {
        dev: this.dev.name,
        address: format(this.address),
      });
    }
  }

  /** neigh_update: what ARP or a person says of it. `mac` null: as known. */
  update(mac: Uint8Array | null, to: NeighbourState, how: { override: boolean; admin?: boolean }): void {
    const now = this.ns.host.now;
    const old = this.state;
    if (!how.admin && (old === "NOARP" || old === "PERMANENT")) return;
    if (!valid(to)) {
      this.stop();
      const failed = to === "FAILED" && (old === "INCOMPLETE" || old === "PROBE");
      this.state = to;
      this.updated = now;
      if (to === "FAILED" && failed) this.invalidate();
      return;
    }
    const known = this.link;
    const address = mac ?? known;
    if (address === null) return;
    const changed = known === null || !equal(known, address);
    if (connected(to)) this.confirmed = now;
    if (valid(old) && changed && !how.override) {
      // A different address that may not override: keep ours.
      return;
    }
    if (valid(old) && !changed && to === "STALE" && !how.admin) return;
    if (to !== old) {
      this.stop();
      this.state = to;
      if (to === "REACHABLE") this.after(this.ns.reachableTime(this.dev));
      else if (to === "DELAY") this.after(this.setting("delay_first_probe_time") * SECOND);
      else if (to === "PROBE") {
        this.probes = 0;
        this.after(this.setting("retrans_time_ms") * MILLISECOND);
      }
      this.updated = now;
    }
    if (changed) {
      this.link = Uint8Array.from(address);
      this.updated = now;
      if (!connected(to)) this.confirmed = now - this.ns.reachableTime(this.dev) * 2;
    }
    if (!valid(old)) this.flushQueue();
  }

  private flushQueue(): void {
    const waiting = this.queue;
    this.queue = [];
    this.queueBytes = 0;
    for (const pkt of waiting) {
      if (this.ns.host.walk !== null) tellNeighbour(this.ns, pkt, this, "resolved");
      this.transmit(pkt);
    }
  }

  /** The entry is taken out of the table: what waits in it dies. */
  release(): void {
    this.dead = true;
    this.stop();
    const waiting = this.queue;
    this.queue = [];
    for (const pkt of waiting) {
      this.ns.drop(pkt, "NEIGH_FAILED", `device ${this.dev.name}`, {
        dev: this.dev.name,
        address: format(this.address),
      });
    }
  }
}

/** skb->truesize: small packets take 768 bytes of memory, full ones 2304. */
function trueSize(pkt: Packet): number {
  const length = pkt.end - pkt.net;
  return length <= 384 ? 768 : length <= 896 ? 1280 : length <= 1920 ? 2304 : length + 832;
}
