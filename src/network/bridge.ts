import type { Nanoseconds } from "../base/clock.ts";
import type { Packet } from "../netfilter/packet.ts";
import { Device, type OperState } from "./device.ts";

/** BR_STATE_* of a port. */
export type PortState = "disabled" | "listening" | "learning" | "forwarding" | "blocking";

/** An entry of the forwarding database. `port` null: the bridge itself. */
export interface FdbEntry {
  readonly mac: Uint8Array;
  readonly port: Device | null;
  /** The bridge's own and its ports' addresses. */
  readonly local: boolean;
  /** Does not age (local ones, `bridge fdb add … static|permanent`). */
  readonly static: boolean;
  readonly addedByUser: boolean;
  used: Nanoseconds;
  updated: Nanoseconds;
}

/** A device's membership in a bridge (struct net_bridge_port). */
export interface BridgePort {
  readonly dev: Device;
  readonly bridge: Bridge;
  /** 1, 2, 3 … */
  readonly number: number;
  state: PortState;
  priority: number;
  cost: number;
  hairpin: boolean;
  guard: boolean;
  rootBlock: boolean;
  fastLeave: boolean;
  learning: boolean;
  flood: boolean;
  mcastFlood: boolean;
  bcastFlood: boolean;
  isolated: boolean;
  neighSuppress: boolean;
  proxyArp: boolean;
  proxyArpWifi: boolean;
}

/** A learning bridge (net/bridge). STP, VLAN filtering and multicast snooping are off. */
export class Bridge extends Device {
  readonly kind = "bridge";
  /** In order of joining. */
  readonly ports: BridgePort[] = [];
  /** Centiseconds (USER_HZ) as netlink has them. */
  ageingTime = 30000;
  forwardDelay = 1500;
  helloTime = 200;
  maxAge = 2000;
  stpState = 0;
  priority = 32768;
  vlanFiltering = 0;
  mcastSnooping = 1;
  groupFwdMask = 0;

  get carrier(): boolean {
    return this.ports.some((p) => p.dev.running);
  }

  get operState(): OperState {
    if (!this.up) return "DOWN";
    return this.carrier ? "UP" : "DOWN";
  }

  portOf(dev: Device): BridgePort | undefined {
    return this.ports.find((p) => p.dev === dev);
  }

  /** The database as `bridge fdb show` lists it. */
  fdb(): FdbEntry[] {
    return [];
  }

  /** `bridge fdb add|replace|append|del`. `port` null or the bridge: `self`. */
  fdbAdd(
    _port: Device,
    _mac: Uint8Array,
    _options: { state: "permanent" | "static" | "dynamic"; replace?: boolean },
  ): void {}
  fdbDelete(_port: Device, _mac: Uint8Array): void {}

  override transmit(pkt: Packet): void {
    this.ns.drop(pkt, "NOT_SPECIFIED", `device ${this.name}`);
  }
}
