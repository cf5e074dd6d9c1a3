import { KernelError } from "../base/errno.ts";
import type { Device } from "./device.ts";
import type { NetNamespace } from "./namespace.ts";

/** `ip link add`. What is absent takes the kernel's default. */
export interface NewLink {
  /** "%d" is replaced by the lowest free number; absent: "veth0", "bridge0", "dummy0" … */
  name?: string;
  /** "veth", "bridge", "dummy"; other kinds are refused: EOPNOTSUPP. */
  kind: string;
  index?: number;
  mac?: Uint8Array;
  broadcast?: Uint8Array;
  mtu?: number;
  txQueueLength?: number;
  group?: number;
  alias?: string;
  up?: boolean;
  arp?: boolean;
  multicast?: boolean;
  promisc?: boolean;
  allmulticast?: boolean;
  master?: Device;
  /** Made straight in another namespace (`ip link add … netns NS`). */
  ns?: NetNamespace;
  /** The other end of a veth. `ns` absent: the namespace where the command runs. */
  peer?: Omit<NewLink, "kind" | "peer">;
  /** Kind options by netlink name: bridge {ageing_time, stp_state, forward_delay …}. Numbers as the kernel's. */
  data?: Readonly<Record<string, number | string>>;
}

/** `ip link set`: the changes of one command, made in the kernel's order (do_setlink). */
export interface LinkChange {
  up?: boolean;
  name?: string;
  mac?: Uint8Array;
  broadcast?: Uint8Array;
  mtu?: number;
  txQueueLength?: number;
  alias?: string;
  group?: number;
  arp?: boolean;
  multicast?: boolean;
  promisc?: boolean;
  allmulticast?: boolean;
  trailers?: boolean;
  dynamic?: boolean;
  /** Puts it in another namespace. */
  ns?: NetNamespace;
  /** ifindex to ask for in the new namespace. */
  newIndex?: number;
  /** A bridge to become a port of; null: nomaster. */
  master?: Device | null;
  carrier?: boolean;
  /** IPv6 address generation: 0 eui64, 1 none, 2 stable_secret, 3 random. */
  addrGenMode?: number;
  /** `ip link set DEV type bridge ageing_time 100 …`: kind options. */
  data?: Readonly<Record<string, number | string>>;
  /** `ip link set DEV type bridge_slave hairpin on …` and `bridge link set`: port options. */
  slaveData?: Readonly<Record<string, number>>;
}

/** The devices of one namespace, by name and by index, and what netlink does to them. */
export class Links {
  private readonly ns: NetNamespace;
  private readonly byIndexMap = new Map<number, Device>();
  private readonly byNameMap = new Map<string, Device>();

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  /** In ifindex order, as dumps give them. */
  list(): Device[] {
    return [...this.byIndexMap.values()].sort((a, b) => a.index - b.index);
  }

  byName(name: string): Device | undefined {
    return this.byNameMap.get(name);
  }

  byIndex(index: number): Device | undefined {
    return this.byIndexMap.get(index);
  }

  /** `ip link add`. Throws KernelError (EEXIST, EOPNOTSUPP …). A veth gives its first end. */
  add(_request: NewLink): Device {
    throw new KernelError("EOPNOTSUPP", this.ns.name);
  }

  /** `ip link set`. */
  set(_dev: Device, _change: LinkChange): void {
    throw new KernelError("EOPNOTSUPP");
  }

  /** `ip link del`: the device, and a veth's peer. */
  delete(_dev: Device): void {
    throw new KernelError("EOPNOTSUPP");
  }

  /**
   * The id by which this namespace knows `other` (RTM_GETNSID, "link-netnsid"); made when `make`. -1: none.
   */
  nsidOf(_other: NetNamespace, _make: boolean): number {
    return -1;
  }
}
