import type { Family, HookName, HookState, TableName } from "./hooks.ts";
import type { Packet } from "./packet.ts";

/**
 * A match or a target: everything about it, in its own file. Parsing, checking, printing (-L), saving (-S,
 * iptables-save), `-j X -h`, completion and the reference table all come from this declaration. Shared code
 * never names an extension: it goes through the registry.
 *
 * `D` is the extension's own data: what its options say about one rule.
 */
export interface Extension<D> {
  readonly kind: "match" | "target";
  /** As after -m or -j: "tcp", "conntrack", "LOG". */
  readonly name: string;
  readonly families: readonly Family[];
  /** One line for the reference table. */
  readonly summary: string;
  /** Where it may stand; absent: anywhere. */
  readonly tables?: readonly TableName[];
  readonly hooks?: readonly HookName[];
  /** -p that it needs ("tcp"); absent: any. A match named like a protocol is loaded by -p by itself. */
  readonly protocols?: readonly string[];
  readonly options: readonly Option<D>[];
  /** The data of a rule that names the extension and gives no option. */
  initial(): D;
  /** After all options: what is missing or contradictory. Throws UsageError. */
  check?(data: D, rule: RuleContext): void;
  /** The text behind "NAME match options:" / "NAME target options:" in -h. Made from `options` when absent. */
  help?: string;
  /** As `iptables -L` shows it ("tcp dpt:80", "state NEW"); `numeric` is -n. "" for nothing. */
  print(data: D, numeric: boolean): string;
  /** As iptables-save writes it, without "-m name": "--dport 80". "" for nothing. */
  save(data: D): string;
  /** The rule needs connection tracking to run in its namespace (nf_ct_netns_get). */
  readonly needsConntrack?: boolean;
}

export interface Match<D = unknown> extends Extension<D> {
  readonly kind: "match";
  /** A function that judges packets for this data; made once a rule, so that constants are closed over. It
   *  allocates nothing. State that lives with the rule (limit's credit) lives in the closure or in `data`. */
  judge(data: D, rule: RuleContext): (pkt: Packet, state: HookState) => boolean;
  /** True when the same headers always give the same answer: such a match may be asked ahead of its turn,
   *  or compiled. */
  readonly stateless: boolean;
  /** Which of its conditions fails for this packet, in words ("dport 22 is not 80"), for the walk. */
  explain?(data: D, pkt: Packet, state: HookState): string | undefined;
}

/** What a target does: a verdict ends the table, CONTINUE goes to the next rule. */
export const TARGET_DROP = 0;
export const TARGET_ACCEPT = 1;
export const TARGET_STOLEN = 2;
export const TARGET_CONTINUE = -1;
export const TARGET_RETURN = -5;

export interface Target<D = unknown> extends Extension<D> {
  readonly kind: "target";
  /** True when it always ends the table (DROP, REJECT, SNAT …). */
  readonly terminating: boolean;
  apply(data: D, rule: RuleContext): (pkt: Packet, state: HookState) => number;
}

/** What an extension may know of the rule it stands in. */
export interface RuleContext {
  readonly family: Family;
  readonly table: TableName;
  readonly chain: string;
  /** -p: the protocol's number, 0 for all, and whether it was inverted. */
  readonly protocol: number;
  readonly protocolInverted: boolean;
}

/** One option of an extension. */
export interface Option<D> {
  /** Without dashes: "dport". */
  readonly name: string;
  /** Other spellings: "destination-port". */
  readonly aliases?: readonly string[];
  /** Placeholder of its argument in -h ("port[:port]"); absent: it takes none. */
  readonly arg?: string;
  /** May be preceded by "!". */
  readonly invertible?: boolean;
  /** May be given more than once. */
  readonly repeatable?: boolean;
  readonly summary: string;
  /** Must be given (xtables: "option \"--x\" must be specified"). */
  readonly required?: boolean;
  /** Options that must not stand beside it. */
  readonly excludes?: readonly string[];
  /** Takes the argument into `data`. Throws UsageError with the real tool's words. */
  parse(data: D, value: string, inverted: boolean, rule: RuleContext): void;
  /** Values to offer in completion. */
  readonly values?: readonly string[];
}

/** A mistake in what the user typed: the message as the real iptables prints it behind its name and version,
 *  and its exit code (2, PARAMETER_PROBLEM, unless said otherwise). */
export class UsageError extends Error {
  readonly status: number;
  constructor(message: string, status = 2) {
    super(message);
    this.status = status;
  }
}
