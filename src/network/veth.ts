import type { Packet } from "../netfilter/packet.ts";
import { Device, IFF_BROADCAST, IFF_MULTICAST, type OperState } from "./device.ts";
import type { NetNamespace } from "./namespace.ts";

/** One end of a virtual cable (drivers/net/veth.c): what goes in here comes out of the peer. */
export class Veth extends Device {
  readonly kind = "veth";
  private other: Veth | null = null;

  constructor(ns: NetNamespace, name: string, mac: Uint8Array) {
    super(ns, name, mac);
    this.flags = IFF_BROADCAST | IFF_MULTICAST;
  }

  static connect(a: Veth, b: Veth): void {
    a.other = b;
    b.other = a;
    a.onCarrier();
    b.onCarrier();
  }

  override get peer(): Veth | null {
    return this.other;
  }

  /** veth_open and veth_close: there is carrier while both ends are up. */
  get carrier(): boolean {
    return this.up && (this.other?.up ?? false);
  }

  get operState(): OperState {
    if (!this.up) return "DOWN";
    return this.carrier ? "UP" : this.without;
  }

  /** What it is without carrier: decided when it is made and when the carrier comes or goes. */
  private without: OperState = "DOWN";

  override onCarrier(): void {
    this.without = this.defaultState();
  }

  /**
   * default_operstate. The kernel looks the peer's index up in *this* end's namespace, so LOWERLAYERDOWN shows
   * when some device without carrier has that index here.
   */
  private defaultState(): OperState {
    const index = this.other?.index ?? 0;
    if (index === this.index) return "DOWN";
    const found = this.ns.links.byIndex(index);
    return found !== undefined && !found.carrier ? "LOWERLAYERDOWN" : "DOWN";
  }

  override transmit(pkt: Packet): void {
    const to = this.other;
    const length = pkt.end - pkt.mac;
    if (to === null || !to.up) {
      pkt.refused = true;
      this.stats.txDropped++;
      this.ns.drop(pkt, "NOT_SPECIFIED", `device ${this.name}`, { dev: this.name, state: "no-carrier" });
      return;
    }
    // is_skb_forwardable: the frame must fit the receiver's MTU (plus a VLAN tag).
    if (length > to.mtu + 14 + 4) {
      pkt.refused = true;
      this.stats.txDropped++;
      this.ns.drop(pkt, "PKT_TOO_BIG", `device ${this.name}`, {
        dev: this.name,
        peer: to.name,
        peerNs: to.ns.name,
        mtu: to.mtu,
        length: length - 14,
      });
      return;
    }
    this.stats.txPackets++;
    this.stats.txBytes += length;
    const mark = pkt.mark;
    pkt.scrub();
    if (to.ns === this.ns) pkt.mark = mark;
    to.enqueue(pkt);
  }

  override onDelete(): void {
    if (this.other) this.other.other = null;
    this.other = null;
  }
}
