import type { Family, HookName, TableName } from "./hooks.ts";
import type { Rule } from "./rule.ts";

/** A chain: built in (it has a hook and a policy) or the user's. */
export class Chain {
  name: string;
  readonly hook: HookName | null;
  policy: "ACCEPT" | "DROP" = "ACCEPT";
  readonly rules: Rule[] = [];
  /** Counters of the policy, for a built-in chain. */
  packets = 0;
  bytes = 0;
  /** How many rules jump or go here. */
  references = 0;

  constructor(name: string, hook: HookName | null) {
    this.name = name;
    this.hook = hook;
  }
}

/** The chains that each table has (the article's matrix): only these pairs exist. */
export const BUILT_IN: Readonly<Record<TableName, readonly HookName[]>> = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  security: ["INPUT", "FORWARD", "OUTPUT"],
};

export class Table {
  readonly family: Family;
  readonly name: TableName;
  /** In the order that iptables-save prints them: built-in chains first, then the user's as made. */
  readonly chains = new Map<string, Chain>();

  constructor(family: Family, name: TableName) {
    this.family = family;
    this.name = name;
    for (const hook of BUILT_IN[name]) this.chains.set(hook, new Chain(hook, hook));
  }
}
