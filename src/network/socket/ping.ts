import type { AGAIN } from "../../base/wait.ts";
import { KernelError } from "../../base/errno.ts";
import { DatagramSocket } from "./datagram.ts";
import type { SendOptions } from "./socket.ts";

/**
 * An ICMP datagram socket (SOCK_DGRAM, IPPROTO_ICMP; net/ipv4/ping.c). It sends echo requests only: the
 * kernel writes the identifier (the local port) and the checksum. It reads ICMP messages, without the IP header.
 */
export class PingSocket extends DatagramSocket {
  readonly protocolName = "icmp";

  /** `identifier` 0 takes a free one. */
  bind(_address: number, _identifier = 0): void {
    throw new KernelError("ENOSYS");
  }

  connect(_address: number): void {
    throw new KernelError("ENOSYS");
  }

  /** `data` is an ICMP echo request: 8 bytes of header, payload. */
  send(_data: Uint8Array, _options?: SendOptions): number {
    throw new KernelError("ENOSYS");
  }

  write(data: Uint8Array): number | typeof AGAIN {
    return this.send(data);
  }

  close(): void {}
}
