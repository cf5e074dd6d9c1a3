import type { Packet } from "../netfilter/packet.ts";
import { Device, IFF_BROADCAST, IFF_NOARP, type OperState } from "./device.ts";
import type { NetNamespace } from "./namespace.ts";

/** A device that swallows what it is given (drivers/net/dummy.c). */
export class Dummy extends Device {
  readonly kind = "dummy";
  override readonly minMtu = 0;
  override readonly maxMtu = 0;
  carrierOff = false;

  constructor(ns: NetNamespace, name: string, mac: Uint8Array) {
    super(ns, name, mac);
    this.flags = IFF_BROADCAST | IFF_NOARP;
  }

  get carrier(): boolean {
    return !this.carrierOff;
  }

  get operState(): OperState {
    if (!this.up) return "DOWN";
    return this.carrierOff ? "DOWN" : "UNKNOWN";
  }

  override transmit(pkt: Packet): void {
    this.stats.txPackets++;
    this.stats.txBytes += pkt.end - pkt.mac;
    this.ns.walk?.emit(this.ns.name, {
      kind: "end",
      packet: pkt.id,
      how: `swallowed by ${this.name} (dummy)`,
    });
  }
}
