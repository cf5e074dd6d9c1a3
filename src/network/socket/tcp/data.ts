import { SECOND } from "../../../base/clock.ts";
import * as tcp from "../../../wire/tcp.ts";
import { ACK_DELAY } from "./handshake.ts";
import type { Incoming } from "./input.ts";
import { sendAck } from "./output.ts";
import { add, after, before, distance } from "./seq.ts";
import type { OutOfOrder, TcpSocket } from "./socket.ts";
import { armDelayedAck, armTimeWait, timeWait } from "./timers.ts";
import { growWindow } from "./window.ts";

/** The data and FIN of a segment (tcp_data_queue). The drop reason, or "". */
export function queueData(sk: TcpSocket, s: Incoming): string {
  const fin = (s.flags & tcp.FIN) !== 0;
  if (s.length === 0 && !fin) return "";
  if (sk.finReceived) {
    // Only the FIN again: acknowledge it.
    sendAck(sk);
    return "TCP_OLD_DATA";
  }
  const end = add(s.seq, s.length + (fin ? 1 : 0));
  if (!after(end, sk.rcvNxt)) {
    if (sk.sackOk) sk.dsack = [s.seq, end];
    quickAcks(sk, 16);
    sendAck(sk);
    return "TCP_OLD_DATA";
  }
  const window = Math.max(0, distance(add(sk.rcvWup, sk.rcvWnd), sk.rcvNxt));
  if (window === 0 && s.length > 0) {
    sendAck(sk);
    return "TCP_ZEROWINDOW";
  }
  if (after(s.seq, sk.rcvNxt)) return queueAhead(sk, s, end, fin);
  const skip = distance(sk.rcvNxt, s.seq);
  if (s.length > skip) take(sk, s.pkt.data.slice(s.dataAt + skip, s.dataAt + s.length));
  let ended = fin;
  if (!ended) ended = drainAhead(sk);
  received(sk, s.length);
  if (ended) finArrives(sk);
  acknowledge(sk, s.length);
  sk.readable.wake();
  return "";
}

function take(sk: TcpSocket, data: Uint8Array): void {
  sk.rcvNxt = add(sk.rcvNxt, data.length);
  sk.bytesReceived += data.length;
  if (sk.receiveShut && sk.orphan) return;
  sk.received.push(data);
  sk.receivedBytes += data.length;
}

/** tcp_data_queue_ofo: kept in order of sequence numbers, overlaps cut away. */
function queueAhead(sk: TcpSocket, s: Incoming, end: number, fin: boolean): string {
  let seq = s.seq;
  let dataAt = s.dataAt;
  const list = sk.outOfOrder;
  let i = 0;
  while (i < list.length && before(list[i].seq, seq)) i++;
  const previous = list[i - 1];
  if (previous && after(previous.end, seq)) {
    if (!after(end, previous.end)) {
      if (sk.sackOk) sk.dsack = [s.seq, end];
      sendAck(sk);
      return "TCP_OFOMERGE";
    }
    dataAt += distance(previous.end, seq);
    seq = previous.end;
  }
  while (i < list.length && !after(list[i].end, end)) list.splice(i, 1);
  let last = add(seq, distance(end, seq));
  let withFin = fin;
  if (i < list.length && before(list[i].seq, end)) {
    last = list[i].seq;
    withFin = false;
  }
  const length = distance(last, seq) - (withFin ? 1 : 0);
  const piece: OutOfOrder = { seq, end: last, data: s.pkt.data.slice(dataAt, dataAt + length), fin: withFin };
  list.splice(i, 0, piece);
  sk.newestOutOfOrder = seq;
  // An ACK at once for each segment out of order: the sender counts them (RFC 5681 4.2).
  sendAck(sk);
  return "";
}

/** What waited and now fits; true when a FIN was among it (tcp_ofo_queue). */
function drainAhead(sk: TcpSocket): boolean {
  const list = sk.outOfOrder;
  while (list.length > 0 && !after(list[0].seq, sk.rcvNxt)) {
    const piece = list.shift() as OutOfOrder;
    if (!after(piece.end, sk.rcvNxt)) continue;
    const skip = distance(sk.rcvNxt, piece.seq);
    if (piece.data.length > skip) take(sk, piece.data.subarray(skip));
    if (piece.fin) return true;
  }
  return false;
}

/** tcp_incr_quickack: the next `most` segments are acknowledged at once. */
export function quickAcks(sk: TcpSocket, most: number): void {
  const n = Math.floor(sk.rcvWnd / (2 * sk.rcvMss)) || 2;
  sk.quick = Math.max(sk.quick, Math.min(n, most));
}

/** tcp_event_data_recv: how soon data follows data sets how long an ACK may wait. */
function received(sk: TcpSocket, length: number): void {
  const now = sk.ns.host.now;
  if (length >= sk.rcvMss) sk.rcvMss = Math.min(length, sk.advertisedMss);
  if (sk.ackTimeout === 0) {
    quickAcks(sk, 16);
    sk.ackTimeout = ACK_DELAY;
  } else {
    const gap = now - sk.lastReceive;
    if (gap <= ACK_DELAY / 2) sk.ackTimeout = Math.floor(sk.ackTimeout / 2) + ACK_DELAY / 2;
    else if (gap < sk.ackTimeout) sk.ackTimeout = Math.min(Math.floor(sk.ackTimeout / 2) + gap, sk.rto);
    // A long silence: the sender may have begun slowly again.
    else if (gap > sk.rto) quickAcks(sk, 16);
  }
  sk.lastReceive = now;
  growWindow(sk, length);
}

/** __tcp_ack_snd_check. */
function acknowledge(sk: TcpSocket, length: number): void {
  if (sk.state === "TIME-WAIT" || sk.state === "CLOSE") return;
  const waiting = distance(sk.rcvNxt, sk.rcvWup);
  if (
    (length > 0 && waiting > sk.rcvMss && sk.receivedBytes < sk.rcvSsthresh) ||
    (sk.quick > 0 && !sk.pingpong) ||
    sk.outOfOrder.length > 0
  ) {
    sendAck(sk);
  } else armDelayedAck(sk);
}

/** tcp_fin. */
function finArrives(sk: TcpSocket): void {
  sk.rcvNxt = add(sk.rcvNxt, 1);
  sk.finReceived = true;
  sk.outOfOrder.length = 0;
  switch (sk.state) {
    case "SYN-RECV":
    case "ESTABLISHED":
      sk.state = "CLOSE-WAIT";
      // The program will likely close too, and its FIN carries the ACK.
      sk.pingpong = true;
      break;
    case "FIN-WAIT-1":
      // Both closed at once; ours is not acknowledged yet.
      sendAck(sk);
      sk.state = "CLOSING";
      break;
    case "FIN-WAIT-2":
      sendAck(sk);
      timeWait(sk);
      break;
  }
}

/** FIN-WAIT-2 of a closed socket, and TIME-WAIT again after a repeated FIN. */
export function restartTimeWait(sk: TcpSocket): void {
  armTimeWait(sk, 60 * SECOND);
}
