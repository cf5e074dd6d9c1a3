import type { WalkEvent } from "./event.ts";

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
  /** Device → up, as last heard. */
  readonly up: Map<string, boolean>;
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
        if (event.op === "up" || event.op === "down") this.of(event.ns).up.set(event.dev, event.op === "up");
        return;
    }
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

  /** A router that shares a link's subnet with `ns`: its address there. `except` is not to be it. */
  neighbourRouter(ns: string, except: string): string | undefined {
    const own = this.namespaces.get(ns);
    if (!own) return undefined;
    for (const list of own.addresses.values()) {
      for (const entry of list) {
        for (const other of this.namespaces.values()) {
          if (other === own || other.addresses.size < 2) continue;
          for (const theirs of other.addresses.values()) {
            for (const address of theirs) {
              const ip = address.split("/")[0];
              if (ip !== except && inSubnet(ip, entry)) return ip;
            }
          }
        }
      }
    }
    return undefined;
  }
}

function fresh(name: string, made: number, inheritedForward: number | undefined): NamespaceMemory {
  return { name, made, inheritedForward, sysctls: new Map(), addresses: new Map(), up: new Map() };
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
