import type { TableName } from "../../netfilter/hooks.ts";
import type { AddressMatch4, BoundMatch, BoundTarget, InterfaceMatch } from "../../netfilter/rule.ts";

/** -A -D -C -I -R -L -S -F -Z -N -X -E -P; d and z: by number. */
export type Op = "A" | "D" | "d" | "C" | "I" | "R" | "L" | "S" | "F" | "Z" | "z" | "N" | "X" | "E" | "P";

/** generic_opt_check: for each command the options that it does not go with. */
export const ILLEGAL: Readonly<Record<Op, string>> = {
  I: "nx0",
  D: "nx0c",
  d: "nsdpjxio0cf",
  R: "nx0",
  A: "nx0",
  L: "sdpjiocf",
  F: "nsdpjxio0cf",
  Z: "nsdpjxio0cf",
  N: "nsdpjxio0cf",
  X: "nsdpjxio0cf",
  P: "nsdpjxio0f",
  E: "nsdpjxio0cf",
  S: "nsdpjxio0cf",
  z: "nsdpjxio0cf",
  C: "nx0c",
};

/** What a command line asks for. */
export interface Request {
  /** Empty when only -h or -V was asked. */
  ops: Op[];
  table: TableName | string;
  tableGiven: boolean;
  chain: string | undefined;
  newName: string | undefined;
  policy: string | undefined;
  rulenum: number;
  numeric: boolean;
  verbose: number;
  exact: boolean;
  lineNumbers: boolean;
  counters: { packets: number; bytes: number } | null;
  help: boolean;
  version: boolean;
  /** -4 or -6 said that this line is for the other family (iptables-restore skips it). */
  otherFamily: boolean;
  spec: RuleSpec;
}

/** The rule that a command line describes; with several addresses it is several rules. */
export interface RuleSpec {
  src: readonly (AddressMatch4 | null)[];
  dst: readonly (AddressMatch4 | null)[];
  in: InterfaceMatch | null;
  out: InterfaceMatch | null;
  protocol: number;
  protocolInverted: boolean;
  fragment: { inverted: boolean } | null;
  matches: BoundMatch[];
  target: BoundTarget | null;
  /** -j's word when it is no extension: a verdict, a chain, or "". */
  jump: string;
  isGoto: boolean;
}
