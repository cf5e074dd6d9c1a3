import type { Nanoseconds } from "../../base/clock.ts";
import { type Errno, KernelError } from "../../base/errno.ts";
import { type AGAIN, WaitQueue } from "../../base/wait.ts";
import type { Device } from "../device.ts";
import type { NetNamespace } from "../namespace.ts";

/** Who made a socket: for the walk and for messages. A machine/ Process fits. */
export interface SocketOwner {
  readonly pid: number;
  readonly name: string;
  readonly uid: number;
}

/** IP_MTU_DISCOVER. TCP and UDP start with "want": DF is set, and the path MTU learnt is obeyed (UDP is then
 *  fragmented to it). "do": DF, and a datagram over the MTU is refused (EMSGSIZE). "probe": DF, the path MTU
 *  ignored. "dont": no DF. */
export type MtuDiscover = "dont" | "want" | "do" | "probe";

/** What setsockopt sets, with the kernel's defaults. Plain fields: assign before bind or send. */
export interface SocketOptions {
  /** SO_BINDTODEVICE. */
  device: Device | null;
  /** SO_MARK. */
  mark: number;
  /** SO_PRIORITY. */
  priority: number;
  /** SO_BROADCAST: without it a send to a broadcast address is EACCES. */
  broadcast: boolean;
  reuseAddress: boolean;
  reusePort: boolean;
  /** SO_KEEPALIVE. */
  keepAlive: boolean;
  /** SO_DONTROUTE. */
  dontRoute: boolean;
  /** SO_RCVBUF and SO_SNDBUF as the kernel keeps them (already doubled). */
  receiveBuffer: number;
  sendBuffer: number;
  /** IP_TTL; 0: net.ipv4.ip_default_ttl. */
  ttl: number;
  /** IP_MULTICAST_TTL and IP_MULTICAST_LOOP. */
  multicastTtl: number;
  multicastLoop: boolean;
  /** IP_MULTICAST_IF. */
  multicastDevice: Device | null;
  /** IP_TOS. */
  tos: number;
  mtuDiscover: MtuDiscover;
  /** IP_RECVERR: ICMP errors are queued for `receiveError`, with the offender's address. */
  receiveErrors: boolean;
  /** An AF_INET6 socket that serves IPv4 by mapped addresses (IPV6_V6ONLY off): only how it is shown differs. */
  mapped: boolean;
  /** IP_OPTIONS: bytes put behind the IP header, padded to four. */
  ipOptions: Uint8Array | null;
}

/** A datagram that a program reads. */
export interface Datagram {
  /** UDP: the payload. Raw: the whole IP packet, header first. Ping: the ICMP message. Packet: the frame. */
  readonly data: Uint8Array;
  /** Sender's address and port (0 where there are no ports). */
  readonly from: number;
  readonly port: number;
  /** Destination address of the IP header (IP_PKTINFO), its TTL (IP_RECVTTL) and TOS (IP_RECVTOS). */
  readonly to: number;
  readonly ttl: number;
  readonly tos: number;
  /** IP options of the header (IP_RECVOPTS); empty when none. */
  readonly options: Uint8Array;
  readonly dev: Device | null;
  /** SO_TIMESTAMP: when it arrived, machine time. */
  readonly time: Nanoseconds;
}

/** An entry of the error queue (struct sock_extended_err with what came beside it). */
export interface QueuedError {
  readonly errno: Errno;
  /** "icmp": a router or host said so; "local": this host did (EMSGSIZE, EHOSTUNREACH of ARP). */
  readonly origin: "local" | "icmp";
  /** ICMP type and code. */
  readonly type: number;
  readonly code: number;
  /** ee_info: the MTU, for EMSGSIZE. */
  readonly info: number;
  /** SO_EE_OFFENDER: who sent the ICMP error; 0 when local. */
  readonly offender: number;
  /** Where the datagram in question was going. */
  readonly to: number;
  readonly port: number;
  /** Its payload, as far as the ICMP error carried it. */
  readonly data: Uint8Array;
  /** TTL of the packet that carried the error (IP_RECVTTL). */
  readonly ttl: number;
  readonly time: Nanoseconds;
}

/** What one send may say differently from the socket (cmsg, sendto's address). */
export interface SendOptions {
  readonly to?: number;
  readonly port?: number;
  readonly ttl?: number;
  readonly tos?: number;
  /** Source address (IP_PKTINFO). */
  readonly from?: number;
}

let lastInode = 0;

/**
 * A socket of any kind. Nothing here blocks: what would wait answers AGAIN, and the program waits with
 * `yield { queues: [socket.readable], until }`. It is an OpenFile of machine/: put it into a process with
 * `proc.addFd(socket)`, so that it is closed when the process ends; without that, call `close`.
 */
export abstract class Socket {
  readonly kind = "socket";
  readonly isTty = false;
  /** "tcp", "udp", "raw", "icmp", "packet". */
  abstract readonly protocolName: string;
  readonly ns: NetNamespace;
  readonly owner: SocketOwner;
  /** Inode, as ss -e and /proc/net show it. */
  readonly inodeNumber: number;
  readonly options: SocketOptions;
  /** Woken when there is something to read, an error, or the end. */
  readonly readable = new WaitQueue();
  /** Woken when there is room to write, or a connect has ended. */
  readonly writable = new WaitQueue();
  /** Bound address and port, host order; 0: any. */
  localAddress = 0;
  localPort = 0;
  /** Connected to; 0 and 0 when not. */
  remoteAddress = 0;
  remotePort = 0;
  closed = false;
  /** inet_id: the IP ID of a connected socket's next packet. */
  inetId = 0;
  /** SO_ERROR: a pending error, given once. */
  protected pendingError: Errno | null = null;
  private readonly errors: QueuedError[] = [];
  private holders = 0;

  constructor(ns: NetNamespace, owner: SocketOwner) {
    this.ns = ns;
    this.owner = owner;
    this.inodeNumber = 20000 + ++lastInode;
    this.options = {
      device: null,
      mark: 0,
      priority: 0,
      broadcast: false,
      reuseAddress: false,
      reusePort: false,
      keepAlive: false,
      dontRoute: false,
      receiveBuffer: 212992,
      sendBuffer: 212992,
      ttl: 0,
      multicastTtl: 1,
      multicastLoop: true,
      multicastDevice: null,
      tos: 0,
      mtuDiscover: ns.sysctl.number("net/ipv4/ip_no_pmtu_disc") !== 0 ? "dont" : "want",
      receiveErrors: false,
      mapped: false,
      ipOptions: null,
    };
  }

  /** The pending error (SO_ERROR), cleared by asking. */
  takeError(): Errno | null {
    const error = this.pendingError;
    this.pendingError = null;
    return error;
  }

  /** Throws the pending error, if there is one (sock_error). */
  protected raisePending(): void {
    const error = this.pendingError;
    this.pendingError = null;
    if (error !== null) throw new KernelError(error);
  }

  /** sk_err = errno; sk_error_report. */
  fail(errno: Errno): void {
    this.pendingError = errno;
    this.readable.wake();
    this.writable.wake();
  }

  /** recvmsg(MSG_ERRQUEUE): the oldest queued error, or undefined. */
  receiveError(): QueuedError | undefined {
    const entry = this.errors.shift();
    // sock_dequeue_err_skb: sk_err follows the queue's next entry; an empty queue clears an ICMP error.
    if (entry !== undefined) this.pendingError = this.errors.length > 0 ? this.errors[0].errno : null;
    return entry;
  }

  queueError(entry: QueuedError): void {
    if (this.errors.length < 256) this.errors.push(entry);
    this.readable.wake();
  }

  // ── OpenFile ─────────────────────────────────────────────────────────────────────────────────────────

  abstract read(max: number): Uint8Array | typeof AGAIN;
  abstract write(data: Uint8Array): number | typeof AGAIN;

  get path(): string {
    return `socket:[${this.inodeNumber}]`;
  }

  hold(): void {
    this.holders++;
  }

  release(): void {
    if (--this.holders <= 0) this.close();
  }

  abstract close(): void;
}
