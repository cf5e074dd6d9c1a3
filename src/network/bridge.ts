import { type Nanoseconds, SECOND } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";
import { FORWARD, NF_ACCEPT, NF_DROP, POSTROUTING, PREROUTING } from "../netfilter/hooks.ts";
import { PACKET_HOST, PACKET_OTHERHOST, type Packet } from "../netfilter/packet.ts";
import { equal, isGroup } from "../wire/ethernet.ts";
import * as ip from "../wire/ipv4.ts";
import { Device, IFF_BROADCAST, IFF_MULTICAST, IFF_PROMISC, type OperState } from "./device.ts";
import type { NetNamespace } from "./namespace.ts";

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

const key = (mac: Uint8Array, at = 0): number =>
  ((mac[at] << 8) | mac[at + 1]) * 0x100000000 +
  (((mac[at + 2] << 24) | (mac[at + 3] << 16) | (mac[at + 4] << 8) | mac[at + 5]) >>> 0);

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
  /** Other options that were set, by netlink's name. */
  readonly options = new Map<string, number | string>();
  mtuSet = false;
  private hadPort = false;
  private readonly table = new Map<number, FdbEntry>();

  constructor(ns: NetNamespace, name: string, mac: Uint8Array) {
    super(ns, name, mac);
    this.flags = IFF_BROADCAST | IFF_MULTICAST;
    this.addLocal(mac, null);
  }

  /** br_port_state_selection: on while any port forwards; a bridge that never had one has carrier. */
  get carrier(): boolean {
    if (!this.hadPort) return true;
    for (const p of this.ports) if (p.state === "forwarding") return true;
    return false;
  }

  get operState(): OperState {
    if (!this.up) return "DOWN";
    if (!this.hadPort) return "UNKNOWN";
    return this.carrier ? "UP" : "DOWN";
  }

  portOf(dev: Device): BridgePort | undefined {
    return this.ports.find((p) => p.dev === dev);
  }

  // ── ports ────────────────────────────────────────────────────────────────────────────────────────────

  /** br_add_if */
  addPort(dev: Device): void {
    if (dev.isLoopback || key(dev.mac) === 0) throw new KernelError("EINVAL");
    if (dev instanceof Bridge) throw new KernelError("ELOOP", "Can not enslave a bridge to a bridge");
    let number = 1;
    while (this.ports.some((p) => p.number === number)) number++;
    const port: BridgePort = {
      dev,
      bridge: this,
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
    const before = this.carrier;
    this.say(port, "blocking");
    this.say(port, "disabled");
    dev.master = this;
    this.hadPort = true;
    this.ports.push(port);
    dev.allmulticast++;
    this.ns.printk(6, `${dev.name}: entered allmulticast mode`);
    this.ns.links.promiscuous(dev, 1);
    this.addLocal(dev.mac, dev);
    this.recalculateMac();
    this.adjustMtu();
    this.ns.tell(dev, "enslaved", this.name);
    if (dev.running && this.up) this.enable(port);
    this.carrierFollow(before);
    this.ns.routes.invalidate();
  }

  /** br_del_if */
  removePort(dev: Device): void {
    const at = this.ports.findIndex((p) => p.dev === dev);
    if (at < 0) return;
    const before = this.carrier;
    const [port] = this.ports.splice(at, 1);
    dev.master = null;
    dev.allmulticast--;
    this.ns.printk(6, `${dev.name}: left allmulticast mode`);
    this.ns.links.promiscuous(dev, -1);
    this.say(port, "disabled");
    for (const [k, e] of this.table) if (e.port === dev) this.table.delete(k);
    this.recalculateMac();
    this.adjustMtu();
    this.ns.tell(dev, "released", this.name);
    this.carrierFollow(before);
    this.ns.routes.invalidate();
  }

  private say(port: BridgePort, state: PortState): void {
    port.state = state;
    this.ns.printk(6, `${this.name}: port ${port.number}(${port.dev.name}) entered ${state} state`);
  }

  private enable(port: BridgePort): void {
    this.say(port, "blocking");
    this.say(port, "forwarding");
  }

  private carrierFollow(before: boolean): void {
    if (this.carrier !== before && !this.dead) this.ns.links.carrierChanged(this);
  }

  /** A port went up or down, or its carrier did (br_device_event). */
  portChanged(dev: Device): void {
    const port = this.portOf(dev);
    if (!port) return;
    const before = this.carrier;
    if (dev.running && this.up) {
      if (port.state === "disabled") this.enable(port);
    } else if (port.state !== "disabled") {
      this.say(port, "disabled");
      for (const [k, e] of this.table) if (e.port === dev && !e.static) this.table.delete(k);
    }
    this.carrierFollow(before);
  }

  override onUp(): void {
    for (const p of this.ports) if (p.dev.running && p.state === "disabled") this.enable(p);
  }

  override onDown(): void {
    for (const p of this.ports) if (p.state !== "disabled") this.say(p, "disabled");
  }

  portMacChanged(): void {
    for (const [k, e] of this.table) if (e.local && e.port !== null && !e.addedByUser) this.table.delete(k);
    for (const p of this.ports) this.addLocal(p.dev.mac, p.dev);
    this.recalculateMac();
  }

  ownMacChanged(): void {
    for (const [k, e] of this.table) if (e.local && e.port === null) this.table.delete(k);
    this.addLocal(this.mac, null);
  }

  /** br_stp_recalculate_bridge_id: the lowest port's address, unless a person set one. */
  private recalculateMac(): void {
    if (this.macAssign === 3) return;
    let lowest: Uint8Array | null = null;
    for (const p of this.ports) if (lowest === null || key(p.dev.mac) < key(lowest)) lowest = p.dev.mac;
    const mac = lowest ?? new Uint8Array(6);
    if (equal(mac, this.mac)) return;
    this.mac = Uint8Array.from(mac);
    this.ownMacChanged();
    this.ns.neighbours.macChanged(this);
  }

  /** br_mtu_auto_adjust */
  adjustMtu(): void {
    if (this.mtuSet) return;
    let mtu = 0;
    for (const p of this.ports) if (mtu === 0 || p.dev.mtu < mtu) mtu = p.dev.mtu;
    this.mtu = mtu === 0 ? 1500 : mtu;
  }

  private addLocal(mac: Uint8Array, port: Device | null): void {
    const k = key(mac);
    if (k === 0 || (this.table.has(k) && this.table.get(k)?.local)) return;
    const now = this.ns.host.now;
    const m = Uint8Array.from(mac);
    this.table.set(k, {
      mac: m,
      port,
      local: true,
      static: true,
      addedByUser: false,
      used: now,
      updated: now,
    });
  }

  /** br_changelink, by netlink's names (without IFLA_BR_). */
  configure(data: Readonly<Record<string, number | string>>): void {
    for (const [name, value] of Object.entries(data)) {
      const n = Number(value);
      switch (name) {
        case "ageing_time":
          this.ageingTime = n;
          break;
        case "forward_delay":
          if (this.stpState !== 0 && (n < 200 || n > 3000)) throw new KernelError("ERANGE");
          this.forwardDelay = n;
          break;
        case "hello_time":
          if (n < 100 || n > 1000) throw new KernelError("ERANGE");
          this.helloTime = n;
          break;
        case "max_age":
          if (n < 600 || n > 4000) throw new KernelError("ERANGE");
          this.maxAge = n;
          break;
        case "stp_state":
          if (n !== 0) throw new KernelError("EOPNOTSUPP", "Spanning tree (stp_state 1) is not modelled.");
          break;
        case "vlan_filtering":
          if (n !== 0) throw new KernelError("EOPNOTSUPP", "VLAN filtering is not modelled.");
          break;
        case "priority":
          this.priority = n;
          break;
        case "mcast_snooping":
          this.mcastSnooping = n;
          break;
        case "group_fwd_mask":
          this.groupFwdMask = n;
          break;
        default:
          this.options.set(name, value);
      }
    }
  }

  /** br_setport, by netlink's names (without IFLA_BRPORT_). */
  configurePort(dev: Device, data: Readonly<Record<string, number>>): void {
    const p = this.portOf(dev);
    if (!p) throw new KernelError("EINVAL");
    for (const [name, value] of Object.entries(data)) {
      const on = value !== 0;
      switch (name) {
        case "mode":
        case "hairpin":
          p.hairpin = on;
          break;
        case "guard":
          p.guard = on;
          break;
        case "protect":
        case "root_block":
          p.rootBlock = on;
          break;
        case "fast_leave":
          p.fastLeave = on;
          break;
        case "learning":
          p.learning = on;
          break;
        case "unicast_flood":
        case "flood":
          p.flood = on;
          break;
        case "mcast_flood":
          p.mcastFlood = on;
          break;
        case "bcast_flood":
          p.bcastFlood = on;
          break;
        case "isolated":
          p.isolated = on;
          break;
        case "neigh_suppress":
          p.neighSuppress = on;
          break;
        case "priority":
          if (value > 63) throw new KernelError("ERANGE");
          p.priority = value;
          break;
        case "cost":
          if (value < 1 || value > 65535) throw new KernelError("ERANGE");
          p.cost = value;
          break;
        case "state": {
          if (!dev.running && value !== 0) throw new KernelError("ENETDOWN");
          const before = this.carrier;
          // Without STP a blocked port forwards again at once (br_port_state_selection).
          this.say(
            p,
            (["disabled", "listening", "learning", "forwarding", "forwarding"] as const)[value] ?? "disabled",
          );
          this.carrierFollow(before);
          break;
        }
        default:
          throw new KernelError("EOPNOTSUPP", `The bridge port option "${name}" is not modelled.`);
      }
    }
  }

  // ── forwarding database ──────────────────────────────────────────────────────────────────────────────

  /** The database as `bridge fdb show` lists it. */
  fdb(): FdbEntry[] {
    this.age();
    return [...this.table.values()];
  }

  private age(): void {
    for (const [k, e] of this.table) if (this.aged(e)) this.table.delete(k);
  }

  private aged(e: FdbEntry): boolean {
    return !e.static && this.ns.host.now - e.updated > (this.ageingTime * SECOND) / 100;
  }

  /** `bridge fdb add|replace|append`. `port` the bridge itself: a local entry of its own. */
  fdbAdd(
    port: Device,
    mac: Uint8Array,
    options: { state: "permanent" | "static" | "dynamic"; replace?: boolean },
  ): void {
    const k = key(mac);
    if (this.table.has(k) && !options.replace) throw new KernelError("EEXIST");
    if (port !== this && !this.portOf(port)) throw new KernelError("EINVAL");
    const now = this.ns.host.now;
    this.table.set(k, {
      mac: Uint8Array.from(mac),
      port: port === this ? null : port,
      local: options.state === "permanent",
      static: options.state !== "dynamic",
      addedByUser: true,
      used: now,
      updated: now,
    });
  }

  /** `bridge fdb del` (ENOENT). */
  fdbDelete(port: Device, mac: Uint8Array): void {
    const entry = this.table.get(key(mac));
    if (!entry || (entry.port ?? this) !== port) throw new KernelError("ENOENT");
    this.table.delete(key(mac));
  }

  /** `bridge fdb flush`, and brctl's: all that was learned. */
  fdbFlush(): void {
    for (const [k, e] of this.table) if (!e.static) this.table.delete(k);
  }

  private lookup(data: Uint8Array, at: number): FdbEntry | undefined {
    const e = this.table.get(key(data, at));
    return e && !this.aged(e) ? e : undefined;
  }

  private learn(port: BridgePort, data: Uint8Array, at: number): void {
    if (!port.learning) return;
    const k = key(data, at);
    const now = this.ns.host.now;
    const e = this.table.get(k);
    if (e !== undefined) {
      if (e.local) {
        this.ns.printk(
          4,
          `${this.name}: received packet on ${port.dev.name} with own address as source address (addr:${[...data.subarray(at, at + 6)].map((b) => b.toString(16).padStart(2, "0")).join(":")}, vlan:0)`,
        );
        return;
      }
      if (e.port === port.dev) {
        e.updated = now;
        return;
      }
      if (e.static) return;
    }
    const mac = data.slice(at, at + 6);
    this.table.set(k, {
      mac,
      port: port.dev,
      local: false,
      static: false,
      addedByUser: false,
      used: now,
      updated: now,
    });
  }

  // ── frames ───────────────────────────────────────────────────────────────────────────────────────────

  private get filters(): boolean {
    return this.ns.bridgeNetfilter && this.ns.sysctl.number("net/bridge/bridge-nf-call-iptables") !== 0;
  }

  /** br_handle_frame: a frame from a port. */
  handle(pkt: Packet, from: Device): void {
    const port = this.portOf(from);
    const { data, mac } = pkt;
    if (!port || (data[mac + 6] & 1) !== 0) {
      this.ns.drop(pkt, "NOT_SPECIFIED", `bridge ${this.name}`);
      return;
    }
    if (port.state !== "forwarding" && port.state !== "learning") {
      this.ns.drop(pkt, "NOT_SPECIFIED", `bridge ${this.name}`, {
        port: from.name,
        state: port.state,
      });
      return;
    }
    // 01:80:c2:00:00:0x never crosses a bridge, but for the spanning tree's own while STP is off.
    if (
      data[mac] === 1 &&
      data[mac + 1] === 0x80 &&
      data[mac + 2] === 0xc2 &&
      data[mac + 4] === 0 &&
      data[mac + 5] !== 0
    ) {
      if (data[mac + 5] < 16) {
        this.ns.drop(pkt, "NOT_SPECIFIED", `bridge ${this.name}`);
        return;
      }
    }
    if (equal(this.mac, data.subarray(mac, mac + 6))) pkt.pktType = PACKET_HOST;
    if (pkt.protocol === 0x0800 && this.filters && !this.prerouting(pkt, port)) return;
    this.finish(pkt, port);
  }

  /** br_nf_pre_routing: the IPv4 chains see the frame with the bridge as its device. False: it went its own way. */
  private prerouting(pkt: Packet, port: BridgePort): boolean {
    const ns = this.ns;
    const { data, net } = pkt;
    if (!ip.valid(data, net, pkt.end)) {
      ns.drop(pkt, "IP_INHDR", `bridge ${this.name}`);
      return false;
    }
    pkt.end = net + ip.totalLength(data, net);
    pkt.trans = net + ip.headerLength(data, net);
    pkt.iif = this;
    pkt.physIn = port.dev;
    const other = pkt.pktType === PACKET_OTHERHOST;
    const dst = ip.dst(data, net);
    const verdict = ns.netfilter.run(PREROUTING, pkt, this, null);
    if (verdict !== NF_ACCEPT) {
      if (verdict === NF_DROP) ns.drop(pkt, pkt.dropReason || "NETFILTER_DROP", "hook PREROUTING");
      return false;
    }
    if (other) pkt.pktType = PACKET_OTHERHOST;
    const now = ip.dst(pkt.data, pkt.net);
    if (now !== dst) return this.translated(pkt, now);
    return true;
  }

  /** br_nf_pre_routing_finish after DNAT: the frame's destination follows its new address. */
  private translated(pkt: Packet, dst: number): boolean {
    const ns = this.ns;
    ns.router.route(pkt, ip.src(pkt.data, pkt.net), dst, pkt.data[pkt.net + 1] & 0x1c, this);
    const r = ns.router.input;
    if (r.kind === "forward" && r.route?.dev === this) {
      const next = r.route.usesGateway ? r.route.gateway : dst;
      const n = ns.neighbours.find(this, next);
      if (n?.usable && n.mac) {
        pkt.data.set(n.mac, pkt.mac);
        return true;
      }
    }
    // Another device, this host, or a neighbour yet unknown: up to IP, as if it had been sent to the bridge.
    pkt.data.set(this.mac, pkt.mac);
    pkt.pktType = PACKET_HOST;
    return true;
  }

  /** br_handle_frame_finish */
  private finish(pkt: Packet, port: BridgePort): void {
    const { data, mac } = pkt;
    this.learn(port, data, mac + 6);
    if (port.state === "learning") {
      this.ns.drop(pkt, "NOT_SPECIFIED", `bridge ${this.name}`);
      return;
    }
    if (isGroup(data, mac)) {
      this.tell(
        pkt,
        port.dev.name,
        "flood",
        this.targets(pkt, port).map((p) => p.dev.name),
      );
      this.flood(pkt, port, true);
      return;
    }
    const entry = this.lookup(data, mac);
    if (entry === undefined) {
      const promiscuous = (this.flags & IFF_PROMISC) !== 0 || this.promiscuity > 0;
      this.tell(
        pkt,
        port.dev.name,
        "flood",
        this.targets(pkt, port).map((p) => p.dev.name),
      );
      this.flood(pkt, port, promiscuous);
      return;
    }
    entry.used = this.ns.host.now;
    if (entry.local) {
      this.tell(pkt, port.dev.name, "local", []);
      this.passUp(pkt);
      return;
    }
    const out = entry.port ? this.portOf(entry.port) : undefined;
    if (this.promiscuity > 0) this.passUp(this.copy(pkt));
    if (!out || !this.mayLeave(out, port)) {
      const facts = out && out === port ? { port: port.dev.name, hairpin: 0 } : undefined;
      this.ns.drop(pkt, "NOT_SPECIFIED", `bridge ${this.name}`, facts);
      return;
    }
    this.tell(pkt, port.dev.name, "forward", [out.dev.name]);
    this.forward(pkt, out);
  }

  private tell(pkt: Packet, port: string, action: string, ports: string[]): void {
    this.ns.walk?.emit(this.ns.name, {
      kind: "bridge",
      packet: pkt.id,
      bridge: this.name,
      port,
      action,
      ports,
    });
  }

  /** should_deliver */
  private mayLeave(to: BridgePort, from: BridgePort | null): boolean {
    if (to.state !== "forwarding") return false;
    if (from !== null && to === from && !to.hairpin) return false;
    return !(from?.isolated && to.isolated);
  }

  /** The ports that br_flood sends to. */
  private targets(pkt: Packet, from: BridgePort | null): BridgePort[] {
    const group = isGroup(pkt.data, pkt.mac);
    const broadcast = group && pkt.data[pkt.mac] === 0xff;
    return this.ports.filter(
      (p) => this.mayLeave(p, from) && (broadcast ? p.bcastFlood : group ? p.mcastFlood : p.flood),
    );
  }

  private copy(pkt: Packet): Packet {
    const copy = pkt.clone(this.ns.nextPacketId());
    this.ns.born(copy, "clone");
    return copy;
  }

  private flood(pkt: Packet, from: BridgePort | null, up: boolean): void {
    const targets = this.targets(pkt, from);
    const last = targets.length - 1;
    if (!up && last < 0) {
      this.ns.drop(pkt, "NOT_SPECIFIED", `bridge ${this.name}`, { reason: "no other port" });
      return;
    }
    for (let i = 0; i <= last; i++) {
      const mine = !up && i === last ? pkt : this.copy(pkt);
      if (from === null) this.leave(mine, targets[i]);
      else this.forward(mine, targets[i]);
    }
    if (up) this.passUp(pkt);
  }

  /** __br_forward, with the IPv4 chains where they are called (br_nf_forward, br_nf_post_routing). */
  private forward(pkt: Packet, to: BridgePort): void {
    if (pkt.protocol === 0x0800 && this.filters && pkt.physIn !== null) {
      const ns = this.ns;
      pkt.physOut = to.dev;
      let verdict = ns.netfilter.run(FORWARD, pkt, this, this);
      if (verdict !== NF_ACCEPT) {
        if (verdict === NF_DROP)
          ns.drop(pkt, pkt.dropReason || "NETFILTER_DROP", "hook FORWARD", { bridged: true });
        return;
      }
      verdict = ns.netfilter.run(POSTROUTING, pkt, this, this);
      if (verdict !== NF_ACCEPT) {
        if (verdict === NF_DROP)
          ns.drop(pkt, pkt.dropReason || "NETFILTER_DROP", "hook POSTROUTING", { bridged: true });
        return;
      }
    }
    this.leave(pkt, to);
  }

  private leave(pkt: Packet, to: BridgePort): void {
    if (pkt.end - pkt.net > to.dev.mtu) {
      this.ns.drop(pkt, "PKT_TOO_BIG", `bridge ${this.name}`, {
        dev: to.dev.name,
        mtu: to.dev.mtu,
        length: pkt.end - pkt.net,
      });
      return;
    }
    this.ns.transmit(to.dev, pkt);
  }

  /** br_pass_frame_up: the frame is for this host. */
  private passUp(pkt: Packet): void {
    pkt.iif = null;
    this.ns.receiveOn(this, pkt);
  }

  /** br_dev_xmit: a frame that this host sends through the bridge. */
  override transmit(pkt: Packet): void {
    this.stats.txPackets++;
    this.stats.txBytes += pkt.end - pkt.mac;
    const { data, mac } = pkt;
    const entry = isGroup(data, mac) ? undefined : this.lookup(data, mac);
    if (entry === undefined) {
      this.tell(
        pkt,
        this.name,
        "flood",
        this.targets(pkt, null).map((p) => p.dev.name),
      );
      this.flood(pkt, null, false);
      return;
    }
    const out = entry.port ? this.portOf(entry.port) : undefined;
    if (!out || !this.mayLeave(out, null)) {
      this.ns.drop(pkt, "NOT_SPECIFIED", `bridge ${this.name}`);
      return;
    }
    this.tell(pkt, this.name, "forward", [out.dev.name]);
    this.leave(pkt, out);
  }
}
