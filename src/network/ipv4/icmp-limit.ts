import { MILLISECOND, type Nanoseconds, SECOND } from "../../base/clock.ts";
import * as icmp from "../../wire/icmp.ts";
import type { NetNamespace } from "../namespace.ts";

/** CONFIG_HZ=250 */
const JIFFY = 4 * MILLISECOND;

/** One that packets were answered to. Tokens are time. */
interface Peer {
  tokens: Nanoseconds;
  last: Nanoseconds;
  redirects: number;
}

/** ip_rt_redirect_number, _load and _silence: HZ/50 and, with it, HZ/50 << 10. */
const REDIRECTS = 9;
const REDIRECT_LOAD = 20 * MILLISECOND;
const REDIRECT_SILENCE = REDIRECT_LOAD * 2 ** 10;

/** A token bucket a peer (struct inet_peer). All who limit take from the same bucket, and redirects stop its clock. */
export class Peers {
  private readonly ns: NetNamespace;
  private readonly peers = new Map<number, Peer>();

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  /** The kernel counts in jiffies: a packet that ARP held up for some microseconds is not early a second later. */
  private get now(): Nanoseconds {
    return this.ns.host.now - (this.ns.host.now % JIFFY);
  }

  private get(address: number): Peer {
    let peer = this.peers.get(address);
    if (!peer) {
      if (this.peers.size > 4096) this.peers.clear();
      // inet_getpeer: as if a minute had passed since the last.
      peer = { tokens: 0, last: this.now - 60 * SECOND, redirects: 0 };
      this.peers.set(address, peer);
    }
    return peer;
  }

  /** inet_peer_xrlim_allow: takes `cost` from the bucket, which holds `burst` at most. False: it has not enough. */
  take(address: number, cost: Nanoseconds, burst: Nanoseconds): boolean {
    const peer = this.get(address);
    const { now } = this;
    peer.tokens = Math.min(burst, peer.tokens + (now - peer.last));
    peer.last = now;
    if (peer.tokens < cost) return false;
    peer.tokens -= cost;
    return true;
  }

  /** ip_rt_send_redirect: at most nine, further apart each time. True: one more may go. */
  redirect(address: number): boolean {
    const peer = this.get(address);
    const { now } = this;
    if (now > peer.last + REDIRECT_SILENCE) peer.tokens = peer.redirects = 0;
    if (peer.redirects >= REDIRECTS) {
      peer.last = now;
      return false;
    }
    if (peer.redirects > 0 && now <= peer.last + REDIRECT_LOAD * 2 ** peer.redirects) return false;
    peer.last = now;
    peer.redirects++;
    return true;
  }
}

/** The limits on ICMP messages sent: icmp_msgs_per_sec over all, icmp_ratelimit a peer, for icmp_ratemask. */
export class IcmpLimits {
  private readonly ns: NetNamespace;
  readonly peers: Peers;
  private credit = -1;
  private stamp: Nanoseconds = 0;

  constructor(ns: NetNamespace) {
    this.ns = ns;
    this.peers = new Peers(ns);
  }

  /** icmpv4_mask_allow, turned round: is this type limited at all? */
  applies(type: number, code: number): boolean {
    if (type > 18 || (type === icmp.DEST_UNREACH && code === icmp.FRAG_NEEDED)) return false;
    return ((1 << type) & this.ns.sysctl.number("net/ipv4/icmp_ratemask")) !== 0;
  }

  /** icmp_global_allow */
  global(): boolean {
    const rate = this.ns.sysctl.number("net/ipv4/icmp_msgs_per_sec");
    const burst = this.ns.sysctl.number("net/ipv4/icmp_msgs_burst");
    const now = this.ns.host.now;
    if (this.credit < 0) this.credit = burst;
    const span = Math.min(now - this.stamp, SECOND);
    if (span >= 20 * MILLISECOND) {
      const more = Math.floor((rate * span) / SECOND);
      if (more > 0) {
        this.credit = Math.min(burst, this.credit + more);
        this.stamp = now;
      }
    }
    if (this.credit === 0) return false;
    // The kernel takes a random number of credits (0 … 2) so that nobody can count them from outside.
    this.credit = Math.max(0, this.credit - this.ns.rng.below(3));
    return true;
  }

  /** icmpv4_xrlim_allow: one a second and peer, six at once. */
  peer(address: number): boolean {
    const span = this.ns.sysctl.number("net/ipv4/icmp_ratelimit") * MILLISECOND;
    if (span === 0) return true;
    return this.peers.take(address, span, 6 * span);
  }
}
