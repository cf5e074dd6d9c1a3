import { KernelError } from "../../../base/errno.ts";
import { leaveChecksum } from "../../../netfilter/checksum-help.ts";
import { put16, put32 } from "../../../wire/bytes.ts";
import * as ipv4 from "../../../wire/ipv4.ts";
import * as tcp from "../../../wire/tcp.ts";
import { emit as emitOptions } from "../../../wire/tcp-options.ts";
import type { Route } from "../../flow.ts";
import { dontFragment, firstHop, flowOf, newDatagram, sendIp } from "../send.ts";
import { syncMss, timestamp } from "./options.ts";
import { add, distance } from "./seq.ts";
import { endOf, type Segment, type TcpSocket } from "./socket.ts";
import { armProbe, armRetransmit } from "./timers.ts";
import { selectWindow } from "./window.ts";

/** The route of the connection's next segment. Asked anew each time, so that changed routes and path MTUs count. */
export function routeOf(sk: TcpSocket): Route | null {
  try {
    const flow = flowOf(sk, ipv4.TCP, firstHop(sk.options.ipOptions, sk.remoteAddress), sk.remotePort);
    return sk.ns.routeOutput4(flow);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    sk.softError = error.code === "ENETUNREACH" ? "EHOSTUNREACH" : error.code;
    return null;
  }
}

/** Puts one segment on the wire (__tcp_transmit_skb). `window`: unscaled, as it stands in the header. */
function transmit(
  sk: TcpSocket,
  flags: number,
  seq: number,
  data: Uint8Array | null,
  options: Uint8Array,
  route: Route | null,
): void {
  const to = route ?? routeOf(sk);
  if (to === null) return;
  const length = tcp.LENGTH + options.length + (data?.length ?? 0);
  const pkt = newDatagram(sk, length);
  const bytes = pkt.data;
  const at = pkt.trans;
  let window: number;
  if (flags & tcp.SYN) window = Math.min(65535, sk.rcvWnd);
  else if (flags & tcp.RST) window = 0;
  else {
    sk.rcvWnd = selectWindow(sk);
    sk.rcvWup = sk.rcvNxt;
    window = Math.min(65535, sk.rcvWnd >>> sk.rcvWscale);
  }
  put16(bytes, at, sk.localPort);
  put16(bytes, at + 2, sk.remotePort);
  put32(bytes, at + 4, seq);
  put32(bytes, at + 8, flags & tcp.ACK ? sk.rcvNxt : 0);
  bytes[at + 12] = ((tcp.LENGTH + options.length) >>> 2) << 4;
  bytes[at + 13] = flags;
  put16(bytes, at + 14, window);
  put16(bytes, at + 18, 0);
  bytes.set(options, at + tcp.LENGTH);
  if (data !== null) bytes.set(data, at + tcp.LENGTH + options.length);
  leaveChecksum(pkt, sk.localAddress, sk.remoteAddress, ipv4.TCP);
  if (flags & tcp.ACK) acked(sk);
  sk.segmentsOut++;
  // A SYN-ACK is sent before the connection has an identity of its own: id 0 (ip_build_and_send_pkt).
  const synAck = (flags & (tcp.SYN | tcp.ACK)) === (tcp.SYN | tcp.ACK) && sk.listener !== null;
  const id = synAck ? 0 : sk.inetId;
  if (!synAck) sk.inetId = (id + 1) & 0xffff;
  try {
    sendIp(
      sk,
      pkt,
      to,
      { src: sk.localAddress, dst: sk.remoteAddress, protocol: ipv4.TCP, id, df: dontFragment(sk, to) },
      "tcp",
    );
  } catch (error) {
    // A segment that netfilter or the device refuses is lost like any other: the timer sends it again.
    if (!(error instanceof KernelError)) throw error;
  }
}

/** An ACK has gone out (tcp_event_ack_sent). */
function acked(sk: TcpSocket): void {
  sk.ackPending = false;
  if (sk.quick > 0) sk.quick--;
  sk.delayedAck?.cancel();
  sk.delayedAck = null;
}

/** The options of a segment that is no SYN: time stamp, then SACK blocks (tcp_established_options). */
function establishedOptions(sk: TcpSocket): Uint8Array {
  const blocks = sk.sackOk && (sk.outOfOrder.length > 0 || sk.dsack !== null) ? sackBlocks(sk) : undefined;
  if (!sk.timestamps && blocks === undefined) return NO_OPTIONS;
  if (blocks !== undefined) {
    return emitOptions({
      ...(sk.timestamps ? { timestamp: { value: timestamp(sk), echo: sk.tsRecent } } : {}),
      sack: blocks,
    });
  }
  const bytes = new Uint8Array(12);
  bytes[0] = tcp.OPT_NOP;
  bytes[1] = tcp.OPT_NOP;
  bytes[2] = tcp.OPT_TIMESTAMP;
  bytes[3] = 10;
  put32(bytes, 4, timestamp(sk));
  put32(bytes, 8, sk.tsRecent);
  return bytes;
}

const NO_OPTIONS = new Uint8Array(0);

/** Up to three blocks (four without time stamps), the newest first, a duplicate before all (RFC 2018 4, 2883). */
function sackBlocks(sk: TcpSocket): [number, number][] {
  const blocks: [number, number][] = [];
  const room = sk.timestamps ? 3 : 4;
  if (sk.dsack !== null) blocks.push(sk.dsack);
  sk.dsack = null;
  const ranges: [number, number][] = [];
  for (const piece of sk.outOfOrder) {
    const last = ranges[ranges.length - 1];
    if (last && last[1] === piece.seq) last[1] = piece.end;
    else ranges.push([piece.seq, piece.end]);
  }
  const newest = sk.newestOutOfOrder;
  ranges.sort((a, b) => Number(holds(b, newest)) - Number(holds(a, newest)));
  for (const range of ranges) if (blocks.length < room) blocks.push(range);
  return blocks;
}

function holds(range: [number, number], seq: number): boolean {
  return distance(seq, range[0]) >= 0 && distance(range[1], seq) > 0;
}

/** The SYN of a connect, or the SYN-ACK of an accept; also again. */
export function sendSyn(sk: TcpSocket, ack: boolean): void {
  const options = emitOptions({
    mss: sk.advertisedMss,
    ...(sk.sackOk ? { sackPermitted: true } : {}),
    ...(sk.timestamps ? { timestamp: { value: timestamp(sk), echo: ack ? sk.tsRecent : 0 } } : {}),
    ...(sk.windowScaling ? { wscale: sk.rcvWscale } : {}),
  });
  transmit(sk, ack ? tcp.SYN | tcp.ACK : tcp.SYN, sk.iss, null, options, null);
}

/** A pure ACK, at once. */
export function sendAck(sk: TcpSocket): void {
  if (sk.state === "CLOSE" || sk.state === "LISTEN") return;
  transmit(sk, tcp.ACK, sk.sndNxt, null, establishedOptions(sk), null);
}

/** A zero-window or keepalive probe: an ACK with a sequence number that was acknowledged (tcp_xmit_probe_skb). */
export function sendProbe(sk: TcpSocket): void {
  transmit(sk, tcp.ACK, add(sk.sndUna, -1), null, establishedOptions(sk), null);
}

/** tcp_send_active_reset. */
export function sendReset(sk: TcpSocket): void {
  transmit(sk, tcp.RST | tcp.ACK, sk.sndNxt, null, establishedOptions(sk), null);
}

export function sendSegment(sk: TcpSocket, s: Segment, route: Route | null): void {
  s.sentAt = sk.ns.host.now;
  if (s.syn) {
    sendSyn(sk, sk.state === "SYN-RECV");
    return;
  }
  const flags = tcp.ACK | (s.fin ? tcp.FIN : 0) | (s.push ? tcp.PSH : 0);
  transmit(sk, flags, s.seq, s.data, establishedOptions(sk), route);
}

/** Segments that are believed to be in the network (tcp_packets_in_flight). */
export function packetsInFlight(sk: TcpSocket): number {
  let n = 0;
  for (const s of sk.inflight) if (!s.sacked && !(s.lost && !s.retransmitted)) n++;
  return n;
}

/** Takes up to `length` bytes off the unsent data, in one piece. */
function takeUnsent(sk: TcpSocket, length: number): Uint8Array {
  const first = sk.unsent[0];
  if (first.length === length) {
    sk.unsent.shift();
    sk.unsentBytes -= length;
    return first;
  }
  if (first.length > length) {
    sk.unsent[0] = first.subarray(length);
    sk.unsentBytes -= length;
    return first.subarray(0, length);
  }
  const data = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const chunk = sk.unsent[0];
    const n = Math.min(chunk.length, length - at);
    data.set(n === chunk.length ? chunk : chunk.subarray(0, n), at);
    if (n === chunk.length) sk.unsent.shift();
    else sk.unsent[0] = chunk.subarray(n);
    at += n;
  }
  sk.unsentBytes -= length;
  return data;
}

/**
 * Sends what congestion window, the peer's window and Nagle let go (tcp_write_xmit), and the FIN behind the
 * last data.
 */
export function push(sk: TcpSocket): void {
  if (sk.state === "SYN-SENT" || sk.state === "SYN-RECV" || sk.state === "CLOSE" || sk.state === "LISTEN")
    return;
  let route: Route | null = null;
  let flying = -1;
  while (sk.unsentBytes > 0) {
    if (route === null) {
      route = routeOf(sk);
      if (route === null) break;
      syncMss(sk, route);
      flying = packetsInFlight(sk);
    }
    if (flying >= sk.cwnd) break;
    const window = distance(add(sk.sndUna, sk.sndWnd), sk.sndNxt);
    let length = Math.min(sk.mss, sk.unsentBytes);
    if (length > window) {
      // Half of the largest window that the peer ever had is worth a segment of its own (RFC 9293 3.8.6.2.1).
      if (window <= 0 || (window < sk.mss && window < sk.maxWindow >> 1)) break;
      length = window;
    }
    const small = length < sk.mss;
    const last = length === sk.unsentBytes;
    if (
      small &&
      last &&
      !sk.noDelay &&
      !sk.finQueued &&
      sk.inflight.length > 0 &&
      distance(sk.sndSmall, sk.sndUna) > 0
    )
      break;
    const segment: Segment = {
      seq: sk.sndNxt,
      data: takeUnsent(sk, length),
      syn: false,
      fin: last && sk.finQueued,
      push: last,
      sentAt: 0,
      retransmitted: false,
      sacked: false,
      lost: false,
    };
    queueAndSend(sk, segment, route);
    if (small) sk.sndSmall = sk.sndNxt;
    flying++;
  }
  if (sk.finQueued && sk.unsentBytes === 0 && !finSent(sk)) {
    const segment: Segment = {
      seq: sk.sndNxt,
      data: NO_OPTIONS,
      syn: false,
      fin: true,
      push: false,
      sentAt: 0,
      retransmitted: false,
      sacked: false,
      lost: false,
    };
    queueAndSend(sk, segment, null);
  }
  if (sk.inflight.length === 0 && sk.unsentBytes > 0) armProbe(sk);
}

function finSent(sk: TcpSocket): boolean {
  return sk.finSeq !== -1;
}

function queueAndSend(sk: TcpSocket, segment: Segment, route: Route | null): void {
  const first = sk.inflight.length === 0;
  sk.inflight.push(segment);
  sk.sndNxt = endOf(segment);
  if (segment.fin) sk.finSeq = add(sk.sndNxt, -1);
  // Data sent soon after data came: a conversation, so ACKs wait for the answer (tcp_event_data_sent).
  if (segment.data.length > 0 && sk.lastReceive >= 0 && sk.ns.host.now - sk.lastReceive < sk.ackTimeout)
    sk.pingpong = true;
  sendSegment(sk, segment, route);
  if (first || sk.retransmitTimer === null) armRetransmit(sk);
}

/** Cuts segments that no longer fit after the path MTU shrank (tcp_simple_retransmit's tcp_fragment). */
export function resegment(sk: TcpSocket): void {
  for (let i = 0; i < sk.inflight.length; i++) {
    const s = sk.inflight[i];
    if (s.data.length <= sk.mss) continue;
    const rest: Segment = { ...s, seq: add(s.seq, sk.mss), data: s.data.subarray(sk.mss) };
    s.data = s.data.subarray(0, sk.mss);
    s.fin = false;
    s.push = false;
    sk.inflight.splice(i + 1, 0, rest);
  }
}

/** Sends a segment of the queue again. */
export function retransmit(sk: TcpSocket, s: Segment): void {
  if (s.syn) {
    s.retransmitted = true;
    sk.totalRetransmits++;
    sendSegment(sk, s, null);
    return;
  }
  const route = routeOf(sk);
  if (route === null) return;
  syncMss(sk, route);
  resegment(sk);
  s.retransmitted = true;
  sk.totalRetransmits++;
  sendSegment(sk, s, route);
}
