import { chomp } from "../base/text.ts";
import { readText, tryLookup } from "../machine/vfs.ts";
import { evaluate } from "./arithmetic.ts";
import { BraceOverflow, expandBraces } from "./brace.ts";
import { Fault, NeedSubstitution } from "./fault.ts";
import { type Field, Fields } from "./fields.ts";
import { glob } from "./glob.ts";
import { parameterValue } from "./parameter.ts";
import { escapePattern, hasGlob } from "./pattern.ts";
import type { Shell } from "./shell.ts";
import { type ParsedWord, type Part, parseWord, type WordMode } from "./word.ts";

/*
 * The expansions are plain functions. A substitution's output takes other processes and time, so an expansion
 * that needs one throws NeedSubstitution, the driver (`driven`) runs it, notes the output in `shell.memo`,
 * and expands again. Arithmetic within such a word is noted too, so that `i++` happens once.
 */

const words = new Map<string, ParsedWord[]>();

/** A command's word after brace expansion. */
export function bracedWords(sh: Shell, text: string): ParsedWord[] {
  if (!sh.options.braceexpand) return [parseWord(text)];
  const known = words.get(text);
  if (known) return known;
  if (words.size > 20_000) words.clear();
  try {
    const made = expandBraces(text).map((w) => parseWord(w));
    if (made.length < 1000) words.set(text, made);
    return made;
  } catch (error) {
    if (!(error instanceof BraceOverflow)) throw error;
    sh.complain(error.message);
    return [parseWord(text)];
  }
}

/** One parsed word to the fields that a command gets. */
export function fieldsOf(sh: Shell, word: ParsedWord, out: string[]): void {
  const { parts } = word;
  if (parts.length === 1 && parts[0].kind === "literal" && !hasGlob(parts[0].text)) {
    out.push(parts[0].text);
    return;
  }
  const fields = new Fields(sh.ifs);
  for (const part of parts) expandPart(sh, part, fields);
  for (const field of fields.finish()) {
    if (!field.glob || sh.options.noglob || !hasGlob(field.pattern)) out.push(field.text);
    else pathnames(sh, field, out);
  }
}

function pathnames(sh: Shell, field: Field, out: string[]): void {
  const found = glob(sh.proc, field.pattern, {
    dotglob: sh.shopt("dotglob"),
    globstar: sh.shopt("globstar"),
    nocaseglob: sh.shopt("nocaseglob"),
    extglob: sh.shopt("extglob"),
  });
  if (found.length > 0) {
    for (const name of found) out.push(name);
  } else if (sh.shopt("failglob")) throw new Fault(`no match: ${field.text}`);
  else if (!sh.shopt("nullglob")) out.push(field.text);
}

function expandPart(sh: Shell, part: Part, fields: Fields): void {
  switch (part.kind) {
    case "literal":
      fields.literal(part.text);
      return;
    case "quoted":
      fields.quoted(part.text);
      return;
    case "double":
      if (part.parts.length === 0) fields.present();
      for (const inner of part.parts) expandDouble(sh, inner, fields);
      return;
    case "tilde":
      fields.quoted(home(sh, part.user));
      return;
    case "process":
      fields.quoted(substituted(sh, part));
      return;
    case "command":
      fields.split(substituted(sh, part));
      return;
    case "arithmetic":
      fields.split(arithmeticPart(sh, part));
      return;
    case "parameter": {
      // The word of ${x:-word} keeps its own quoting.
      const value = parameterValue(sh, part, false);
      if (value === undefined) return;
      if (typeof value === "string") fields.split(value);
      else if ("parts" in value) for (const inner of value.parts) expandOperand(sh, inner, fields);
      else if (value.star && sh.ifsUnset === false && sh.ifs === "") listUnquoted(value.list, fields);
      else listUnquoted(value.list, fields);
      return;
    }
  }
}

/** A piece of the word in ${x:-word}, unquoted: its literal text is split too. */
function expandOperand(sh: Shell, part: Part, fields: Fields): void {
  if (part.kind === "literal") fields.split(part.text);
  else expandPart(sh, part, fields);
}

function listUnquoted(list: readonly string[], fields: Fields): void {
  list.forEach((item, i) => {
    if (i > 0) fields.end();
    fields.split(item);
  });
}

function expandDouble(sh: Shell, part: Part, fields: Fields): void {
  if (part.kind === "parameter") {
    const value = parameterValue(sh, part, true);
    if (value === undefined) fields.quoted("");
    else if (typeof value === "string") fields.quoted(value);
    else if ("parts" in value) {
      if (value.parts.length === 0) fields.present();
      for (const inner of value.parts) expandDouble(sh, inner, fields);
    } else if (value.star) fields.quoted(value.list.join(sh.ifsUnset ? " " : sh.ifs.slice(0, 1)));
    else
      value.list.forEach((item, i) => {
        if (i > 0) fields.end();
        fields.quoted(item);
      });
  } else fields.quoted(plain(sh, part, true));
}

/** A part's text where nothing is split. */
function plain(sh: Shell, part: Part, quoted: boolean): string {
  switch (part.kind) {
    case "literal":
    case "quoted":
      return part.text;
    case "double":
      return text(sh, part.parts, true);
    case "tilde":
      return home(sh, part.user);
    case "command":
    case "process":
      return substituted(sh, part);
    case "arithmetic":
      return arithmeticPart(sh, part);
    case "parameter": {
      const value = parameterValue(sh, part, quoted);
      if (value === undefined) return "";
      if (typeof value === "string") return value;
      if ("parts" in value) return text(sh, value.parts, quoted);
      return value.list.join(value.star && !sh.ifsUnset ? sh.ifs.slice(0, 1) : " ");
    }
  }
}

/** Parts to one string without splitting: assignments, case words, here-documents, redirections. */
export function text(sh: Shell, parts: readonly Part[], quoted = false): string {
  if (parts.length === 1) return plain(sh, parts[0], quoted);
  let out = "";
  for (const part of parts) out += plain(sh, part, quoted);
  return out;
}

/** Raw text to one string. */
export function textOf(sh: Shell, raw: string, mode: WordMode): string {
  return text(sh, parseWord(raw, mode).parts, mode === "double" || mode === "heredoc");
}

/** Parts to a pattern: what was quoted is escaped. */
export function pattern(
  sh: Shell,
  parts: readonly Part[],
  quote: (s: string) => string = escapePattern,
): string {
  let out = "";
  for (const part of parts) {
    if (part.kind === "literal") out += part.text;
    else if (part.kind === "quoted" || part.kind === "double" || part.kind === "tilde")
      out += quote(plain(sh, part, true));
    else if (part.kind === "parameter") {
      const value = parameterValue(sh, part, false);
      if (value !== undefined && typeof value !== "string" && "parts" in value)
        out += pattern(sh, value.parts, quote);
      else out += plain(sh, part, false);
    } else out += plain(sh, part, false);
  }
  return out;
}

export function arithmeticPart(sh: Shell, part: Part & { kind: "arithmetic" }): string {
  const noted = sh.memo?.get(part);
  if (noted !== undefined) return noted;
  const result = evaluate(text(sh, part.parts, true), sh).toString();
  sh.memo?.set(part, result);
  return result;
}

function substituted(sh: Shell, part: Part): string {
  const noted = sh.memo?.get(part);
  if (noted !== undefined) {
    // What stands to the right of it sees its status in $?, what stands to the left does not.
    sh.status = sh.memoStatus.get(part) ?? sh.status;
    return noted;
  }
  if (part.kind === "command") {
    // $(< file) is read without a process.
    const file = /^\s*<\s*(\S+)\s*$/.exec(part.source);
    if (file && !/[`(]/.test(file[1])) {
      const path = textOf(sh, file[1], "word");
      if (tryLookup(sh.proc, path)?.type === "file") return chomp(readText(sh.proc, path));
    }
  }
  throw new NeedSubstitution(part);
}

function home(sh: Shell, user: string): string {
  if (user === "") return sh.get("HOME") ?? "/root";
  if (user === "+") return sh.get("PWD") ?? sh.proc.cwd;
  if (user === "-") return sh.get("OLDPWD") ?? "~-";
  try {
    for (const line of readText(sh.proc, "/etc/passwd").split("\n")) {
      const entry = line.split(":");
      if (entry[0] === user) return entry[5];
    }
  } catch {
    // No passwd file: nobody is known.
  }
  return `~${user}`;
}
