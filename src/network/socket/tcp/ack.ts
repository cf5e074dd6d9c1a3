import { congestionAcked, enterRecovery, measured } from "./congestion.ts";
import { knob } from "./options.ts";
import { push, sendAck } from "./output.ts";
import { add, after, before, distance } from "./seq.ts";
import { endOf, type TcpSocket } from "./socket.ts";
import { armRetransmit, resendLost } from "./timers.ts";

/** What tcp_ack needs of a segment. */
export interface AckInfo {
  seq: number;
  ack: number;
  /** Already scaled. */
  window: number;
  length: number;
  timestampEcho: number;
  sack: readonly [number, number][] | undefined;
}

/** The ACK field of a segment (tcp_ack). A drop reason when it makes the segment invalid, else "". */
export function processAck(sk: TcpSocket, info: AckInfo): string {
  const { ack } = info;
  if (before(ack, sk.sndUna)) {
    if (before(ack, add(sk.sndUna, -sk.maxWindow))) {
      challengeAck(sk);
      return "TCP_TOO_OLD_ACK";
    }
    return "";
  }
  if (after(ack, sk.sndNxt)) return "TCP_ACK_UNSENT_DATA";
  const previous = sk.sndWnd;
  updateWindow(sk, info);
  if (info.sack !== undefined) markSacked(sk, info.sack);
  const advanced = distance(ack, sk.sndUna);
  if (advanced > 0) newAck(sk, ack, advanced);
  else if (info.length === 0 && sk.inflight.length > 0 && sk.sndWnd === previous) duplicateAck(sk);
  if (sk.sndWnd > 0) sk.probes = 0;
  if (sk.inflight.length === 0 && sk.sndWnd > 0 && sk.retransmitTimer !== null) {
    sk.retransmitTimer.cancel();
    sk.retransmitTimer = null;
  }
  return "";
}

/** tcp_ack_update_window. */
function updateWindow(sk: TcpSocket, info: AckInfo): void {
  if (
    after(info.ack, sk.sndUna) ||
    after(info.seq, sk.sndWl1) ||
    (info.seq === sk.sndWl1 && info.window > sk.sndWnd)
  ) {
    sk.sndWl1 = info.seq;
    sk.sndWnd = info.window;
    if (info.window > sk.maxWindow) sk.maxWindow = info.window;
  }
}

function newAck(sk: TcpSocket, ack: number, advanced: number): void {
  const now = sk.ns.host.now;
  let segments = 0;
  let rtt = -1;
  while (sk.inflight.length > 0) {
    const s = sk.inflight[0];
    if (after(endOf(s), ack)) {
      if (after(ack, s.seq) && s.data.length > 0) {
        s.data = s.data.subarray(distance(ack, s.seq));
        s.seq = ack;
      }
      break;
    }
    // Karn's rule: a segment that was sent twice measures nothing (RFC 6298 3).
    if (!s.retransmitted) rtt = now - s.sentAt;
    segments++;
    sk.inflight.shift();
  }
  sk.sndUna = ack;
  sk.bytesAcked += advanced;
  sk.softError = null;
  if (rtt >= 0) measured(sk, rtt);
  if (sk.retransmits > 0 || sk.backoff > 0) {
    sk.retransmits = 0;
    sk.backoff = 0;
    if (sk.srtt > 0 && rtt < 0) measured(sk, sk.srtt);
  }
  if (sk.recovery !== "open") {
    if (distance(ack, sk.highSeq) >= 0) {
      if (sk.recovery === "recovery") sk.cwnd = Math.max(2, sk.ssthresh);
      sk.recovery = "open";
      sk.dupAcks = 0;
    } else {
      if (sk.recovery === "loss") congestionAcked(sk, segments);
      else if (!sk.sackOk && sk.inflight.length > 0) {
        // NewReno: a partial ACK says that the next segment is lost as well.
        sk.inflight[0].lost = true;
        sk.inflight[0].retransmitted = false;
      }
      resendLost(sk);
    }
  } else {
    sk.dupAcks = 0;
    congestionAcked(sk, segments);
  }
  armRetransmit(sk);
  sk.writable.wake();
}

/** tcp_sacktag_write_queue. */
function markSacked(sk: TcpSocket, blocks: readonly [number, number][]): void {
  let highest = sk.sndUna;
  for (const [left, right] of blocks) {
    if (before(left, sk.sndUna) || after(right, sk.sndNxt) || !before(left, right)) continue;
    for (const s of sk.inflight) {
      if (!before(s.seq, left) && !after(endOf(s), right)) s.sacked = true;
    }
    if (after(right, highest)) highest = right;
  }
  // RFC 6675: lost when three segments above it were reported.
  let above = 0;
  for (let i = sk.inflight.length - 1; i >= 0; i--) {
    const s = sk.inflight[i];
    if (s.sacked) above++;
    else if (above >= 3) s.lost = true;
  }
}

function duplicateAck(sk: TcpSocket): void {
  sk.dupAcks++;
  if (sk.recovery === "open" && (sk.dupAcks >= 3 || sk.inflight[0].lost)) {
    enterRecovery(sk);
    sk.inflight[0].lost = true;
  }
  if (sk.recovery !== "open") resendLost(sk);
  if (sk.recovery === "recovery" && !sk.sackOk) sk.cwnd++;
  push(sk);
}

/** tcp_send_challenge_ack: at most one in 500 ms (tcp_invalid_ratelimit). */
export function challengeAck(sk: TcpSocket): void {
  const now = sk.ns.host.now;
  if (now - sk.lastChallenge < knob(sk, "tcp_invalid_ratelimit", 500) * 1_000_000) return;
  sk.lastChallenge = now;
  sendAck(sk);
}
