import { KernelError } from "../base/errno.ts";
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
  readonly suppressPrefix: number;
  readonly suppressGroup: number;
}

/** What `ip rule add` gives; absent is the kernel's default. */
export type NewRule = Partial<PolicyRule> & { action: RuleAction };

/** The IPv4 rules of one namespace, in order. Three stand from the start: 0 local, 32766 main, 32767 default. */
export class Rules {
  private readonly ns: NetNamespace;

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  list(): readonly PolicyRule[] {
    return [];
  }

  /** Throws EEXIST when the same stands already, with its priority given or found. */
  add(_rule: NewRule): void {
    throw new KernelError("EOPNOTSUPP", this.ns.name);
  }

  /** Deletes the first that fits all that is given. Throws ENOENT. */
  delete(_which: Partial<PolicyRule>): void {
    throw new KernelError("ENOENT");
  }

  /** `goto` whose target does not exist ("[unresolved]"). */
  unresolved(_rule: PolicyRule): boolean {
    return false;
  }
}
