import type { Family } from "../../netfilter/hooks.ts";
import type { Netfilter, Variant } from "../../netfilter/netfilter.ts";

export const VERSION = "1.8.9";

/** One call of a tool: under which name, on which ruleset, and its ways out. */
export interface Tool {
  /** As its messages begin: "iptables", "iptables-restore", "ip6tables". */
  readonly program: string;
  readonly variant: Variant;
  readonly family: Family;
  readonly netfilter: Netfilter;
  readonly hosts: Hosts;
  out(text: string): void;
  err(text: string): void;
  /** Now, in nanoseconds since 1970. */
  readonly date: number;
}

/** Names of hosts, as /etc/hosts and the resolver would know them. */
export interface Hosts {
  resolve(name: string): readonly number[];
  nameOf(address: number): string | undefined;
}

export const brand = (variant: Variant): string => (variant === "nft" ? "nf_tables" : "legacy");

/** "iptables v1.8.9 (nf_tables)". */
export const banner = (tool: Tool): string => `${tool.program} v${VERSION} (${brand(tool.variant)})`;

/** A message to be printed as it is, and the exit status that goes with it. */
export class Failure extends Error {
  readonly status: number;
  /** The hint "Try `iptables -h' …" follows. */
  readonly hint: boolean;
  constructor(message: string, status: number, hint = false) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** What the kernel or libiptc refused: "iptables: No chain/target/match by that name." In iptables-restore it
 *  stands behind "line N failed". */
export class Refusal extends Error {}

/** What nf_tables refused when the batch was sent: "RULE_APPEND failed (Invalid argument): rule in chain X". */
export class BatchFailure extends Error {}

export const NO_CHAIN = "No chain/target/match by that name";
export const BAD_RULE = "Bad rule (does a matching rule exist in that chain?)";
