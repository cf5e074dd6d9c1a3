import { type Nanoseconds, SECOND } from "../../base/clock.ts";
import { u16 } from "../../wire/bytes.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { type NetfilterHost, NF_ACCEPT, NF_DROP, PREROUTING } from "../hooks.ts";
import type { Packet } from "../packet.ts";
import {
  Connection,
  CT_ESTABLISHED,
  CT_ESTABLISHED_REPLY,
  CT_NEW,
  CT_RELATED,
  CT_RELATED_REPLY,
  EVENT_MARK,
  EVENT_NEW,
  EVENT_REPLY,
  IPS_ASSURED,
  IPS_CONFIRMED,
  IPS_DYING,
  IPS_SEEN_REPLY,
} from "./connection.ts";
import { FullWarning } from "./full-warning.ts";
import { Collector, jiffies } from "./gc.ts";
import { ICMP_ABOUT, ICMP_INVALID, readIcmpError } from "./icmp-error.ts";
import { protocolPacket } from "./protocol.ts";
import { type ConntrackLimits, ConntrackSettings } from "./settings.ts";
import { ConnectionTable } from "./store.ts";
import { TCP_KILL, TCP_REPEAT } from "./tcp/packet.ts";
import { TcpTracking } from "./tcp/tracking.ts";
import { invert, readTuple, Tuple } from "./tuple.ts";

export type ConntrackEvent = "NEW" | "UPDATE" | "DESTROY";
export type ConntrackListener = (event: ConntrackEvent, ct: Connection) => void;

/** Per-namespace counters (`conntrack -S`). */
export class ConntrackStats {
  found = 0;
  invalid = 0;
  insert = 0;
  insertFailed = 0;
  drop = 0;
  earlyDrop = 0;
  error = 0;
  searchRestart = 0;
  clashResolve = 0;
}

/** Buckets in which early_drop looks for a victim. */
const EVICTION_RANGE = 8;
/** Connection tracking of one namespace (nf_conntrack_core.c). Zones are not modelled: all is zone 0. */
export class Conntrack {
  readonly host: NetfilterHost;
  readonly settings: ConntrackSettings;
  readonly stats = new ConntrackStats();
  /** What events say of the program that changes entries: "[USERSPACE] portid=… progname=…". */
  actor: string | null = null;
  private readonly table = new ConnectionTable();
  private nextId = 1;
  private readonly listeners: ConntrackListener[] = [];
  private readonly gc: Collector;
  /** Reused: the tuple of the packet in hand, and an inverse. */
  private readonly seen = new Tuple(0, 0, 0, 0, 0);
  private readonly inverse = new Tuple(0, 0, 0, 0, 0);
  private readonly warning: FullWarning;

  constructor(host: NetfilterHost, limits: ConntrackLimits) {
    this.host = host;
    this.settings = new ConntrackSettings(limits);
    this.gc = new Collector(host.clock, this.table, limits, (ct) => this.kill(ct));
    this.warning = new FullWarning(host);
  }

  // ── What commands and /proc ask ──────────────────────────────────────────────────────────────────────

  /** nf_conntrack_count: entries in the table, those whose time is over but that were not collected included. */
  get count(): number {
    return this.table.count;
  }

  /** The live entries in the order they were made; expired ones met on the way are removed, as a dump does. */
  list(): Connection[] {
    this.table.forEach((ct) => {
      if (this.expired(ct)) this.kill(ct);
    });
    return this.table.all().sort((a, b) => a.id - b.id);
  }

  /** The entry of a tuple and the direction it is in; undefined when there is none. */
  find(tuple: Tuple): { ct: Connection; direction: 0 | 1 } | undefined {
    const found = this.lookup(tuple);
    return found < 0 ? undefined : { ct: this.table.at(found >> 1), direction: (found & 1) as 0 | 1 };
  }

  /** Removes an entry (nf_ct_kill, `conntrack -D`). False when it was gone already. */
  kill(ct: Connection): boolean {
    if (ct.status & IPS_DYING) return false;
    ct.status |= IPS_DYING;
    if (ct.slot >= 0) {
      this.table.remove(ct);
      this.report("DESTROY", ct);
    }
    if (ct.bySource) this.table.removeBySource(ct);
    return true;
  }

  /** `conntrack -F` */
  flush(): void {
    for (const ct of this.list()) this.kill(ct);
  }

  /** Sets the mark of an entry (CONNMARK, `conntrack -U -m`). */
  setMark(ct: Connection, mark: number): void {
    if (ct.mark === mark) return;
    ct.mark = mark;
    ct.pendingEvents |= EVENT_MARK;
  }

  /** What a change made from user space does at once: its event. */
  updated(ct: Connection): void {
    this.deliver(ct);
  }

  /** Adds an entry by hand (`conntrack -I`); `fill` may set status, mark and state before it is seen. Undefined
   *  when one of its tuples is taken. */
  add(
    original: Tuple,
    reply: Tuple,
    timeout: Nanoseconds,
    fill: (ct: Connection) => void,
  ): Connection | undefined {
    if (this.lookup(original) >= 0 || this.lookup(reply) >= 0) return undefined;
    const ct = this.make(original, reply);
    ct.timeout = this.jiffies() + timeout;
    ct.status |= IPS_CONFIRMED;
    fill(ct);
    this.table.insert(ct);
    this.gc.arm();
    ct.pendingEvents = EVENT_NEW;
    this.deliver(ct);
    return ct;
  }

  /** Seconds until the entry ends, as lists show it. */
  secondsLeft(ct: Connection): number {
    const left = ct.confirmed ? ct.timeout - this.jiffies() : ct.timeout;
    return left > 0 ? Math.floor(left / SECOND) : 0;
  }

  setTimeout(ct: Connection, span: Nanoseconds): void {
    ct.timeout = ct.confirmed ? this.jiffies() + span : span;
  }

  /** Calls `listener` for each event (ctnetlink's NEW, UPDATE and DESTROY groups) until the returned function is
   *  called. With nf_conntrack_events = 2 entries made while nobody listens never report. */
  listen(listener: ConntrackListener): () => void {
    this.listeners.push(listener);
    return () => {
      const i = this.listeners.indexOf(listener);
      if (i >= 0) this.listeners.splice(i, 1);
    };
  }

  /** nf_nat_masquerade: a device went down, so what was masqueraded behind it ends. */
  deviceDown(index: number): void {
    this.table.forEach((ct) => {
      if (ct.masqueradeIndex === index) this.kill(ct);
    });
  }

  /** An address left a device: what was masqueraded to it ends. */
  addressRemoved(index: number, address: number): void {
    this.table.forEach((ct) => {
      if (ct.masqueradeIndex === index && ct.reply.dst === address) this.kill(ct);
    });
  }

  // ── The hooks ────────────────────────────────────────────────────────────────────────────────────────

  /** nf_conntrack_in, at PREROUTING and OUTPUT: finds or makes the packet's connection. Answers NF_ACCEPT (the
   *  packet may have no connection: it is INVALID) or NF_DROP (table full). */
  input(pkt: Packet, hook: number): number {
    // Seen before (loopback), or exempted by NOTRACK.
    if (pkt.ct !== null || pkt.untracked) return NF_ACCEPT;
    const data = pkt.data;
    const net = pkt.net;
    const protocol = data[net + 9];
    const at = net + ((data[net] & 15) << 2);
    if ((u16(data, net + 6) & ipv4.OFFSET) !== 0) return this.invalid();

    const check = this.settings.checksum !== 0 && hook === PREROUTING;
    if (protocol === ipv4.ICMP) {
      const what = readIcmpError(pkt, at, check, this.seen);
      if (what === ICMP_INVALID) return this.invalid();
      if (what === ICMP_ABOUT) return this.related(pkt);
    }
    if (!readTuple(data, net, at, pkt.end, this.seen)) return this.invalid();

    for (;;) {
      const found = this.lookup(this.seen);
      let ct: Connection;
      let ctinfo: number;
      if (found < 0) {
        if (!invert(this.inverse, this.seen)) return this.invalid();
        if (this.full()) {
          this.stats.drop++;
          pkt.dropReason = "NETFILTER_DROP";
          if (this.host.walk !== null) pkt.dropFacts = { conntrack: "full", max: this.settings.limits.max };
          return NF_DROP;
        }
        ct = this.make(this.seen, this.inverse);
        ctinfo = CT_NEW;
      } else {
        ct = this.table.at(found >> 1);
        if (found & 1) ctinfo = CT_ESTABLISHED_REPLY;
        else ctinfo = ct.status & IPS_SEEN_REPLY ? CT_ESTABLISHED : CT_NEW;
      }
      const result = protocolPacket(ct, pkt, at, protocol, ctinfo, check, this.settings, this.jiffies());
      if (result === TCP_REPEAT) {
        this.kill(ct);
        continue;
      }
      if (result === TCP_KILL) this.kill(ct);
      if (result < 0) return this.invalid();
      pkt.ct = ct;
      pkt.ctinfo = ctinfo;
      if (ctinfo === CT_ESTABLISHED_REPLY && !(ct.status & IPS_SEEN_REPLY)) {
        ct.status |= IPS_SEEN_REPLY;
        ct.pendingEvents |= EVENT_REPLY;
      }
      return NF_ACCEPT;
    }
  }

  /** nf_confirm, at the end of INPUT and POSTROUTING: the packet made it, so its connection is real. */
  confirm(pkt: Packet): number {
    const ct = pkt.ct;
    if (ct === null || pkt.ctinfo === CT_RELATED_REPLY || pkt.ctinfo === CT_RELATED) return NF_ACCEPT;
    if (!(ct.status & IPS_CONFIRMED)) {
      // A loopback packet meets this twice; a dying one is too late.
      if (ct.status & IPS_DYING) return NF_ACCEPT;
      if (this.lookup(ct.original) >= 0 || this.lookup(ct.reply) >= 0) {
        // A clash: somebody else confirmed the same tuple meanwhile.
        this.stats.insertFailed++;
        this.stats.drop++;
        pkt.dropReason = "NETFILTER_DROP";
        if (this.host.walk !== null) pkt.dropFacts = { conntrack: "clash" };
        return NF_DROP;
      }
      ct.timeout += this.jiffies();
      ct.status |= IPS_CONFIRMED;
      this.table.insert(ct);
      this.gc.arm();
      ct.pendingEvents |= EVENT_NEW;
    }
    if (ct.pendingEvents !== 0 && !(ct.status & IPS_DYING)) this.deliver(ct);
    return NF_ACCEPT;
  }

  // ── NAT ──────────────────────────────────────────────────────────────────────────────────────────────

  /** nf_conntrack_tuple_taken: is there an entry, other than `except`, that this reply tuple belongs to? */
  taken(reply: Tuple, except: Connection): Connection | undefined {
    const found = this.lookup(reply);
    if (found < 0) return undefined;
    const ct = this.table.at(found >> 1);
    return ct === except ? undefined : ct;
  }

  /** Remembers the connection by its original source, so that others from there are mapped alike. */
  rememberSource(ct: Connection): void {
    if (!ct.bySource) this.table.addBySource(ct);
  }

  /** The connections from this source, the newest first. */
  firstFromSource(src: number, sport: number, protocol: number): Connection | null {
    return this.table.bySource(src, sport, protocol);
  }

  // ── Inside ───────────────────────────────────────────────────────────────────────────────────────────

  /** Now on the jiffies' grid. */
  private jiffies(): Nanoseconds {
    return jiffies(this.host.clock);
  }

  private expired(ct: Connection): boolean {
    return ct.timeout <= this.jiffies();
  }

  /** Place × 2 + direction, or −1. An entry whose time is over is removed on sight (nf_ct_gc_expired). */
  private lookup(tuple: Tuple): number {
    const found = this.table.find(tuple);
    if (found < 0) return -1;
    const ct = this.table.at(found >> 1);
    if (ct.timeout <= this.host.clock.now && this.expired(ct)) {
      this.kill(ct);
      return -1;
    }
    return found;
  }

  private invalid(): number {
    this.stats.invalid++;
    return NF_ACCEPT;
  }

  private make(original: Tuple, reply: Tuple): Connection {
    const s = this.settings;
    const eventful = s.events === 1 || (s.events === 2 && this.listeners.length > 0);
    const o = new Tuple(original.src, original.dst, original.sport, original.dport, original.protocol);
    const r = new Tuple(reply.src, reply.dst, reply.sport, reply.dport, reply.protocol);
    const ct = new Connection(this.nextId++, o, r, s.accounting !== 0, eventful);
    if (original.protocol === ipv4.TCP) ct.tcp = new TcpTracking();
    return ct;
  }

  /** The packet is an ICMP error about the connection of `seen`: RELATED to it, or bogus. */
  private related(pkt: Packet): number {
    const found = this.lookup(this.seen);
    if (found < 0) return this.invalid();
    const ct = this.table.at(found >> 1);
    const dir = (found & 1) as 0 | 1;
    // An error for X about a flow of Y is bogus.
    if (ct.tuple(dir).dst !== ipv4.dst(pkt.data, pkt.net)) return this.invalid();
    pkt.ct = ct;
    pkt.ctinfo = dir === 1 ? CT_RELATED_REPLY : CT_RELATED;
    return NF_ACCEPT;
  }

  /** nf_conntrack_max reached: tries to drop an entry that is not assured (early_drop); true when the packet
   *  finds no place. */
  private full(): boolean {
    const { max, buckets } = this.settings.limits;
    if (max === 0 || this.table.count < max) return false;
    // The kernel looks through eight buckets from the packet's own on; in a small table they are empty.
    const victim = this.table.near(
      this.seen,
      EVICTION_RANGE / buckets,
      (ct) => !(ct.status & IPS_ASSURED) || this.expired(ct),
    );
    if (victim !== undefined && this.kill(victim)) {
      this.stats.earlyDrop++;
      return false;
    }
    this.gc.dropsEarly = true;
    this.warning.say();
    return true;
  }

  private report(event: ConntrackEvent, ct: Connection): void {
    if (ct.eventful && this.settings.events !== 0)
      for (const listener of [...this.listeners]) listener(event, ct);
  }

  private deliver(ct: Connection): void {
    const events = ct.pendingEvents;
    ct.pendingEvents = 0;
    if (this.listeners.length > 0) this.report(events & EVENT_NEW ? "NEW" : "UPDATE", ct);
  }

  /** nf_ct_tcp_fixup: tracking was off for a while; established connections are picked up anew. */
  resume(): void {
    this.table.forEach((ct) => {
      if (ct.tcp === null) return;
      ct.tcp.seen[0].maxWindow = 0;
      ct.tcp.seen[1].maxWindow = 0;
    });
  }
}
