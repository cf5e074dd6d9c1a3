import type { AddressMatch4, Rule } from "../rule.ts";
import type { View } from "./view.ts";

/** No further candidate. */
const NONE = 0x7fffffff;

/** The fields by which a rule can be found, each under a mask (0: any value will do). */
interface Key {
  src: number;
  srcMask: number;
  dst: number;
  dstMask: number;
  protocol: number;
  sport: number;
  sportMask: number;
  dport: number;
  dportMask: number;
  in: string;
  out: string;
}

/** The rules whose keys have the same masks: one hash table, chained in the rules' order. */
class Group {
  readonly srcMask: number;
  readonly dstMask: number;
  readonly byProtocol: boolean;
  readonly sportMask: number;
  readonly dportMask: number;
  readonly byIn: boolean;
  readonly byOut: boolean;
  heads = new Int32Array(16).fill(NONE);
  tails = new Int32Array(16).fill(NONE);
  mask = 15;
  readonly members: number[] = [];

  constructor(key: Key) {
    this.srcMask = key.srcMask;
    this.dstMask = key.dstMask;
    this.byProtocol = key.protocol !== 0;
    this.sportMask = key.sportMask;
    this.dportMask = key.dportMask;
    this.byIn = key.in !== "";
    this.byOut = key.out !== "";
  }
}

/** Beyond this many groups masks are rounded down, so that fewer remain. */
const MAX_GROUPS = 24;
/** Prefix lengths that each step of rounding keeps. */
const COARSER: readonly (readonly number[])[] = [[], [32, 24, 16, 8], [32, 24, 16], [32, 16], [24], [16]];

/**
 * Finds the rules of a chain that a packet may match, in order, without asking the others (tuple space search,
 * Srinivasan, Suri and Varghese, SIGCOMM 1999): rules are grouped by which bits of which fields they ask, each
 * group is a hash table over those bits, and the candidates of all groups are merged by rule number. A hash may
 * bring a wrong rule along; whoever uses this asks the rule itself. What cannot be a key (inverted conditions,
 * other matches) simply does not narrow the search.
 */
export class RuleIndex {
  private readonly groups: Group[] = [];
  private readonly bySignature = new Map<string, Group>();
  private readonly names = new Map<string, number>();
  private hashes = new Int32Array(64);
  private nexts = new Int32Array(64);
  private level = 0;

  constructor(rules: readonly Rule[]) {
    for (this.level = 0; ; this.level++) {
      this.groups.length = 0;
      this.bySignature.clear();
      for (let i = 0; i < rules.length; i++) {
        this.append(rules[i], i);
        if (this.groups.length > MAX_GROUPS && this.level < COARSER.length - 1) break;
      }
      if (this.groups.length <= MAX_GROUPS || this.level >= COARSER.length - 1) return;
    }
  }

  /** How many cursors a search needs. */
  get width(): number {
    return this.groups.length;
  }

  append(rule: Rule, i: number): void {
    const key = this.keyOf(rule);
    const signature = `${key.srcMask},${key.dstMask},${key.protocol !== 0},${key.sportMask},${key.dportMask},${key.in !== ""},${key.out !== ""}`;
    let group = this.bySignature.get(signature);
    if (group === undefined) {
      group = new Group(key);
      this.bySignature.set(signature, group);
      this.groups.push(group);
    }
    if (i >= this.hashes.length) {
      this.hashes = grown(this.hashes);
      this.nexts = grown(this.nexts);
    }
    this.hashes[i] = mix(
      key.src,
      key.dst,
      key.protocol,
      key.sport,
      key.dport,
      this.intern(key.in),
      this.intern(key.out),
    );
    group.members.push(i);
    if (group.members.length > group.mask) this.enlarge(group);
    else this.link(group, i);
  }

  private link(group: Group, i: number): void {
    const bucket = this.hashes[i] & group.mask;
    if (group.heads[bucket] === NONE) group.heads[bucket] = i;
    else this.nexts[group.tails[bucket]] = i;
    group.tails[bucket] = i;
    this.nexts[i] = NONE;
  }

  private enlarge(group: Group): void {
    const size = (group.mask + 1) * 4;
    group.mask = size - 1;
    group.heads = new Int32Array(size).fill(NONE);
    group.tails = new Int32Array(size).fill(NONE);
    for (const i of group.members) this.link(group, i);
  }

  /** Numbers an interface name; 0 is "any". */
  private intern(name: string): number {
    if (name === "") return 0;
    let n = this.names.get(name);
    if (n === undefined) {
      n = this.names.size + 1;
      this.names.set(name, n);
    }
    return n;
  }

  /** Puts each group's first candidate for this packet into the cursors from `base` on. */
  begin(v: View, base: number): void {
    const { groups } = this;
    v.reserve(base, groups.length);
    let inName = -1;
    let outName = -1;
    for (let g = 0; g < groups.length; g++) {
      const group = groups[g];
      let inId = 0;
      let outId = 0;
      if (group.byIn) {
        if (inName < 0) inName = this.names.get(v.in) ?? 0;
        inId = inName;
      }
      if (group.byOut) {
        if (outName < 0) outName = this.names.get(v.out) ?? 0;
        outId = outName;
      }
      // A name that no rule has, or ports asked of a packet without.
      if (
        (group.byIn && inId === 0) ||
        (group.byOut && outId === 0) ||
        ((group.sportMask | group.dportMask) !== 0 && !v.hasPorts)
      ) {
        v.cursors[base + g] = NONE;
        continue;
      }
      const hash = mix(
        v.src & group.srcMask,
        v.dst & group.dstMask,
        group.byProtocol ? v.protocol : 0,
        v.sport & group.sportMask,
        v.dport & group.dportMask,
        inId,
        outId,
      );
      let first = group.heads[hash & group.mask];
      while (first !== NONE && this.hashes[first] !== hash) first = this.nexts[first];
      v.cursors[base + g] = first;
    }
  }

  /** The next candidate in the rules' order, or −1. */
  next(v: View, base: number): number {
    const { cursors } = v;
    const end = base + this.groups.length;
    let least = NONE;
    let at = -1;
    for (let c = base; c < end; c++)
      if (cursors[c] < least) {
        least = cursors[c];
        at = c;
      }
    if (at < 0) return -1;
    const hash = this.hashes[least];
    let following = this.nexts[least];
    while (following !== NONE && this.hashes[following] !== hash) following = this.nexts[following];
    cursors[at] = following;
    return least;
  }

  private keyOf(rule: Rule): Key {
    const src = this.addressKey(rule.src as AddressMatch4 | null);
    const dst = this.addressKey(rule.dst as AddressMatch4 | null);
    const key: Key = {
      src: src[0],
      srcMask: src[1],
      dst: dst[0],
      dstMask: dst[1],
      protocol: rule.protocolInverted ? 0 : rule.protocol,
      sport: 0,
      sportMask: 0,
      dport: 0,
      dportMask: 0,
      in: rule.in !== null && !rule.in.wildcard && !rule.in.inverted ? rule.in.name : "",
      out: rule.out !== null && !rule.out.wildcard && !rule.out.inverted ? rule.out.name : "",
    };
    // Conditions behind one that keeps state (limit) must not be asked before it.
    for (const { match, data } of rule.matches) {
      if (match.always) continue;
      if (!match.stateless) break;
      for (const { field, ranges, inverted } of match.ports?.(data) ?? []) {
        if (inverted || field === "either" || ranges.length === 0) continue;
        const low = Math.min(...ranges.map((r) => r[0]));
        const high = Math.max(...ranges.map((r) => r[1]));
        const mask = this.portMask(low, high);
        if (field === "sport" && key.sportMask === 0) {
          key.sportMask = mask;
          key.sport = low & mask;
        } else if (field === "dport" && key.dportMask === 0) {
          key.dportMask = mask;
          key.dport = low & mask;
        }
      }
    }
    return key;
  }

  /** Value and mask of an address condition, rounded down to what this level keeps. */
  private addressKey(match: AddressMatch4 | null): readonly [number, number] {
    if (match === null || match.inverted || match.mask === 0) return [0, 0];
    const prefix = Math.clz32(~match.mask);
    if ((prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0) !== match.mask >>> 0) return [0, 0];
    let keep = prefix;
    if (this.level > 0) keep = COARSER[this.level].find((p) => p <= prefix) ?? 0;
    if (keep === 0) return [0, 0];
    const mask = 0xffffffff << (32 - keep);
    return [match.address & mask, mask | 0];
  }

  /** The bits that all ports of a range share; only single ports once masks are rounded. */
  private portMask(low: number, high: number): number {
    if (low === high) return 0xffff;
    if (this.level > 0) return 0;
    const differing = 32 - Math.clz32(low ^ high);
    return (0xffff << differing) & 0xffff;
  }
}

function mix(
  src: number,
  dst: number,
  protocol: number,
  sport: number,
  dport: number,
  i: number,
  o: number,
): number {
  let h = Math.imul(src, 0x9e3779b1) ^ Math.imul((dst << 15) | (dst >>> 17), 0x85ebca77);
  h = Math.imul(h ^ (h >>> 15) ^ ((sport << 16) | dport), 0xc2b2ae3d);
  h = Math.imul(h ^ (h >>> 13) ^ (protocol | (i << 8) | (o << 20)), 0x27d4eb2f);
  return h ^ (h >>> 16);
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
