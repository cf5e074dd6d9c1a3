import type { Nanoseconds } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";
import type { Device } from "./device.ts";
import type { NetNamespace } from "./namespace.ts";

export type NeighbourState =
  | "NONE"
  | "INCOMPLETE"
  | "REACHABLE"
  | "STALE"
  | "DELAY"
  | "PROBE"
  | "FAILED"
  | "NOARP"
  | "PERMANENT";

/** A neighbour as `ip neigh` shows it. */
export interface NeighbourInfo {
  readonly dev: Device;
  readonly address: number;
  readonly state: NeighbourState;
  readonly mac: Uint8Array | undefined;
  readonly router: boolean;
  readonly proxy: boolean;
  readonly extern: boolean;
  readonly probes: number;
  /** Machine times, for `ip -s neigh` (used/confirmed/updated in seconds ago). */
  readonly used: Nanoseconds;
  readonly confirmed: Nanoseconds;
  readonly updated: Nanoseconds;
  readonly references: number;
}

/** NUD state and flags that `ip neigh add|change|replace` gives. */
export interface NeighbourChange {
  address: number;
  mac?: Uint8Array;
  state?: NeighbourState;
  router?: boolean;
  extern?: boolean;
  protocol?: number;
}

/** The IPv4 neighbour table (ARP cache) of one namespace. */
export class Neighbours {
  private readonly ns: NetNamespace;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  /** `ip neigh add` (EEXIST), `change` (ENOENT), `replace`. */
  change(_dev: Device, _request: NeighbourChange, _mode: "add" | "change" | "replace"): void {
    throw new KernelError("EOPNOTSUPP", this.ns.name);
  }

  /** `ip neigh del` (ENOENT): it fails at once, and goes. */
  delete(_dev: Device, _address: number): void {
    throw new KernelError("ENOENT");
  }

  /** In the order of the kernel's dump. NOARP ones included: the command hides them. */
  list(_dev?: Device): NeighbourInfo[] {
    return [];
  }

  get(_dev: Device, _address: number): NeighbourInfo | undefined {
    return undefined;
  }

  // Proxy entries (`ip neigh add proxy`).
  addProxy(_dev: Device, _address: number): void {
    throw new KernelError("EOPNOTSUPP");
  }
  deleteProxy(_dev: Device, _address: number): void {
    throw new KernelError("ENOENT");
  }
  listProxy(): { readonly dev: Device; readonly address: number }[] {
    return [];
  }

  /** dst_confirm: a transport heard from the next hop (TCP, MSG_CONFIRM). */
  confirm(_dev: Device, _address: number): void {}
}
