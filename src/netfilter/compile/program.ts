import type { Apply, Judge, RuleContext } from "../extension.ts";
import type { Family, HookState, TableName } from "../hooks.ts";
import type { Packet } from "../packet.ts";
import type { AddressMatch4, InterfaceMatch, Rule } from "../rule.ts";
import type { Chain } from "../table.ts";
import { RuleIndex } from "./index.ts";
import type { View } from "./view.ts";

// What a compiled rule does when it matches.
export const DO_NOTHING = 0;
export const DO_ACCEPT = 1;
export const DO_DROP = 2;
export const DO_RETURN = 3;
export const DO_JUMP = 4;
export const DO_GOTO = 5;
export const DO_TARGET = 6;

const NO_JUDGES: readonly Judge[] = [];

/** A rule made ready: numbers and functions, one shape for all. */
export class CompiledRule {
  readonly rule: Rule;
  readonly src: number;
  readonly srcMask: number;
  readonly srcInverted: boolean;
  readonly dst: number;
  readonly dstMask: number;
  readonly dstInverted: boolean;
  readonly in: InterfaceMatch | null;
  readonly out: InterfaceMatch | null;
  readonly protocol: number;
  readonly protocolInverted: boolean;
  /** 0 not asked, 1 must be a later fragment, 2 must not. */
  readonly fragment: number;
  readonly judges: readonly Judge[];
  readonly action: number;
  readonly chain: Chain | null;
  readonly apply: Apply | null;

  constructor(rule: Rule, context: RuleContext) {
    const src = rule.src as AddressMatch4 | null;
    const dst = rule.dst as AddressMatch4 | null;
    this.rule = rule;
    this.srcMask = src === null ? 0 : src.mask | 0;
    this.src = src === null ? 0 : src.address & src.mask;
    this.srcInverted = src?.inverted ?? false;
    this.dstMask = dst === null ? 0 : dst.mask | 0;
    this.dst = dst === null ? 0 : dst.address & dst.mask;
    this.dstInverted = dst?.inverted ?? false;
    this.in = rule.in;
    this.out = rule.out;
    this.protocol = rule.protocol;
    this.protocolInverted = rule.protocolInverted;
    this.fragment = rule.fragment === null ? 0 : rule.fragment.inverted ? 2 : 1;
    const judges = rule.matches.filter((b) => !b.match.always).map((b) => b.judge(context));
    this.judges = judges.length === 0 ? NO_JUDGES : judges;
    const { action } = rule;
    this.chain = action.kind === "jump" || action.kind === "goto" ? action.chain : null;
    this.apply = action.kind === "target" ? action.bound.apply(context) : null;
    this.action = actionCode(rule);
  }

  /** ip_packet_match: addresses, interfaces, protocol, fragment. */
  matchesHeaders(v: View): boolean {
    if (this.srcMask !== 0 || this.srcInverted)
      if (((v.src & this.srcMask) === this.src) === this.srcInverted) return false;
    if (this.dstMask !== 0 || this.dstInverted)
      if (((v.dst & this.dstMask) === this.dst) === this.dstInverted) return false;
    if (this.protocol !== 0 && (v.protocol === this.protocol) === this.protocolInverted) return false;
    if (this.in !== null && !matchesInterface(this.in, v.in)) return false;
    if (this.out !== null && !matchesInterface(this.out, v.out)) return false;
    return this.fragment === 0 || (this.fragment === 1) === v.laterFragment;
  }

  matches(v: View, pkt: Packet, state: HookState): boolean {
    if (!this.matchesHeaders(v)) return false;
    const { judges } = this;
    for (let i = 0; i < judges.length; i++) if (!judges[i](pkt, state)) return false;
    return true;
  }
}

function actionCode({ action }: Rule): number {
  switch (action.kind) {
    case "none":
      return DO_NOTHING;
    case "jump":
      return DO_JUMP;
    case "goto":
      return DO_GOTO;
    case "target":
      return DO_TARGET;
    case "verdict":
      switch (action.verdict) {
        case "ACCEPT":
          return DO_ACCEPT;
        case "RETURN":
          return DO_RETURN;
        // QUEUE without a listening program drops (nf_queue: ESRCH).
        default:
          return DO_DROP;
      }
  }
}

/** Interface conditions; no device has the empty name. */
export function matchesInterface(m: InterfaceMatch, name: string): boolean {
  return (m.wildcard ? name.startsWith(m.name) : name === m.name) !== m.inverted;
}

/** Below this length a chain is always walked rule by rule. */
const INDEX_FROM = 24;
/** Rules that must have been asked, in chain lengths, before an index is worth making. */
const INDEX_AFTER = 2;

/**
 * A chain as packets meet it. Rules are compiled when the first packet reaches them. A long chain that packets
 * have been walking for a while gets an index (index.ts), which -A extends; other changes drop it until it has
 * been earned again.
 */
export class ChainProgram {
  readonly rules: Rule[];
  private readonly family: Family;
  private readonly table: TableName;
  private readonly chain: Chain;
  private readonly compiled: (CompiledRule | null)[];
  index: RuleIndex | null = null;
  private work = 0;

  constructor(chain: Chain, family: Family, table: TableName) {
    this.chain = chain;
    this.rules = chain.rules;
    this.family = family;
    this.table = table;
    this.compiled = new Array<CompiledRule | null>(chain.rules.length).fill(null);
  }

  at(i: number): CompiledRule {
    return this.compiled[i] ?? this.compile(i);
  }

  private compile(i: number): CompiledRule {
    const rule = this.rules[i];
    const made = new CompiledRule(rule, {
      family: this.family,
      table: this.table,
      chain: this.chain.name,
      protocol: rule.protocol,
      protocolInverted: rule.protocolInverted,
    });
    this.compiled[i] = made;
    return made;
  }

  append(rule: Rule): void {
    this.compiled.push(null);
    this.index?.append(rule, this.compiled.length - 1);
  }

  insert(i: number, _rule: Rule): void {
    this.compiled.splice(i, 0, null);
    this.forgetIndex();
  }

  remove(i: number): void {
    this.compiled.splice(i, 1);
    this.forgetIndex();
  }

  replace(i: number, _rule: Rule): void {
    this.compiled[i] = null;
    this.forgetIndex();
  }

  private forgetIndex(): void {
    this.index = null;
    this.work = 0;
  }

  /** Whether a packet enters by the index; makes it when it is due. */
  indexed(v: View): boolean {
    if (v.odd) return false;
    if (this.index !== null) return true;
    const n = this.rules.length;
    if (n < INDEX_FROM || this.work < n * INDEX_AFTER) return false;
    this.buildIndex();
    return true;
  }

  /** Makes the index now. */
  buildIndex(): void {
    this.index = new RuleIndex(this.rules);
  }

  /** The first rule from `from` on that matches, or −1. Stops with −1 when a match wants the packet dropped. */
  next(from: number, v: View, pkt: Packet, state: HookState): number {
    const n = this.compiled.length;
    for (let i = from; i < n; i++) {
      const rule = this.compiled[i] ?? this.compile(i);
      if (rule.matches(v, pkt, state)) {
        this.work += i - from + 1;
        return i;
      }
      if (state.hotdrop) return -1;
    }
    this.work += n - from;
    return -1;
  }

  /** The same by the index: cursors stand in `v.cursors` from `base` on. */
  nextIndexed(index: RuleIndex, v: View, base: number, pkt: Packet, state: HookState): number {
    for (;;) {
      const i = index.next(v, base);
      if (i < 0) return -1;
      const rule = this.compiled[i] ?? this.compile(i);
      if (rule.matches(v, pkt, state)) return i;
      if (state.hotdrop) return -1;
    }
  }
}
