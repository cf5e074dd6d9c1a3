import { BoundedRegExp } from "../base/regexp/bounded.ts";
import { WorkExhausted } from "../base/work.ts";

/** Shell patterns (globs), as regular expressions. */

export interface PatternOptions {
  readonly extglob?: boolean;
  readonly nocase?: boolean;
  /** For names of files: "*" and "?" do not match a slash. */
  readonly path?: boolean;
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: "A-Za-z",
  digit: "0-9",
  alnum: "A-Za-z0-9",
  upper: "A-Z",
  lower: "a-z",
  space: "\\s",
  blank: " \\t",
  punct: "!-\\/:-@\\[-`{-~",
  print: " -~",
  graph: "!-~",
  cntrl: "\\x00-\\x1f\\x7f",
  xdigit: "0-9A-Fa-f",
  word: "\\w",
};

/** Characters of the expression that a pattern may become. */
const MAX_SOURCE = 2 ** 16;

const cache = new Map<string, BoundedRegExp>();

/** The whole-string regular expression of a pattern; quoted characters come escaped with backslashes. */
export function patternRegExp(pattern: string, options: PatternOptions = {}): BoundedRegExp {
  const key = `${(options.extglob ?? true) ? "e" : ""}${options.nocase ? "i" : ""}${options.path ? "p" : ""} ${pattern}`;
  const known = cache.get(key);
  if (known) return known;
  if (cache.size > 5000) cache.clear();
  const regexp = new BoundedRegExp(`^(?:${patternSource(pattern, options)})$`, options.nocase ? "sui" : "su");
  cache.set(key, regexp);
  return regexp;
}

export function matchPattern(pattern: string, s: string, options: PatternOptions = {}): boolean {
  return patternRegExp(pattern, options).test(s);
}

const escapeRegExp = (c: string) => c.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&").replace(/\\-/g, "\\x2d");

export function patternSource(p: string, options: PatternOptions = {}): string {
  const extglob = options.extglob ?? true;
  const any = options.path ? "[^/]" : ".";
  let out = "";
  for (let i = 0; i < p.length; ) {
    const c = p[i];
    if (extglob && "?*+@!".includes(c) && p[i + 1] === "(") {
      const end = closing(p, i + 1);
      if (end > 0) {
        const options_ = alternatives(p.slice(i + 2, end)).map((a) => patternSource(a, options));
        const group = `(?:${options_.join("|")})`;
        if (c === "!") {
          const rest = patternSource(p.slice(end + 1), options);
          // What follows stands in it twice, so a row of these doubles with each.
          if (rest.length > MAX_SOURCE) throw new WorkExhausted("a shell pattern has too many !( … )");
          return `${out}(?!${group}${rest}$)${any}*?${rest}`;
        }
        out += c === "@" ? group : c === "?" ? `${group}?` : c === "*" ? `${group}*` : `${group}+`;
        i = end + 1;
        continue;
      }
    }
    if (c === "\\") {
      if (i + 1 < p.length) out += escapeRegExp(String.fromCodePoint(p.codePointAt(i + 1) as number));
      else out += "\\\\";
      i += 1 + (i + 1 < p.length ? String.fromCodePoint(p.codePointAt(i + 1) as number).length : 0);
    } else if (c === "*") {
      while (p[i] === "*" && p[i + 1] !== "(") i++;
      if (p[i] === "*") i++;
      out += `${any}*`;
    } else if (c === "?") {
      out += any;
      i++;
    } else if (c === "[") {
      const bracket = bracketSource(p, i);
      if (bracket) {
        out += bracket.source;
        i = bracket.end;
      } else {
        out += "\\[";
        i++;
      }
    } else {
      const point = String.fromCodePoint(p.codePointAt(i) as number);
      out += escapeRegExp(point);
      i += point.length;
    }
  }
  return out;
}

function closing(p: string, i: number): number {
  let depth = 0;
  for (; i < p.length; i++) {
    if (p[i] === "\\") i++;
    else if (p[i] === "(") depth++;
    else if (p[i] === ")" && --depth === 0) return i;
  }
  return -1;
}

function alternatives(s: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < s.length; i++) {
    if (s[i] === "\\") i++;
    else if (s[i] === "(") depth++;
    else if (s[i] === ")") depth--;
    else if (s[i] === "|" && depth === 0) {
      out.push(s.slice(from, i));
      from = i + 1;
    }
  }
  out.push(s.slice(from));
  return out;
}

function bracketSource(p: string, start: number): { source: string; end: number } | null {
  let i = start + 1;
  let not = false;
  if (p[i] === "!" || p[i] === "^") {
    not = true;
    i++;
  }
  let body = "";
  let first = true;
  for (; i < p.length; first = false) {
    const c = p[i];
    if (c === "]" && !first)
      return { source: body === "" ? (not ? "." : "(?!)") : `[${not ? "^" : ""}${body}]`, end: i + 1 };
    const klass = /^\[:(\w+):\]/.exec(p.slice(i));
    if (klass && CLASSES[klass[1]] !== undefined) {
      body += CLASSES[klass[1]];
      i += klass[0].length;
      continue;
    }
    let d = c;
    if (c === "\\" && i + 1 < p.length) d = p[++i];
    const next = p[i + 1];
    if (next === "-" && p[i + 2] !== undefined && p[i + 2] !== "]") {
      let e = p[i + 2];
      let used = 3;
      if (e === "\\" && p[i + 3] !== undefined) {
        e = p[i + 3];
        used = 4;
      }
      if (d <= e) body += `${inBracket(d)}-${inBracket(e)}`;
      i += used;
      continue;
    }
    body += inBracket(d);
    i++;
  }
  return null;
}

const inBracket = (c: string) => (/[\\\]^[-]/.test(c) ? `\\${c}` : c);

/** Puts a backslash before whatever a pattern would take as special: quoted text stays literal. */
export function escapePattern(s: string): string {
  return s.replace(/[\\*?[\]()|!+@-]/g, "\\$&");
}

/**
 * Whether an unquoted pattern stands in it, as bash's glob_pattern_p has it: a `[` is one only where a `]` closes it
 * in the same part of the path, so that the command `[` and a lone bracket stay words under nullglob and failglob.
 */
export function hasGlob(pattern: string): boolean {
  let open = false;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === "\\") i++;
    else if (c === "*" || c === "?" || (c === "]" && open)) return true;
    else if (c === "[") open = true;
    else if (c === "/") open = false;
    else if ((c === "+" || c === "@" || c === "!") && pattern[i + 1] === "(") return true;
  }
  return false;
}
