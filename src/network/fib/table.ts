import type { Errno } from "../../base/errno.ts";
import { mask } from "../../wire/ipv4.ts";
import { type FibRoute, ignoresLinkdown, type Nexthop } from "./route.ts";

/** What a lookup found (struct fib_result); one object, reused. */
export interface FibResult {
  route: FibRoute | null;
  nexthop: Nexthop | null;
  table: FibTable | null;
}

/** MASKS[n]: the mask of prefix length n as a signed number, for small-integer keys. */
const MASKS: readonly number[] = Array.from({ length: 33 }, (_, n) => mask(n) | 0);

/**
 * One routing table: a hash of destinations for each prefix length that occurs, looked at from the longest
 * on. Routes of one destination stand by TOS (falling) and priority (rising), as in the kernel's trie leaf.
 */
export class FibTable {
  readonly id: number;
  private readonly byLength: (Map<number, FibRoute[]> | null)[] = new Array<null>(33).fill(null);
  /** Prefix lengths that occur, longest first. */
  private lengths: number[] = [];
  /** The routes that prefer a source address, by it (fib_info_laddrhash). */
  private readonly bySource = new Map<number, Set<FibRoute>>();

  constructor(id: number) {
    this.id = id;
  }

  /**
   * fib_table_lookup. Null: found (in `result`). "ENOENT" is "nothing here"; others are what the route says.
   * `scope`: routes of a wider scope do not count. `ignoreLinkstate`: linkdown ones count always.
   */
  lookup(
    dst: number,
    tos: number,
    oif: number,
    scope: number,
    ignoreLinkstate: boolean,
    result: FibResult,
  ): Errno | null {
    const lengths = this.lengths;
    for (let i = 0; i < lengths.length; i++) {
      const length = lengths[i];
      const map = this.byLength[length] as Map<number, FibRoute[]>;
      const routes = map.get(dst & MASKS[length]);
      if (routes === undefined) continue;
      for (let r = 0; r < routes.length; r++) {
        const route = routes[r];
        if (route.tos !== 0 && route.tos !== tos) continue;
        if (route.dead || route.scope < scope) continue;
        if (route.error !== null) {
          result.route = route;
          result.nexthop = null;
          result.table = this;
          return route.error;
        }
        const hops = route.nexthops;
        for (let n = 0; n < hops.length; n++) {
          const nh = hops[n];
          if (nh.dead) continue;
          if (nh.linkdown && !ignoreLinkstate && ignoresLinkdown(nh.dev)) continue;
          if (oif !== 0 && nh.dev !== null && oif !== nh.dev.index) continue;
          result.route = route;
          result.nexthop = nh;
          result.table = this;
          return null;
        }
      }
    }
    return "ENOENT";
  }

  /** The routes of exactly one destination, in leaf order; empty when none. */
  at(dst: number, prefix: number): readonly FibRoute[] {
    return this.byLength[prefix]?.get(dst | 0) ?? [];
  }

  /** Puts `route` at position `at` among the routes of its destination. */
  insert(route: FibRoute, at: number): void {
    let map = this.byLength[route.prefix];
    if (map === null) {
      map = new Map();
      this.byLength[route.prefix] = map;
      this.lengths = [...this.lengths, route.prefix].sort((a, b) => b - a);
    }
    const leaf = map.get(route.dst | 0);
    if (leaf) leaf.splice(at, 0, route);
    else map.set(route.dst | 0, [route]);
    if (route.prefsrc === 0) return;
    const preferring = this.bySource.get(route.prefsrc);
    if (preferring) preferring.add(route);
    else this.bySource.set(route.prefsrc, new Set([route]));
  }

  remove(route: FibRoute): void {
    const map = this.byLength[route.prefix];
    const leaf = map?.get(route.dst | 0);
    const at = leaf?.indexOf(route) ?? -1;
    if (!map || !leaf || at < 0) return;
    leaf.splice(at, 1);
    const preferring = this.bySource.get(route.prefsrc);
    if (preferring?.delete(route) && preferring.size === 0) this.bySource.delete(route.prefsrc);
    if (leaf.length > 0) return;
    map.delete(route.dst | 0);
    if (map.size > 0) return;
    this.byLength[route.prefix] = null;
    this.lengths = this.lengths.filter((n) => n !== route.prefix);
  }

  /** The routes that prefer this source address. */
  preferring(source: number): FibRoute[] {
    return [...(this.bySource.get(source) ?? [])];
  }

  /** In the order of the kernel's dump: by destination, the longer prefix first. */
  list(): FibRoute[] {
    const all: FibRoute[] = [];
    for (const map of this.byLength) if (map) for (const leaf of map.values()) all.push(...leaf);
    return all.sort((a, b) => a.dst - b.dst || b.prefix - a.prefix);
  }

  *[Symbol.iterator](): Generator<FibRoute> {
    for (const map of this.byLength) if (map) for (const leaf of map.values()) yield* leaf;
  }

  get size(): number {
    let n = 0;
    for (const map of this.byLength) if (map) for (const leaf of map.values()) n += leaf.length;
    return n;
  }
}
