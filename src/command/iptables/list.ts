import { maskText } from "../../netfilter/argument.ts";
import type { Netfilter } from "../../netfilter/netfilter.ts";
import type { AddressMatch4, AddressMatch6, InterfaceMatch, Rule } from "../../netfilter/rule.ts";
import { contextOf } from "../../netfilter/ruletext.ts";
import { protocolName } from "../../netfilter/services.ts";
import type { Chain, Table } from "../../netfilter/table.ts";
import { format } from "../../wire/ipv4.ts";
import type { Hosts } from "./tool.ts";

/** How -L shows rules. `table` false is the one-line form of -v beside -A, -I, -D …  */
export interface Format {
  readonly numeric: boolean;
  readonly verbose: boolean;
  readonly exact: boolean;
  readonly lineNumbers: boolean;
  readonly table: boolean;
}

/** The form of "-A … -v". */
export const ONE_LINE: Format = {
  numeric: true,
  verbose: true,
  exact: false,
  lineNumbers: false,
  table: false,
};

/** xtables_print_num: "99999", "  100K", and exact with -x. */
function count(value: number, how: Format, padded = true): string {
  const pad = (n: number, width: number, unit: string) => `${padded ? String(n).padStart(width) : n}${unit} `;
  if (how.exact) return pad(value, 8, "");
  if (value <= 99999) return pad(value, 5, "");
  let n = value;
  for (const unit of ["K", "M", "G"]) {
    n = Math.floor((n + 500) / 1000);
    if (n <= 9999) return pad(n, 4, unit);
  }
  return pad(Math.floor((n + 500) / 1000), 4, "T");
}

/** "Chain INPUT (policy ACCEPT)" and the line of column names. */
export function header(chain: Chain, table: Table, how: Format): string {
  let text = `Chain ${chain.name}`;
  if (chain.hook !== null) {
    text += ` (policy ${chain.policy}`;
    if (how.verbose)
      text += ` ${count(chain.packets, how, false)}packets, ${count(chain.bytes, how, false)}bytes`;
    text += ")\n";
  } else text += ` (${chain.references(table)} references)\n`;
  if (how.lineNumbers) text += "num  ";
  if (how.verbose) text += how.exact ? "    pkts      bytes " : " pkts bytes ";
  text += "target     prot opt";
  if (how.verbose) text += " in     out    ";
  return `${text} source               destination         \n`;
}

const TARGET = 9;

/** One rule's line. `number` counts from 1; 0 prints none. */
export function ruleLine(
  rule: Rule,
  number: number,
  how: Format,
  where: { netfilter: Netfilter; table: Table; chain: string; hosts: Hosts },
): string {
  const { family } = where.netfilter;
  const pad = (text: string, width: number) => `${how.table ? text.padEnd(width) : text} `;
  let line = "";
  if (how.lineNumbers && number > 0) line += `${String(number).padEnd(4)} `;
  if (how.verbose && how.table) line += count(rule.packets, how) + count(rule.bytes, how);
  line += pad(actionName(rule), TARGET);
  line += rule.protocolInverted ? "!" : " ";
  const name = how.numeric && how.table ? undefined : protocolName(rule.protocol);
  const all = rule.protocol === 0 && !(how.numeric && how.table) ? "all" : undefined;
  line += pad(name ?? all ?? String(rule.protocol), 4);
  if (!how.table) line += "opt ";
  line += rule.fragment === null ? "-- " : rule.fragment.inverted ? "!f " : "-f ";
  if (how.verbose) {
    line += how.table ? ` ${device(rule.in, how).padEnd(6)} ` : `in ${device(rule.in, how)} `;
    line += how.table ? `${device(rule.out, how).padEnd(6)} ` : `out ${device(rule.out, how)} `;
  }
  const src = address(rule.src, how, where.hosts);
  const dst = address(rule.dst, how, where.hosts);
  line += (rule.src?.inverted ? "!" : " ") + pad(src, 19);
  line += (rule.dst?.inverted ? "!" : " ") + (how.table ? pad(dst, 19) : `-> ${dst}  `);
  if (rule.action.kind === "goto") line += "[goto] ";
  const context = contextOf(rule, family, where.table.name, where.chain);
  for (const { match, data } of rule.matches) {
    const text = match.print(data, how.numeric, context);
    if (text !== "") line += ` ${text}`;
  }
  if (rule.action.kind === "target") {
    const { target, data } = rule.action.bound;
    const text = target.print(data, how.numeric, context);
    if (text !== "") line += ` ${text}`;
  }
  return `${line}\n`;
}

function actionName({ action }: Rule): string {
  switch (action.kind) {
    case "none":
      return "";
    case "verdict":
      return action.verdict;
    case "jump":
    case "goto":
      return action.chain.name;
    case "target":
      return action.bound.target.listName ?? action.bound.target.name;
  }
}

function device(match: InterfaceMatch | null, how: Format): string {
  if (match === null) return how.numeric ? "*" : "any";
  return `${match.inverted ? "!" : ""}${match.name}${match.wildcard ? "+" : ""}`;
}

function address(match: AddressMatch4 | AddressMatch6 | null, how: Format, hosts: Hosts): string {
  if (match === null || match.mask === 0) return how.numeric ? "0.0.0.0/0" : "anywhere";
  if (typeof match.address !== "number") return String(match.address);
  const { address, mask } = match as AddressMatch4;
  const name = how.numeric || mask !== 0xffffffff ? undefined : hosts.nameOf(address);
  return name ?? format(address) + maskText(mask);
}
