import * as tcp from "../../../wire/tcp.ts";
import type { Packet } from "../../packet.ts";
import { after, before, highestSack, readOptions, segmentEnd } from "./segment.ts";
import { ACK_SET, TCP_SYN_RECV, TCP_SYN_SENT } from "./states.ts";
import {
  FLAG_BE_LIBERAL,
  FLAG_DATA_UNACKNOWLEDGED,
  FLAG_MAXACK_SET,
  FLAG_SACK_PERM,
  FLAG_WINDOW_SCALE,
  type TcpSide,
  type TcpTracking,
} from "./tracking.ts";

/** Smallest allowance below a window for late acknowledgements (MAXACKWINCONST). */
const MAX_ACK_WINDOW = 66000;

/** tcp_init_sender: the first SYN or SYN-ACK of a side. */
function initSender(
  s: TcpSide,
  r: TcpSide,
  pkt: Packet,
  at: number,
  end: number,
  window: number,
  dir: number,
): void {
  s.end = s.maxEnd = end;
  s.maxWindow = window === 0 ? 1 : window;
  readOptions(pkt.data, at, s);
  // RFC 7323: scaling only when both sides offered it.
  if (dir === 1 && !(s.flags & FLAG_WINDOW_SCALE && r.flags & FLAG_WINDOW_SCALE)) s.scale = r.scale = 0;
}

/** The segment belongs; it is let through but moves nothing; it is invalid. */
export const WINDOW_ACCEPT = 0;
export const WINDOW_IGNORE = 1;
export const WINDOW_INVALID = 2;

/** tcp_in_window: does the segment fit what both sides said (van Rooij, "Real stateful TCP packet filtering in
 *  IP Filter")? Updates both sides when it does. */
export function inWindow(
  t: TcpTracking,
  dir: number,
  index: number,
  pkt: Packet,
  at: number,
  liberalAll: boolean,
): number {
  const data = pkt.data;
  const flags = tcp.flags(data, at);
  const sender = t.seen[dir];
  const receiver = t.seen[1 - dir];
  let seq = tcp.seq(data, at) | 0;
  let ack = tcp.ack(data, at) | 0;
  let sack = ack;
  const rawWindow = tcp.window(data, at);
  let window = rawWindow;
  let end = segmentEnd(pkt, at);

  if (receiver.flags & FLAG_SACK_PERM) sack = highestSack(data, at, sack);

  if (sender.maxWindow === 0) {
    if (flags & tcp.SYN) {
      initSender(sender, receiver, pkt, at, end, window, dir);
      // Simultaneous open.
      if (!(flags & tcp.ACK)) return WINDOW_ACCEPT;
    } else {
      // In the middle of a connection: take this segment for the start.
      sender.end = end;
      const scaled = window * 2 ** sender.scale;
      sender.maxWindow = scaled === 0 ? 1 : scaled;
      sender.maxEnd = (end + sender.maxWindow) | 0;
      if (receiver.maxWindow === 0) receiver.end = receiver.maxEnd = sack;
      // Likely a reply to a keepalive.
      else if (sack === ((receiver.end + 1) | 0)) receiver.end = (receiver.end + 1) | 0;
    }
  } else if (
    flags & tcp.SYN &&
    after(end, sender.end) &&
    (t.state === TCP_SYN_SENT || t.state === TCP_SYN_RECV)
  ) {
    // RFC 9293 3.8: a re-initialised side starts over with greater numbers.
    initSender(sender, receiver, pkt, at, end, window, dir);
    if (dir === 1 && !(flags & tcp.ACK)) return WINDOW_ACCEPT;
  }

  // Without ACK, or with the zero ack that some stacks put into resets: pretend it fits.
  if (!(flags & tcp.ACK) || (flags & tcp.RST && ack === 0)) ack = sack = receiver.end;

  // RST answering a SYN.
  if (flags & tcp.RST && seq === 0 && t.state === TCP_SYN_SENT) seq = end = sender.end;

  const liberal = liberalAll || (sender.flags & FLAG_BE_LIBERAL) !== 0;
  const maxAckWindow = Math.max(sender.maxWindow, MAX_ACK_WINDOW);
  if (!before(seq, (sender.maxEnd + 1) | 0)) {
    const overshot = (end - sender.maxEnd + 1) >>> 0;
    // More bytes than allowed, yet in reach: remember them, or their ACK would seem over the upper bound.
    if (
      receiver.maxWindow !== 0 &&
      after(end, (sender.end - receiver.maxWindow - 1) | 0) &&
      after(sack, (receiver.end - maxAckWindow - 1) | 0) &&
      overshot <= receiver.maxWindow &&
      before(sack, (receiver.end + 1) | 0)
    ) {
      sender.end = end;
      sender.flags |= FLAG_DATA_UNACKNOWLEDGED;
      return liberal ? WINDOW_ACCEPT : WINDOW_IGNORE;
    }
    return liberal ? WINDOW_ACCEPT : WINDOW_INVALID;
  }
  if (!before(sack, (receiver.end + 1) | 0)) return liberal ? WINDOW_ACCEPT : WINDOW_INVALID;
  if (receiver.maxWindow !== 0 && !after(end, (sender.end - receiver.maxWindow - 1) | 0))
    return liberal ? WINDOW_ACCEPT : WINDOW_IGNORE;
  if (!after(sack, (receiver.end - maxAckWindow - 1) | 0)) return liberal ? WINDOW_ACCEPT : WINDOW_IGNORE;

  if (!(flags & tcp.SYN)) window *= 2 ** sender.scale;

  const seen = window + ((sack - ack) | 0);
  if (sender.maxWindow < seen) sender.maxWindow = seen;
  if (after(end, sender.end)) {
    sender.end = end;
    sender.flags |= FLAG_DATA_UNACKNOWLEDGED;
  }
  if (flags & tcp.ACK) {
    if (!(sender.flags & FLAG_MAXACK_SET)) {
      sender.maxAck = ack;
      sender.flags |= FLAG_MAXACK_SET;
    } else if (after(ack, sender.maxAck)) sender.maxAck = ack;
  }
  if (receiver.maxWindow !== 0 && after(end, sender.maxEnd)) receiver.maxWindow += (end - sender.maxEnd) | 0;
  if (after((sack + window) | 0, (receiver.maxEnd - 1) | 0)) {
    receiver.maxEnd = (sack + window) | 0;
    if (window === 0) receiver.maxEnd = (receiver.maxEnd + 1) | 0;
  }
  if (ack === receiver.end) receiver.flags &= ~FLAG_DATA_UNACKNOWLEDGED;

  if (index === ACK_SET) {
    if (
      t.lastDir === dir &&
      t.lastSeq === seq &&
      t.lastAck === ack &&
      t.lastEnd === end &&
      t.lastWindow === rawWindow
    )
      t.retrans++;
    else {
      t.lastDir = dir;
      t.lastSeq = seq;
      t.lastAck = ack;
      t.lastEnd = end;
      t.lastWindow = rawWindow;
      t.retrans = 0;
    }
  }
  return WINDOW_ACCEPT;
}
