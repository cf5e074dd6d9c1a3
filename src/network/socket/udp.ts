import type { AGAIN } from "../../base/wait.ts";
import { KernelError } from "../../base/errno.ts";
import { DatagramSocket } from "./datagram.ts";
import type { SendOptions } from "./socket.ts";

/** A UDP socket (RFC 768, net/ipv4/udp.c). */
export class UdpSocket extends DatagramSocket {
  readonly protocolName = "udp";

  /** bind(2): 0 is any address; port 0 takes an ephemeral one. EADDRINUSE, EADDRNOTAVAIL. */
  bind(_address: number, _port: number): void {
    throw new KernelError("ENOSYS");
  }

  /** Fixes the destination, chooses the source address, and takes errors from then on. */
  connect(_address: number, _port: number): void {
    throw new KernelError("ENOSYS");
  }

  /** Sends one datagram; binds an ephemeral port if need be. The number of bytes taken. */
  send(_data: Uint8Array, _options?: SendOptions): number {
    throw new KernelError("ENOSYS");
  }

  write(data: Uint8Array): number | typeof AGAIN {
    return this.send(data);
  }

  close(): void {}
}
