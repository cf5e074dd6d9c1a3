import type { Running } from "../machine/process.ts";
import { readText, tryLookup } from "../machine/vfs.ts";
import { runStatements } from "./execute.ts";
import { textOf } from "./expand.ts";
import { Discard, ShellExit } from "./fault.ts";
import { lineOf, type Parsed, parseScript } from "./parse.ts";
import type { Shell } from "./shell.ts";

/** Says a syntax error as bash does, with the source line below. `within`: "-c", "eval", "command substitution". */
export function reportSyntax(sh: Shell, parsed: Parsed, within?: string): void {
  const { fault, source } = parsed;
  if (!fault) return;
  if (sh.dash) {
    sh.proc.err(`${source.file}: ${fault.line}: ${within === "eval" ? "eval: " : ""}${fault.message}\n`);
    return;
  }
  const name = sh.interactive ? sh.arg0.slice(sh.arg0.lastIndexOf("/") + 1) : source.file;
  const where =
    sh.interactive && !within ? `${name}: ` : `${name}: ${within ? `${within}: ` : ""}line ${fault.line}: `;
  sh.proc.err(`${where}${fault.message}\n`);
  if (fault.shown !== undefined) sh.proc.err(`${where}\`${fault.shown}'\n`);
}

/** A shell that is not interactive reads the file that $BASH_ENV names first (bash(1), INVOCATION); a missing one is nothing. */
export function* readStartup(sh: Shell): Running<void> {
  const name = sh.dash || sh.options.posix ? "" : (sh.get("BASH_ENV") ?? "");
  if (name === "") return;
  const path = textOf(sh, name, "word");
  if (tryLookup(sh.proc, path)?.type !== "file") return;
  sh.frames.push({ name: "source", file: path, callLine: 0, positional: [] });
  yield* runText(sh, readText(sh.proc, path), path, 1);
  sh.frames.pop();
}

/** Runs text in the present shell: a script's, `eval`'s, a sourced file's. */
export function* runText(
  sh: Shell,
  text: string,
  file: string,
  firstLine: number,
  within?: string,
  last = false,
): Running {
  const parsed = parseScript(text, file, firstLine, sh.dash);
  const { source, pos, during } = sh;
  if (within === "eval") sh.during = "eval: ";
  sh.source = parsed.source;
  sh.pos = 0;
  try {
    const status =
      within === undefined
        ? yield* runLines(sh, parsed, text, last)
        : yield* runStatements(sh, parsed.statements, last && !parsed.fault);
    if (!parsed.fault) return parsed.statements.length === 0 ? 0 : status;
    if (sh.jump) return sh.status;
    reportSyntax(sh, parsed, within);
    if (sh.dash) throw new ShellExit(2);
    sh.status = 2;
    return 2;
  } finally {
    sh.source = source;
    sh.pos = pos;
    sh.during = during;
  }
}

/** A file's statements. -v shows each line as it is read; a failed expansion gives up the rest of its line. */
function* runLines(sh: Shell, parsed: Parsed, text: string, last: boolean): Running {
  const { statements, source } = parsed;
  let shownTo = sh.options.verbose ? 0 : -1;
  for (let i = 0; i < statements.length; i++) {
    const statement = statements[i];
    if (sh.options.verbose || shownTo >= 0) {
      const eol = text.indexOf("\n", statement.end);
      const end = eol < 0 ? text.length : eol + 1;
      if (end > shownTo) {
        if (sh.options.verbose && shownTo >= 0) sh.proc.err(text.slice(shownTo, end));
        shownTo = end;
      }
    }
    try {
      yield* runStatements(sh, [statement], last && !parsed.fault && i === statements.length - 1);
    } catch (error) {
      if (!(error instanceof Discard) || sh.frames.some((f) => f.name !== "main")) throw error;
      sh.status = error.status;
      let line = lineOf(source, statement.end - 1);
      while (i + 1 < statements.length && lineOf(source, statements[i + 1].pos) <= line)
        line = Math.max(line, lineOf(source, statements[++i].end - 1));
    }
    if (sh.options.verbose && shownTo < 0) {
      const eol = text.indexOf("\n", statement.end);
      shownTo = eol < 0 ? text.length : eol + 1;
    }
    if (sh.jump) break;
  }
  return sh.status;
}
