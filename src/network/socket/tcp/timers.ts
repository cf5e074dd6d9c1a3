import { MILLISECOND, SECOND, type Timer } from "../../../base/clock.ts";
import { congestionLoss } from "./congestion.ts";
import { knob } from "./options.ts";
import { packetsInFlight, push, retransmit, sendAck, sendProbe } from "./output.ts";
import type { TcpSocket } from "./socket.ts";

export const RTO_MIN = 200 * MILLISECOND;
/** Kernel timers fire in the tick after they fall due, so a program whose own deadline is the same comes first. */
const TICK = 4 * MILLISECOND;
export const RTO_MAX = 120 * SECOND;
/** tcp_model_timeout: how long `retries` doublings from the smallest RTO take. */
export function modelTimeout(retries: number): number {
  const doublings = 9; // ilog2(RTO_MAX / RTO_MIN)
  return retries <= doublings
    ? (2 ** (retries + 1) - 1) * RTO_MIN
    : (2 ** (doublings + 1) - 1) * RTO_MIN + (retries - doublings) * RTO_MAX;
}

/** Starts the retransmission timer anew (RFC 6298 5.1, 5.3), or stops it when nothing is outstanding. */
export function armRetransmit(sk: TcpSocket): void {
  sk.retransmitTimer?.cancel();
  sk.retransmitTimer = null;
  if (sk.inflight.length === 0) return;
  sk.retransmitTimer = sk.ns.host.after(Math.min(sk.rto, RTO_MAX) + TICK, () => {
    sk.retransmitTimer = null;
    retransmitTimeout(sk);
  });
}

/** tcp_retransmit_timer. */
function retransmitTimeout(sk: TcpSocket): void {
  if (sk.inflight.length === 0 || sk.state === "CLOSE") return;
  const now = sk.ns.host.now;
  if (sk.retransmits === 0) sk.firstRetransmit = sk.inflight[0].sentAt;
  if (sk.state === "SYN-SENT") {
    if (sk.retransmits >= knob(sk, "tcp_syn_retries", 6) + knob(sk, "tcp_syn_linear_timeouts", 4)) {
      timedOut(sk);
      return;
    }
  } else if (sk.state === "SYN-RECV") {
    if (sk.retransmits >= knob(sk, "tcp_synack_retries", 5)) {
      sk.done(null);
      return;
    }
  } else {
    // An orphan is given up earlier (tcp_orphan_retries: 0 stands for 8).
    const retries = sk.orphan ? knob(sk, "tcp_orphan_retries", 0) || 8 : knob(sk, "tcp_retries2", 15);
    if (sk.retransmits > 0 && now - sk.firstRetransmit >= modelTimeout(retries)) {
      timedOut(sk);
      return;
    }
  }
  if (sk.sndWnd === 0 && sk.state !== "SYN-SENT" && sk.state !== "SYN-RECV") {
    // The peer shrank its window to nothing: the first segment again, as a probe.
    retransmit(sk, sk.inflight[0]);
  } else {
    congestionLoss(sk);
    for (const s of sk.inflight) {
      s.lost = !s.sacked;
      s.retransmitted = false;
    }
    retransmit(sk, sk.inflight[0]);
  }
  sk.retransmits++;
  sk.totalRto++;
  const linear = sk.state === "SYN-SENT" && sk.totalRto <= knob(sk, "tcp_syn_linear_timeouts", 4);
  if (!linear) {
    sk.backoff++;
    sk.rto = Math.min(sk.rto * 2, RTO_MAX);
  }
  armRetransmit(sk);
}

/** tcp_write_err: a routing or ICMP error that came on the way says more than "timed out". */
function timedOut(sk: TcpSocket): void {
  sk.done(sk.softError ?? "ETIMEDOUT");
}

/** Lost segments go out again as the congestion window allows (tcp_xmit_retransmit_queue). */
export function resendLost(sk: TcpSocket): void {
  let flying = packetsInFlight(sk);
  for (const s of sk.inflight) {
    if (flying >= sk.cwnd) return;
    if (!s.lost || s.retransmitted || s.sacked) continue;
    retransmit(sk, s);
    flying++;
  }
}

/** The zero-window probe timer (RFC 9293 3.8.6.1, tcp_probe_timer). */
export function armProbe(sk: TcpSocket): void {
  if (sk.retransmitTimer !== null) return;
  const delay = Math.min(sk.rto * 2 ** Math.min(sk.probes, 20), RTO_MAX);
  sk.retransmitTimer = sk.ns.host.after(Math.max(delay, RTO_MIN), () => {
    sk.retransmitTimer = null;
    if (sk.state === "CLOSE" || sk.inflight.length > 0) return;
    if (sk.unsentBytes === 0) return;
    const before = sk.sndNxt;
    push(sk);
    if (sk.sndNxt !== before) return;
    if (sk.orphan && sk.probes > 8) return sk.done(null);
    (sk.retransmitTimer as Timer | null)?.cancel();
    sk.retransmitTimer = null;
    sk.probes++;
    sendProbe(sk);
    armProbe(sk);
  });
}

/** The delayed ACK (tcp_delack_timer). */
export function armDelayedAck(sk: TcpSocket): void {
  sk.ackPending = true;
  if (sk.delayedAck !== null) return;
  sk.delayedAck = sk.ns.host.after(sk.ackTimeout || 40 * MILLISECOND, () => {
    sk.delayedAck = null;
    if (!sk.ackPending || sk.state === "CLOSE") return;
    // The answer did not come in time: this is no conversation after all.
    sk.pingpong = false;
    sk.ackTimeout = 40 * MILLISECOND;
    sendAck(sk);
  });
}

/** TIME-WAIT (TCP_TIMEWAIT_LEN), or an orphan's FIN-WAIT-2. */
export function armTimeWait(sk: TcpSocket, span: number): void {
  sk.timeWaitTimer?.cancel();
  sk.timeWaitTimer = sk.ns.host.after(span, () => {
    sk.timeWaitTimer = null;
    sk.done(null);
  });
}

/** The connection is over; its addresses are kept from new use for a minute (tcp_time_wait). */
export function timeWait(sk: TcpSocket): void {
  sk.stopTimers();
  sk.state = "TIME-WAIT";
  sk.readable.wake();
  sk.writable.wake();
  armTimeWait(sk, 60 * SECOND);
}
