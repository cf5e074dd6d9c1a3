import { ShellExit } from "../fault.ts";
import { SHOPTS } from "../options.ts";
import type { SyntaxFault } from "../parse.ts";
import type { Shell } from "../shell.ts";

/** dash's builtins. */
const BUILTINS: ReadonlySet<string> = new Set(
  (
    ". : [ alias bg break cd command continue echo eval exec exit export false fg getopts hash jobs kill local " +
    "printf pwd read readonly return set shift test times trap true type ulimit umask unalias unset wait"
  ).split(" "),
);

/** Variables that bash makes and dash does not. */
const UNKNOWN =
  "BASH BASH_VERSION BASH_VERSINFO HOSTNAME HOSTTYPE MACHTYPE OSTYPE EUID UID SHLVL TERM RANDOM SRANDOM SECONDS " +
  "EPOCHSECONDS EPOCHREALTIME BASHPID BASH_SUBSHELL PIPESTATUS FUNCNAME BASH_SOURCE BASH_LINENO DIRSTACK GROUPS BASHOPTS " +
  "SHELLOPTS BASH_COMMAND BASH_ARGV0 BASH_EXECUTION_STRING";

/**
 * Makes a shell the /bin/sh of Debian and Ubuntu: no builtins, variables and expansions of bash's own. How text is read
 * (reading.ts) and how errors are worded (words.ts) follow `sh.dash`.
 */
export function becomeDash(sh: Shell, bashBuiltins: Iterable<string>): void {
  sh.dash = true;
  sh.options.posix = true;
  sh.options.braceexpand = false;
  for (const name of bashBuiltins) if (!BUILTINS.has(name)) sh.disabled.add(name);
  for (const name of Object.keys(SHOPTS)) if (name === "expand_aliases") sh.setShopt(name, true);
  forget(sh);
}

/** The variables that dash does not know; what the environment gave stays. */
export function forget(sh: Shell): void {
  for (const name of UNKNOWN.split(" ")) {
    sh.vars.dynamic.delete(name);
    const given = sh.proc.env.get(name);
    if (given === undefined) sh.vars.globals.delete(name);
  }
}

/** A failed special builtin ends the shell; `local` does too. */
const ENDS: ReadonlySet<string> = new Set("exit export local readonly return set shift unset".split(" "));
const TWO: ReadonlySet<string> = new Set("cd getopts read umask wait".split(" "));

/** The status of a builtin that has complained. */
export function statusOf(name: string, status: number): number {
  if (ENDS.has(name)) throw new ShellExit(2);
  return TWO.has(name) ? 2 : status;
}

/** bash's syntax error in dash's words. `said` is what the parser said of it, `last` the text's last line. */
export function syntaxFault(fault: SyntaxFault, said: readonly string[], last: number): SyntaxFault {
  const make = (words: string, line = fault.line): SyntaxFault => ({
    message: `Syntax error: ${words}`,
    line: Math.min(line, last),
    shown: undefined,
    incomplete: fault.incomplete,
  });
  const [first] = said;
  if (first.startsWith("unterminated")) {
    if (first.includes("backtick")) return make("EOF in backquote substitution", last);
    if (first.includes("parameter")) return make("Missing '}'", last);
    if (first.includes("arithmetic")) return make("Missing '))'", last);
    if (first.includes("substitution")) return make('end of file unexpected (expecting ")")', last);
    return make("Unterminated quoted string", last);
  }
  if (fault.message.endsWith("end of file")) {
    const expected = said.map((s) => /^expected '([^']+)'/.exec(s)?.[1]).find((s) => s !== undefined);
    return make(`end of file unexpected${expected ? ` (expecting "${expected}")` : ""}`, last);
  }
  const token = /near unexpected token `(.*)'$/s.exec(fault.message)?.[1] ?? "word";
  const quoted = /^(?:[;&|()<>]+|then|fi|do|done|elif|else|esac|in|\{|\})$/.test(token);
  if (/^[<>]/.test(token)) return make("redirection unexpected");
  return make(`${quoted ? `"${token}"` : token === "newline" ? token : "word"} unexpected`);
}
