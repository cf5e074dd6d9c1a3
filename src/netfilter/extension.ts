import type { Errno } from "../base/errno.ts";
import type { Family, HookName, HookState, TableName } from "./hooks.ts";
import type { Variant } from "./netfilter.ts";
import type { Packet } from "./packet.ts";

/**
 * A match or a target: everything about it, in its own file. Parsing, checking, printing (-L), saving (-S,
 * iptables-save), `-j X -h`, completion and the reference table all come from this declaration. Shared code
 * never names an extension: it goes through registry.ts.
 *
 * `D` is the extension's own data: what its options say about one rule. It is filled while the rule is parsed
 * and never changes after that.
 */
export interface Extension<D> {
  readonly kind: "match" | "target";
  /** As after -m or -j: "tcp", "conntrack", "LOG". */
  readonly name: string;
  readonly families: readonly Family[];
  /** Where the kernel lets it stand (xt_check_match, xt_check_target); absent: anywhere. */
  readonly tables?: readonly TableName[];
  /** iptables-nft writes these as expressions of nf_tables' own, and what the kernel asks of an extension does not hold. */
  native?(data: D): boolean;
  /** Two that are native, which iptables-nft reads back as one match; null where they name the same thing twice. */
  merge?(first: D, second: D): D | null;
  readonly hooks?: readonly HookName[];
  /** -p (not inverted) that the kernel asks for; absent: any. */
  readonly protocols?: readonly number[];
  /** "-p" words that load this match by themselves when one of its options is used ("tcp"). */
  readonly impliedBy?: number;
  readonly options: readonly Option<D>[];
  /** The text that `-m NAME -h` adds, to the letter. The one-line summary and each option's words, for
   *  completion and the reference, are read from here. */
  readonly help: string;
  /** The data of a rule that names the extension and gives no option. */
  initial(): D;
  /** After all options, in user space: what is missing or contradictory. Throws UsageError. `given` holds
   *  the names of the options that were used. */
  check?(data: D, given: ReadonlySet<string>, rule: RuleContext): void;
  /** What the kernel's checkentry says to the finished rule, beyond table, hook and protocol. `hooks` are those
   *  that lead to the rule's chain: one for a built-in chain. */
  refuse?(data: D, rule: RuleContext, hooks: readonly number[]): Errno | undefined;
  /** As `iptables -L` shows it ("tcp dpt:80", "state NEW"); `numeric` is -n. "" for nothing. */
  print(data: D, numeric: boolean, rule: RuleContext): string;
  /** As iptables-save writes it, behind "-m name": "--dport 80". "" for nothing. */
  save(data: D): string;
  /** The rule needs connection tracking to run in its namespace (nf_ct_netns_get). */
  readonly needsConntrack?: boolean;
}

export interface Match<D = unknown> extends Extension<D> {
  readonly kind: "match";
  /** A function that judges packets for this data; made once a rule, so that constants are closed over and
   *  state that lives with the rule (limit's credit) has a home. It allocates nothing. */
  judge(data: D, rule: RuleContext): Judge;
  /** True when the same headers always give the same answer: such a match may be asked ahead of its turn,
   *  or compiled. */
  readonly stateless: boolean;
  /** True when it holds for every packet (comment). */
  readonly always?: boolean;
  /** All that it asks of the ports, when ports are all that it asks: the compiled form then needs no judge. */
  ports?(data: D): readonly PortCondition[] | undefined;
  /** Which of its conditions fails for this packet, in words ("dport 22 is not 80"), for the walk. */
  explain?(data: D, pkt: Packet, state: HookState): string | undefined;
}

/** May set `state.hotdrop`, which drops the packet whatever the rule says (xt_action_param.hotdrop). */
export type Judge = (pkt: Packet, state: HookState) => boolean;

/** A condition on TCP, UDP, SCTP, DCCP or UDP-Lite ports of an unfragmented packet or first fragment; all
 *  conditions of a match hold together. */
export interface PortCondition {
  readonly field: "sport" | "dport" | "either";
  /** Inclusive ranges, any of which will do. */
  readonly ranges: readonly (readonly [number, number])[];
  readonly inverted: boolean;
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
  /** What -L shows for it, where that is not its name. */
  readonly listName?: string;
  apply(data: D, rule: RuleContext): Apply;
}

/** Answers TARGET_* . */
export type Apply = (pkt: Packet, state: HookState) => number;

/** What an extension may know of the rule it stands in. */
export interface RuleContext {
  readonly family: Family;
  readonly table: TableName;
  readonly chain: string;
  /** -p: the protocol's number, 0 for all, and whether it was inverted. */
  readonly protocol: number;
  readonly protocolInverted: boolean;
  /** Of the tool that reads the rule. */
  readonly variant?: Variant;
}

/** One option of an extension. */
export interface Option<D> {
  /** Without dashes: "dport". */
  readonly name: string;
  /** Other spellings: "destination-port". */
  readonly aliases?: readonly string[];
  /** Placeholder of its argument ("port[:port]"); absent: it takes none. */
  readonly arg?: string;
  /** May be preceded by "!". */
  readonly invertible?: boolean;
  /** May be given more than once; a text: it may not, and this is what the tool says. */
  readonly repeatable?: boolean | string;
  /** Must be given. */
  readonly required?: boolean;
  /** Options that must not stand beside it, and options that must. */
  readonly excludes?: readonly string[];
  readonly requires?: readonly string[];
  /** Values to offer in completion. */
  readonly values?: readonly string[];
  /** Takes the argument ("" without one) into `data`; argument.ts has the usual types. Throws UsageError with
   *  the real tool's words. */
  parse(data: D, value: string, use: OptionUse): void;
}

/** The circumstances of one use of an option. */
export interface OptionUse {
  /** Names for messages: "ttl", "ttl-eq". */
  readonly extension: string;
  readonly option: string;
  readonly inverted: boolean;
  readonly rule: RuleContext;
  /** Says something on standard error and goes on. */
  warn(text: string): void;
  /** The addresses of a host name; none when it is unknown. */
  resolve(name: string): readonly number[];
  /** What the option next to it on the command line would be: a word that is taken as a second argument when
   *  it is called (--tcp-flags mask comp). */
  following(): string | undefined;
}

/** Declares a match; the data's type is checked here and hidden behind `Match`. */
export function match<D>(declaration: Omit<Match<D>, "kind">): Match {
  return { ...declaration, kind: "match" } as unknown as Match;
}

/** Declares a target. */
export function target<D>(declaration: Omit<Target<D>, "kind">): Target {
  return { ...declaration, kind: "target" } as unknown as Target;
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
