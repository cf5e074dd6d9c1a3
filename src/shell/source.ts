import type { Running } from "../machine/process.ts";
import { runStatements } from "./execute.ts";
import { type Parsed, parseScript } from "./parse.ts";
import type { Shell } from "./shell.ts";

/** Says a syntax error as bash does, with the source line below. `within`: "-c", "eval", "command substitution". */
export function reportSyntax(sh: Shell, parsed: Parsed, within?: string): void {
  const { fault, source } = parsed;
  if (!fault) return;
  const name = sh.interactive ? sh.arg0.slice(sh.arg0.lastIndexOf("/") + 1) : source.file;
  const where =
    sh.interactive && !within ? `${name}: ` : `${name}: ${within ? `${within}: ` : ""}line ${fault.line}: `;
  sh.proc.err(`${where}${fault.message}\n`);
  if (fault.shown !== undefined) sh.proc.err(`${where}\`${fault.shown}'\n`);
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
  const parsed = parseScript(text, file, firstLine);
  const { source, pos } = sh;
  sh.source = parsed.source;
  sh.pos = 0;
  try {
    if (sh.options.verbose && within === undefined) {
      // -v shows each line as it is read; the script is read whole here, so it is shown statement by statement.
      let shownTo = 0;
      let status = sh.status;
      for (const statement of parsed.statements) {
        const eol = text.indexOf("\n", statement.end);
        const end = eol < 0 ? text.length : eol + 1;
        if (end > shownTo) sh.proc.err(text.slice(shownTo, end));
        shownTo = Math.max(shownTo, end);
        status = yield* runStatements(sh, [statement]);
        if (sh.jump) break;
      }
      if (!parsed.fault) return status;
    } else {
      const status = yield* runStatements(sh, parsed.statements, last && !parsed.fault);
      if (!parsed.fault) return parsed.statements.length === 0 ? 0 : status;
    }
    if (sh.jump) return sh.status;
    reportSyntax(sh, parsed, within);
    sh.status = 2;
    return 2;
  } finally {
    sh.source = source;
    sh.pos = pos;
  }
}
