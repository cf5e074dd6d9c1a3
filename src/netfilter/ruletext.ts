import { format } from "../wire/ipv4.ts";
import { maskText } from "./argument.ts";
import type { RuleContext } from "./extension.ts";
import type { Family, TableName } from "./hooks.ts";
import type { Action, AddressMatch4, AddressMatch6, InterfaceMatch, Rule } from "./rule.ts";
import { protocolName } from "./services.ts";

/** A rule as iptables-save writes it, without "-A CHAIN ": "-s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j DROP". */
export function ruleText(rule: Rule, family: Family, counters = false): string {
  let text = "";
  if (rule.src) text += address("-s", rule.src, family);
  if (rule.dst) text += address("-d", rule.dst, family);
  if (rule.in) text += device("-i", rule.in);
  if (rule.out) text += device("-o", rule.out);
  if (rule.protocol !== 0)
    text += `${rule.protocolInverted ? " !" : ""} -p ${protocolName(rule.protocol) ?? rule.protocol}`;
  if (rule.fragment) text += rule.fragment.inverted ? " ! -f" : " -f";
  for (const { match, data } of rule.matches) {
    const options = match.save(data);
    text += options === "" ? ` -m ${match.name}` : ` -m ${match.name} ${options}`;
  }
  if (counters) text += ` -c ${rule.packets} ${rule.bytes}`;
  const action = actionText(rule.action);
  if (action !== "") text += ` ${action}`;
  return text.slice(1);
}

/** "-j DROP", "-g chain", "-j SNAT --to-source 1.2.3.4"; "" for a rule that only counts. */
export function actionText(action: Action): string {
  switch (action.kind) {
    case "none":
      return "";
    case "verdict":
      return `-j ${action.verdict}`;
    case "jump":
      return `-j ${action.chain.name}`;
    case "goto":
      return `-g ${action.chain.name}`;
    case "target": {
      const { target, data } = action.bound;
      const options = target.save(data);
      return options === "" ? `-j ${target.name}` : `-j ${target.name} ${options}`;
    }
  }
}

/** The context in which a rule's extensions are made and printed. */
export const contextOf = (rule: Rule, family: Family, table: TableName, chain: string): RuleContext => ({
  family,
  table,
  chain,
  protocol: rule.protocol,
  protocolInverted: rule.protocolInverted,
});

function address(option: string, match: AddressMatch4 | AddressMatch6, family: Family): string {
  const not = match.inverted ? " !" : "";
  if (family === "ipv4" && typeof match.address === "number" && typeof match.mask === "number")
    return `${not} ${option} ${format(match.address)}${maskText(match.mask) || "/32"}`;
  return `${not} ${option} ${String(match.address)}/${String(match.mask)}`;
}

const device = (option: string, match: InterfaceMatch): string =>
  // "+" alone is any device: iptables-save leaves it out.
  match.wildcard && match.name === "" && !match.inverted
    ? ""
    : `${match.inverted ? " !" : ""} ${option} ${match.name}${match.wildcard ? "+" : ""}`;
