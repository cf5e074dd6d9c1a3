import type { Timer } from "../../base/clock.ts";
import { MILLISECOND, type Nanoseconds, SECOND } from "../../base/clock.ts";
import { u16, u32 } from "../../wire/bytes.ts";
import { checksum, pseudo4 } from "../../wire/checksum.ts";
import * as icmp from "../../wire/icmp.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as tcp from "../../wire/tcp.ts";
import * as udp from "../../wire/udp.ts";
import { type NetfilterHost, NF_ACCEPT, NF_DROP, PREROUTING } from "../hooks.ts";
import type { Packet } from "../packet.ts";
import {
  Connection,
  CT_ESTABLISHED,
  CT_ESTABLISHED_REPLY,
  CT_NEW,
  CT_RELATED,
  CT_RELATED_REPLY,
  direction,
  EVENT_ASSURED,
  EVENT_MARK,
  EVENT_NEW,
  EVENT_REPLY,
  IPS_ASSURED,
  IPS_CONFIRMED,
  IPS_DYING,
  IPS_FIXED_TIMEOUT,
  IPS_SEEN_REPLY,
} from "./connection.ts";
import { type ConntrackLimits, ConntrackSettings, TCP_TIMEOUT_UNACK } from "./settings.ts";
import { ConnectionTable } from "./store.ts";
import {
  mayDropEarly,
  TCP_INVALID_SHORTEN,
  TCP_KILL,
  TCP_REPEAT,
  tcpPacket,
  tcpTimeout,
} from "./tcp/packet.ts";
import { validFlags } from "./tcp/states.ts";
import { TcpTracking } from "./tcp/tracking.ts";
import { hasPorts, invert, Tuple, UDPLITE } from "./tuple.ts";

export type ConntrackEvent = "NEW" | "UPDATE" | "DESTROY";
export type ConntrackListener = (event: ConntrackEvent, ct: Connection) => void;

/** The kernel counts timeouts in jiffies; Debian's kernel has HZ = 250. */
const JIFFY: Nanoseconds = 4 * MILLISECOND;

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
const GC_INTERVAL_MAX = 60 * SECOND;
const GC_INTERVAL_MIN = SECOND;
const GC_CLAMP = 300 * SECOND;
const GC_INITIAL_COUNT = 100;

/** Connection tracking of one namespace (nf_conntrack_core.c). Zones are not modelled: all is zone 0. */
export class Conntrack {
  readonly host: NetfilterHost;
  readonly settings: ConntrackSettings;
  readonly stats = new ConntrackStats();
  private readonly table = new ConnectionTable();
  private nextId = 1;
  private readonly listeners: ConntrackListener[] = [];
  private gcTimer: Timer | null = null;
  /** Reused: the tuple of the packet in hand, and an inverse. */
  private readonly seen = new Tuple(0, 0, 0, 0, 0);
  private readonly inverse = new Tuple(0, 0, 0, 0, 0);
  private lastFull = -Infinity;
  private fullSuppressed = 0;
  /** The table was full: the next collection drops what is not assured, above 95 % of the limit. */
  private gcDropsEarly = false;

  constructor(host: NetfilterHost, limits: ConntrackLimits) {
    this.host = host;
    this.settings = new ConntrackSettings(limits);
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
    this.armGc();
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

    if (protocol === ipv4.ICMP) {
      const verdict = this.icmpError(pkt, at, hook);
      if (verdict !== 0) return pkt.ct === null ? this.invalid() : NF_ACCEPT;
    }
    if (!this.readTuple(data, net, at, pkt.end, this.seen)) return this.invalid();

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
      const result = this.protocolPacket(ct, pkt, at, protocol, ctinfo, hook);
      if (result === TCP_REPEAT) {
        this.kill(ct);
        continue;
      }
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
      this.armGc();
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

  /** Reads the tuple of the header at `net` into `into`; false when it is cut short. Fragments have none. */
  readTuple(data: Uint8Array, net: number, at: number, end: number, into: Tuple): boolean {
    const protocol = data[net + 9];
    const src = u32(data, net + 12);
    const dst = u32(data, net + 16);
    if (hasPorts(protocol)) {
      if (at + 8 > end) return false;
      into.set(src, dst, u16(data, at), u16(data, at + 2), protocol);
    } else if (protocol === ipv4.ICMP) {
      if (at + 8 > end) return false;
      into.set(src, dst, u16(data, at + 4), (data[at] << 8) | data[at + 1], protocol);
    } else into.set(src, dst, 0, 0, protocol);
    return true;
  }

  // ── Inside ───────────────────────────────────────────────────────────────────────────────────────────

  /** Now on the jiffies' grid. */
  private jiffies(): Nanoseconds {
    const now = this.host.clock.now;
    return now - (now % JIFFY);
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

  /** The per-protocol part: ≥ 0 the packet belongs to `ct`; TCP_REPEAT; otherwise it is invalid. */
  private protocolPacket(
    ct: Connection,
    pkt: Packet,
    at: number,
    protocol: number,
    ctinfo: number,
    hook: number,
  ): number {
    const s = this.settings;
    const check = s.checksum !== 0 && hook === PREROUTING;
    if (protocol === ipv4.TCP) {
      if (!tcpWellFormed(pkt, at, check)) return -1;
      const result = tcpPacket(ct, pkt, at, direction(ctinfo), s);
      if (result === TCP_KILL) {
        this.account(ct, pkt, ctinfo);
        this.kill(ct);
        return 1;
      }
      if (result === TCP_INVALID_SHORTEN) {
        const left = ct.timeout - this.jiffies();
        const short = s.tcpTimeouts[TCP_TIMEOUT_UNACK];
        if (left >= 120 * SECOND && left > short) ct.timeout = this.jiffies() + short;
        return -1;
      }
      const timeout = tcpTimeout();
      if (result >= 0 && timeout >= 0) this.refresh(ct, pkt, ctinfo, timeout);
      return result;
    }
    if (protocol === ipv4.UDP || protocol === UDPLITE) {
      if (!udpWellFormed(pkt, at, check, protocol)) return -1;
      if (!(ct.status & IPS_CONFIRMED)) ct.streamAt = this.jiffies() + 2 * SECOND;
      if (ct.status & IPS_SEEN_REPLY) {
        let timeout = s.udpTimeout;
        // Still busy after two seconds: a stream.
        const stream = this.jiffies() > ct.streamAt;
        if (stream) timeout = s.udpStreamTimeout;
        this.refresh(ct, pkt, ctinfo, timeout);
        if (stream && !(ct.status & IPS_ASSURED)) {
          ct.status |= IPS_ASSURED;
          ct.pendingEvents |= EVENT_ASSURED;
        }
      } else this.refresh(ct, pkt, ctinfo, s.udpTimeout);
      return 1;
    }
    if (protocol === ipv4.ICMP) {
      // Only requests begin something.
      const type = ct.original.dport >>> 8;
      if (
        type !== icmp.ECHO &&
        type !== icmp.TIMESTAMP &&
        type !== icmp.INFO_REQUEST &&
        type !== icmp.ADDRESS
      )
        return -1;
      this.refresh(ct, pkt, ctinfo, s.icmpTimeout);
      return 1;
    }
    if (protocol === ipv4.GRE) {
      const replied = (ct.status & IPS_SEEN_REPLY) !== 0;
      this.refresh(ct, pkt, ctinfo, replied ? s.greStreamTimeout : s.greTimeout);
      if (replied && !(ct.status & IPS_ASSURED)) {
        ct.status |= IPS_ASSURED;
        ct.pendingEvents |= EVENT_ASSURED;
      }
      return 1;
    }
    this.refresh(ct, pkt, ctinfo, s.genericTimeout);
    return 1;
  }

  /** nf_ct_refresh_acct */
  private refresh(ct: Connection, pkt: Packet, ctinfo: number, timeout: Nanoseconds): void {
    if (!(ct.status & IPS_FIXED_TIMEOUT))
      ct.timeout = ct.status & IPS_CONFIRMED ? this.jiffies() + timeout : timeout;
    this.account(ct, pkt, ctinfo);
  }

  private account(ct: Connection, pkt: Packet, ctinfo: number): void {
    if (!ct.accounting) return;
    if (ctinfo >= CT_ESTABLISHED_REPLY) {
      ct.replyPackets++;
      ct.replyBytes += pkt.end - pkt.net;
    } else {
      ct.originalPackets++;
      ct.originalBytes += pkt.end - pkt.net;
    }
  }

  /** nf_conntrack_icmpv4_error: 0 go on and track it as a message of its own; otherwise it was dealt with, and
   *  `pkt.ct` says whether it is RELATED or invalid. */
  private icmpError(pkt: Packet, at: number, hook: number): number {
    const data = pkt.data;
    if (at + 8 > pkt.end) return 1;
    if (this.settings.checksum !== 0 && hook === PREROUTING && checksum(data, at, pkt.end) !== 0) return 1;
    const type = data[at];
    // RFC 1122 3.2.2: unknown types are discarded in silence.
    if (type > 18) return 1;
    if (!icmp.isError(type)) return 0;
    const inner = at + 8;
    if (inner + ipv4.LENGTH > pkt.end) return 1;
    const innerAt = inner + ipv4.headerLength(data, inner);
    if ((u16(data, inner + 6) & ipv4.OFFSET) !== 0) return 1;
    if (ipv4.headerLength(data, inner) < ipv4.LENGTH) return 1;
    if (!this.readTuple(data, inner, innerAt, pkt.end, this.seen)) return 1;
    // The packet inside went the other way.
    if (!invert(this.seen, this.seen)) return 1;
    const found = this.lookup(this.seen);
    if (found < 0) return 1;
    const ct = this.table.at(found >> 1);
    const dir = (found & 1) as 0 | 1;
    // An error for X about a flow of Y is bogus.
    if (ct.tuple(dir).dst !== ipv4.dst(data, pkt.net)) return 1;
    pkt.ct = ct;
    pkt.ctinfo = dir === 1 ? CT_RELATED_REPLY : CT_RELATED;
    return 1;
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
    this.gcDropsEarly = true;
    this.logFull();
    return true;
  }

  /** net_warn_ratelimited: ten lines in five seconds. */
  private logFull(): void {
    const now = this.host.clock.now;
    if (now - this.lastFull >= 5 * SECOND) {
      if (this.fullSuppressed > 10)
        this.host.printk(4, `net_ratelimit: ${this.fullSuppressed - 10} callbacks suppressed`);
      this.lastFull = now;
      this.fullSuppressed = 0;
    }
    if (this.fullSuppressed++ < 10) {
      const where = this.host.initial ? "" : ` in netns ${this.host.id}`;
      this.host.printk(4, `nf_conntrack: nf_conntrack: table full${where}, dropping packet`);
    }
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

  /** gc_worker: expired entries leave (and report) at its next round; how soon follows from their timeouts. */
  private armGc(): void {
    if (this.gcTimer?.pending) return;
    this.gcTimer = this.host.clock.after(GC_INTERVAL_MAX, () => this.collect());
  }

  private collect(): void {
    this.gcTimer = null;
    let next = GC_INTERVAL_MAX;
    let count = GC_INITIAL_COUNT;
    const now = this.jiffies();
    // nf_conntrack_max95; whole hundreds only.
    const crowded = this.gcDropsEarly ? Math.floor(this.settings.limits.max / 100) * 95 : 0;
    this.gcDropsEarly = false;
    this.table.forEach((ct) => {
      const early =
        crowded > 0 &&
        this.table.count > crowded &&
        (!(ct.status & IPS_ASSURED) || (ct.tcp !== null && mayDropEarly(ct.tcp)));
      if (ct.timeout <= now || early) this.kill(ct);
      else {
        const left = Math.min(Math.max(ct.timeout - now, GC_INTERVAL_MIN), GC_CLAMP);
        next += (left - next) / ++count;
      }
    });
    if (this.table.count > 0)
      this.gcTimer = this.host.clock.after(Math.min(Math.max(next, GC_INTERVAL_MIN), GC_INTERVAL_MAX), () =>
        this.collect(),
      );
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

/** tcp_error: lengths, checksum, flags. */
function tcpWellFormed(pkt: Packet, at: number, check: boolean): boolean {
  const data = pkt.data;
  const length = pkt.end - at;
  if (length < tcp.LENGTH) return false;
  const header = tcp.headerLength(data, at);
  if (header < tcp.LENGTH || length < header) return false;
  if (check && !tcp.verify4(data, at, pkt.end, u32(data, pkt.net + 12), u32(data, pkt.net + 16)))
    return false;
  return validFlags(tcp.flags(data, at));
}

/** udp_error, udplite_error */
function udpWellFormed(pkt: Packet, at: number, check: boolean, protocol: number): boolean {
  const data = pkt.data;
  const have = pkt.end - at;
  if (have < udp.LENGTH) return false;
  if (protocol === UDPLITE) {
    // RFC 3828: the length field is the coverage (0: all), the checksum must be there.
    const coverage = udp.length(data, at) || have;
    if (coverage < udp.LENGTH || coverage > have || udp.checksumOf(data, at) === 0) return false;
    const pseudo = pseudo4(u32(data, pkt.net + 12), u32(data, pkt.net + 16), UDPLITE, have);
    return !check || checksum(data, at, at + coverage, pseudo) === 0;
  }
  const length = udp.length(data, at);
  if (length > have || length < udp.LENGTH) return false;
  if (udp.checksumOf(data, at) === 0 || !check) return true;
  return udp.verify4(data, at, at + length, u32(data, pkt.net + 12), u32(data, pkt.net + 16));
}
