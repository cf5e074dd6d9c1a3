import type { Running } from "../machine/process.ts";
import { runStatements } from "./execute.ts";
import { Discard } from "./fault.ts";
import { readLineFrom } from "./input.ts";
import { parseScript } from "./parse.ts";
import type { Shell } from "./shell.ts";
import { reportSyntax } from "./source.ts";

/** True when the text needs more lines: an open quote or compound, a here-document, a backslash at the end. */
export function wantsMore(text: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\\n?$/.test(text)) return true;
  if (parseScript(text, "").fault?.incomplete) return true;
  return openHereDocument(text);
}

function openHereDocument(text: string): boolean {
  const open = /<<(-?)[ \t]*(?:'([^'\n]*)'|"([^"\n]*)"|\\?([\w.-]+))/g;
  for (let m = open.exec(text); m; m = open.exec(text)) {
    if (text[m.index - 1] === "<" || text[m.index + 2] === "<") continue;
    const delimiter = m[2] ?? m[3] ?? m[4];
    const lines = text.slice(m.index).split("\n").slice(1);
    if (!lines.some((l) => (m?.[1] === "-" ? l.replace(/^\t+/, "") : l) === delimiter)) return true;
  }
  return false;
}

/** A script on standard input: each complete command is read and run, so commands may read what follows. */
export function* stdinScript(sh: Shell, file: string): Running {
  let line = 1;
  let held = "";
  let from = 1;
  for (;;) {
    const next = yield* readLineFrom(sh, 0);
    if (next !== undefined) {
      held += `${next}\n`;
      line++;
      if (wantsMore(held)) continue;
    } else if (held === "") break;
    const parsed = parseScript(held, file, from);
    held = "";
    from = line;
    sh.source = parsed.source;
    sh.pos = 0;
    try {
      yield* runStatements(sh, parsed.statements);
    } catch (error) {
      if (!(error instanceof Discard)) throw error;
      sh.status = error.status;
    }
    if (sh.jump) break;
    if (parsed.fault) {
      reportSyntax(sh, parsed);
      return 2;
    }
    if (next === undefined) break;
  }
  return sh.status;
}
