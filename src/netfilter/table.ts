import type { ChainProgram } from "./compile/program.ts";
import type { Family, HookName, TableName } from "./hooks.ts";
import type { Rule } from "./rule.ts";

/**
 * A chain: built in (it has a hook and a policy) or the user's. `rules` may be read freely; changes go through
 * the methods, which keep the compiled form in step, or end in `changed()`.
 */
export class Chain {
  name: string;
  readonly hook: HookName | null;
  policy: "ACCEPT" | "DROP" = "ACCEPT";
  readonly rules: Rule[] = [];
  /** Counters of the policy, for a built-in chain. */
  packets = 0;
  bytes = 0;
  /** Whether the policy counts. A base chain of nf_tables has counters only once -P or iptables-restore set its
   *  policy (nft_base_chain.stats). */
  counted = true;
  /** The compiled form, made when a packet first comes by. */
  program: ChainProgram | null = null;

  constructor(name: string, hook: HookName | null) {
    this.name = name;
    this.hook = hook;
  }

  /** -A: cheap on any length, the compiled form is extended. */
  append(rule: Rule): void {
    this.rules.push(rule);
    this.program?.append(rule);
  }

  /** -I: `index` counts from 0. */
  insert(index: number, rule: Rule): void {
    if (index >= this.rules.length) this.append(rule);
    else {
      this.rules.splice(index, 0, rule);
      this.program?.insert(index, rule);
    }
  }

  /** -D */
  remove(index: number): Rule {
    const [rule] = this.rules.splice(index, 1);
    this.program?.remove(index);
    return rule;
  }

  /** -R */
  replace(index: number, rule: Rule): void {
    this.rules[index] = rule;
    this.program?.replace(index, rule);
  }

  /** -F */
  flush(): void {
    this.rules.length = 0;
    this.program = null;
  }

  /** `rules` was changed by hand: the compiled form is made anew. */
  changed(): void {
    this.program = null;
  }

  /** How many rules of `table` jump or go here. */
  references(table: Table): number {
    let count = 0;
    for (const chain of table.chains.values())
      for (const { action } of chain.rules)
        if ((action.kind === "jump" || action.kind === "goto") && action.chain === this) count++;
    return count;
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

export const TABLE_NAMES: readonly TableName[] = ["raw", "mangle", "nat", "filter", "security"];

export class Table {
  readonly family: Family;
  readonly name: TableName;
  /** Built-in chains first, then the user's in the order they were made. iptables-nft makes base chains as
   *  they are needed, so a table may lack some: pass `hooks` to say which it starts with. */
  readonly chains = new Map<string, Chain>();

  constructor(family: Family, name: TableName, hooks: readonly HookName[] = BUILT_IN[name]) {
    this.family = family;
    this.name = name;
    for (const hook of hooks) this.chains.set(hook, new Chain(hook, hook));
  }
}
