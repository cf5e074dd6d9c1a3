import type { Running } from "../../machine/process.ts";
import type { Shell } from "../shell.ts";

/** A builtin command: its words, argv[0] first, and the shell it runs in. */
export interface Builtin {
  /** POSIX special builtins. */
  readonly special?: boolean;
  readonly run: (sh: Shell, words: readonly string[]) => Running;
}

/** A builtin that never waits. */
export function quick(run: (sh: Shell, words: readonly string[]) => number, special = false): Builtin {
  return {
    special,
    // biome-ignore lint/correctness/useYield: a builtin is a generator even when it has nothing to wait for.
    *run(sh, words) {
      return run(sh, words);
    },
  };
}

/** "NAME: -x: invalid option" and the usage line; status 2. */
export function badOption(sh: Shell, name: string, option: string, usage: string): number {
  sh.complain(`${name}: ${option}: invalid option`);
  if (!sh.dash) sh.proc.err(`${name}: usage: ${usage}\n`);
  return 2;
}

export const isName = (s: string) => /^[A-Za-z_]\w*$/.test(s);
