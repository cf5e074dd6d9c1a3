import { SECOND, type Timer } from "../../base/clock.ts";
import { HEADROOM, type Packet } from "../../netfilter/packet.ts";
import { put16 } from "../../wire/bytes.ts";
import { checksum } from "../../wire/checksum.ts";
import * as icmp from "../../wire/icmp.ts";
import * as ip from "../../wire/ipv4.ts";
import type { NetNamespace } from "../namespace.ts";

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly pkt: Packet;
}

interface Queue {
  readonly key: string;
  readonly pieces: Piece[];
  /** Payload length, once the last fragment is here. */
  total: number;
  have: number;
  maxSize: number;
  dfSize: number;
  readonly user: string;
  timer: Timer | null;
}

/** Putting fragments together again (net/ipv4/ip_fragment.c, RFC 791 3.2, RFC 5722 on overlaps). */
export class Reassembly {
  private readonly ns: NetNamespace;
  private readonly queues = new Map<string, Queue>();
  private memory = 0;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  /**
   * ip_defrag. True: `pkt` itself has become the whole datagram. False: it is kept, or was dropped. `user` keeps
   * apart those who reassemble (local delivery; conntrack at a hook).
   */
  add(pkt: Packet, user: string): boolean {
    const ns = this.ns;
    const { data, net } = pkt;
    const key = `${user} ${ip.src(data, net)} ${ip.dst(data, net)} ${ip.id(data, net)} ${ip.protocol(data, net)}`;
    if (this.memory > ns.sysctl.number("net/ipv4/ipfrag_high_thresh")) {
      ns.drop(pkt, "FRAG_REASM_TIMEOUT", "reassembly");
      return false;
    }
    let q = this.queues.get(key);
    if (!q) {
      q = { key, pieces: [], total: -1, have: 0, maxSize: 0, dfSize: 0, user, timer: null };
      const made = q;
      q.timer = ns.host.after(ns.sysctl.number("net/ipv4/ipfrag_time") * SECOND, () => this.expired(made));
      this.queues.set(key, q);
    }
    const header = ip.headerLength(data, net);
    const word = ip.fragment(data, net);
    const from = (word & ip.OFFSET) * 8;
    let to = from + (pkt.end - net - header);
    const more = (word & ip.MF) !== 0;
    if (!more) {
      if (to < this.reach(q) || (q.total >= 0 && to !== q.total)) return this.refuse(q, pkt, "IP_INHDR");
      q.total = to;
    } else {
      if ((to & 7) !== 0) {
        to &= ~7;
        pkt.end = net + header + (to - from);
      }
      if (to > this.reach(q) && q.total >= 0 && to > q.total) return this.refuse(q, pkt, "IP_INHDR");
    }
    if (to === from) return this.refuse(q, pkt, "IP_INHDR");
    if (to + header > 65535) {
      ns.drop(pkt, "PKT_TOO_BIG", "reassembly");
      return false;
    }
    for (const piece of q.pieces) {
      if (from >= piece.to || to <= piece.from) continue;
      if (from >= piece.from && to <= piece.to) {
        ns.drop(pkt, "DUP_FRAG", "reassembly");
        return false;
      }
      // An overlap ends the whole datagram.
      this.abandon(q, "FRAG_REASM_TIMEOUT");
      ns.drop(pkt, "NOT_SPECIFIED", "reassembly");
      return false;
    }
    q.maxSize = Math.max(q.maxSize, pkt.end - net);
    if ((word & ip.DF) !== 0) q.dfSize = Math.max(q.dfSize, pkt.end - net);
    q.have += to - from;
    const complete = q.total >= 0 && q.have === q.total;
    if (!complete) {
      this.memory += pkt.data.length;
      q.pieces.push({ from, to, pkt });
      return false;
    }
    q.pieces.push({ from, to, pkt });
    this.finish(q, pkt);
    return true;
  }

  private reach(q: Queue): number {
    let most = 0;
    for (const p of q.pieces) most = Math.max(most, p.to);
    return most;
  }

  private refuse(q: Queue, pkt: Packet, reason: string): false {
    if (q.pieces.length === 0) this.forget(q);
    this.ns.drop(pkt, reason, "reassembly");
    return false;
  }

  private forget(q: Queue): void {
    q.timer?.cancel();
    this.queues.delete(q.key);
    for (const p of q.pieces) this.memory -= p.pkt.data.length;
    if (this.memory < 0 || this.queues.size === 0) this.memory = 0;
  }

  private abandon(q: Queue, reason: string): void {
    this.forget(q);
    for (const p of q.pieces) this.ns.drop(p.pkt, reason, "reassembly");
  }

  /** ip_frag_reasm: `pkt` becomes the whole, with the first fragment's header. */
  private finish(q: Queue, pkt: Packet): void {
    this.forget(q);
    q.pieces.sort((a, b) => a.from - b.from);
    const first = q.pieces[0].pkt;
    const header = ip.headerLength(first.data, first.net);
    const whole = new Uint8Array(HEADROOM + header + q.total);
    whole.set(first.data.subarray(first.net, first.net + header), HEADROOM);
    for (const p of q.pieces) {
      const h = ip.headerLength(p.pkt.data, p.pkt.net);
      whole.set(
        p.pkt.data.subarray(p.pkt.net + h, p.pkt.net + h + p.to - p.from),
        HEADROOM + header + p.from,
      );
    }
    // The link header stays before it, for MAC= in logs and physdev.
    const mac = first.mac >= 0 ? first.data.subarray(first.mac, first.mac + 14) : null;
    if (mac !== null) whole.set(mac, HEADROOM - 14);
    const walk = this.ns.host.walk;
    const others = q.pieces.filter((p) => p.pkt !== pkt);
    if (walk !== null) {
      for (const p of others) walk.emit(this.ns.name, { kind: "end", packet: p.pkt.id, how: "reassembled" });
      walk.emit(this.ns.name, { kind: "end", packet: pkt.id, how: "reassembled" });
    }
    const parent = pkt.id;
    pkt.id = this.ns.nextPacketId();
    pkt.parent = parent;
    pkt.data = whole;
    pkt.net = HEADROOM;
    pkt.mac = mac !== null ? HEADROOM - 14 : -1;
    pkt.end = whole.length;
    pkt.trans = HEADROOM + header;
    put16(whole, HEADROOM + 2, header + q.total);
    put16(whole, HEADROOM + 6, q.dfSize > 0 && q.dfSize === q.maxSize ? ip.DF : 0);
    put16(whole, HEADROOM + 10, 0);
    put16(whole, HEADROOM + 10, checksum(whole, HEADROOM, HEADROOM + header));
    pkt.fragMax = q.dfSize > 0 && q.dfSize === q.maxSize ? q.maxSize : q.user === "local" ? 0 : q.maxSize;
    this.ns.born(pkt, "reassembled");
  }

  /** ip_expire: time exceeded (code 1), when the first fragment is here and this host is its end. */
  private expired(q: Queue): void {
    q.timer = null;
    const first = q.pieces.find((p) => p.from === 0)?.pkt;
    if (first && q.user === "local") this.ns.icmp.send(first, icmp.TIME_EXCEEDED, 1, 0);
    this.abandon(q, "FRAG_REASM_TIMEOUT");
  }

  close(): void {
    for (const q of this.queues.values()) q.timer?.cancel();
    this.queues.clear();
  }
}
