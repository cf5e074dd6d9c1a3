import { KernelError } from "../../base/errno.ts";
import type { Packet } from "../../netfilter/packet.ts";
import { equal } from "../../wire/ethernet.ts";
import { Device, IFF_BROADCAST, IFF_MULTICAST, type OperState } from "../device.ts";
import type { NetNamespace } from "../namespace.ts";
import { Fdb, macKey } from "./fdb.ts";
import { handleFrame, sendThrough } from "./forward.ts";
import { configureBridge, configurePort } from "./options.ts";
import { type BridgePort, newPort, type PortState } from "./port.ts";

/** BR_MAX_PORTS: port numbers have ten bits, and 0 is none. */
const MAX_PORTS = 1024;

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
  readonly fdb: Fdb;

  constructor(ns: NetNamespace, name: string, mac: Uint8Array) {
    super(ns, name, mac);
    this.flags = IFF_BROADCAST | IFF_MULTICAST;
    this.fdb = new Fdb(this);
    this.fdb.addLocal(mac, null);
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
    if (dev.isLoopback || macKey(dev.mac) === 0) throw new KernelError("EINVAL");
    if (dev instanceof Bridge) throw new KernelError("ELOOP", "Can not enslave a bridge to a bridge");
    const taken = new Set(this.ports.map((p) => p.number));
    let number = 1;
    while (taken.has(number)) number++;
    if (number >= MAX_PORTS) throw new KernelError("EXFULL");
    const port = newPort(this, dev, number);
    const before = this.carrier;
    this.say(port, "blocking");
    this.say(port, "disabled");
    dev.master = this;
    this.hadPort = true;
    this.ports.push(port);
    dev.allmulticast++;
    this.ns.printk(6, `${dev.name}: entered allmulticast mode`);
    this.ns.links.promiscuous(dev, 1);
    this.fdb.addLocal(dev.mac, dev);
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
    this.fdb.forgetPort(dev);
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

  /** The state that a person set. */
  setState(port: BridgePort, state: PortState): void {
    const before = this.carrier;
    this.say(port, state);
    this.carrierFollow(before);
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
      this.fdb.forgetLearned(dev);
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
    this.fdb.portMacsChanged();
    this.recalculateMac();
  }

  ownMacChanged(): void {
    this.fdb.ownMacChanged();
  }

  /** br_stp_recalculate_bridge_id: the lowest port's address, unless a person set one. */
  private recalculateMac(): void {
    if (this.macAssign === 3) return;
    let lowest: Uint8Array | null = null;
    for (const p of this.ports) if (lowest === null || macKey(p.dev.mac) < macKey(lowest)) lowest = p.dev.mac;
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

  /** br_changelink, by netlink's names (without IFLA_BR_). */
  configure(data: Readonly<Record<string, number | string>>): void {
    configureBridge(this, data);
  }

  /** br_setport, by netlink's names (without IFLA_BRPORT_). */
  configurePort(dev: Device, data: Readonly<Record<string, number>>): void {
    const port = this.portOf(dev);
    if (!port) throw new KernelError("EINVAL");
    configurePort(port, data);
  }

  /** A frame from a device that is a port. */
  handle(pkt: Packet, from: Device): void {
    handleFrame(this, pkt, this.portOf(from));
  }

  override transmit(pkt: Packet): void {
    this.stats.txPackets++;
    this.stats.txBytes += pkt.end - pkt.mac;
    sendThrough(this, pkt);
  }
}
