import * as tcp from "../../../wire/tcp.ts";
import type { Packet } from "../../packet.ts";
import {
  type Connection,
  EVENT_ASSURED,
  EVENT_PROTOINFO,
  IPS_ASSURED,
  IPS_FIXED_TIMEOUT,
  IPS_SEEN_REPLY,
} from "../connection.ts";
import { type ConntrackSettings, TCP_TIMEOUT_RETRANS, TCP_TIMEOUT_UNACK } from "../settings.ts";
import { before, readOptions, segmentEnd } from "./segment.ts";
import {
  ACK_SET,
  FIN_SET,
  flagGroup,
  IGNORE,
  INVALID,
  NONE_SET,
  RST_SET,
  SYN_SET,
  SYNACK_SET,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT,
  TCP_LAST_ACK,
  TCP_NONE,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
  TCP_SYN_SENT2,
  TCP_TIME_WAIT,
  TCP_TRANSITIONS,
} from "./states.ts";
import {
  EXPECT_CHALLENGE_ACK,
  FLAG_BE_LIBERAL,
  FLAG_CLOSE_INIT,
  FLAG_DATA_UNACKNOWLEDGED,
  FLAG_MAXACK_SET,
  FLAG_SACK_PERM,
  FLAG_WINDOW_SCALE,
  SIMULTANEOUS_OPEN,
  TcpSide,
  type TcpTracking,
} from "./tracking.ts";
import { inWindow, WINDOW_IGNORE, WINDOW_INVALID } from "./window.ts";

/** What the tracker answers. */
export const TCP_ACCEPT = 1;
export const TCP_INVALID = -1;
/** Invalid, and a timeout of more than two minutes goes down to the "unacknowledged" one. */
export const TCP_INVALID_SHORTEN = -3;
/** The old connection was closed and must go: look the packet up again (NF_REPEAT). */
export const TCP_REPEAT = -2;
/** The connection is gone for good: a reset before any answer. The packet still belongs to it. */
export const TCP_KILL = 2;

/** tcp_new: may this packet start a connection? */
function start(t: TcpTracking, pkt: Packet, at: number, settings: ConntrackSettings): boolean {
  const flags = tcp.flags(pkt.data, at);
  const state = TCP_TRANSITIONS[0][flagGroup(flags)][TCP_NONE];
  if (state >= INVALID) return false;
  if (state !== TCP_SYN_SENT && settings.tcpLoose === 0) return false;
  t.clear();
  const first = t.seen[0];
  first.end = segmentEnd(pkt, at);
  first.maxWindow = tcp.window(pkt.data, at) || 1;
  if (state === TCP_SYN_SENT) {
    first.maxEnd = first.end;
    readOptions(pkt.data, at, first);
  } else {
    // Picked up in the middle: its options are unknown, so be liberal.
    first.maxEnd = (first.end + first.maxWindow) | 0;
    first.flags = t.seen[1].flags = FLAG_SACK_PERM | FLAG_BE_LIBERAL;
  }
  t.lastIndex = NONE_SET;
  return true;
}

/** nf_conntrack_tcp_established */
const established = (ct: Connection, t: TcpTracking): boolean =>
  t.state === TCP_ESTABLISHED && (ct.status & IPS_ASSURED) !== 0;

/** tcp_can_early_drop: states whose entry may go before its time. */
export function mayDropEarly(t: TcpTracking): boolean {
  return (
    t.state === TCP_FIN_WAIT ||
    t.state === TCP_LAST_ACK ||
    t.state === TCP_TIME_WAIT ||
    t.state === TCP_CLOSE ||
    t.state === TCP_CLOSE_WAIT
  );
}

/** nf_tcp_handle_invalid: FIN or RST in both directions, the later one invalid, means that we lost track: the
 *  entry need not wait for the long timeout. True: shorten it to the "unacknowledged" one. */
function shortens(ct: Connection, t: TcpTracking, dir: number, index: number): boolean {
  if (!(ct.status & IPS_ASSURED) || ct.status & IPS_FIXED_TIMEOUT) return false;
  if (index !== RST_SET && index !== FIN_SET) return false;
  if (t.lastDir !== dir && (t.lastIndex === FIN_SET || t.lastIndex === RST_SET)) return true;
  t.lastIndex = index;
  t.lastDir = dir;
  return false;
}

/** Set by tcpPacket: the timeout that the connection gets, or −1 to leave it. */
let nextTimeout = -1;
export const tcpTimeout = (): number => nextTimeout;

/**
 * nf_conntrack_tcp_packet: moves the connection's state by one segment. The header was checked (lengths,
 * checksum, flags). Answers TCP_ACCEPT, _INVALID, _REPEAT or _KILL; the timeout to set is in `tcpTimeout()`.
 */
export function tcpPacket(
  ct: Connection,
  pkt: Packet,
  at: number,
  dir: 0 | 1,
  settings: ConntrackSettings,
): number {
  const t = ct.tcp as TcpTracking;
  nextTimeout = -1;
  if (!ct.confirmed && !start(t, pkt, at, settings)) return TCP_INVALID;
  const data = pkt.data;
  const index = flagGroup(tcp.flags(data, at));
  let oldState = t.state;
  let newState = TCP_TRANSITIONS[dir][index][oldState];
  let checkWindow = true;

  switch (newState) {
    case TCP_SYN_SENT:
    case IGNORE: {
      if (newState === TCP_SYN_SENT) {
        if (oldState < TCP_TIME_WAIT) break;
        // A closed or aborted connection is opened again: this entry goes, the packet makes a new one.
        if (
          (t.seen[0].flags | t.seen[1].flags) & FLAG_CLOSE_INIT ||
          (t.lastDir === dir && t.lastIndex === RST_SET)
        )
          return TCP_REPEAT;
      }
      if (
        index === SYNACK_SET &&
        t.lastIndex === SYN_SET &&
        t.lastDir !== dir &&
        (tcp.ack(data, at) | 0) === t.lastEnd
      ) {
        // A SYN-ACK for a SYN that was let through as out of place: the two ends agree, we were not in sync.
        oldState = TCP_SYN_SENT;
        newState = TCP_SYN_RECV;
        const side = t.seen[t.lastDir];
        side.end = side.maxEnd = t.lastEnd;
        side.maxWindow = t.lastWindow === 0 ? 1 : t.lastWindow;
        side.scale = t.lastScale;
        t.lastFlags &= ~EXPECT_CHALLENGE_ACK;
        side.flags = t.lastFlags;
        t.seen[dir].clear();
        break;
      }
      t.lastIndex = index;
      t.lastDir = dir;
      t.lastSeq = tcp.seq(data, at) | 0;
      t.lastEnd = segmentEnd(pkt, at);
      t.lastWindow = tcp.window(data, at);
      if (index === SYN_SET && dir === 0) {
        scratch.clear();
        readOptions(data, at, scratch);
        t.lastFlags = scratch.flags;
        t.lastScale = scratch.flags & FLAG_WINDOW_SCALE ? scratch.scale : 0;
        // RFC 5961: the answer may be a challenge ACK, which is not the last ACK.
        if (oldState === TCP_LAST_ACK) t.lastFlags |= EXPECT_CHALLENGE_ACK;
      }
      if (oldState === TCP_SYN_SENT && index === ACK_SET && dir === 1) t.lastAck = tcp.ack(data, at) | 0;
      return TCP_ACCEPT;
    }
    case INVALID:
      return TCP_INVALID;
    case TCP_TIME_WAIT:
      if (
        oldState === TCP_LAST_ACK &&
        index === ACK_SET &&
        t.lastDir !== dir &&
        t.lastIndex === SYN_SET &&
        t.lastFlags & EXPECT_CHALLENGE_ACK
      ) {
        t.lastFlags &= ~EXPECT_CHALLENGE_ACK;
        return TCP_ACCEPT;
      }
      break;
    case TCP_SYN_SENT2:
      t.lastFlags |= SIMULTANEOUS_OPEN;
      break;
    case TCP_SYN_RECV:
      if (dir === 1 && index === ACK_SET && t.lastFlags & SIMULTANEOUS_OPEN) newState = TCP_ESTABLISHED;
      break;
    case TCP_CLOSE: {
      if (index !== RST_SET) break;
      if (mayDropEarly(t)) {
        checkWindow = false;
        break;
      }
      // The answer to a challenge ACK, which was the answer to a SYN.
      if (
        oldState === TCP_SYN_SENT &&
        t.lastIndex === ACK_SET &&
        t.lastDir === 1 &&
        dir === 0 &&
        (tcp.seq(data, at) | 0) === t.lastAck
      ) {
        checkWindow = false;
        break;
      }
      const other = t.seen[1 - dir];
      // maxAck may be stale when a SYN was let through before.
      if (other.flags & FLAG_MAXACK_SET && t.lastIndex !== SYN_SET) {
        const seq = tcp.seq(data, at) | 0;
        if (seq === 0 && !established(ct, t)) break;
        if (before(seq, other.maxAck) && settings.tcpIgnoreInvalidRst === 0) return TCP_INVALID;
        if (!established(ct, t) || seq === other.maxAck) break;
        // Part of a train: data and its reset.
        if (t.lastIndex === ACK_SET && t.lastDir === dir && seq === t.lastEnd) break;
        // RFC 5961: not exactly the expected number: the other side will ask with a challenge ACK.
        newState = oldState;
      }
      if (
        ((ct.status & IPS_SEEN_REPLY && t.lastIndex === SYN_SET && t.lastDir !== dir) ||
          (!(ct.status & IPS_ASSURED) && t.lastIndex === ACK_SET)) &&
        (tcp.ack(data, at) | 0) === t.lastEnd
      )
        // A reset for a SYN or ACK that was let through as out of place.
        checkWindow = false;
      break;
    }
  }

  if (checkWindow) {
    const fits = inWindow(t, dir, index, pkt, at, settings.tcpBeLiberal !== 0);
    if (fits === WINDOW_IGNORE) return TCP_ACCEPT;
    if (fits === WINDOW_INVALID) return shortens(ct, t, dir, index) ? TCP_INVALID_SHORTEN : TCP_INVALID;
  }
  t.lastIndex = index;
  t.lastDir = dir;
  t.state = newState;
  if (oldState !== newState && newState === TCP_FIN_WAIT) t.seen[dir].flags |= FLAG_CLOSE_INIT;

  const timeouts = settings.tcpTimeouts;
  let timeout = timeouts[newState];
  if (t.retrans >= settings.tcpMaxRetrans && timeout > timeouts[TCP_TIMEOUT_RETRANS])
    timeout = timeouts[TCP_TIMEOUT_RETRANS];
  else if (index === RST_SET) timeout = timeouts[TCP_CLOSE];
  else if (
    (t.seen[0].flags | t.seen[1].flags) & FLAG_DATA_UNACKNOWLEDGED &&
    timeout > timeouts[TCP_TIMEOUT_UNACK]
  )
    timeout = timeouts[TCP_TIMEOUT_UNACK];
  else if (t.lastWindow === 0 && timeout > timeouts[TCP_TIMEOUT_RETRANS])
    timeout = timeouts[TCP_TIMEOUT_RETRANS];

  if (newState !== oldState) ct.pendingEvents |= EVENT_PROTOINFO;

  if (!(ct.status & IPS_SEEN_REPLY)) {
    if (index === RST_SET) return TCP_KILL;
    // A repeated SYN does not keep the entry alive.
    if (index === SYN_SET && oldState === TCP_SYN_SENT) return TCP_ACCEPT;
    // Picked up in the middle: no five days before an answer was seen.
    if (newState === TCP_ESTABLISHED && timeout > timeouts[TCP_TIMEOUT_UNACK])
      timeout = timeouts[TCP_TIMEOUT_UNACK];
  } else if (
    !(ct.status & IPS_ASSURED) &&
    (oldState === TCP_SYN_RECV || oldState === TCP_ESTABLISHED) &&
    newState === TCP_ESTABLISHED
  ) {
    ct.status |= IPS_ASSURED;
    ct.pendingEvents |= EVENT_ASSURED;
  }
  nextTimeout = timeout;
  return TCP_ACCEPT;
}

const scratch = new TcpSide();
