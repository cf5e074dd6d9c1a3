import { MILLISECOND } from "../../../base/clock.ts";
import * as ipv4 from "../../../wire/ipv4.ts";
import * as tcp from "../../../wire/tcp.ts";
import type { Incoming } from "./input.ts";
import { advertisedMss, chooseWindowScale, initialWindow, knob, syncMss } from "./options.ts";
import { routeOf, sendSegment } from "./output.ts";
import { add } from "./seq.ts";
import { type Segment, TcpSocket } from "./socket.ts";
import { armRetransmit } from "./timers.ts";

/** TCP_ATO_MIN: the shortest that an ACK is put off. */
export const ACK_DELAY = 40 * MILLISECOND;

export function synSegment(seq: number): Segment {
  return {
    seq,
    data: new Uint8Array(0),
    syn: true,
    fin: false,
    push: false,
    sentAt: 0,
    retransmitted: false,
    sacked: false,
    lost: false,
  };
}

/** The peer's SYN or SYN-ACK has come: what it agreed to, and where its numbers start. */
export function finishConnect(sk: TcpSocket, s: Incoming): void {
  const o = s.options;
  sk.irs = s.seq;
  sk.rcvNxt = add(s.seq, 1);
  sk.rcvWup = sk.rcvNxt;
  sk.peerMss = o.mss || 536;
  sk.timestamps = sk.timestamps && o.timestamp !== undefined;
  if (sk.timestamps && o.timestamp) sk.tsRecent = o.timestamp.value;
  sk.sackOk = sk.sackOk && o.sackPermitted === true;
  if (sk.windowScaling && o.wscale !== undefined) sk.sndWscale = Math.min(14, o.wscale);
  else {
    sk.windowScaling = false;
    sk.rcvWscale = 0;
    sk.sndWscale = 0;
  }
  sk.rcvMss = Math.max(88, Math.min(536, sk.advertisedMss));
  const route = routeOf(sk);
  if (route !== null) syncMss(sk, route);
}

/** The connection stands (tcp_finish_connect). */
export function establish(sk: TcpSocket, s: Incoming): void {
  sk.state = "ESTABLISHED";
  sk.sndWnd = s.flags & tcp.SYN ? s.window : s.window << sk.sndWscale;
  sk.sndWl1 = s.seq;
  sk.maxWindow = Math.max(sk.maxWindow, sk.sndWnd);
  sk.rcvSsthresh = sk.rcvWnd;
  sk.sndSmall = sk.sndUna;
  sk.lastReceive = sk.ns.host.now;
  sk.totalRto = 0;
  sk.readable.wake();
  sk.writable.wake();
}

/**
 * A SYN for a listener (tcp_conn_request): the child that answers it, not yet for accept. Null when the queues
 * are full.
 */
export function connectionRequest(listener: TcpSocket, s: Incoming): TcpSocket | null {
  const { pkt } = s;
  const ns = listener.ns;
  // sk_acceptq_is_full: one more than the backlog fits.
  if (listener.acceptQueue.length > listener.backlog) return null;
  if (listener.synQueue > Math.max(listener.backlog, knob(listener, "tcp_max_syn_backlog", 128))) return null;
  const sk = new TcpSocket(ns, listener.owner);
  Object.assign(sk.options, listener.options);
  sk.noDelay = listener.noDelay;
  sk.listener = listener;
  sk.localAddress = ipv4.dst(pkt.data, pkt.net);
  sk.remoteAddress = ipv4.src(pkt.data, pkt.net);
  sk.remotePort = tcp.sport(pkt.data, pkt.trans);
  sk.localPort = listener.localPort;
  const route = routeOf(sk);
  if (route === null) return null;
  sk.timestamps = knob(sk, "tcp_timestamps", 1) !== 0;
  sk.sackOk = knob(sk, "tcp_sack", 1) !== 0;
  sk.windowScaling = knob(sk, "tcp_window_scaling", 1) !== 0;
  sk.rcvWscale = chooseWindowScale(sk);
  sk.advertisedMss = advertisedMss(route);
  start(sk);
  finishConnect(sk, s);
  sk.rcvWnd = initialWindow(sk.advertisedMss - (sk.timestamps ? 12 : 0));
  sk.rcvSsthresh = sk.rcvWnd;
  // The SYN's window is never scaled.
  sk.sndWnd = s.window;
  sk.sndWl1 = s.seq;
  sk.maxWindow = s.window;
  sk.state = "SYN-RECV";
  listener.synQueue++;
  sk.table.bindPort(sk, listener.localPort);
  sk.table.addConnection(sk);
  const syn = synSegment(sk.iss);
  sk.inflight.push(syn);
  sk.sndNxt = add(sk.iss, 1);
  sendSegment(sk, syn, null);
  armRetransmit(sk);
  return sk;
}

/** Numbers that nobody can guess: initial sequence, time stamp offset, IP ID. */
export function start(sk: TcpSocket): void {
  const random = sk.ns.host.random;
  sk.iss = random.u32();
  sk.sndUna = sk.iss;
  sk.sndNxt = sk.iss;
  sk.timestampOffset = random.u32();
  sk.inetId = random.below(0x10000);
}

/** The handshake's last ACK: the child goes to the accept queue. False when that is full (the ACK is dropped). */
export function handshakeDone(sk: TcpSocket, s: Incoming): boolean {
  const listener = sk.listener;
  if (listener !== null) {
    if (listener.state !== "LISTEN") {
      sk.listener = null;
    } else {
      if (listener.acceptQueue.length > listener.backlog) return false;
      listener.synQueue--;
      listener.acceptQueue.push(sk);
      sk.listener = null;
      listener.readable.wake();
    }
  }
  establish(sk, s);
  return true;
}
