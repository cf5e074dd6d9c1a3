import { MILLISECOND } from "../../../base/clock.ts";
import { distance } from "./seq.ts";
import type { TcpSocket } from "./socket.ts";
import { RTO_MIN } from "./timers.ts";

/**
 * The largest congestion window, segments. Linux has none, but TSQ and real time keep it from filling
 * a device's backlog (net.core.netdev_max_backlog, 1000 packets); on the simulated clock a burst takes no time.
 */
const MAX_CWND = 400;

/**
 * Congestion control is Reno (RFC 5681) with NewReno's recovery (RFC 6582), and SACK says what was lost. Linux
 * starts with CUBIC; in a lab without loss both are the same slow start from ten segments.
 */
export function congestionAcked(sk: TcpSocket, segments: number): void {
  if (sk.recovery !== "open" && sk.recovery !== "loss") return;
  if (sk.cwnd < sk.ssthresh) {
    sk.cwnd = Math.min(sk.cwnd + segments, MAX_CWND);
    return;
  }
  sk.cwndCount += segments;
  while (sk.cwndCount >= sk.cwnd) {
    sk.cwndCount -= sk.cwnd;
    if (sk.cwnd < MAX_CWND) sk.cwnd++;
  }
}

/** A retransmission timeout (tcp_enter_loss). */
export function congestionLoss(sk: TcpSocket): void {
  if (sk.recovery !== "loss" || distance(sk.sndUna, sk.highSeq) >= 0) sk.ssthresh = Math.max(2, sk.cwnd >> 1);
  sk.cwnd = 1;
  sk.cwndCount = 0;
  sk.dupAcks = 0;
  sk.recovery = "loss";
  sk.highSeq = sk.sndNxt;
}

/** Three duplicate ACKs, or as much by SACK: fast retransmit (tcp_enter_recovery). */
export function enterRecovery(sk: TcpSocket): void {
  sk.ssthresh = Math.max(2, sk.cwnd >> 1);
  sk.cwnd = sk.ssthresh;
  sk.cwndCount = 0;
  sk.recovery = "recovery";
  sk.highSeq = sk.sndNxt;
}

/** A round trip was measured (RFC 6298 2, with Linux's floor of 200 ms under the variance term). */
export function measured(sk: TcpSocket, rtt: number): void {
  const sample = Math.max(rtt, 1000);
  if (sk.srtt === 0) {
    sk.srtt = sample;
    sk.rttvar = sample / 2;
  } else {
    sk.rttvar += (Math.abs(sk.srtt - sample) - sk.rttvar) / 4;
    sk.srtt += (sample - sk.srtt) / 8;
  }
  sk.rto = sk.srtt + Math.max(RTO_MIN, 4 * sk.rttvar);
  // The kernel's timers count in ticks of 4 ms.
  sk.rto = Math.ceil(sk.rto / (4 * MILLISECOND)) * 4 * MILLISECOND;
}
