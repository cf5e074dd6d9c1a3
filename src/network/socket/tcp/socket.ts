import type { Nanoseconds, Timer } from "../../../base/clock.ts";
import { type Errno, KernelError } from "../../../base/errno.ts";
import { AGAIN } from "../../../base/wait.ts";
import type { NetNamespace } from "../../namespace.ts";
import { Socket, type SocketOwner } from "../socket.ts";
import { socketsOf } from "../table.ts";
import { closeSocket, reset, shutdown } from "./close.ts";
import { bind, connect, listen } from "./open.ts";
import { push } from "./output.ts";
import type { TcpTable } from "./table.ts";
import { consumed } from "./window.ts";

/** As ss and /proc/net/tcp name them. */
export type TcpState =
  | "CLOSE"
  | "LISTEN"
  | "SYN-SENT"
  | "SYN-RECV"
  | "ESTABLISHED"
  | "FIN-WAIT-1"
  | "FIN-WAIT-2"
  | "CLOSE-WAIT"
  | "LAST-ACK"
  | "CLOSING"
  | "TIME-WAIT";

/** A segment that was sent and is not acknowledged (an sk_buff of the retransmit queue). */
export interface Segment {
  seq: number;
  data: Uint8Array;
  /** SYN and FIN take a sequence number each. */
  syn: boolean;
  fin: boolean;
  push: boolean;
  sentAt: Nanoseconds;
  retransmitted: boolean;
  sacked: boolean;
  lost: boolean;
}

/** Data that came ahead of its turn. */
export interface OutOfOrder {
  seq: number;
  end: number;
  data: Uint8Array;
  fin: boolean;
}

/** One past the segment's last sequence number. */
export function endOf(s: Segment): number {
  return (s.seq + s.data.length + (s.syn ? 1 : 0) + (s.fin ? 1 : 0)) >>> 0;
}

/** A TCP socket (RFC 9293, net/ipv4/tcp.c): a listener, or one end of a connection. */
export class TcpSocket extends Socket {
  readonly protocolName = "tcp";
  readonly table: TcpTable;
  state: TcpState = "CLOSE";
  /** TCP_NODELAY. */
  noDelay = false;
  /** No process holds it any more (SOCK_DEAD). */
  orphan = false;

  // ── listener ─────────────────────────────────────────────────────────────────────────────────────────
  backlog = 0;
  readonly acceptQueue: TcpSocket[] = [];
  /** Connections whose handshake is not finished. */
  synQueue = 0;
  /** The listener that a child in SYN-RECV belongs to. */
  listener: TcpSocket | null = null;

  // ── sending ──────────────────────────────────────────────────────────────────────────────────────────
  iss = 0;
  sndUna = 0;
  sndNxt = 0;
  /** The peer's window, bytes. */
  sndWnd = 0;
  sndWl1 = 0;
  maxWindow = 0;
  sndWscale = 0;
  /** Bytes of data per full segment now (mss_cache). */
  mss = 536;
  /** The peer's MSS option. */
  peerMss = 536;
  readonly inflight: Segment[] = [];
  readonly unsent: Uint8Array[] = [];
  unsentBytes = 0;
  /** One past the last small segment sent (tp->snd_sml), for Nagle as Minshall changed it. */
  sndSmall = 0;
  finQueued = false;
  /** Sequence number of the FIN once it was sent, else −1. */
  finSeq = -1;
  sendShut = false;

  // ── congestion (RFC 5681, 6582, 6675) ────────────────────────────────────────────────────────────────
  /** Segments. */
  cwnd = 10;
  cwndCount = 0;
  ssthresh = 0x7fffffff;
  dupAcks = 0;
  recovery: "open" | "recovery" | "loss" = "open";
  highSeq = 0;

  // ── round trip time (RFC 6298) ───────────────────────────────────────────────────────────────────────
  srtt = 0;
  rttvar = 0;
  rto: Nanoseconds = 1_000_000_000;
  backoff = 0;
  retransmits = 0;
  totalRto = 0;
  firstRetransmit: Nanoseconds = 0;
  retransmitTimer: Timer | null = null;
  probes = 0;
  softError: Errno | null = null;
  /** Bytes and segments for ss -i. */
  bytesAcked = 0;
  bytesReceived = 0;
  segmentsOut = 0;
  segmentsIn = 0;
  totalRetransmits = 0;

  // ── receiving ────────────────────────────────────────────────────────────────────────────────────────
  irs = 0;
  rcvNxt = 0;
  /** Last window that was advertised, and from where it counts. */
  rcvWup = 0;
  rcvWnd = 0;
  rcvWscale = 0;
  /** How far the window may open now (rcv_ssthresh), bytes. */
  rcvSsthresh = 0;
  advertisedMss = 1460;
  /** Data for the program, and how much of it. */
  readonly received: Uint8Array[] = [];
  receivedBytes = 0;
  readonly outOfOrder: OutOfOrder[] = [];
  /** Sequence number of the piece that came last, for the order of SACK blocks. */
  newestOutOfOrder = 0;
  /** A range received twice, to report (RFC 2883). */
  dsack: [number, number] | null = null;
  finReceived = false;
  receiveShut = false;

  // ── options ──────────────────────────────────────────────────────────────────────────────────────────
  timestamps = false;
  timestampOffset = 0;
  tsRecent = 0;
  sackOk = false;
  windowScaling = false;

  // ── acknowledging (inet_connection_sock.icsk_ack) ────────────────────────────────────────────────────
  ackPending = false;
  quick = 0;
  pingpong = false;
  rcvMss = 536;
  lastReceive: Nanoseconds = -1;
  delayedAck: Timer | null = null;
  ackTimeout: Nanoseconds = 0;
  lastChallenge: Nanoseconds = -1_000_000_000;
  timeWaitTimer: Timer | null = null;
  synTos = 0;

  constructor(ns: NetNamespace, owner: SocketOwner) {
    super(ns, owner);
    this.table = socketsOf(ns).tcp;
  }

  /** EADDRINUSE, EADDRNOTAVAIL, EINVAL (bound already). Port 0 takes an ephemeral one. */
  bind(address: number, port: number): void {
    bind(this, address, port);
  }

  listen(backlog: number): void {
    listen(this, backlog);
  }

  /** A connection from the accept queue (wait on `readable`), with `remoteAddress` and `remotePort`. */
  accept(): TcpSocket | typeof AGAIN {
    if (this.state !== "LISTEN") throw new KernelError("EINVAL");
    const child = this.acceptQueue.shift();
    return child ?? AGAIN;
  }

  /** sock_owned_by_user, as far as it matters: connect() still holds it. */
  held = false;
  /** An ICMP error came while connect() held it: poll(2) wakes, and SO_ERROR tells it, but the attempt goes on. */
  errorQueued = false;

  /**
   * Sends the SYN and returns. Wait on `writable` while it is `connecting` (connect(2)), or `undecided` (poll(2) after a
   * connect(2) that does not block): then either the connection stands, or `takeError()` says why not. Throws at once
   * where the kernel does (ENETUNREACH …).
   */
  connect(address: number, port: number): void {
    this.held = true;
    try {
      connect(this, address, port);
      this.ns.host.settle();
    } finally {
      this.held = false;
    }
  }

  get connecting(): boolean {
    return this.state === "SYN-SENT" || this.state === "SYN-RECV";
  }

  get undecided(): boolean {
    return this.connecting && !this.errorQueued;
  }

  /** SO_ERROR tells a soft error, too (sock_getsockopt). */
  override takeError(): Errno | null {
    const error = super.takeError() ?? this.softError;
    this.softError = null;
    return error;
  }

  /** How many bytes fit into the send buffer: twice what the congestion window may have in flight (tcp_sndbuf_expand). */
  get sendSpace(): number {
    const limit = Math.min(4194304, Math.max(43520, 2 * this.cwnd * this.mss));
    const used = this.unsentBytes + Math.max(0, (this.sndNxt - this.sndUna) | 0);
    return used >= limit ? 0 : limit - used;
  }

  /** How many bytes the send buffer took; AGAIN when it is full (wait on `writable`). EPIPE, ECONNRESET … */
  send(data: Uint8Array): number | typeof AGAIN {
    this.raisePending();
    if (this.sendShut) throw new KernelError("EPIPE");
    if (this.state === "SYN-SENT" || this.state === "SYN-RECV") return AGAIN;
    if (this.state === "CLOSE" || this.state === "LISTEN")
      throw new KernelError(this.closed ? "EBADF" : "EPIPE");
    if (data.length === 0) return 0;
    const space = this.sendSpace;
    if (space === 0) return AGAIN;
    const taken = data.length <= space ? data : data.subarray(0, space);
    // Bytes are copied once, as from user space: the caller may reuse its buffer.
    this.unsent.push(taken.slice());
    this.unsentBytes += taken.length;
    push(this);
    this.ns.host.settle();
    return taken.length;
  }

  /** Bytes that have come; AGAIN (wait on `readable`); empty at the other side's FIN. ECONNRESET … */
  receive(max: number): Uint8Array | typeof AGAIN {
    if (this.receivedBytes === 0) {
      this.raisePending();
      if (this.finReceived || this.receiveShut) return new Uint8Array(0);
      if (this.state === "CLOSE" && !this.resetSeen) throw new KernelError("ENOTCONN");
      if (this.state === "CLOSE" || this.state === "TIME-WAIT") return new Uint8Array(0);
      if (this.state === "LISTEN") throw new KernelError("ENOTCONN");
      return AGAIN;
    }
    const first = this.received[0];
    let data: Uint8Array;
    if (first.length <= max) {
      this.received.shift();
      data = first;
    } else {
      data = first.subarray(0, max);
      this.received[0] = first.subarray(max);
    }
    this.receivedBytes -= data.length;
    consumed(this);
    return data;
  }
  /** A reset ended it: readers get the end after the error. */
  resetSeen = false;

  shutdown(how: "read" | "write" | "both"): void {
    shutdown(this, how);
  }

  read(max: number): Uint8Array | typeof AGAIN {
    return this.receive(max);
  }

  write(data: Uint8Array): number | typeof AGAIN {
    return this.send(data);
  }

  /** Gives the connection up to the kernel: FIN, or RST when there is unread data. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.orphan = true;
    closeSocket(this);
  }

  /** Ends it with a RST (SO_LINGER with time 0). */
  abort(): void {
    if (this.closed) return;
    this.closed = true;
    this.orphan = true;
    reset(this);
  }

  /** The connection is over: off the tables, timers stopped (tcp_done). */
  done(error: Errno | null): void {
    this.stopTimers();
    if (this.state !== "CLOSE") this.table.remove(this);
    const listener = this.listener;
    if (listener !== null && this.state === "SYN-RECV") {
      listener.synQueue--;
      this.listener = null;
    }
    this.state = "CLOSE";
    this.sendShut = true;
    this.receiveShut = true;
    if (error !== null) this.fail(error);
    else {
      this.readable.wake();
      this.writable.wake();
    }
  }

  stopTimers(): void {
    this.retransmitTimer?.cancel();
    this.retransmitTimer = null;
    this.delayedAck?.cancel();
    this.delayedAck = null;
    this.timeWaitTimer?.cancel();
    this.timeWaitTimer = null;
  }
}
