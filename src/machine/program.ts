import type { Program } from "./process.ts";

/** A simulated program: what `exec` finds under one of its names. One a folder or file of command/, and one
 *  line in command/registry.ts. */
export interface Command {
  /** The name first, then its other names: ["iptables", "iptables-nft", "iptables-legacy"]. argv[0] tells
   *  the program which one was used. */
  readonly names: readonly string[];
  /** Where `which` finds it: "/usr/sbin". */
  readonly directory: "/usr/sbin" | "/usr/bin" | "/bin" | "/sbin";
  /** One line for the reference table. */
  readonly summary: string;
  readonly run: Program;
  /** Words that may stand at the end of `words` (argv with the unfinished last word), for Tab. */
  readonly complete?: (words: readonly string[], proc: import("./process.ts").Process) => readonly string[];
}
