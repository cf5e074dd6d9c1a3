import type { Packet } from "../netfilter/packet.ts";

/**
 * The seam between IP and what stands on it (struct net_protocol): socket/ registers one handler a protocol
 * with `ns.transport.register(…)`. IP has already checked and, where needed, reassembled the datagram.
 */
export interface ProtocolHandler {
  /**
   * A datagram for this host, after hook INPUT. `pkt.net` and `pkt.trans` point at the headers, `pkt.end` at
   * the datagram's end. The packet is given away. The handler checks its own checksum and answers for itself
   * (port unreachable by `ns.icmp.send`, "deliver"/"drop" walk events by `ns.drop` and `ns.deliver`).
   */
  receive(pkt: Packet): void;
  /**
   * An ICMP error about a datagram that was sent from here (err_handler). `pkt` is the ICMP packet,
   * `inner` the offset in `pkt.data` of the quoted IP header (its transport header follows; at least 8
   * bytes of it are there); `info` is the MTU of FRAG_NEEDED, else the ICMP header's second word. When there
   * is a socket that sent it, the handler has `ns.icmp.learn` take note of PMTU and redirects. The packet stays the caller's.
   */
  error(pkt: Packet, inner: number, type: number, code: number, info: number): void;
}

/** What the namespace asks of its sockets beyond the protocol handlers. socket/ implements it. */
export interface SocketLayer {
  /**
   * Raw sockets see each datagram for this host, before its protocol does (raw_local_deliver), as clones.
   * True when any took it: then an unknown protocol is not answered with protocol unreachable.
   */
  rawDeliver(pkt: Packet): boolean;
  /** ICMP errors for raw sockets (raw_icmp_error); arguments as in ProtocolHandler.error. */
  rawError(pkt: Packet, inner: number, type: number, code: number, info: number): void;
  /** An ICMP echo reply (and other query replies) for ping sockets (ping_rcv); true when one took it. */
  pingReceive(pkt: Packet): boolean;
  /** ICMP errors for ping sockets (ping_err). */
  pingError(pkt: Packet, inner: number, type: number, code: number, info: number): void;
  /** tcp_v4_early_demux, udp_v4_early_demux: the connected socket that a packet is for, with an owner. */
  connectionOf(pkt: Packet): unknown;
  /** The namespace goes: sockets in it die. */
  close(): void;
}

/** The handlers of one namespace. */
export class Transport {
  readonly handlers: (ProtocolHandler | null)[] = new Array<ProtocolHandler | null>(256).fill(null);
  sockets: SocketLayer | null = null;

  /** Registers the handler of an IP protocol (6 TCP, 17 UDP); ICMP is the namespace's own. */
  register(protocol: number, handler: ProtocolHandler): void {
    this.handlers[protocol] = handler;
  }
}
