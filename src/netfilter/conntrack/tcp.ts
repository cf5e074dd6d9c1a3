import { u32 } from "../../wire/bytes.ts";
import * as tcp from "../../wire/tcp.ts";
import type { Packet } from "../packet.ts";
import {
  type Connection,
  EVENT_ASSURED,
  EVENT_PROTOINFO,
  IPS_ASSURED,
  IPS_FIXED_TIMEOUT,
  IPS_SEEN_REPLY,
} from "./connection.ts";
import { type ConntrackSettings, TCP_TIMEOUT_RETRANS, TCP_TIMEOUT_UNACK } from "./settings.ts";

// enum tcp_conntrack.
export const TCP_NONE = 0;
export const TCP_SYN_SENT = 1;
export const TCP_SYN_RECV = 2;
export const TCP_ESTABLISHED = 3;
export const TCP_FIN_WAIT = 4;
export const TCP_CLOSE_WAIT = 5;
export const TCP_LAST_ACK = 6;
export const TCP_TIME_WAIT = 7;
export const TCP_CLOSE = 8;
export const TCP_SYN_SENT2 = 9;
const INVALID = 10;
const IGNORE = 11;

/** As /proc/net/nf_conntrack and `conntrack` print them. */
export const TCP_STATE_NAMES = [
  "NONE",
  "SYN_SENT",
  "SYN_RECV",
  "ESTABLISHED",
  "FIN_WAIT",
  "CLOSE_WAIT",
  "LAST_ACK",
  "TIME_WAIT",
  "CLOSE",
  "SYN_SENT2",
] as const;

// Flag groups, the rows of the table (enum tcp_bit_set).
const SYN_SET = 0;
const SYNACK_SET = 1;
const FIN_SET = 2;
const ACK_SET = 3;
const RST_SET = 4;
const NONE_SET = 5;

// TCP_TRANSITIONS[direction][flags][state]: the state machine of nf_conntrack_proto_tcp.c (tcp_conntracks).
const [, ss, sr, es, fw, cw, la, tw, cl, s2, iv, ig] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, INVALID, IGNORE];
const TCP_TRANSITIONS: readonly (readonly Uint8Array[])[] = [
  [
    /* syn     */ [ss, ss, ig, ig, ig, ig, ig, ss, ss, s2],
    /* syn-ack */ [iv, iv, sr, iv, iv, iv, iv, iv, iv, sr],
    /* fin     */ [iv, iv, fw, fw, la, la, la, tw, cl, iv],
    /* ack     */ [es, iv, es, es, cw, cw, tw, tw, cl, iv],
    /* rst     */ [iv, cl, cl, cl, cl, cl, cl, cl, cl, cl],
    /* none    */ [iv, iv, iv, iv, iv, iv, iv, iv, iv, iv],
  ],
  [
    /* syn     */ [iv, s2, iv, iv, iv, iv, iv, ss, iv, s2],
    /* syn-ack */ [iv, sr, ig, ig, ig, ig, ig, ig, ig, sr],
    /* fin     */ [iv, iv, fw, fw, la, la, la, tw, cl, iv],
    /* ack     */ [iv, ig, sr, es, cw, cw, tw, tw, cl, ig],
    /* rst     */ [iv, cl, cl, cl, cl, cl, cl, cl, cl, cl],
    /* none    */ [iv, iv, iv, iv, iv, iv, iv, iv, iv, iv],
  ],
].map((rows) => rows.map((row) => Uint8Array.from(row)));

// Flags of one side (IP_CT_TCP_FLAG_*).
export const FLAG_WINDOW_SCALE = 0x01;
export const FLAG_SACK_PERM = 0x02;
const FLAG_CLOSE_INIT = 0x04;
const FLAG_BE_LIBERAL = 0x08;
const FLAG_DATA_UNACKNOWLEDGED = 0x10;
const FLAG_MAXACK_SET = 0x20;
const EXPECT_CHALLENGE_ACK = 0x40;
const SIMULTANEOUS_OPEN = 0x80;

/** Smallest allowance below a window for late acknowledgements (MAXACKWINCONST). */
const MAX_ACK_WINDOW = 66000;

/** What was seen of one side (struct ip_ct_tcp_state). Sequence numbers are signed 32-bit, compared by
 *  difference. */
export class TcpSide {
  /** Highest seq + length sent. */
  end = 0;
  /** Highest ack + window the other side allowed. */
  maxEnd = 0;
  maxWindow = 0;
  maxAck = 0;
  scale = 0;
  flags = 0;

  clear(): void {
    this.end = this.maxEnd = this.maxWindow = this.maxAck = this.scale = this.flags = 0;
  }
}

/** struct ip_ct_tcp */
export class TcpTracking {
  readonly seen: readonly [TcpSide, TcpSide] = [new TcpSide(), new TcpSide()];
  state = TCP_NONE;
  lastDir = 0;
  retrans = 0;
  lastIndex = NONE_SET;
  lastSeq = 0;
  lastAck = 0;
  lastEnd = 0;
  lastWindow = 0;
  lastScale = 0;
  lastFlags = 0;

  clear(): void {
    this.seen[0].clear();
    this.seen[1].clear();
    this.state = this.lastDir = this.retrans = 0;
    this.lastSeq = this.lastAck = this.lastEnd = this.lastWindow = this.lastScale = this.lastFlags = 0;
    this.lastIndex = NONE_SET;
  }
}

/** What the tracker answers. */
export const TCP_ACCEPT = 1;
export const TCP_INVALID = -1;
/** Invalid, and a timeout of more than two minutes goes down to the "unacknowledged" one. */
export const TCP_INVALID_SHORTEN = -3;
/** The old connection was closed and must go: look the packet up again (NF_REPEAT). */
export const TCP_REPEAT = -2;
/** The connection is gone for good: a reset before any answer. The packet still belongs to it. */
export const TCP_KILL = 2;

const before = (a: number, b: number): boolean => ((a - b) | 0) < 0;
const after = (a: number, b: number): boolean => ((b - a) | 0) < 0;

function flagGroup(flags: number): number {
  if (flags & tcp.RST) return RST_SET;
  if (flags & tcp.SYN) return flags & tcp.ACK ? SYNACK_SET : SYN_SET;
  if (flags & tcp.FIN) return FIN_SET;
  return flags & tcp.ACK ? ACK_SET : NONE_SET;
}

/** Combinations of FIN, SYN, RST, ACK and URG that are no error (tcp_valid_flags). */
export function validFlags(flags: number): boolean {
  switch (flags & (tcp.FIN | tcp.SYN | tcp.RST | tcp.ACK | tcp.URG)) {
    case tcp.SYN:
    case tcp.SYN | tcp.URG:
    case tcp.SYN | tcp.ACK:
    case tcp.RST:
    case tcp.RST | tcp.ACK:
    case tcp.FIN | tcp.ACK:
    case tcp.FIN | tcp.ACK | tcp.URG:
    case tcp.ACK:
    case tcp.ACK | tcp.URG:
      return true;
    default:
      return false;
  }
}

/** The sequence number behind the segment (segment_seq_plus_len). */
function segmentEnd(pkt: Packet, at: number): number {
  const flags = tcp.flags(pkt.data, at);
  const length = pkt.end - at - tcp.headerLength(pkt.data, at);
  return (tcp.seq(pkt.data, at) + length + (flags & tcp.SYN ? 1 : 0) + (flags & tcp.FIN ? 1 : 0)) | 0;
}

/** tcp_options: what a SYN says about window scaling and SACK. */
function readOptions(data: Uint8Array, at: number, side: TcpSide): void {
  const end = at + tcp.headerLength(data, at);
  let i = at + tcp.LENGTH;
  if (i >= end) return;
  side.scale = 0;
  side.flags = 0;
  while (i < end) {
    const kind = data[i];
    if (kind === tcp.OPT_END) return;
    if (kind === tcp.OPT_NOP) {
      i++;
      continue;
    }
    if (end - i < 2) return;
    const size = data[i + 1];
    if (size < 2 || size > end - i) return;
    if (kind === tcp.OPT_SACK_PERMITTED && size === 2) side.flags |= FLAG_SACK_PERM;
    else if (kind === tcp.OPT_WSCALE && size === 3) {
      side.scale = Math.min(data[i + 2], 14);
      side.flags |= FLAG_WINDOW_SCALE;
    }
    i += size;
  }
}

/** tcp_sack: the highest right edge of the SACK blocks, or `ack`. */
function highestSack(data: Uint8Array, at: number, ack: number): number {
  const end = at + tcp.headerLength(data, at);
  let i = at + tcp.LENGTH;
  // Timestamps alone, as nearly every segment has them.
  if (end - i === 12 && u32(data, i) === 0x0101080a) return ack;
  let highest = ack;
  while (i < end) {
    const kind = data[i];
    if (kind === tcp.OPT_END) return highest;
    if (kind === tcp.OPT_NOP) {
      i++;
      continue;
    }
    if (end - i < 2) return highest;
    const size = data[i + 1];
    if (size < 2 || size > end - i) return highest;
    if (kind === tcp.OPT_SACK && size >= 10 && (size - 2) % 8 === 0) {
      for (let block = i + 2; block < i + size; block += 8) {
        const right = u32(data, block + 4) | 0;
        if (after(right, highest)) highest = right;
      }
      return highest;
    }
    i += size;
  }
  return highest;
}

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

const WINDOW_ACCEPT = 0;
const WINDOW_IGNORE = 1;
const WINDOW_INVALID = 2;

/** tcp_in_window: does the segment fit what both sides said (van Rooij, "Real stateful TCP packet filtering in
 *  IP Filter")? Updates both sides when it does. */
function inWindow(
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
