import { ansiC } from "./quote.ts";
import {
  endOfAnsi,
  endOfArithmetic,
  endOfBacktick,
  endOfBrace,
  endOfDollar,
  endOfDouble,
  endOfParen,
  endOfSingle,
} from "./scan.ts";

/** A piece of a word, as the expansions see it. */
export type Part =
  | { readonly kind: "literal"; readonly text: string }
  /** Quoted text: neither split nor a pattern. */
  | { readonly kind: "quoted"; readonly text: string }
  | { readonly kind: "double"; readonly parts: readonly Part[] }
  | ParameterPart
  | CommandPart
  | { readonly kind: "arithmetic"; readonly parts: readonly Part[]; readonly text: string }
  | {
      readonly kind: "process";
      readonly operator: "<" | ">";
      readonly source: string;
      readonly lines: number;
    }
  | { readonly kind: "tilde"; readonly user: string };

export interface CommandPart {
  readonly kind: "command";
  readonly source: string;
  /** Newlines in the word before it. */
  readonly lines: number;
}

export interface ParameterPart {
  readonly kind: "parameter";
  readonly name: string;
  /** ${!name…} */
  readonly indirect: boolean;
  /** ${#name} */
  readonly length: boolean;
  readonly index: string | undefined;
  /** "", ":-" … "#", "/", ":", "^", "@", "names" (${!prefix*}); "bad" is a bad substitution. */
  readonly operator: string;
  readonly operand: readonly Part[] | undefined;
  readonly second: readonly Part[] | undefined;
  readonly text: string;
}

export interface ParsedWord {
  readonly parts: readonly Part[];
  /** Holds a command or process substitution, at any depth: its expansion may have to wait. */
  readonly waits: boolean;
}

/** How raw text is read: a word, the inside of double quotes, a here-document's body, an assigned value, or
 *  the operand of a pattern operator within double quotes. */
export type WordMode = "word" | "double" | "heredoc" | "assign" | "pattern" | "regex";

const caches = new Map<WordMode, Map<string, ParsedWord>>();

/** Reads raw text into parts. Cached, since loops and functions meet the same words again. */
export function parseWord(text: string, mode: WordMode = "word"): ParsedWord {
  let cache = caches.get(mode);
  if (!cache) {
    cache = new Map();
    caches.set(mode, cache);
  }
  const known = cache.get(text);
  if (known) return known;
  if (cache.size > 20_000) cache.clear();
  const parts = new WordReader(text, mode).read();
  const word = { parts, waits: waits(parts) };
  cache.set(text, word);
  return word;
}

function waits(parts: readonly Part[] | undefined): boolean {
  return (
    parts?.some((p) => {
      switch (p.kind) {
        case "command":
        case "process":
          return true;
        case "double":
        case "arithmetic":
          return waits(p.parts);
        case "parameter":
          return waits(p.operand) || waits(p.second) || (p.index !== undefined && /[$`]/.test(p.index));
        default:
          return false;
      }
    }) ?? false
  );
}

class WordReader {
  private readonly s: string;
  private readonly mode: WordMode;
  private readonly out: Part[] = [];
  private buffer = "";
  private i = 0;

  constructor(s: string, mode: WordMode) {
    this.s = s;
    this.mode = mode;
  }

  private flush(): void {
    if (this.buffer !== "") this.out.push({ kind: "literal", text: this.buffer });
    this.buffer = "";
  }

  private add(part: Part, end: number): void {
    this.flush();
    this.out.push(part);
    this.i = end;
  }

  read(): Part[] {
    const { s, mode } = this;
    const inDouble = mode === "double" || mode === "heredoc";
    if (!inDouble && s[0] === "~") this.tilde(0);
    while (this.i < s.length) {
      const c = s[this.i];
      if (c === "\\") this.backslash(inDouble);
      else if (c === "$") this.dollar(inDouble);
      else if (c === "`") {
        const end = endOfBacktick(s, this.i);
        const raw = s.slice(this.i + 1, end - 1);
        const source = raw.replace(inDouble ? /\\([$`\\"])/g : /\\([$`\\])/g, "$1");
        this.add({ kind: "command", source, lines: this.lines() }, end);
      } else if (c === '"' && mode !== "heredoc") {
        const end = endOfDouble(s, this.i);
        const inner = s.slice(this.i + 1, end - 1);
        this.add({ kind: "double", parts: parseWord(inner, "double").parts }, end);
      } else if (!inDouble && c === "'") {
        const end = endOfSingle(s, this.i);
        this.add({ kind: "quoted", text: s.slice(this.i + 1, end - 1) }, end);
      } else if (mode === "word" && (c === "<" || c === ">") && s[this.i + 1] === "(") {
        const end = endOfParen(s, this.i + 1);
        const source = s.slice(this.i + 2, end - 1);
        this.add({ kind: "process", operator: c, source, lines: this.lines() }, end);
      } else {
        this.buffer += c;
        this.i++;
        if (mode === "assign" && c === ":" && s[this.i] === "~") this.tilde(this.i);
      }
    }
    this.flush();
    return this.out;
  }

  private lines(): number {
    let n = 0;
    for (let j = 0; j < this.i; j++) if (this.s[j] === "\n") n++;
    return n;
  }

  private tilde(at: number): void {
    const match = (this.mode === "assign" ? /^~([\w+-]*)(?=\/|:|$)/ : /^~([\w+-]*)(?=\/|$)/).exec(
      this.s.slice(at),
    );
    if (match) this.add({ kind: "tilde", user: match[1] }, at + match[0].length);
  }

  private backslash(inDouble: boolean): void {
    const next = this.s[this.i + 1];
    if (next === "\n") this.i += 2;
    else if (next === undefined) {
      this.buffer += "\\";
      this.i++;
    } else if (inDouble && !("$`\\".includes(next) || (next === '"' && this.mode !== "heredoc"))) {
      this.buffer += `\\`;
      this.i++;
    } else this.add({ kind: "quoted", text: next }, this.i + 2);
  }

  private dollar(inDouble: boolean): void {
    const { s, i } = this;
    const c = s[i + 1];
    if (c === "(" && s[i + 2] === "(") {
      const end = endOfArithmetic(s, i);
      if (end !== undefined) {
        const text = s.slice(i + 3, end - 2);
        this.add({ kind: "arithmetic", parts: parseWord(text, "double").parts, text }, end);
        return;
      }
    }
    const end = endOfDollar(s, i, inDouble);
    if (c === "(") this.add({ kind: "command", source: s.slice(i + 2, end - 1), lines: this.lines() }, end);
    else if (c === "[") {
      const text = s.slice(i + 2, end - 1);
      this.add({ kind: "arithmetic", parts: parseWord(text, "double").parts, text }, end);
    } else if (c === "{") {
      const stop = endOfBrace(s, i + 1);
      this.add(parameter(s.slice(i + 2, stop - 1), s.slice(i, stop), inDouble), stop);
    } else if (c === "'" && !inDouble) {
      const stop = endOfAnsi(s, i + 1);
      this.add({ kind: "quoted", text: ansiC(s.slice(i + 2, stop - 1)) }, stop);
    } else if (c === '"' && !inDouble) {
      this.add({ kind: "double", parts: parseWord(s.slice(i + 2, end - 1), "double").parts }, end);
    } else if (end > i + 1) this.add(simple(s.slice(i + 1, end), s.slice(i, end)), end);
    else {
      this.buffer += "$";
      this.i++;
    }
  }
}

function simple(name: string, text: string): ParameterPart {
  return {
    kind: "parameter",
    name,
    indirect: false,
    length: false,
    index: undefined,
    operator: "",
    operand: undefined,
    second: undefined,
    text,
  };
}

const NAME = /^(?:[A-Za-z_]\w*|\d+|[@*#?$!-])/;

/** Reads the inside of ${…}. */
function parameter(body: string, text: string, inDouble: boolean): ParameterPart {
  const bad = { ...simple("", text), operator: "bad" };
  let rest = body;
  let indirect = false;
  let length = false;
  if (rest.startsWith("#") && rest.length > 1 && NAME.test(rest.slice(1)) && !/^#[-?#][^}]/.test(rest)) {
    length = true;
    rest = rest.slice(1);
  } else if (rest.startsWith("!") && rest.length > 1 && /^![\w@*#?$!]/.test(rest)) {
    indirect = true;
    rest = rest.slice(1);
  }
  const named = NAME.exec(rest);
  if (!named) return bad;
  const name = named[0];
  rest = rest.slice(name.length);
  let index: string | undefined;
  if (rest.startsWith("[") && /^[A-Za-z_]/.test(name)) {
    const end = endOfSubscript(rest);
    if (end < 0) return bad;
    index = rest.slice(1, end);
    rest = rest.slice(end + 1);
  }
  const base = { ...simple(name, text), indirect, length, index };
  if (rest === "") return base;
  if (length) return bad;
  if (indirect && index === undefined && (rest === "*" || rest === "@"))
    return { ...base, operator: "names", indirect: false, index: rest };
  const op = /^(?::[-=+?]|[-=+?]|##|#|%%|%|\/\/|\/#|\/%|\/|\^\^|\^|,,|,|~~|~|@|:)/.exec(rest)?.[0];
  if (op === undefined) return bad;
  const operandText = rest.slice(op.length);
  // Within double quotes the words of := and its kin are read as double-quoted; patterns never are.
  const wordMode: WordMode = inDouble ? "double" : "word";
  const patternMode: WordMode = "pattern";
  if (op === ":") {
    const [offset, count] = splitAt(operandText, ":", true);
    const second = count === undefined ? undefined : parseWord(count, "double").parts;
    return { ...base, operator: op, operand: parseWord(offset, "double").parts, second };
  }
  if (op.startsWith("/")) {
    const [pattern, replacement] = splitAt(operandText, "/", false, op === "/#" || op === "/%");
    if (pattern === "" && op === "/") return { ...base, operator: "" };
    const second = replacement === undefined ? undefined : parseWord(replacement, "pattern").parts;
    return { ...base, operator: op, operand: parseWord(pattern, patternMode).parts, second };
  }
  if (op === "@") {
    if (!/^[QEPAaUuLKk]$/.test(operandText)) return bad;
    return { ...base, operator: op, operand: [{ kind: "literal", text: operandText }] };
  }
  const isWord = /^:?[-=+?]$/.test(op);
  return { ...base, operator: op, operand: parseWord(operandText, isWord ? wordMode : patternMode).parts };
}

/** The index of the "]" that ends a subscript beginning at 0. */
export function endOfSubscript(s: string): number {
  let depth = 0;
  for (let i = 0; i < s.length; ) {
    const c = s[i];
    if (c === "[") depth++;
    else if (c === "]" && --depth === 0) return i;
    if (c === "\\") i += 2;
    else if (c === "'") i = endOfSingle(s, i);
    else if (c === '"') i = endOfDouble(s, i);
    else if (c === "$") i = endOfDollar(s, i, true);
    else if (c === "`") i = endOfBacktick(s, i);
    else i++;
  }
  return -1;
}

/** Splits at the first separator outside quotes and nested expansions (and, for slices, outside ?:). */
function splitAt(
  s: string,
  separator: string,
  ternary: boolean,
  first = separator === ":",
): [string, string | undefined] {
  let questions = 0;
  let parens = 0;
  for (let i = 0; i < s.length; ) {
    const c = s[i];
    if (ternary && c === "?") questions++;
    if (ternary && c === "(") parens++;
    if (ternary && c === ")") parens--;
    if (c === separator && parens === 0 && (i > 0 || first)) {
      if (questions === 0) return [s.slice(0, i), s.slice(i + 1)];
      questions--;
    }
    if (c === "\\") i += 2;
    else if (c === "'") i = endOfSingle(s, i);
    else if (c === '"') i = endOfDouble(s, i);
    else if (c === "`") i = endOfBacktick(s, i);
    else if (c === "$") i = endOfDollar(s, i, false);
    else i++;
  }
  return [s, undefined];
}
