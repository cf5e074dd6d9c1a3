import { KernelError } from "../base/errno.ts";
import { mask } from "../wire/ipv4.ts";
import { IFF_LOOPBACK } from "./device.ts";
import {
  type Address4,
  IFA_F_NOPREFIXROUTE,
  IFA_F_SECONDARY,
  SCOPE_HOST,
  SCOPE_LINK,
} from "./inet-device.ts";
import type { NetNamespace } from "./namespace.ts";
import { PROTO_KERNEL, TABLE_LOCAL, TABLE_MAIN } from "./routes.ts";

/** The routes that IPv4 addresses bring and take (fib_add_ifaddr, fib_del_ifaddr). */
export class AddressRoutes {
  private readonly ns: NetNamespace;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  private magic(
    op: "add" | "delete",
    type: "local" | "broadcast" | "unicast",
    dst: number,
    prefix: number,
    address: Address4,
    prefsrc: number,
    priority: number,
  ): void {
    const table = type === "unicast" ? TABLE_MAIN : TABLE_LOCAL;
    const spec = {
      dst,
      prefix,
      table,
      protocol: PROTO_KERNEL,
      scope: type === "local" ? SCOPE_HOST : SCOPE_LINK,
      type,
      priority,
      prefsrc,
      nexthops: [{ dev: address.dev }],
    } as const;
    try {
      if (op === "add") {
        const routes = this.ns.routes;
        const t = routes.makeTable(table);
        const route = routes.makeRoute(spec, table);
        // A duplicate stays as it is (the kernel's EEXIST, that nobody looks at).
        if (!t.at(dst, prefix).some((other) => other.tos === 0 && other.same(route))) {
          routes.insert(t, route, "append");
        }
      } else this.ns.routes.delete(spec);
    } catch (error) {
      // fib_magic's caller does not look: a duplicate stays as it is.
      if (!(error instanceof KernelError)) throw error;
    }
  }

  /** fib_add_ifaddr */
  add(a: Address4): void {
    const net = (a.peer & mask(a.prefix)) >>> 0;
    const secondary = (a.flags & IFA_F_SECONDARY) !== 0;
    const primary = secondary ? this.primaryOf(a) : a;
    if (!primary) return;
    const src = primary.local;
    this.magic("add", "local", a.local, 32, a, src, 0);
    if (!a.dev.up) return;
    if (a.broadcast !== undefined && a.broadcast !== 0 && a.broadcast !== 0xffffffff) {
      this.magic("add", "broadcast", a.broadcast, 32, a, src, 0);
    }
    if (net >>> 24 === 0 || secondary || (net === a.local && a.prefix === 32)) return;
    if ((a.flags & IFA_F_NOPREFIXROUTE) === 0) {
      const type = (a.dev.flags & IFF_LOOPBACK) !== 0 ? "local" : "unicast";
      this.magicPrefix("add", type, net, a, src);
    }
    if (a.prefix < 31) this.magic("add", "broadcast", (net | ~mask(a.prefix)) >>> 0, 32, a, src, 0);
  }

  private magicPrefix(
    op: "add" | "delete",
    type: "local" | "unicast",
    net: number,
    a: Address4,
    src: number,
  ): void {
    this.magic(op, type, net, a.prefix, a, src, a.metric);
  }

  primaryOf(a: Address4): Address4 | undefined {
    return a.dev.ipv4.addresses.find(
      (p) => p.prefix === a.prefix && (p.flags & IFA_F_SECONDARY) === 0 && sameNet(p.peer, a.peer, a.prefix),
    );
  }

  /** fib_del_ifaddr: what no other address of the device still needs. `a` is out of the list already. */
  delete(a: Address4, primary: Address4): void {
    const net = (a.peer & mask(a.prefix)) >>> 0;
    const directed = (net | ~mask(a.prefix)) >>> 0;
    const others = a.dev.ipv4.addresses.filter((o) => o !== a);
    const src = primary.local;
    const secondary = (a.flags & IFA_F_SECONDARY) !== 0;
    if (!secondary && !(net === a.local && a.prefix === 32)) {
      const still = others.some(
        (o) =>
          o.prefix === a.prefix && sameNet(o.peer, a.peer, a.prefix) && (o.flags & IFA_F_NOPREFIXROUTE) === 0,
      );
      if (!still && (a.flags & IFA_F_NOPREFIXROUTE) === 0) {
        const type = (a.dev.flags & IFF_LOOPBACK) !== 0 ? "local" : "unicast";
        this.magicPrefix("delete", type, net, a, src);
      }
    }
    const broadcasts = new Set<number>();
    if (a.broadcast !== undefined) broadcasts.add(a.broadcast);
    if (!secondary && a.prefix < 31) broadcasts.add(directed);
    for (const b of broadcasts) {
      const still = others.some((o) => {
        if (o.broadcast === b) return true;
        return o.prefix < 31 && ((o.peer & mask(o.prefix)) | ~mask(o.prefix)) >>> 0 === b;
      });
      if (!still) this.magic("delete", "broadcast", b, 32, a, src, 0);
    }
    if (!others.some((o) => o.local === a.local)) this.magic("delete", "local", a.local, 32, a, src, 0);
  }
}

/** inet_ifa_match */
export function sameNet(a: number, b: number, prefix: number): boolean {
  return ((a ^ b) & mask(prefix)) === 0;
}
