import type { Packet } from "../netfilter/packet.ts";
import { Device, IFF_LOOPBACK, type OperState } from "./device.ts";
import type { NetNamespace } from "./namespace.ts";

/** `lo` (drivers/net/loopback.c): what is sent comes straight back, with its route and its connection. */
export class Loopback extends Device {
  readonly kind = "loopback";
  override readonly minMtu = 0;
  override readonly maxMtu = 0;

  constructor(ns: NetNamespace) {
    super(ns, "lo", new Uint8Array(6));
    this.broadcast = new Uint8Array(6);
    this.mtu = 65536;
    this.flags = IFF_LOOPBACK;
    this.macAssign = 0;
  }

  get carrier(): boolean {
    return true;
  }

  get operState(): OperState {
    return this.up ? "UNKNOWN" : "DOWN";
  }

  override transmit(pkt: Packet): void {
    this.stats.txPackets++;
    this.stats.txBytes += pkt.end - pkt.mac;
    pkt.iif = null;
    this.enqueue(pkt);
  }
}
