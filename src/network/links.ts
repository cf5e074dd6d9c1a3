import { KernelError } from "../base/errno.ts";
import { Bridge } from "./bridge/bridge.ts";
import {
  type Device,
  IFF_ALLMULTI,
  IFF_DYNAMIC,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_NOTRAILERS,
  IFF_PROMISC,
  IFF_UP,
} from "./device.ts";
import { Dummy } from "./dummy.ts";
import { makeInet } from "./inet-conf.ts";
import { IPV4_MIN_MTU } from "./inet-device.ts";
import { Loopback } from "./loopback.ts";
import type { NetNamespace } from "./namespace.ts";
import { Veth } from "./veth.ts";

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

/** Kinds that Linux has and this model not (yet). */
const NOT_MODELLED = new Set(
  (
    "amt bareudp batadv bond bond_slave can dsa erspan geneve gre gretap gtp hsr ifb ip6erspan ip6gre ip6gretap ip6tnl " +
    "ipip ipoib ipvlan ipvtap lowpan macsec macvlan macvtap netdevsim netkit nlmon ovpn rmnet sit team tun vcan vlan vrf vti " +
    "vti6 vxcan vxlan wireguard wwan xfrm"
  ).split(" "),
);

/** The devices of one namespace, by name and by index, and what netlink does to them. */
export class Links {
  private readonly ns: NetNamespace;
  private readonly byIndexMap = new Map<number, Device>();
  private readonly byNameMap = new Map<string, Device>();
  /** xa_alloc_cyclic: indexes go up and are not reused at once. */
  private lastIndex = 0;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  /** In ifindex order, as dumps give them. */
  list(): Device[] {
    return [...this.byIndexMap.values()].sort((a, b) => a.index - b.index);
  }

  /** Unsorted, without a copy. */
  all(): IterableIterator<Device> {
    return this.byIndexMap.values();
  }

  byName(name: string): Device | undefined {
    return this.byNameMap.get(name);
  }

  byIndex(index: number): Device | undefined {
    return this.byIndexMap.get(index);
  }

  /** A namespace's first device. */
  makeLoopback(): Loopback {
    const lo = new Loopback(this.ns);
    this.register(lo, 0);
    return lo;
  }

  /** `ip link add`. Throws KernelError (EEXIST, EOPNOTSUPP …). A veth gives its first end. */
  add(request: NewLink): Device {
    const home = request.ns ?? this.ns;
    if (request.kind !== "veth" && request.kind !== "bridge" && request.kind !== "dummy") {
      if (NOT_MODELLED.has(request.kind)) {
        throw new KernelError("EOPNOTSUPP", `Devices of kind "${request.kind}" are not modelled.`);
      }
      throw new KernelError("EOPNOTSUPP", "Unknown device type.");
    }
    const name = home.links.chooseName(request.name ?? `${request.kind}%d`);
    if (request.kind === "veth") return this.addVeth(home, name, request);
    const mac = request.mac ?? home.randomMac();
    const dev = request.kind === "bridge" ? new Bridge(home, name, mac) : new Dummy(home, name, mac);
    this.prepare(dev, request);
    if (dev instanceof Bridge && request.data) dev.configure(request.data);
    home.links.register(dev, request.index ?? 0);
    this.finish(dev, request);
    return dev;
  }

  /** veth_newlink: the peer is registered first, so it has the lower index. */
  private addVeth(home: NetNamespace, name: string, request: NewLink): Device {
    const wanted = request.peer ?? {};
    const peerHome = wanted.ns ?? this.ns;
    const pattern = wanted.name ?? "veth%d";
    // Two ends of one name in one namespace: the second to come finds it taken.
    if (peerHome === home && wanted.name !== undefined && wanted.name === name)
      throw new KernelError("EEXIST");
    const peerName = peerHome.links.chooseName(pattern);
    const peer = new Veth(peerHome, peerName, wanted.mac ?? peerHome.randomMac());
    const dev = new Veth(home, name, request.mac ?? home.randomMac());
    this.prepare(peer, wanted);
    this.prepare(dev, request);
    peerHome.links.register(peer, wanted.index ?? 0);
    if (peerHome === home && dev.name === peerName)
      dev.name = home.links.chooseName(request.name ?? "veth%d");
    try {
      home.links.register(dev, request.index ?? 0);
    } catch (error) {
      peerHome.links.unregister(peer);
      throw error;
    }
    Veth.connect(dev, peer);
    // netif_carrier_off, once registered.
    dev.carrierDownCount = peer.carrierDownCount = 1;
    // rtnl_configure_link tells of the first end alone once it has its peer: only its namespace numbers the other.
    if (home !== peerHome) home.ids.of(peerHome, true);
    this.finish(peer, wanted);
    this.finish(dev, request);
    return dev;
  }

  /** What is checked and set before the device is known to anyone (rtnl_create_link). */
  private prepare(dev: Device, request: Omit<NewLink, "kind">): void {
    if (request.mac) {
      checkMac(request.mac);
      dev.mac = request.mac;
      dev.macAssign = 3;
    }
    if (request.broadcast) dev.broadcast = request.broadcast;
    if (request.mtu !== undefined) {
      // rtnl_create_link says no words about it; `ip link set` does.
      if (request.mtu < dev.minMtu || (dev.maxMtu > 0 && request.mtu > dev.maxMtu))
        throw new KernelError("EINVAL");
      dev.mtu = request.mtu;
    }
    if (request.txQueueLength !== undefined) dev.txQueueLength = request.txQueueLength;
    if (request.group !== undefined) dev.group = request.group;
  }

  /** What follows the registration (rtnl_configure_link, do_set_master). */
  private finish(dev: Device, request: Omit<NewLink, "kind">): void {
    const change: LinkChange = {};
    if (request.alias !== undefined) change.alias = request.alias;
    if (request.arp !== undefined) change.arp = request.arp;
    if (request.multicast !== undefined) change.multicast = request.multicast;
    if (request.promisc !== undefined) change.promisc = request.promisc;
    if (request.allmulticast !== undefined) change.allmulticast = request.allmulticast;
    if (request.master) change.master = request.master;
    if (request.up !== undefined) change.up = request.up;
    if (Object.keys(change).length > 0) dev.ns.links.set(dev, change);
  }

  /** dev_get_valid_name: fills in "%d"; EEXIST, EINVAL. */
  chooseName(pattern: string): string {
    if (
      pattern.length === 0 ||
      pattern.length > 15 ||
      pattern === "." ||
      pattern === ".." ||
      /[/:\s]/.test(pattern)
    ) {
      throw new KernelError("EINVAL");
    }
    if (!pattern.includes("%")) {
      if (this.byNameMap.has(pattern)) throw new KernelError("EEXIST");
      return pattern;
    }
    if (!/^[^%]*%d[^%]*$/.test(pattern)) throw new KernelError("EINVAL");
    for (let i = 0; ; i++) {
      const name = pattern.replace("%d", String(i));
      if (!this.byNameMap.has(name)) return name;
    }
  }

  /** register_netdevice. `index` 0: the next free one. */
  register(dev: Device, index: number): void {
    if (this.byNameMap.has(dev.name)) throw new KernelError("EEXIST");
    if (index !== 0 && this.byIndexMap.has(index)) throw new KernelError("EEXIST");
    dev.index = index !== 0 ? index : this.nextIndex();
    this.byIndexMap.set(dev.index, dev);
    this.byNameMap.set(dev.name, dev);
    dev.ns = this.ns;
    makeInet(dev);
    this.ns.tell(dev, "added");
    this.ns.routes?.invalidate();
  }

  private nextIndex(): number {
    do {
      this.lastIndex++;
    } while (this.byIndexMap.has(this.lastIndex));
    return this.lastIndex;
  }

  /** Takes the device out of the namespace: addresses, routes, neighbours and membership go. */
  unregister(dev: Device): void {
    if (dev.master instanceof Bridge) dev.master.removePort(dev);
    if (dev.up) this.setUp(dev, false);
    this.ns.addresses.deviceGone(dev);
    this.ns.routes.deviceDown(dev, "gone");
    this.ns.neighbours.deviceGone(dev);
    this.ns.sysctl.deviceGone(dev);
    this.byIndexMap.delete(dev.index);
    this.byNameMap.delete(dev.name);
    this.ns.routes.invalidate();
    dev.unregistered.wake();
  }

  /** `ip link del`: the device, and a veth's peer. */
  delete(dev: Device): void {
    if (dev instanceof Loopback) throw new KernelError("EOPNOTSUPP");
    this.destroy(dev);
  }

  private destroy(dev: Device): void {
    if (dev.dead) return;
    dev.dead = true;
    const peer = dev.peer;
    if (dev instanceof Bridge) for (const port of [...dev.ports]) dev.removePort(port.dev);
    this.unregister(dev);
    dev.onDelete();
    this.ns.tell(dev, "deleted");
    if (peer) peer.ns.links.destroy(peer);
  }

  /** The namespace ends (default_device_exit_net): its virtual devices die, lo last. */
  close(): void {
    for (const dev of this.list().reverse()) this.destroy(dev);
  }

  /** `ip link set` (do_setlink): the changes in the kernel's order. */
  set(dev: Device, change: LinkChange): void {
    if (change.ns && change.ns !== this.ns) {
      this.move(dev, change.ns, change.name, change.newIndex ?? 0);
      const { ns: _ns, name: _name, newIndex: _index, ...rest } = change;
      change.ns.links.set(dev, rest);
      return;
    }
    if (change.mac) {
      checkMac(change.mac);
      dev.mac = change.mac;
      dev.macAssign = 3;
      this.ns.neighbours.macChanged(dev);
      if (dev.master instanceof Bridge) dev.master.portMacChanged();
      if (dev instanceof Bridge) dev.ownMacChanged();
      this.ns.tell(dev, "address", undefined);
    }
    if (change.mtu !== undefined) this.setMtu(dev, change.mtu);
    if (change.group !== undefined) dev.group = change.group;
    if (change.name !== undefined && change.name !== dev.name) this.rename(dev, change.name);
    if (change.alias !== undefined) dev.alias = change.alias;
    if (change.broadcast) dev.broadcast = change.broadcast;
    if (change.master !== undefined) this.setMaster(dev, change.master);
    this.setFlags(dev, change);
    if (change.carrier !== undefined) {
      if (!(dev instanceof Dummy)) throw new KernelError("EOPNOTSUPP");
      if (!dev.up) throw new KernelError("EINVAL");
      const before = dev.carrier;
      dev.carrierOff = !change.carrier;
      if (before !== dev.carrier) this.carrierChanged(dev);
    }
    if (change.txQueueLength !== undefined) dev.txQueueLength = change.txQueueLength;
    if (change.addrGenMode !== undefined) dev.ipv6.conf.set("addr_gen_mode", String(change.addrGenMode));
    if (change.data) {
      if (!(dev instanceof Bridge)) throw new KernelError("EOPNOTSUPP");
      dev.configure(change.data);
    }
    if (change.slaveData) {
      if (!(dev.master instanceof Bridge)) throw new KernelError("EOPNOTSUPP");
      dev.master.configurePort(dev, change.slaveData);
    }
    // Every change is told of, and the notice names the peer's namespace (rtnl_fill_link_netnsid).
    if (dev.peer && dev.peer.ns !== dev.ns) dev.ns.ids.of(dev.peer.ns, true);
  }

  private setFlags(dev: Device, change: LinkChange): void {
    const bit = (flag: number, on: boolean | undefined) => {
      if (on !== undefined) dev.flags = on ? dev.flags | flag : dev.flags & ~flag;
    };
    const hadNoArp = dev.flags & IFF_NOARP;
    bit(IFF_NOARP, change.arp === undefined ? undefined : !change.arp);
    if ((dev.flags & IFF_NOARP) !== hadNoArp) this.ns.neighbours.changed(dev);
    bit(IFF_MULTICAST, change.multicast);
    bit(IFF_DYNAMIC, change.dynamic);
    bit(IFF_NOTRAILERS, change.trailers === undefined ? undefined : !change.trailers);
    if (change.promisc !== undefined && change.promisc !== ((dev.flags & IFF_PROMISC) !== 0)) {
      bit(IFF_PROMISC, change.promisc);
      this.promiscuous(dev, change.promisc ? 1 : -1);
    }
    if (change.allmulticast !== undefined && change.allmulticast !== ((dev.flags & IFF_ALLMULTI) !== 0)) {
      bit(IFF_ALLMULTI, change.allmulticast);
      dev.allmulticast += change.allmulticast ? 1 : -1;
    }
    if (change.up !== undefined) this.setUp(dev, change.up);
  }

  /** dev_set_promiscuity: the kernel says so in its log when the mode changes. */
  promiscuous(dev: Device, by: 1 | -1): void {
    const before = dev.promiscuity > 0;
    dev.promiscuity += by;
    const now = dev.promiscuity > 0;
    if (before !== now) this.ns.printk(6, `${dev.name}: ${now ? "entered" : "left"} promiscuous mode`);
  }

  private setMtu(dev: Device, mtu: number): void {
    if (mtu === dev.mtu) return;
    checkMtu(dev, mtu);
    dev.mtu = mtu;
    if (dev instanceof Bridge) dev.mtuSet = true;
    else if (dev.master instanceof Bridge) dev.master.adjustMtu();
    if (mtu < IPV4_MIN_MTU) this.ns.addresses.leaveIpv4(dev);
    this.ns.routes.invalidate();
    this.ns.tell(dev, "mtu", String(mtu));
  }

  private rename(dev: Device, name: string): void {
    const old = dev.name;
    const wanted = this.chooseName(name);
    this.byNameMap.delete(old);
    dev.name = wanted;
    this.byNameMap.set(wanted, dev);
    for (const a of dev.ipv4.addresses) {
      if (a.label === old || a.label.startsWith(`${old}:`)) a.label = wanted + a.label.slice(old.length);
    }
    this.ns.sysctl.deviceRenamed(dev, old);
    this.ns.printk(6, `${wanted}: renamed from ${old}`);
    this.ns.tell(dev, "renamed", old);
    this.ns.routes.invalidate();
  }

  private setMaster(dev: Device, master: Device | null): void {
    if (dev.master === master) return;
    if (dev.master instanceof Bridge) dev.master.removePort(dev);
    if (master === null) return;
    if (!(master instanceof Bridge)) throw new KernelError("EOPNOTSUPP");
    master.addPort(dev);
  }

  /** dev_open and dev_close with what the notifier chain does for them. */
  setUp(dev: Device, up: boolean): void {
    if (dev.up === up) return;
    const peer = dev.peer;
    const before = dev.carrier;
    const peerBefore = peer?.carrier ?? false;
    if (up) {
      dev.flags |= IFF_UP;
      dev.qdisc = "noqueue";
      dev.onUp();
      this.ns.tell(dev, "up");
      this.countCarrier(dev, before);
      this.ns.addresses.deviceUp(dev);
      this.ns.routes.deviceUp(dev);
    } else {
      dev.flags &= ~IFF_UP;
      dev.onDown();
      this.ns.tell(dev, "down");
      this.countCarrier(dev, before);
      this.ns.routes.deviceDown(dev, "down");
      this.ns.addresses.deviceDown(dev);
      this.ns.neighbours.deviceDown(dev);
      this.ns.netfilter.deviceDown(dev);
    }
    if (dev.master instanceof Bridge) dev.master.portChanged(dev);
    if (peer && peer.carrier !== peerBefore) peer.ns.links.carrierChanged(peer);
    this.ns.routes.invalidate();
  }

  private countCarrier(dev: Device, before: boolean): void {
    if (dev.carrier === before) return;
    if (dev.carrier) dev.carrierUpCount++;
    else dev.carrierDownCount++;
  }

  /** netif_carrier_on/off, once it has happened (linkwatch → NETDEV_CHANGE). */
  carrierChanged(dev: Device): void {
    dev.onCarrier();
    if (dev.carrier) dev.carrierUpCount++;
    else dev.carrierDownCount++;
    this.ns.tell(dev, dev.carrier ? "carrier" : "no-carrier");
    if (dev.up) {
      if (dev.carrier) {
        this.ns.routes.deviceUp(dev);
        this.ns.addresses.carrierUp(dev);
      } else {
        this.ns.routes.deviceDown(dev, "carrier");
        this.ns.neighbours.carrierDown(dev);
      }
    }
    if (dev.master instanceof Bridge) dev.master.portChanged(dev);
  }

  /** __dev_change_net_namespace: closed, stripped of everything, and new in the other namespace. */
  private move(dev: Device, to: NetNamespace, name: string | undefined, index: number): void {
    if (dev instanceof Loopback || dev instanceof Bridge) {
      throw new KernelError("EINVAL", "The interface netns is immutable");
    }
    const wanted = name ?? dev.name;
    if (to.links.byName(wanted)) {
      throw new KernelError("EEXIST", "An interface with the same name exists in the target netns");
    }
    // The notice of its going names the namespace that it goes to (peernet2id_alloc).
    this.ns.ids.of(to, true);
    this.unregister(dev);
    this.ns.tell(dev, "moved", to.name);
    dev.name = wanted;
    const free = index !== 0 ? index : to.links.byIndex(dev.index) ? 0 : dev.index;
    dev.qdisc = "noop";
    to.links.register(dev, free);
    const peer = dev.peer;
    if (peer && peer.ns !== to) to.ids.of(peer.ns, true);
  }
}

function checkMac(mac: Uint8Array): void {
  // eth_mac_addr: is_valid_ether_addr.
  if (mac.length !== 6) throw new KernelError("EINVAL");
  if ((mac[0] & 1) !== 0 || mac.every((b) => b === 0)) throw new KernelError("EADDRNOTAVAIL");
}

function checkMtu(dev: Device, mtu: number): void {
  if (mtu < 0 || mtu < dev.minMtu) throw new KernelError("EINVAL", "mtu less than device minimum");
  if (dev.maxMtu > 0 && mtu > dev.maxMtu) throw new KernelError("EINVAL", "mtu greater than device maximum");
}
