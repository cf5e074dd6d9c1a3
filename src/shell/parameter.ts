import { BoundedRegExp } from "../base/regexp/bounded.ts";
import { WorkExhausted } from "../base/work.ts";
import { evaluate } from "./arithmetic.ts";
import { countCharacters, sliceCharacters } from "./characters.ts";
import { declaration } from "./declaration.ts";
import { pattern, text, textOf } from "./expand.ts";
import { Fault } from "./fault.ts";
import { patternRegExp, patternSource } from "./pattern.ts";
import { expandPrompt } from "./prompt.ts";
import { ansiC, quoteAlways } from "./quote.ts";
import type { Shell } from "./shell.ts";
import type { ParameterPart, Part } from "./word.ts";

/** What a parameter expansion gives: nothing, one text, a list ($@, ${a[*]}), or a word to be expanded in
 *  its place (the word of ${x:-word}). */
export type ParameterValue =
  | undefined
  | string
  | { readonly list: readonly string[]; readonly star: boolean }
  | { readonly parts: readonly Part[] };

interface Base {
  /** Undefined when unset. */
  value: string | undefined;
  list: string[] | undefined;
  star: boolean;
  /** Index of each element, for slices of sparse arrays. */
  keys?: string[];
}

const single = (value: string | undefined): Base => ({ value, list: undefined, star: false });

function base(sh: Shell, name: string, index: string | undefined): Base {
  const c = name.charCodeAt(0);
  if (c < 65 && !(name.length > 1 && c > 57)) {
    if (name === "@" || name === "*") return { value: undefined, list: sh.positional, star: name === "*" };
    return single(special(sh, name));
  }
  if (index === undefined) return single(sh.get(name));
  const variable = sh.vars.get(name);
  if (index === "@" || index === "*") {
    const list = variable?.values() ?? [];
    return { value: undefined, list, star: index === "*", keys: variable?.keys() ?? [] };
  }
  return single(sh.element(name, index));
}

function special(sh: Shell, name: string): string | undefined {
  switch (name) {
    case "#":
      return String(sh.positional.length);
    case "?":
      return String(sh.status);
    case "$":
      return String(sh.shellPid);
    case "!":
      return sh.lastBackground === 0 ? undefined : String(sh.lastBackground);
    case "-":
      return sh.optionLetters();
    case "0":
      return sh.arg0;
    default:
      return sh.positional[Number(name) - 1];
  }
}

const POSIX_OPERATORS = /^(?::?[-+=?]|##?|%%?|)$/;

export function parameterValue(sh: Shell, p: ParameterPart, quoted: boolean): ParameterValue {
  if (p.operator === "" && !p.indirect && !p.length && p.index === undefined) {
    // $name, the common case.
    const value = base(sh, p.name, undefined);
    if (value.list) return { list: value.list, star: value.star };
    if (value.value === undefined && sh.options.nounset) unbound(sh, p);
    return value.value;
  }
  if (sh.dash && (p.indirect || p.index !== undefined || !POSIX_OPERATORS.test(p.operator)))
    throw new Fault("Bad substitution", true, 2);
  if (p.operator === "bad") throw new Fault(`${p.text}: bad substitution`);
  if (p.operator === "names") {
    const list = sh.vars.names().filter((n) => n.startsWith(p.name));
    return { list, star: p.index === "*" };
  }
  let { name, index } = p;
  if (p.indirect) {
    if (index === "@" || index === "*") {
      return { list: sh.vars.get(name)?.keys() ?? [], star: index === "*" };
    }
    const variable = sh.vars.find(name);
    if (variable?.nameref) return sh.vars.target(name);
    const target = base(sh, name, index).value;
    if (target === undefined || target === "") {
      if (target === undefined && /^[-:+=]/.test(p.operator))
        return substitute(sh, p, single(undefined), quoted);
      throw new Fault(
        target === undefined ? `${name}: invalid indirect expansion` : ": invalid variable name",
      );
    }
    const parsed = /^(\w+|[@*#?$!-])(?:\[(.*)\])?$/.exec(target);
    if (!parsed) throw new Fault(`${target}: invalid variable name`);
    name = parsed[1];
    index = parsed[2];
  }
  const found = base(sh, name, index);
  if (p.length) {
    if (found.list) return String(found.list.length);
    if (found.value === undefined && sh.options.nounset && name !== "#") unbound(sh, p);
    return String(countCharacters(found.value ?? ""));
  }
  return substitute(sh, { ...p, name, index }, found, quoted);
}

function unbound(sh: Shell, p: ParameterPart): never {
  const shown = p.index === undefined ? p.name : `${p.name}[${p.index}]`;
  void sh;
  throw new Fault(`${/^\d/.test(shown) ? `$${shown}` : shown}: unbound variable`, true, 1);
}

function substitute(sh: Shell, p: ParameterPart, found: Base, quoted: boolean): ParameterValue {
  const op = p.operator;
  const set = found.list ? found.list.length > 0 : found.value !== undefined;
  if (op === "") return found.list ? { list: found.list, star: found.star } : check(sh, p, found.value);
  const isNull =
    !set || (found.list ? found.list.join("") === "" && found.list.length <= 1 : found.value === "");
  const absent = op.startsWith(":") && op.length === 2 ? isNull : !set;
  const whole = (): ParameterValue => (found.list ? { list: found.list, star: found.star } : found.value);
  switch (op) {
    case "-":
    case ":-":
      return absent ? { parts: p.operand ?? [] } : whole();
    case "+":
    case ":+":
      return absent
        ? found.list
          ? { list: [], star: found.star }
          : undefinedToEmpty(quoted)
        : { parts: p.operand ?? [] };
    case "=":
    case ":=": {
      if (!absent) return whole();
      if (!/^[A-Za-z_]/.test(p.name)) throw new Fault(`$${p.name}: cannot assign in this way`);
      const value = text(sh, p.operand ?? [], quoted);
      sh.assign(p.name, p.index, value, false);
      return value;
    }
    case "?":
    case ":?": {
      if (!absent) return whole();
      const message = text(sh, p.operand ?? [], quoted);
      const why = message !== "" ? message : op === ":?" ? "parameter null or not set" : "parameter not set";
      throw new Fault(`${p.name}${p.index === undefined ? "" : `[${p.index}]`}: ${why}`, true);
    }
  }
  if (!set && !found.list) {
    check(sh, p, undefined);
    if (op === "@" && p.operand?.[0].kind === "literal" && "Aa".includes(p.operand[0].text))
      return transform(sh, p, found, "");
    return op === "@" ? undefined : "";
  }
  if (op === ":") return slice(sh, p, found);
  const each = elementwise(sh, p, found, op);
  return found.list ? { list: found.list.map(each), star: found.star } : each(found.value as string);
}

const undefinedToEmpty = (quoted: boolean): ParameterValue => (quoted ? "" : undefined);

function check(sh: Shell, p: ParameterPart, value: string | undefined): string | undefined {
  if (value === undefined && sh.options.nounset) unbound(sh, p);
  return value;
}

function elementwise(sh: Shell, p: ParameterPart, found: Base, op: string): (s: string) => string {
  const operand = p.operand ?? [];
  switch (op) {
    case "#":
    case "##":
    case "%":
    case "%%":
      return remover(pattern(sh, operand), op);
    case "/":
    case "//":
    case "/#":
    case "/%":
      return replacer(sh, p, op);
    case "^":
    case "^^":
    case ",":
    case ",,":
    case "~":
    case "~~": {
      const which = operand.length === 0 ? null : patternRegExp(pattern(sh, operand));
      const change = (c: string) => {
        if (which && !which.test(c)) return c;
        if (op[0] === "^") return c.toUpperCase();
        if (op[0] === ",") return c.toLowerCase();
        return c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase();
      };
      if (op.length === 2) return (s) => [...s].map(change).join("");
      return (s) => {
        const [first, ...rest] = s;
        return first === undefined ? "" : change(first) + rest.join("");
      };
    }
    default:
      return (s) => transform(sh, p, found, s) ?? "";
  }
}

function remover(pat: string, op: string): (s: string) => string {
  if (!/[\\*?[\]()|]/.test(pat)) {
    if (op[0] === "#") return (s) => (s.startsWith(pat) ? s.slice(pat.length) : s);
    return (s) => (s.endsWith(pat) ? s.slice(0, s.length - pat.length) : s);
  }
  const prefer = op.length === 2 ? "longest" : "shortest";
  const source = patternSource(pat);
  // !( … ) looks at the whole string, so each part must be tried as one.
  if (source.includes("(?!")) return (s) => removeByTrial(patternRegExp(pat), op, s);
  const regexp = new BoundedRegExp(source, "su");
  if (op[0] === "#") {
    return (s) => {
      const end = regexp.prefix(s, prefer);
      return end < 0 ? s : s.slice(end);
    };
  }
  return (s) => {
    const start = regexp.suffix(s, prefer);
    return start < 0 ? s : s.slice(0, start);
  };
}

/** Text beyond which trying each part would take minutes. */
const MAX_TRIAL = 2 ** 13;

function removeByTrial(whole: RegExp, op: string, s: string): string {
  const n = s.length;
  if (n > MAX_TRIAL)
    throw new WorkExhausted(`a pattern with !( … ) asks too much of a text of ${n} characters`);
  const fromStart = op[0] === "#";
  for (let i = 0; i <= n; i++) {
    const cut = (op.length === 1) === fromStart ? i : n - i;
    if (whole.test(fromStart ? s.slice(0, cut) : s.slice(cut)))
      return fromStart ? s.slice(cut) : s.slice(0, cut);
  }
  return s;
}

function replacer(sh: Shell, p: ParameterPart, op: string): (s: string) => string {
  const pat = pattern(sh, p.operand ?? []);
  if (pat === "" && op !== "/#" && op !== "/%") return (s) => s;
  const parts = p.second ?? [];
  // patsub_replacement: an unquoted & is what matched.
  const escapeAnd = (s: string) => s.replace(/[\\&]/g, "\\$&");
  const template = pattern(sh, parts, escapeAnd);
  const expandTemplate = (matched: string) =>
    template.replace(/\\([\\&])|&/g, (_, quotedChar) => quotedChar ?? matched);
  const source = patternSource(pat);
  const regexp = new BoundedRegExp(
    op === "/#" ? `^(?:${source})` : op === "/%" ? `(?:${source})$` : source,
    op === "//" ? "gsu" : "su",
    true,
  );
  return (s) => {
    if (op === "//") {
      // An empty match replaces nothing but in an empty string.
      return s.replace(regexp, (m) => (m === "" && s !== "" ? "" : expandTemplate(m)));
    }
    return s.replace(regexp, (m) => expandTemplate(m));
  };
}

function slice(sh: Shell, p: ParameterPart, found: Base): ParameterValue {
  const number = (parts: readonly Part[]) => Number(evaluate(text(sh, parts, true), sh));
  let offset = number(p.operand ?? []);
  const count = p.second === undefined ? undefined : number(p.second);
  if (found.list) {
    let list = found.list;
    const positional = p.name === "@" || p.name === "*";
    if (positional) {
      if (offset < 0) offset += list.length + 1;
      if (offset < 0) return { list: [], star: found.star };
      if (offset === 0) list = [sh.arg0, ...list];
      else offset--;
    } else {
      const keys = (found.keys ?? []).map(Number);
      const top = keys.length === 0 ? 0 : Number.isNaN(keys[0]) ? keys.length : keys[keys.length - 1] + 1;
      if (offset < 0) offset += top;
      if (offset < 0) return { list: [], star: found.star };
      const from = Number.isNaN(keys[0]) ? offset : keys.findIndex((k) => k >= offset);
      offset = from < 0 ? list.length : from;
    }
    if (count !== undefined && count < 0) throw new Fault(`${count}: substring expression < 0`);
    return { list: list.slice(offset, count === undefined ? undefined : offset + count), star: found.star };
  }
  const value = found.value ?? "";
  const length = countCharacters(value);
  if (offset < 0) offset += length;
  if (offset < 0 || offset > length) return "";
  let end = length;
  if (count !== undefined) end = count < 0 ? length + count : offset + count;
  if (end < offset) throw new Fault(`${count}: substring expression < 0`);
  return sliceCharacters(value, offset, end);
}

function transform(sh: Shell, p: ParameterPart, found: Base, s: string): string | undefined {
  const letter = p.operand?.[0].kind === "literal" ? p.operand[0].text : "";
  const variable = sh.vars.get(p.name);
  switch (letter) {
    case "Q":
      return quoteAlways(s);
    case "E":
      return ansiC(s);
    case "P":
      return expandPrompt(sh, s);
    case "U":
      return s.toUpperCase();
    case "L":
      return s.toLowerCase();
    case "u":
      return s.slice(0, 1).toUpperCase() + s.slice(1);
    case "a":
      return variable?.attributes ?? "";
    case "A":
      return variable ? declaration(p.name, variable, "assign") : undefined;
    case "K":
    case "k": {
      if (!found.list || !found.keys) return quoteAlways(s);
      return quoteAlways(s);
    }
    default:
      return s;
  }
}

/** The value of a subscript's text, when it is an associative array's key. */
export function keyOf(sh: Shell, raw: string): string {
  return /["'$`\\]/.test(raw) ? textOf(sh, raw, "word") : raw;
}
