import type { TcpTracking } from "./tcp/tracking.ts";
import type { Tuple } from "./tuple.ts";

// enum ip_conntrack_info: what a packet is to its connection (`pkt.ctinfo`).
export const CT_ESTABLISHED = 0;
export const CT_RELATED = 1;
export const CT_NEW = 2;
export const CT_ESTABLISHED_REPLY = 3;
export const CT_RELATED_REPLY = 4;

export const ORIGINAL = 0;
export const REPLY = 1;

/** CTINFO2DIR. */
export const direction = (ctinfo: number): 0 | 1 => (ctinfo >= CT_ESTABLISHED_REPLY ? REPLY : ORIGINAL);

// enum ip_conntrack_status.
export const IPS_EXPECTED = 1 << 0;
export const IPS_SEEN_REPLY = 1 << 1;
export const IPS_ASSURED = 1 << 2;
export const IPS_CONFIRMED = 1 << 3;
export const IPS_SRC_NAT = 1 << 4;
export const IPS_DST_NAT = 1 << 5;
export const IPS_NAT_MASK = IPS_SRC_NAT | IPS_DST_NAT;
export const IPS_SEQ_ADJUST = 1 << 6;
export const IPS_SRC_NAT_DONE = 1 << 7;
export const IPS_DST_NAT_DONE = 1 << 8;
export const IPS_NAT_DONE_MASK = IPS_SRC_NAT_DONE | IPS_DST_NAT_DONE;
export const IPS_DYING = 1 << 9;
export const IPS_FIXED_TIMEOUT = 1 << 10;

// enum ip_conntrack_events, as bits of `pendingEvents`.
export const EVENT_NEW = 1 << 0;
export const EVENT_RELATED = 1 << 1;
export const EVENT_DESTROY = 1 << 2;
export const EVENT_REPLY = 1 << 3;
export const EVENT_ASSURED = 1 << 4;
export const EVENT_PROTOINFO = 1 << 5;
export const EVENT_MARK = 1 << 7;

/** A tracked connection (struct nf_conn). */
export class Connection {
  /** Its place in the table, or −1 before it is confirmed. */
  slot = -1;
  /** Order of making: 1, 2, 3 … */
  readonly id: number;
  /** As packets of the first direction look when they come in, and as replies will look. */
  readonly original: Tuple;
  readonly reply: Tuple;
  /** IPS_* bits. */
  status = 0;
  mark = 0;
  /** Before it is confirmed: a span. After: the point of time when it ends, on the jiffies' grid. ns. */
  timeout = 0;
  tcp: TcpTracking | null = null;
  /** UDP: when it counts as a stream (nf_ct_udp.stream_ts). */
  streamAt = 0;
  /** Accounting by direction, kept when net.netfilter.nf_conntrack_acct was on as it was made. */
  readonly accounting: boolean;
  originalPackets = 0;
  originalBytes = 0;
  replyPackets = 0;
  replyBytes = 0;
  /** Index of the device whose address MASQUERADE took, 0 for none. */
  masqueradeIndex = 0;
  /** Somebody listened for events when it was made (nf_conntrack_events = 2). */
  readonly eventful: boolean;
  pendingEvents = 0;
  /** The next connection with the same original source, for NAT (nat_bysource); only while it is hashed. */
  sameSource: Connection | null = null;
  bySource = false;

  constructor(id: number, original: Tuple, reply: Tuple, accounting: boolean, eventful: boolean) {
    this.id = id;
    this.original = original;
    this.reply = reply;
    this.accounting = accounting;
    this.eventful = eventful;
  }

  tuple(dir: 0 | 1): Tuple {
    return dir === ORIGINAL ? this.original : this.reply;
  }

  get confirmed(): boolean {
    return (this.status & IPS_CONFIRMED) !== 0;
  }
}
