import type { WalkEvent, WalkEventOf } from "./event.ts";

interface Written {
  readonly value: string;
  readonly seq: number;
}

/** What the lab's events say of one namespace. */
export interface NamespaceMemory {
  readonly name: string;
  /** Order of its making; 0 for one that was there before the first event. */
  readonly made: number;
  /** What it inherited as net.ipv4.ip_forward, where the event said so. */
  readonly inheritedForward: number | undefined;
  /** Sysctls written in it since. */
  readonly sysctls: Map<string, Written>;
  /** Device → its addresses, "10.0.0.1/24". */
  readonly addresses: Map<string, string[]>;
  /** Device → up, as last heard. A new device is down. */
  readonly up: Map<string, boolean>;
  /** Port → the bridge that it is a port of. */
  readonly bridges: Map<string, string>;
  /** Device → the routes that people had added through it and that went when it went down. */
  readonly lost: Map<string, string[]>;
}

/**
 * The lab as its events tell it: what *why* asks when it explains a packet's death. It reads events and
 * nothing else, so it works on both engines and on a saved file.
 */
export class LabMemory {
  readonly namespaces = new Map<string, NamespaceMemory>();

  tell(event: WalkEvent): void {
    switch (event.kind) {
      case "netns":
        if (event.op === "delete") this.namespaces.delete(event.name);
        else this.namespaces.set(event.name, fresh(event.name, event.seq, event.forward));
        return;
      case "sysctl":
        this.of(event.ns).sysctls.set(event.key, { value: event.value, seq: event.seq });
        return;
      case "address": {
        const all = this.of(event.ns).addresses;
        const list = (all.get(event.dev) ?? []).filter((a) => a !== event.address);
        if (event.op === "add") list.push(event.address);
        all.set(event.dev, list);
        return;
      }
      case "link":
        this.link(event);
        return;
      case "route-change":
        this.route(event);
        return;
    }
  }

  private link(event: WalkEventOf<"link">): void {
    const memory = this.of(event.ns);
    switch (event.op) {
      case "up":
        memory.up.set(event.dev, true);
        memory.lost.delete(event.dev);
        return;
      case "down":
      case "added":
        memory.up.set(event.dev, false);
        return;
      case "renamed":
        rename(memory.up, event);
        rename(memory.addresses, event);
        rename(memory.bridges, event);
        rename(memory.lost, event);
        return;
      case "moved":
        if (event.detail !== undefined) this.of(event.detail).up.set(event.dev, false);
        memory.up.delete(event.dev);
        memory.addresses.delete(event.dev);
        memory.bridges.delete(event.dev);
        return;
      case "deleted":
        memory.up.delete(event.dev);
        memory.addresses.delete(event.dev);
        memory.bridges.delete(event.dev);
        return;
      case "enslaved":
        memory.bridges.set(event.dev, event.detail ?? "");
        return;
      case "released":
        memory.bridges.delete(event.dev);
        return;
    }
  }

  private route(event: WalkEventOf<"route-change">): void {
    if (event.op !== "delete" || event.table !== "main" || event.route.includes(" proto kernel ")) return;
    const memory = this.of(event.ns);
    const dev = / dev (\S+)/.exec(event.route)?.[1];
    if (dev === undefined || memory.up.get(dev) !== false) return;
    const route = event.route.replace(/( dead| linkdown| onlink)+\s*$/, "").trim();
    memory.lost.set(dev, [...(memory.lost.get(dev) ?? []), route]);
  }

  /** The device of `ns` on whose link `address` is, by its own addresses. */
  deviceTo(ns: string, address: string): string | undefined {
    for (const [dev, list] of this.of(ns).addresses)
      if (dev !== "lo" && list.some((entry) => inSubnet(address, entry))) return dev;
    return undefined;
  }

  /** Every address on the link that `address` is on, by subnet: those of other namespaces than `ns`. */
  neighbours(ns: string, address: string): { ns: string; dev: string; address: string }[] {
    const found: { ns: string; dev: string; address: string }[] = [];
    const dev = this.deviceTo(ns, address);
    const own =
      dev === undefined
        ? undefined
        : this.of(ns)
            .addresses.get(dev)
            ?.find((a) => inSubnet(address, a));
    if (own === undefined) return found;
    for (const other of this.namespaces.values()) {
      if (other.name === ns) continue;
      for (const [theirs, list] of other.addresses) {
        for (const entry of list) {
          const ip = entry.split("/")[0];
          if (inSubnet(ip, own)) found.push({ ns: other.name, dev: theirs, address: ip });
        }
      }
    }
    return found;
  }

  of(ns: string): NamespaceMemory {
    let memory = this.namespaces.get(ns);
    if (!memory) {
      memory = fresh(ns, 0, undefined);
      this.namespaces.set(ns, memory);
    }
    return memory;
  }

  /** The namespace, device and prefix length that own an address. */
  owner(address: string): { ns: string; dev: string; prefix: number } | undefined {
    for (const memory of this.namespaces.values()) {
      for (const [dev, list] of memory.addresses) {
        for (const entry of list) {
          const [ip, prefix] = entry.split("/");
          if (ip === address) return { ns: memory.name, dev, prefix: Number(prefix ?? 32) };
        }
      }
    }
    return undefined;
  }

  /** The first address of a device, without its prefix length. */
  addressOf(ns: string, dev: string): string | undefined {
    return this.namespaces
      .get(ns)
      ?.addresses.get(dev)
      ?.find((a) => !a.includes(":"))
      ?.split("/")[0];
  }

  /**
   * The next hop from `ns` towards `dst`, read off the addresses: the neighbour that begins the shortest way to
   * the namespace whose link `dst` is on; else, a neighbour that is a router, but never `except`.
   */
  gateway(ns: string, dst: string, except?: string): string | undefined {
    const links = this.links();
    const seen = new Set([ns]);
    let edge: { ns: string; first: string | undefined }[] = [{ ns, first: undefined }];
    while (edge.length > 0) {
      const next: typeof edge = [];
      for (const at of edge) {
        for (const hop of this.hops(at.ns, links)) {
          if (seen.has(hop.ns)) continue;
          seen.add(hop.ns);
          const first = at.first ?? hop.address;
          if (this.isOnLink(hop.ns, dst)) return first;
          if (this.isRouter(hop.ns)) next.push({ ns: hop.ns, first });
        }
      }
      edge = next;
    }
    return this.hops(ns, links).find(
      (hop) =>
        this.isRouter(hop.ns) && hop.address !== dst && hop.ns !== except && this.owner(dst) === undefined,
    )?.address;
  }

  private isRouter(ns: string): boolean {
    let links = 0;
    for (const [dev, list] of this.of(ns).addresses) if (dev !== "lo" && list.length > 0) links++;
    return links > 1;
  }

  private isOnLink(ns: string, dst: string): boolean {
    if (this.deviceTo(ns, dst) !== undefined) return true;
    return (this.of(ns).addresses.get("lo") ?? []).some((entry) => entry.split("/")[0] === dst);
  }

  /** Subnet → who has an address in it. */
  private links(): Map<string, { ns: string; address: string }[]> {
    const links = new Map<string, { ns: string; address: string }[]>();
    for (const memory of this.namespaces.values()) {
      for (const [dev, list] of memory.addresses) {
        if (dev === "lo") continue;
        for (const entry of list) {
          const [address, prefix] = entry.split("/");
          const subnet = networkOf(address, Number(prefix ?? 32));
          const on = links.get(subnet);
          if (on) on.push({ ns: memory.name, address });
          else links.set(subnet, [{ ns: memory.name, address }]);
        }
      }
    }
    return links;
  }

  private hops(ns: string, links: ReadonlyMap<string, { ns: string; address: string }[]>) {
    const hops: { ns: string; address: string }[] = [];
    for (const [dev, list] of this.of(ns).addresses) {
      if (dev === "lo") continue;
      for (const entry of list) {
        const [address, prefix] = entry.split("/");
        for (const hop of links.get(networkOf(address, Number(prefix ?? 32))) ?? [])
          if (hop.ns !== ns) hops.push(hop);
      }
    }
    return hops;
  }
}

/** "renamed" names the device's new name, and in its detail the old one. */
function rename<T>(known: Map<string, T>, { dev, detail }: { dev: string; detail?: string }): void {
  const value = detail === undefined ? undefined : known.get(detail);
  if (value === undefined || detail === undefined) return;
  known.delete(detail);
  known.set(dev, value);
}

function fresh(name: string, made: number, inheritedForward: number | undefined): NamespaceMemory {
  return {
    name,
    made,
    inheritedForward,
    sysctls: new Map(),
    addresses: new Map(),
    up: new Map(),
    bridges: new Map(),
    lost: new Map(),
  };
}

/** "10.0.0.7" in "10.0.0.1/24"; IPv4 only, anything else is false. */
export function inSubnet(ip: string, cidr: string): boolean {
  const [base, length] = cidr.split("/");
  const a = number4(ip);
  const b = number4(base);
  if (a === undefined || b === undefined) return false;
  const size = 2 ** (32 - Number(length ?? 32));
  return Math.floor(a / size) === Math.floor(b / size);
}

/** The network of an address: ("10.0.0.7", 24) → "10.0.0.0/24". */
export function networkOf(ip: string, prefix: number): string {
  const n = number4(ip);
  if (n === undefined) return `${ip}/${prefix}`;
  const size = 2 ** (32 - prefix);
  const base = Math.floor(n / size) * size;
  const quad = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".");
  return `${quad}/${prefix}`;
}

function number4(ip: string): number | undefined {
  const parts = ip.split(".").map(Number);
  if (parts.length !== 4 || parts.some((p) => !(p >= 0 && p <= 255))) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** The command that runs `words` in a namespace, as people type it. */
export function inNamespace(ns: string, words: string): string {
  return ns === "host" ? words : `ip netns exec ${ns} ${words}`;
}
