import type { Match, Target } from "./extension.ts";
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

/** An extension with the data that one rule gave it. */
export interface BoundMatch {
  readonly match: Match;
  readonly data: unknown;
}

export interface BoundTarget {
  readonly target: Target;
  readonly data: unknown;
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
