import type { Family } from "./hooks.ts";
import type { Rule } from "./rule.ts";

/** A rule as iptables-save writes it, without "-A CHAIN ": "-s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j DROP". */
export function ruleText(rule: Rule, family: Family): string {
  throw new Error(`${rule.protocol} ${family}`);
}
