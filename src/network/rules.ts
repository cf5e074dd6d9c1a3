import { type Errno, KernelError } from "../base/errno.ts";
import { mask } from "../wire/ipv4.ts";
import type { FibResult } from "./fib/table.ts";
import type { Flow4 } from "./flow.ts";
import type { NetNamespace } from "./namespace.ts";

export type RuleAction = "lookup" | "goto" | "nop" | "blackhole" | "unreachable" | "prohibit";

/** A policy routing rule (struct fib4_rule): what `ip rule` shows. */
export interface PolicyRule {
  readonly priority: number;
  readonly invert: boolean;
  readonly src: number;
  readonly srcPrefix: number;
  readonly dst: number;
  readonly dstPrefix: number;
  readonly tos: number;
  readonly mark: number;
  readonly markMask: number;
  /** Names, as given: they need not exist (then "[detached]"). */
  readonly iif: string;
  readonly oif: string;
  readonly action: RuleAction;
  /** lookup: the table. */
  readonly table: number;
  /** goto: the priority aimed at. */
  readonly target: number;
  readonly protocol: number;
  /** IP protocol; 0 any. */
  readonly ipproto: number;
  readonly sport: readonly [number, number] | null;
  readonly dport: readonly [number, number] | null;
  readonly uidRange: readonly [number, number] | null;
  /** -1: not set. */
  readonly suppressPrefix: number;
  readonly suppressGroup: number;
}

/** What `ip rule add` gives; absent is the kernel's default. */
export type NewRule = Partial<PolicyRule> & { action: RuleAction };

const PLAIN: Omit<PolicyRule, "action"> = {
  priority: 0,
  invert: false,
  src: 0,
  srcPrefix: 0,
  dst: 0,
  dstPrefix: 0,
  tos: 0,
  mark: 0,
  markMask: 0,
  iif: "",
  oif: "",
  table: 0,
  target: 0,
  protocol: 0,
  ipproto: 0,
  sport: null,
  dport: null,
  uidRange: null,
  suppressPrefix: -1,
  suppressGroup: -1,
};

const standard = (priority: number, table: number): PolicyRule => ({
  ...PLAIN,
  action: "lookup",
  priority,
  table,
  protocol: 2,
});

/** The IPv4 rules of one namespace, in order. Three stand from the start: 0 local, 32766 main, 32767 default. */
export class Rules {
  private readonly ns: NetNamespace;
  private rules: PolicyRule[] = [standard(0, 255), standard(32766, 254), standard(32767, 253)];
  /** True once any rule was added or deleted (fib4_has_custom_rules): lookups walk the rules. */
  custom = false;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  list(): readonly PolicyRule[] {
    return this.rules;
  }

  /** fib_nl_newrule. Throws EEXIST when the same stands at its priority (NLM_F_EXCL, as iproute2 asks). */
  add(rule: NewRule): void {
    const wanted: PolicyRule = {
      ...PLAIN,
      ...rule,
      priority: rule.priority ?? this.defaultPriority(),
      markMask: rule.markMask ?? (rule.mark ? 0xffffffff : 0),
    };
    if (wanted.action === "lookup" && wanted.table === 0) throw new KernelError("EINVAL", "Invalid table");
    if (wanted.action === "goto" && wanted.target <= wanted.priority) {
      throw new KernelError("EINVAL", "Backward goto not supported");
    }
    let at = 0;
    for (; at < this.rules.length && this.rules[at].priority <= wanted.priority; at++) {
      if (this.rules[at].priority === wanted.priority && sameRule(this.rules[at], wanted))
        throw new KernelError("EEXIST");
    }
    this.rules.splice(at, 0, wanted);
    if (wanted.table !== 0) this.ns.routes.makeTable(wanted.table);
    this.changed();
  }

  /** Deletes the first that fits all that is given. Throws ENOENT. */
  delete(which: Partial<PolicyRule>): void {
    const keys = Object.keys(which) as (keyof PolicyRule)[];
    const at = this.rules.findIndex((r) =>
      keys.every((k) => which[k] === undefined || sameValue(r[k], which[k])),
    );
    if (at < 0) throw new KernelError("ENOENT");
    this.rules.splice(at, 1);
    this.changed();
  }

  private changed(): void {
    this.custom = true;
    this.ns.routes.invalidate();
  }

  /** fib_default_rule_pref: one below the second rule's. */
  private defaultPriority(): number {
    const second = this.rules[1];
    return second && second.priority > 0 ? second.priority - 1 : 0;
  }

  /** `goto` whose target does not exist ("[unresolved]"). */
  unresolved(rule: PolicyRule): boolean {
    return rule.action === "goto" && !this.rules.some((r) => r.priority === rule.target);
  }

  /** fib_rules_lookup: the first rule that answers. Null: found; `result` holds it. */
  lookup(flow: Flow4, scope: number, ignoreLinkstate: boolean, result: FibResult): Errno | null {
    for (let i = 0; i < this.rules.length; i++) {
      const rule = this.rules[i];
      if (this.matches(rule, flow) === rule.invert) continue;
      switch (rule.action) {
        case "nop":
          continue;
        case "goto": {
          const at = this.rules.findIndex((r) => r.priority === rule.target);
          if (at >= 0) i = at - 1;
          continue;
        }
        case "unreachable":
          return "ENETUNREACH";
        case "prohibit":
          return "EACCES";
        case "blackhole":
          return "EINVAL";
        case "lookup": {
          const table = this.ns.routes.table(rule.table);
          if (table === undefined) continue;
          const error = table.lookup(flow.dst, flow.tos ?? 0, flow.oif ?? 0, scope, ignoreLinkstate, result);
          if (error === "ENOENT" || error === "EAGAIN") continue;
          if (error === null && rule.suppressPrefix >= 0) {
            const found = result.route;
            if (found !== null && found.prefix <= rule.suppressPrefix) continue;
          }
          return error;
        }
      }
    }
    return "ENETUNREACH";
  }

  /** fib_rule_match and fib4_rule_match. */
  private matches(rule: PolicyRule, flow: Flow4): boolean {
    if (rule.iif !== "") {
      const iif = flow.iif ?? 1;
      if (this.ns.links.byName(rule.iif)?.index !== iif) return false;
    }
    if (rule.oif !== "" && this.ns.links.byName(rule.oif)?.index !== flow.oif) return false;
    if (((rule.mark ^ (flow.mark ?? 0)) & rule.markMask) >>> 0 !== 0) return false;
    if (rule.uidRange && ((flow.uid ?? 0) < rule.uidRange[0] || (flow.uid ?? 0) > rule.uidRange[1]))
      return false;
    if (((rule.src ^ (flow.src ?? 0)) & mask(rule.srcPrefix)) >>> 0 !== 0) return false;
    if (((rule.dst ^ flow.dst) & mask(rule.dstPrefix)) >>> 0 !== 0) return false;
    if (rule.tos !== 0 && rule.tos !== (flow.tos ?? 0)) return false;
    if (rule.ipproto !== 0 && rule.ipproto !== flow.protocol) return false;
    if (rule.sport && ((flow.sport ?? 0) < rule.sport[0] || (flow.sport ?? 0) > rule.sport[1])) return false;
    if (rule.dport && ((flow.dport ?? 0) < rule.dport[0] || (flow.dport ?? 0) > rule.dport[1])) return false;
    return true;
  }
}

/** rule_exists: source, destination and TOS count only where the new rule gives them (fib4_rule_compare). */
function sameRule(old: PolicyRule, now: PolicyRule): boolean {
  const free = new Set<keyof PolicyRule>();
  if (now.srcPrefix === 0) free.add("src").add("srcPrefix");
  if (now.dstPrefix === 0) free.add("dst").add("dstPrefix");
  if (now.tos === 0) free.add("tos");
  return (Object.keys(now) as (keyof PolicyRule)[]).every((k) => free.has(k) || sameValue(old[k], now[k]));
}

type Value = PolicyRule[keyof PolicyRule] | undefined;

/** Ranges are equal when both their ends are. */
function sameValue(a: Value, b: Value): boolean {
  return a === b || (Array.isArray(a) && Array.isArray(b) && a[0] === b[0] && a[1] === b[1]);
}
