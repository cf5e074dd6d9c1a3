import type { Device } from "../device.ts";
import type { Bridge } from "./bridge.ts";

/** BR_STATE_* of a port. */
export type PortState = "disabled" | "listening" | "learning" | "forwarding" | "blocking";

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

/** A port as it joins (new_nbp). */
export function newPort(bridge: Bridge, dev: Device, number: number): BridgePort {
  return {
    dev,
    bridge,
    number,
    state: "disabled",
    priority: 32,
    cost: 2,
    hairpin: false,
    guard: false,
    rootBlock: false,
    fastLeave: false,
    learning: true,
    flood: true,
    mcastFlood: true,
    bcastFlood: true,
    isolated: false,
    neighSuppress: false,
    proxyArp: false,
    proxyArpWifi: false,
  };
}

/** br_make_port_id: priority above ten bits of number (BR_PORT_BITS). */
export function portId(port: BridgePort): number {
  return ((port.priority << 10) & 0xffff) | port.number;
}

/** should_deliver: may a frame that came from one port (null: from this host) leave by another? */
export function mayLeave(to: BridgePort, from: BridgePort | null): boolean {
  if (to.state !== "forwarding") return false;
  if (from !== null && to === from && !to.hairpin) return false;
  return !(from?.isolated && to.isolated);
}
