import type { AGAIN } from "../../base/wait.ts";
import { KernelError } from "../../base/errno.ts";
import type { NetNamespace } from "../namespace.ts";
import { DatagramSocket } from "./datagram.ts";
import type { SendOptions, SocketOwner } from "./socket.ts";

/** IPPROTO_RAW: sends only, header included. */
export const IPPROTO_RAW = 255;

/** A raw IPv4 socket (net/ipv4/raw.c). What it reads are whole IP packets. */
export class RawSocket extends DatagramSocket {
  readonly protocolName = "raw";
  /** IP protocol; IPPROTO_RAW sends only. */
  readonly protocol: number;
  /** IP_HDRINCL: what is sent begins with the IP header (length and checksum are always filled in; id and
   *  source when they are 0). */
  headerIncluded: boolean;
  /** ICMP_FILTER: bit t set hides ICMP type t. */
  icmpFilter = 0;

  constructor(ns: NetNamespace, owner: SocketOwner, protocol: number) {
    super(ns, owner);
    this.protocol = protocol;
    this.headerIncluded = protocol === IPPROTO_RAW;
  }

  bind(_address: number): void {
    throw new KernelError("ENOSYS");
  }

  connect(_address: number): void {
    throw new KernelError("ENOSYS");
  }

  send(_data: Uint8Array, _options?: SendOptions): number {
    throw new KernelError("ENOSYS");
  }

  write(data: Uint8Array): number | typeof AGAIN {
    return this.send(data);
  }

  close(): void {}
}
