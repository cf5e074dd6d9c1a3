import { SECOND } from "../../../base/clock.ts";
import type { Packet } from "../../../netfilter/packet.ts";
import * as tcp from "../../../wire/tcp.ts";
import type { Options } from "../../../wire/tcp-options.ts";
import { challengeAck, processAck } from "./ack.ts";
import { queueData } from "./data.ts";
import { establish, finishConnect, handshakeDone } from "./handshake.ts";
import { knob } from "./options.ts";
import { push, sendAck, sendSyn } from "./output.ts";
import { replyReset } from "./reset.ts";
import { add, after, before, distance } from "./seq.ts";
import type { TcpSocket, TcpState } from "./socket.ts";
import { armTimeWait, timeWait } from "./timers.ts";

/** A segment's fields, read once. */
export interface Incoming {
  pkt: Packet;
  seq: number;
  ack: number;
  flags: number;
  /** Unscaled. */
  window: number;
  /** Offset of the data in pkt.data, and its length. */
  dataAt: number;
  length: number;
  options: Options;
}

/** One past the last sequence number that the segment takes. */
export function endSeq(s: Incoming): number {
  return add(s.seq, s.length + (s.flags & tcp.SYN ? 1 : 0) + (s.flags & tcp.FIN ? 1 : 0));
}

/** A segment for a connection (tcp_rcv_state_process). The reason that it was dropped for, "" when it was taken. */
export function segmentArrives(sk: TcpSocket, s: Incoming): string {
  sk.segmentsIn++;
  if (sk.state === "SYN-SENT") return synSent(sk, s);
  const invalid = validate(sk, s);
  if (invalid !== "") return invalid;
  if ((s.flags & tcp.ACK) === 0) return "TCP_FLAGS";
  if (sk.state === "SYN-RECV") {
    if (before(s.ack, sk.sndUna) || after(s.ack, sk.sndNxt) || s.ack === sk.iss) {
      replyReset(sk.ns, s.pkt);
      return "TCP_ACK_UNSENT_DATA";
    }
    if (!handshakeDone(sk, s)) return "TCP_LISTEN_OVERFLOW";
  }
  const reason = processAck(sk, {
    seq: s.seq,
    ack: s.ack,
    window: s.window << sk.sndWscale,
    length: s.length + (s.flags & tcp.FIN ? 1 : 0),
    timestampEcho: s.options.timestamp?.echo ?? 0,
    sack: s.options.sack,
  });
  if (reason !== "") {
    if (reason === "TCP_ACK_UNSENT_DATA") challengeAck(sk);
    return reason;
  }
  afterAck(sk);
  if (state(sk) === "CLOSE") return "";
  // Data for a program that has gone is answered with a reset (RFC 9293 3.6.1; tcp_rcv_state_process).
  if (
    (sk.state === "FIN-WAIT-1" || sk.state === "FIN-WAIT-2") &&
    sk.orphan &&
    after(add(s.seq, s.length), sk.rcvNxt) &&
    s.length > 0
  ) {
    replyReset(sk.ns, s.pkt);
    sk.done(null);
    return "TCP_ABORT_ON_DATA";
  }
  const dropped = queueData(sk, s);
  if (state(sk) !== "CLOSE" && state(sk) !== "TIME-WAIT") push(sk);
  return dropped;
}

/** The state, read anew: the calls before may have changed it. */
function state(sk: TcpSocket): TcpState {
  return sk.state;
}

/** Our FIN may have been acknowledged by this segment. */
function afterAck(sk: TcpSocket): void {
  const finAcked = sk.finSeq !== -1 && after(sk.sndUna, sk.finSeq);
  if (!finAcked) return;
  switch (sk.state) {
    case "FIN-WAIT-1":
      sk.state = "FIN-WAIT-2";
      // An orphan waits for the other side's FIN for tcp_fin_timeout only.
      if (sk.orphan) armTimeWait(sk, knob(sk, "tcp_fin_timeout", 60) * SECOND);
      break;
    case "CLOSING":
      timeWait(sk);
      break;
    case "LAST-ACK":
      sk.done(null);
      break;
  }
}

/** tcp_validate_incoming: PAWS, sequence numbers, RST and SYN (RFC 7323 5, RFC 9293 3.10.7.4, RFC 5961). */
function validate(sk: TcpSocket, s: Incoming): string {
  const ts = s.options.timestamp;
  const rst = (s.flags & tcp.RST) !== 0;
  if (sk.timestamps && ts && distance(ts.value, sk.tsRecent) < 0 && !rst) {
    if (!after(endSeq(s), sk.rcvNxt) && s.length > 0) sk.dsack = [s.seq, add(s.seq, s.length)];
    challengeAck(sk);
    return "TCP_RFC7323_PAWS";
  }
  const end = endSeq(s);
  const window = Math.max(0, distance(add(sk.rcvWup, sk.rcvWnd), sk.rcvNxt));
  if (before(end, sk.rcvWup) || after(s.seq, add(sk.rcvNxt, window))) {
    if (!rst) {
      if (s.flags & tcp.SYN) return synInWindow(sk, s);
      if (s.length > 0 || s.flags & tcp.FIN) {
        if (!after(end, sk.rcvNxt)) sk.dsack = [s.seq, end];
        // Old data again: the ACK was lost, so it goes out once more at once.
        if (before(end, sk.rcvWup)) sendAck(sk);
        else challengeAck(sk);
      } else challengeAck(sk);
    } else if (s.seq === add(sk.rcvNxt, 0)) return resetArrived(sk);
    return before(end, sk.rcvWup) ? "TCP_OLD_SEQUENCE" : "TCP_INVALID_SEQUENCE";
  }
  if (rst) {
    if (s.seq === sk.rcvNxt || sk.state === "SYN-RECV") return resetArrived(sk);
    challengeAck(sk);
    return "TCP_RESET";
  }
  if (s.flags & tcp.SYN && !(sk.state === "SYN-RECV" && s.flags & tcp.ACK)) return synInWindow(sk, s);
  // RFC 7323 4.3: only a segment that covers the last ACK's edge moves TS.Recent.
  if (sk.timestamps && ts && !after(s.seq, sk.rcvWup)) sk.tsRecent = ts.value;
  return "";
}

/** A SYN on a connection: in SYN-RECV the SYN-ACK was lost; else a challenge (RFC 5961 4). */
function synInWindow(sk: TcpSocket, s: Incoming): string {
  if (sk.state === "SYN-RECV" && s.seq === sk.irs) {
    sendSyn(sk, true);
    return "TCP_INVALID_SYN";
  }
  challengeAck(sk);
  return "TCP_INVALID_SYN";
}

/** tcp_reset. */
function resetArrived(sk: TcpSocket): string {
  sk.resetSeen = true;
  switch (sk.state) {
    case "SYN-SENT":
      sk.done("ECONNREFUSED");
      break;
    case "CLOSE-WAIT":
      sk.done("EPIPE");
      break;
    case "SYN-RECV":
    case "TIME-WAIT":
      sk.done(null);
      break;
    default:
      sk.done("ECONNRESET");
  }
  return "TCP_RESET";
}

/** tcp_rcv_synsent_state_process. */
function synSent(sk: TcpSocket, s: Incoming): string {
  const { flags } = s;
  if (flags & tcp.ACK) {
    if (!after(s.ack, sk.sndUna) || after(s.ack, sk.sndNxt)) {
      if (flags & tcp.RST) return "TCP_FLAGS";
      replyReset(sk.ns, s.pkt);
      return "TCP_INVALID_ACK_SEQUENCE";
    }
    if (flags & tcp.RST) return resetArrived(sk);
    if ((flags & tcp.SYN) === 0) return "TCP_FLAGS";
    finishConnect(sk, s);
    const acked = processAck(sk, {
      seq: s.seq,
      ack: s.ack,
      window: s.window,
      length: 1,
      timestampEcho: 0,
      sack: undefined,
    });
    if (acked !== "") return acked;
    establish(sk, s);
    sendAck(sk);
    push(sk);
    return "";
  }
  if (flags & tcp.RST) return "TCP_RESET";
  if (flags & tcp.SYN) {
    // Simultaneous open (RFC 9293 3.5, figure 8).
    finishConnect(sk, s);
    sk.state = "SYN-RECV";
    sk.sndWnd = s.window;
    sk.sndWl1 = s.seq;
    sk.maxWindow = s.window;
    sendSyn(sk, true);
    return "";
  }
  return "TCP_FLAGS";
}
