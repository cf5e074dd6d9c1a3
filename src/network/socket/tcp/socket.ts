import { AGAIN } from "../../../base/wait.ts";
import { KernelError } from "../../../base/errno.ts";
import { Socket } from "../socket.ts";

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

/** A TCP socket (RFC 9293, net/ipv4/tcp.c): a listener, or one end of a connection. */
export class TcpSocket extends Socket {
  readonly protocolName = "tcp";
  state: TcpState = "CLOSE";
  /** TCP_NODELAY. */
  noDelay = false;

  /** EADDRINUSE, EADDRNOTAVAIL, EINVAL (bound already). Port 0 takes an ephemeral one. */
  bind(_address: number, _port: number): void {
    throw new KernelError("ENOSYS");
  }

  listen(_backlog: number): void {
    throw new KernelError("ENOSYS");
  }

  /** A connection from the accept queue (wait on `readable`), with `remoteAddress` and `remotePort`. */
  accept(): TcpSocket | typeof AGAIN {
    return AGAIN;
  }

  /**
   * Sends the SYN and returns. Wait on `writable` until `state` is no longer "SYN-SENT": then either the
   * connection stands, or `takeError()` says why not. Throws at once where the kernel does (ENETUNREACH …).
   */
  connect(_address: number, _port: number): void {
    throw new KernelError("ENOSYS");
  }

  /** How many bytes the send buffer took; AGAIN when it is full (wait on `writable`). EPIPE, ECONNRESET … */
  send(_data: Uint8Array): number | typeof AGAIN {
    throw new KernelError("ENOSYS");
  }

  /** Bytes that have come; AGAIN (wait on `readable`); empty at the other side's FIN. ECONNRESET … */
  receive(_max: number): Uint8Array | typeof AGAIN {
    return AGAIN;
  }

  shutdown(_how: "read" | "write" | "both"): void {
    throw new KernelError("ENOSYS");
  }

  read(max: number): Uint8Array | typeof AGAIN {
    return this.receive(max);
  }

  write(data: Uint8Array): number | typeof AGAIN {
    return this.send(data);
  }

  /** Gives the connection up to the kernel: FIN, or RST when there is unread data. */
  close(): void {}
}
