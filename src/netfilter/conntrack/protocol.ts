import { type Nanoseconds, SECOND } from "../../base/clock.ts";
import * as icmp from "../../wire/icmp.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Packet } from "../packet.ts";
import {
  type Connection,
  CT_ESTABLISHED_REPLY,
  direction,
  EVENT_ASSURED,
  IPS_ASSURED,
  IPS_CONFIRMED,
  IPS_FIXED_TIMEOUT,
  IPS_SEEN_REPLY,
} from "./connection.ts";
import { type ConntrackSettings, TCP_TIMEOUT_UNACK } from "./settings.ts";
import { TCP_INVALID_SHORTEN, TCP_KILL, tcpPacket, tcpTimeout } from "./tcp/packet.ts";
import { UDPLITE } from "./tuple.ts";
import { tcpWellFormed, udpWellFormed } from "./well-formed.ts";

/**
 * The per-protocol part: ≥ 0 the packet belongs to `ct`, which ends when it is TCP_KILL; TCP_REPEAT; otherwise it
 * is invalid. `check`: checksums are looked at. `now` is on the jiffies' grid.
 */
export function protocolPacket(
  ct: Connection,
  pkt: Packet,
  at: number,
  protocol: number,
  ctinfo: number,
  check: boolean,
  s: ConntrackSettings,
  now: Nanoseconds,
): number {
  if (protocol === ipv4.TCP) {
    if (!tcpWellFormed(pkt, at, check && !pkt.partial)) return -1;
    const result = tcpPacket(ct, pkt, at, direction(ctinfo), s);
    if (result === TCP_KILL) {
      account(ct, pkt, ctinfo);
      return TCP_KILL;
    }
    if (result === TCP_INVALID_SHORTEN) {
      const left = ct.timeout - now;
      const short = s.tcpTimeouts[TCP_TIMEOUT_UNACK];
      if (left >= 120 * SECOND && left > short) ct.timeout = now + short;
      return -1;
    }
    const timeout = tcpTimeout();
    if (result >= 0 && timeout >= 0) refresh(ct, pkt, ctinfo, timeout, now);
    return result;
  }
  if (protocol === ipv4.UDP || protocol === UDPLITE) {
    if (!udpWellFormed(pkt, at, check && !pkt.partial, protocol)) return -1;
    if (!(ct.status & IPS_CONFIRMED)) ct.streamAt = now + 2 * SECOND;
    if (ct.status & IPS_SEEN_REPLY) {
      let timeout = s.udpTimeout;
      // Still busy after two seconds: a stream.
      const stream = now > ct.streamAt;
      if (stream) timeout = s.udpStreamTimeout;
      refresh(ct, pkt, ctinfo, timeout, now);
      if (stream && !(ct.status & IPS_ASSURED)) {
        ct.status |= IPS_ASSURED;
        ct.pendingEvents |= EVENT_ASSURED;
      }
    } else refresh(ct, pkt, ctinfo, s.udpTimeout, now);
    return 1;
  }
  if (protocol === ipv4.ICMP) {
    // Only requests begin something.
    const type = ct.original.dport >>> 8;
    if (type !== icmp.ECHO && type !== icmp.TIMESTAMP && type !== icmp.INFO_REQUEST && type !== icmp.ADDRESS)
      return -1;
    refresh(ct, pkt, ctinfo, s.icmpTimeout, now);
    return 1;
  }
  if (protocol === ipv4.GRE) {
    const replied = (ct.status & IPS_SEEN_REPLY) !== 0;
    refresh(ct, pkt, ctinfo, replied ? s.greStreamTimeout : s.greTimeout, now);
    if (replied && !(ct.status & IPS_ASSURED)) {
      ct.status |= IPS_ASSURED;
      ct.pendingEvents |= EVENT_ASSURED;
    }
    return 1;
  }
  refresh(ct, pkt, ctinfo, s.genericTimeout, now);
  return 1;
}

/** nf_ct_refresh_acct */
function refresh(ct: Connection, pkt: Packet, ctinfo: number, timeout: Nanoseconds, now: Nanoseconds): void {
  if (!(ct.status & IPS_FIXED_TIMEOUT)) ct.timeout = ct.status & IPS_CONFIRMED ? now + timeout : timeout;
  account(ct, pkt, ctinfo);
}

function account(ct: Connection, pkt: Packet, ctinfo: number): void {
  if (!ct.accounting) return;
  if (ctinfo >= CT_ESTABLISHED_REPLY) {
    ct.replyPackets++;
    ct.replyBytes += pkt.end - pkt.net;
  } else {
    ct.originalPackets++;
    ct.originalBytes += pkt.end - pkt.net;
  }
}
