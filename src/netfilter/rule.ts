import type { Apply, Judge, Match, RuleContext, Target } from "./extension.ts";
import type { Chain } from "./table.ts";

/** An interface name condition: exact, or a prefix when `wildcard` ("eth+"). */
export interface InterfaceMatch {
  readonly name: string;
  readonly wildcard: boolean;
  readonly inverted: boolean;
}

/** An IPv4 source or destination condition; unsigned numbers, the mask may be non-contiguous. */
export interface AddressMatch4 {
  readonly address: number;
  readonly mask: number;
  readonly inverted: boolean;
}

/** An IPv6 one; 16 bytes each. */
export interface AddressMatch6 {
  readonly address: Uint8Array;
  readonly mask: Uint8Array;
  readonly inverted: boolean;
}

/** A match with the data that one rule gave it. */
export class BoundMatch {
  readonly match: Match;
  readonly data: unknown;
  private made: Judge | null = null;

  constructor(match: Match, data: unknown) {
    this.match = match;
    this.data = data;
  }

  /** The function that judges packets: made when first asked for, and kept as long as the rule lives, since
   *  it may hold state (limit's credit). */
  judge(rule: RuleContext): Judge {
    this.made ??= this.match.judge(this.data, rule);
    return this.made;
  }
}

/** A target with the data that one rule gave it. */
export class BoundTarget {
  readonly target: Target;
  readonly data: unknown;
  private made: Apply | null = null;

  constructor(target: Target, data: unknown) {
    this.target = target;
    this.data = data;
  }

  apply(rule: RuleContext): Apply {
    this.made ??= this.target.apply(this.data, rule);
    return this.made;
  }
}

export type Action =
  /** No -j: counts, and goes on. */
  | { readonly kind: "none" }
  | { readonly kind: "verdict"; readonly verdict: "ACCEPT" | "DROP" | "RETURN" | "QUEUE" }
  | { readonly kind: "jump"; readonly chain: Chain }
  | { readonly kind: "goto"; readonly chain: Chain }
  | { readonly kind: "target"; readonly bound: BoundTarget };

/** A rule: what it asks and what it does. Immutable but for the counters. */
export interface Rule {
  readonly src: AddressMatch4 | AddressMatch6 | null;
  readonly dst: AddressMatch4 | AddressMatch6 | null;
  readonly in: InterfaceMatch | null;
  readonly out: InterfaceMatch | null;
  /** -p by number; 0 is "all". */
  readonly protocol: number;
  readonly protocolInverted: boolean;
  /** -f: second and further fragments; undefined when not asked. */
  readonly fragment: { readonly inverted: boolean } | null;
  readonly matches: readonly BoundMatch[];
  readonly action: Action;
  packets: number;
  bytes: number;
}
