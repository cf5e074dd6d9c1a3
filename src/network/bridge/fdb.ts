import { type Nanoseconds, SECOND } from "../../base/clock.ts";
import { KernelError } from "../../base/errno.ts";
import { format as formatMac } from "../../wire/ethernet.ts";
import type { Device } from "../device.ts";
import type { Bridge } from "./bridge.ts";
import type { BridgePort } from "./port.ts";

/** An entry of the forwarding database. `port` null: the bridge itself. */
export interface FdbEntry {
  readonly mac: Uint8Array;
  port: Device | null;
  /** The bridge's own and its ports' addresses. */
  readonly local: boolean;
  /** Does not age (local ones, `bridge fdb add … static|permanent`). */
  readonly static: boolean;
  readonly addedByUser: boolean;
  used: Nanoseconds;
  updated: Nanoseconds;
}

/** Six bytes as one number: Map keys. */
export const macKey = (mac: Uint8Array, at = 0): number =>
  ((mac[at] << 8) | mac[at + 1]) * 0x100000000 +
  (((mac[at + 2] << 24) | (mac[at + 3] << 16) | (mac[at + 4] << 8) | mac[at + 5]) >>> 0);

/** The forwarding database of a bridge (br_fdb.c). */
export class Fdb {
  private readonly bridge: Bridge;
  private readonly table = new Map<number, FdbEntry>();

  constructor(bridge: Bridge) {
    this.bridge = bridge;
  }

  /** The database as `bridge fdb show` lists it. */
  entries(): FdbEntry[] {
    this.forget((e) => this.aged(e));
    return [...this.table.values()];
  }

  private aged(e: FdbEntry): boolean {
    return !e.static && this.bridge.ns.host.now - e.updated > (this.bridge.ageingTime * SECOND) / 100;
  }

  private forget(which: (e: FdbEntry) => boolean): void {
    for (const [k, e] of this.table) if (which(e)) this.table.delete(k);
  }

  /** `bridge fdb add|replace|append`. `port` the bridge itself: a local entry of its own. */
  add(
    port: Device,
    mac: Uint8Array,
    options: { state: "permanent" | "static" | "dynamic"; replace?: boolean },
  ): void {
    const k = macKey(mac);
    if (this.table.has(k) && !options.replace) throw new KernelError("EEXIST");
    if (port !== this.bridge && !this.bridge.portOf(port)) throw new KernelError("EINVAL");
    const now = this.bridge.ns.host.now;
    this.table.set(k, {
      mac: Uint8Array.from(mac),
      port: port === this.bridge ? null : port,
      local: options.state === "permanent",
      static: options.state !== "dynamic",
      addedByUser: true,
      used: now,
      updated: now,
    });
  }

  /** `bridge fdb del` (ENOENT). */
  delete(port: Device, mac: Uint8Array): void {
    const entry = this.table.get(macKey(mac));
    if (!entry || (entry.port ?? this.bridge) !== port) throw new KernelError("ENOENT");
    this.table.delete(macKey(mac));
  }

  /** An address of the bridge (`port` null) or of a port: frames to it are this host's. */
  addLocal(mac: Uint8Array, port: Device | null): void {
    const k = macKey(mac);
    if (k === 0 || this.table.get(k)?.local) return;
    const now = this.bridge.ns.host.now;
    this.table.set(k, {
      mac: Uint8Array.from(mac),
      port,
      local: true,
      static: true,
      addedByUser: false,
      used: now,
      updated: now,
    });
  }

  /** A port left. */
  forgetPort(dev: Device): void {
    this.forget((e) => e.port === dev);
  }

  /** A port went down: what was learned there. */
  forgetLearned(dev: Device): void {
    this.forget((e) => e.port === dev && !e.static);
  }

  /** Ports have other addresses than before. */
  portMacsChanged(): void {
    this.forget((e) => e.local && e.port !== null && !e.addedByUser);
    for (const p of this.bridge.ports) this.addLocal(p.dev.mac, p.dev);
  }

  /** The bridge has another address than before. */
  ownMacChanged(): void {
    this.forget((e) => e.local && e.port === null);
    this.addLocal(this.bridge.mac, null);
  }

  /** The live entry of the address at `at`. */
  lookup(data: Uint8Array, at: number): FdbEntry | undefined {
    const e = this.table.get(macKey(data, at));
    return e && !this.aged(e) ? e : undefined;
  }

  /** br_fdb_update: the sender at `at` is behind `port`. */
  learn(port: BridgePort, data: Uint8Array, at: number): void {
    if (!port.learning) return;
    const k = macKey(data, at);
    const now = this.bridge.ns.host.now;
    const e = this.table.get(k);
    if (e !== undefined) {
      if (e.local) {
        const mac = formatMac(data.subarray(at, at + 6));
        this.bridge.ns.printk(
          4,
          `${this.bridge.name}: received packet on ${port.dev.name} with own address as source address (addr:${mac}, vlan:0)`,
        );
        return;
      }
      if (e.port === port.dev) {
        e.updated = now;
        return;
      }
      // A static entry stays one, but follows its address to the port where it is seen (br_fdb_update).
      if (e.static) {
        e.port = port.dev;
        e.updated = now;
        return;
      }
    }
    this.table.set(k, {
      mac: data.slice(at, at + 6),
      port: port.dev,
      local: false,
      static: false,
      addedByUser: false,
      used: now,
      updated: now,
    });
  }
}
