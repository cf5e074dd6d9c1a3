import type { Connection } from "./conntrack/connection.ts";

/** A network device as netfilter sees it. */
export interface DeviceRef {
  readonly index: number;
  readonly name: string;
  /** Link address, 6 bytes (all zero on lo). */
  readonly mac: Uint8Array;
  readonly isLoopback?: boolean;
  /** Name of the bridge it is a port of, when it is one. */
  readonly master: DeviceRef | null;
}

/** A routing result as netfilter and the packet carry it (struct dst_entry); network/ makes it. */
export interface RouteRef {
  readonly dev: DeviceRef;
  /** Next hop; equals the destination on a link. */
  readonly gateway: number;
  readonly mtu: number;
}

// skb->pkt_type (include/uapi/linux/if_packet.h).
export const PACKET_HOST = 0;
export const PACKET_BROADCAST = 1;
export const PACKET_MULTICAST = 2;
export const PACKET_OTHERHOST = 3;
export const PACKET_OUTGOING = 4;
export const PACKET_LOOPBACK = 5;

/** Bytes kept free before the network header of a locally made packet, for link headers. */
export const HEADROOM = 32;

/** What all copies of one packet share: how many devices they have crossed together. */
export interface Lineage {
  crossings: number;
  /** It was a storm: no copy of it goes on. */
  stopped: boolean;
}

/**
 * A frame: bytes, offsets into them, and what the kernel keeps beside them (struct sk_buff). Fields are read
 * and rewritten in place through wire/. The object is handed over, never shared: whoever gives a packet away
 * no longer touches it, and who needs it twice calls `clone`.
 */
export class Packet {
  /** Identity in the walk; a clone or a fragment has its own, with `parent` naming where it came from. */
  id: number;
  parent = 0;
  data: Uint8Array;
  /** Offset of the link header, −1 when there is none (yet). */
  mac = -1;
  /** Offset of the network header. */
  net: number;
  /** Offset of the transport header; set by IP input and output. */
  trans = 0;
  /** One past the last byte. */
  end: number;
  /** EtherType of the network header. */
  protocol: number;
  pktType = PACKET_HOST;
  /** The device it came in on, null when made here. Survives to POSTROUTING (since Linux 5.7). */
  iif: DeviceRef | null = null;
  oif: DeviceRef | null = null;
  /** Bridge ports, for physdev (nf_bridge_info). */
  physIn: DeviceRef | null = null;
  physOut: DeviceRef | null = null;
  mark = 0;
  priority = 0;
  ct: Connection | null = null;
  /** enum ip_conntrack_info; meaningful while `ct` is set, or `untracked`. */
  ctinfo = 0;
  untracked = false;
  route: RouteRef | null = null;
  /** The socket that sent it (for `owner`, and to report errors); opaque here. */
  socket: unknown = null;
  /** Devices that it has crossed, and its copies together: what finds a storm. `lineage` is null without copies. */
  hops = 0;
  lineage: Lineage | null = null;
  /** The transport checksum is left to a device: its field holds the pseudo header's sum (CHECKSUM_PARTIAL). */
  partial = false;
  /** Its device did not take it (NET_XMIT_DROP): the sender may hear of it. */
  refused = false;
  /** Fragmented although DF is set (skb->ignore_df). */
  ignoreDf = false;
  /** The largest fragment that it was put together from (IPCB(skb)->frag_max_size); 0: it came whole. */
  fragMax = 0;
  /** Why the last verdict dropped it: enum skb_drop_reason without its prefix. */
  dropReason = "";
  /** What else the walk's `drop` event should say of it; set only while the walk is listened to. */
  dropFacts: Readonly<Record<string, string | number | boolean>> | null = null;

  constructor(id: number, data: Uint8Array, net: number, end: number, protocol: number) {
    this.id = id;
    this.data = data;
    this.net = net;
    this.end = end;
    this.protocol = protocol;
  }

  /** Network header and all behind it, bytes. */
  get length(): number {
    return this.end - this.net;
  }

  /** A copy with bytes of its own (skb_copy); conntrack entry and mark are shared, as skb_clone shares them. */
  clone(id: number): Packet {
    const copy = new Packet(id, this.data.slice(0, this.end), this.net, this.end, this.protocol);
    copy.parent = this.id;
    copy.mac = this.mac;
    copy.trans = this.trans;
    copy.pktType = this.pktType;
    copy.iif = this.iif;
    copy.oif = this.oif;
    copy.physIn = this.physIn;
    copy.physOut = this.physOut;
    copy.mark = this.mark;
    copy.priority = this.priority;
    copy.ct = this.ct;
    copy.ctinfo = this.ctinfo;
    copy.untracked = this.untracked;
    copy.route = this.route;
    copy.socket = this.socket;
    copy.hops = this.hops;
    this.lineage ??= { crossings: this.hops, stopped: false };
    copy.lineage = this.lineage;
    copy.partial = this.partial;
    copy.ignoreDf = this.ignoreDf;
    copy.fragMax = this.fragMax;
    return copy;
  }

  /** What crossing to another namespace takes away (skb_scrub_packet with xnet). */
  scrub(): void {
    this.iif = null;
    this.oif = null;
    this.physIn = null;
    this.physOut = null;
    this.mark = 0;
    this.priority = 0;
    this.ct = null;
    this.ctinfo = 0;
    this.untracked = false;
    this.route = null;
    this.socket = null;
  }
}
