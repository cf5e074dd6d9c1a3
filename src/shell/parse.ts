import { type ParsedScript, parse, type Statement } from "unbash";

export type * as Ast from "unbash";

import { syntaxFault } from "./dash/dash.ts";
import { type Reading, readAsDash, respell } from "./dash/reading.ts";
import { misplacedWord } from "./reserved.ts";

export type { Statement };

/** Where code came from: its text, the name that messages give it, and the line that its first line is. */
export interface Source {
  readonly text: string;
  readonly file: string;
  readonly firstLine: number;
  readonly starts: readonly number[];
}

export function makeSource(text: string, file: string, firstLine = 1): Source {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return { text, file, firstLine, starts };
}

/** The line of a position. */
export function lineOf(source: Source, pos: number): number {
  const { starts } = source;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= pos) low = middle;
    else high = middle - 1;
  }
  return source.firstLine + low;
}

/** A syntax error in bash's words. `incomplete`: more input could mend it. */
export interface SyntaxFault {
  readonly message: string;
  /** The line that it names. */
  readonly line: number;
  /** The source line that bash prints below, when it does. */
  readonly shown: string | undefined;
  readonly incomplete: boolean;
}

export interface Parsed {
  readonly source: Source;
  /** What runs: with a fault, only the statements on lines before the one at fault. */
  readonly statements: readonly Statement[];
  readonly fault: SyntaxFault | undefined;
}

interface Known {
  readonly script: ParsedScript;
  /** What was parsed: for dash, with bash's own words made plain. */
  readonly text: string;
  readonly refused: Reading["fault"];
}

const caches = { bash: new Map<string, Known>(), dash: new Map<string, Known>() };

function known(text: string, dash: boolean): Known {
  const cache = dash ? caches.dash : caches.bash;
  let found = cache.get(text);
  if (found) return found;
  if (cache.size > 500) cache.clear();
  let script = parse(text);
  let read = text;
  let refused: Reading["fault"];
  // A word that is made plain may uncover another ([[ a && [[ b ]]).
  for (let round = 0; dash && round < 8; round++) {
    const reading = readAsDash(script, read);
    refused = reading.fault;
    if (reading.inserts.length === 0) break;
    read = respell(read, reading.inserts);
    script = parse(read);
  }
  found = { script, text: read, refused };
  cache.set(text, found);
  return found;
}

/** Reads code as bash does, or as dash. */
export function parseScript(given: string, file: string, firstLine = 1, dash = false): Parsed {
  const { script, text, refused } = known(given, dash);
  const source = makeSource(text, file, firstLine);
  const first = script.errors?.[0];
  const error = refused && (!first || refused.pos <= first.pos) ? refused : first;
  if (!error) return { source, statements: script.commands, fault: undefined };
  const last = firstLine + source.starts.length - 1;
  let fault: SyntaxFault;
  if (error === refused) {
    const line = lineOf(source, error.pos);
    fault = { message: `Syntax error: ${error.message}`, line, shown: undefined, incomplete: false };
  } else {
    fault = faultOf(source, error.message, error.pos);
    if (dash) fault = syntaxFault(fault, script.errors?.map((e) => e.message) ?? [], last);
  }
  // bash runs each complete line before it reads the next.
  const at = source.starts[Math.max(0, lineOf(source, Math.min(error.pos, text.length - 1)) - firstLine)];
  let good = script.commands.filter((s) => s.end < error.pos && s.end <= at);
  // An unclosed compound command is the last one that began.
  if (error.message.startsWith("expected '") || error.message.startsWith("unterminated")) {
    const begun = script.commands.filter((s) => s.pos <= error.pos);
    const open = begun[begun.length - 1];
    good = good.filter((s) => s !== open && s.end <= source.starts[lineOf(source, open.pos) - firstLine]);
  }
  return { source, statements: good, fault };
}

function faultOf(source: Source, message: string, pos: number): SyntaxFault {
  const { text } = source;
  const unterminated = /^unterminated (.*)$/.exec(message);
  const last = source.firstLine + source.starts.length - 1 + (text.endsWith("\n") ? 0 : 1);
  if (unterminated) {
    const what = unterminated[1];
    const sign = what.includes("double")
      ? '"'
      : what.includes("single") || what.includes("ANSI")
        ? "'"
        : what.includes("backtick")
          ? "`"
          : what.includes("parameter")
            ? "}"
            : ")";
    const line = what.includes("command substitution") ? last : lineOf(source, pos);
    return {
      message: `unexpected EOF while looking for matching \`${sign}'`,
      line,
      shown: undefined,
      incomplete: true,
    };
  }
  let at = pos;
  if (message.startsWith("expected '")) at = misplacedWord(text) ?? pos;
  while (at < text.length && /[ \t]/.test(text[at])) at++;
  if (/^\s*(?:#[^\n]*\s*)*$/.test(text.slice(at)))
    return {
      message: "syntax error: unexpected end of file",
      line: last,
      shown: undefined,
      incomplete: true,
    };
  const rest = text.slice(at);
  const token =
    /^(?:;;&|;;|;&|&&|\|\||\|&|&>>|&>|<<<|<<-|<<|>>|<&|>&|<>|>\||[;&|()<>])/.exec(rest)?.[0] ??
    (rest[0] === "\n" ? "newline" : (/^[^\s;&|()<>]+/.exec(rest)?.[0] ?? rest[0]));
  const line = lineOf(source, at);
  const from = source.starts[line - source.firstLine];
  const end = text.indexOf("\n", from);
  const shown = text.slice(from, end < 0 ? undefined : end);
  return { message: `syntax error near unexpected token \`${token}'`, line, shown, incomplete: false };
}
