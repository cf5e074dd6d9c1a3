import { compileRegex, RegexError } from "../../base/regexp/posix.ts";

/** A script that cannot be parsed; `at` is the character of its chunk. */
export class SedError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

export type Address =
  | { readonly kind: "line"; readonly line: number }
  | { readonly kind: "last" }
  | { readonly kind: "regex"; readonly regex: RegExp | null }
  | { readonly kind: "step"; readonly first: number; readonly step: number }
  | { readonly kind: "plus"; readonly count: number }
  | { readonly kind: "multiple"; readonly of: number };

/** A replacement's parts: text, a group (0 is &), or a change of case from here on. */
export type Part = string | number | { readonly case: "U" | "L" | "u" | "l" | "E" };

export interface SedCommand {
  readonly name: string;
  readonly first: Address | null;
  readonly second: Address | null;
  readonly negate: boolean;
  /** a i c: the text; b t T: the label; r R w W: the file; y: pairs; l q Q L: a number. */
  readonly text: string;
  readonly regex: RegExp | null;
  readonly parts: readonly Part[];
  readonly global: boolean;
  readonly nth: number;
  readonly print: number;
  readonly evaluate: boolean;
  readonly map: ReadonlyMap<string, string> | null;
  readonly number: number | null;
  /** { : index after its }; b t T: index of the label. */
  target: number;
  /** Range state: the line where it began and where it ends. */
  active: boolean;
  endLine: number;
}

export class Parser {
  readonly commands: SedCommand[] = [];
  private readonly labels = new Map<string, number>();
  private readonly blocks: number[] = [];
  private readonly extended: boolean;
  private s = "";
  private i = 0;

  constructor(extended: boolean) {
    this.extended = extended;
  }

  /** Parses one -e or -f chunk, or all of them joined by newlines. */
  parse(script: string): void {
    this.s = script;
    this.i = 0;
    while (this.command()) {
      // Until the end.
    }
  }

  finish(): void {
    if (this.blocks.length > 0) throw new SedError("unmatched `{'", 0);
    for (const c of this.commands) {
      if (c.name !== "b" && c.name !== "t" && c.name !== "T") continue;
      if (c.text === "") {
        c.target = this.commands.length;
        continue;
      }
      const at = this.labels.get(c.text);
      if (at === undefined) throw new SedError(`can't find label for jump to \`${c.text}'`, -1);
      c.target = at;
    }
  }

  private fail(message: string, at = this.i): never {
    throw new SedError(message, at);
  }

  private skipSpace(): void {
    while (this.i < this.s.length && /[ \t]/.test(this.s[this.i])) this.i++;
  }

  private regex(source: string, flags: { ignoreCase: boolean; multiline: boolean }): RegExp | null {
    if (source === "") return null;
    try {
      return compileRegex(controls(source), this.extended ? "extended" : "basic", {
        ...flags,
        global: true,
        strict: true,
      });
    } catch (error) {
      if (error instanceof RegexError) return this.fail(error.message);
      throw error;
    }
  }

  /** Text up to an unescaped delimiter (which may stand in a bracket expression of a regex). */
  private delimited(delimiter: string, isRegex: boolean, unterminated: string): string {
    let out = "";
    let bracket = false;
    for (;;) {
      const c = this.s[this.i];
      if (c === undefined || (c === "\n" && isRegex && !bracket)) {
        if (c === undefined) this.fail(unterminated);
      }
      if (c === "\\") {
        const next = this.s[this.i + 1];
        if (next === undefined) {
          this.i++;
          this.fail(unterminated);
        }
        this.i += 2;
        if (next === delimiter)
          out +=
            isRegex && /[.*[\]^$+?(){}|]/.test(delimiter) ? delimiter : delimiter === "&" ? "\\&" : delimiter;
        else if (next === "n" && isRegex) out += bracket ? "\n" : "\\n";
        else out += `\\${next}`;
        continue;
      }
      if (isRegex && bracket) {
        if (c === "]") bracket = false;
      } else if (c === delimiter) {
        this.i++;
        return out;
      } else if (isRegex && c === "[") {
        // A ] right after [ or [^ is a member.
        const start = /^\[\^?\]?/.exec(this.s.slice(this.i)) as RegExpExecArray;
        // GNU sed ends the pattern at its delimiter even inside an unfinished bracket.
        const closes = this.s.indexOf("]", this.i + start[0].length);
        if (closes >= 0) {
          const inside = this.s.slice(this.i + start[0].length, closes);
          if (!inside.includes(delimiter)) {
            out += start[0];
            this.i += start[0].length;
            bracket = true;
            continue;
          }
        }
      }
      out += c;
      this.i++;
    }
  }

  private address(): Address | null {
    const c = this.s[this.i];
    if (c === undefined) return null;
    if (/\d/.test(c)) {
      const n = this.integer();
      if (this.s[this.i] === "~") {
        this.i++;
        return { kind: "step", first: n, step: this.integer() };
      }
      return { kind: "line", line: n };
    }
    if (c === "$") {
      this.i++;
      return { kind: "last" };
    }
    if (c === "/" || c === "\\") {
      if (c === "\\") this.i++;
      const delimiter = this.s[this.i++];
      const source = this.delimited(delimiter, true, "unterminated address regex");
      const flags = { ignoreCase: false, multiline: false };
      for (;;) {
        if (this.s[this.i] === "I") flags.ignoreCase = true;
        else if (this.s[this.i] === "M") flags.multiline = true;
        else break;
        this.i++;
      }
      return { kind: "regex", regex: this.regex(source, flags) };
    }
    return null;
  }

  private integer(): number {
    const m = /^\d+/.exec(this.s.slice(this.i));
    if (!m) return 0;
    this.i += m[0].length;
    return Number(m[0]);
  }

  private command(): boolean {
    while (this.i < this.s.length && /[\s;]/.test(this.s[this.i])) this.i++;
    if (this.i >= this.s.length) return false;
    const first = this.address();
    let second: Address | null = null;
    this.skipSpace();
    if (first && this.s[this.i] === ",") {
      this.i++;
      this.skipSpace();
      const mark = this.s[this.i];
      if (mark === "+" || mark === "~") {
        this.i++;
        second =
          mark === "+" ? { kind: "plus", count: this.integer() } : { kind: "multiple", of: this.integer() };
      } else second = this.address();
      if (!second) this.fail("unexpected `,'", this.i + 1);
    }
    if (first?.kind === "line" && first.line === 0 && second?.kind !== "regex")
      this.fail("invalid usage of line address 0", this.i + 1);
    this.skipSpace();
    let negate = false;
    while (this.s[this.i] === "!") {
      if (negate) this.fail("multiple `!'s", this.i + 1);
      negate = true;
      this.i++;
      this.skipSpace();
    }
    const name = this.s[this.i];
    if (name === undefined) this.fail("missing command");
    this.i++;
    const command: { -readonly [K in keyof SedCommand]: SedCommand[K] } = {
      name,
      first,
      second,
      negate,
      text: "",
      regex: null,
      parts: [],
      global: false,
      nth: 1,
      print: 0,
      evaluate: false,
      map: null,
      number: null,
      target: 0,
      active: false,
      endLine: 0,
    };
    switch (name) {
      case "#":
        if (first) this.fail("comments don't accept any addresses");
        this.restOfLine();
        return true;
      case "{":
        this.blocks.push(this.commands.length);
        this.commands.push(command);
        return true;
      case "}": {
        const open = this.blocks.pop();
        if (open === undefined) this.fail("unexpected `}'");
        if (first) this.fail("} doesn't want any addresses");
        this.commands[open].target = this.commands.length;
        this.end();
        return true;
      }
      case ":": {
        if (first) this.fail(": doesn't want any addresses");
        this.skipSpace();
        const m = /^[^\s;]*/.exec(this.s.slice(this.i)) as RegExpExecArray;
        if (m[0] === "") this.fail('":" lacks a label');
        this.i += m[0].length;
        this.labels.set(m[0], this.commands.length);
        return true;
      }
      case "b":
      case "t":
      case "T": {
        this.skipSpace();
        const m = /^[^\s;}]*/.exec(this.s.slice(this.i)) as RegExpExecArray;
        this.i += m[0].length;
        command.text = m[0];
        break;
      }
      case "a":
      case "i":
      case "c":
        command.text = this.textBlock();
        this.commands.push(command);
        return true;
      case "r":
      case "R":
      case "w":
      case "W":
        this.skipSpace();
        command.text = this.restOfLine();
        if (command.text === "") this.fail("missing filename in r/R/w/W commands");
        this.commands.push(command);
        return true;
      case "s":
        this.substitute(command);
        break;
      case "y":
        this.transliterate(command);
        break;
      case "q":
      case "Q":
      case "l":
      case "L":
        if ((name === "q" || name === "Q") && second) this.fail("command only uses one address");
        this.skipSpace();
        if (/\d/.test(this.s[this.i] ?? "")) command.number = this.integer();
        break;
      case "=":
      case "d":
      case "D":
      case "g":
      case "G":
      case "h":
      case "H":
      case "n":
      case "N":
      case "p":
      case "P":
      case "x":
      case "z":
      case "F":
        break;
      default:
        this.fail(`unknown command: \`${name}'`);
    }
    this.commands.push(command);
    this.end();
    return true;
  }

  /** What must follow a command. */
  private end(): void {
    this.skipSpace();
    const c = this.s[this.i];
    if (c === undefined || c === "}" || c === "#") return;
    if (c === ";" || c === "\n") {
      this.i++;
      return;
    }
    this.i++;
    this.fail("extra characters after command");
  }

  private restOfLine(): string {
    const stop = this.s.indexOf("\n", this.i);
    const rest = this.s.slice(this.i, stop < 0 ? undefined : stop);
    this.i = stop < 0 ? this.s.length : stop + 1;
    return rest;
  }

  /** The text of a, i and c: "a\" and lines, or GNU's one-liner. A backslash takes the next character as it is. */
  private textBlock(): string {
    this.skipSpace();
    if (this.i >= this.s.length) this.fail("expected \\ after `a', `c' or `i'");
    if (this.s[this.i] === "\\") {
      this.i++;
      const blank = /^[ \t]*(\n|$)/.exec(this.s.slice(this.i));
      if (blank) this.i += blank[0].length;
      // "$a\\" with nothing behind it adds no text, but completes a last line that lacks its newline.
      if (this.i >= this.s.length) return "";
    }
    let out = "";
    while (this.i < this.s.length && this.s[this.i] !== "\n") {
      if (this.s[this.i] === "\\" && this.i + 1 < this.s.length) {
        const next = this.s[this.i + 1];
        out += next === "t" ? "\t" : next === "n" && out !== "" ? "\n" : next;
        this.i += 2;
        continue;
      }
      out += this.s[this.i++];
    }
    this.i++;
    return `${out}\n`;
  }

  private substitute(command: { -readonly [K in keyof SedCommand]: SedCommand[K] }): void {
    const delimiter = this.s[this.i++];
    if (delimiter === undefined || delimiter === "\n" || delimiter === "\\")
      this.fail("unterminated `s' command");
    const source = this.delimited(delimiter, true, "unterminated `s' command");
    const replacement = this.delimited(delimiter, false, "unterminated `s' command");
    const flags = { ignoreCase: false, multiline: false };
    let numbered = false;
    for (;;) {
      const c = this.s[this.i];
      if (c === "g") {
        if (command.global) this.fail("multiple `g' options to `s' command", this.i + 1);
        command.global = true;
      } else if (c === "p") command.print++;
      else if (c === "i" || c === "I") flags.ignoreCase = true;
      else if (c === "m" || c === "M") flags.multiline = true;
      else if (c === "e") command.evaluate = true;
      else if (c !== undefined && /\d/.test(c)) {
        if (numbered) this.fail("multiple number options to `s' command", this.i + 1);
        numbered = true;
        command.nth = this.integer();
        if (command.nth === 0) this.fail("number option to `s' command may not be zero");
        continue;
      } else if (c === "w") {
        this.i++;
        this.skipSpace();
        command.text = this.restOfLine();
        break;
      } else if (
        c === undefined ||
        c === ";" ||
        c === "\n" ||
        c === "}" ||
        c === "#" ||
        c === " " ||
        c === "\t"
      )
        break;
      else {
        this.i++;
        this.fail("unknown option to `s'");
      }
      this.i++;
    }
    command.regex = this.regex(source, flags);
    command.parts = parseReplacement(replacement);
    const groups = command.regex
      ? (new RegExp(`${command.regex.source}|`).exec("") as RegExpExecArray).length - 1
      : 9;
    const most = Math.max(0, ...command.parts.map((p) => (typeof p === "number" ? p : 0)));
    if (most > groups) this.fail(`invalid reference \\${most} on \`s' command's RHS`);
  }

  private transliterate(command: { -readonly [K in keyof SedCommand]: SedCommand[K] }): void {
    const delimiter = this.s[this.i++];
    const read = () => [
      ...this.delimited(delimiter, false, "unterminated `y' command").replace(
        /\\([\\nt])/g,
        (_, c: string) => (c === "n" ? "\n" : c === "t" ? "\t" : "\\"),
      ),
    ];
    const from = read();
    const to = read();
    if (from.length !== to.length) this.fail("strings for `y' command are different lengths");
    command.map = new Map(from.map((c, i) => [c, to[i]]));
  }
}

/** sed's own escapes in a regex; the rest is the regex translator's. */
function controls(source: string): string {
  return source.replace(/\\(\\|n|t|f|v|r|a|x[0-9a-fA-F]{2}|o[0-7]{3}|d\d{3}|c.)/gs, (whole, e: string) => {
    switch (e[0]) {
      case "n":
        return "\n";
      case "t":
        return "\t";
      case "f":
        return "\f";
      case "v":
        return "\v";
      case "r":
        return "\r";
      case "a":
        return "\x07";
      case "x": {
        const c = String.fromCharCode(Number.parseInt(e.slice(1), 16));
        return /[.*[\]^$\\/+?(){}|]/.test(c) ? `\\${c}` : c;
      }
      case "o":
        return String.fromCharCode(Number.parseInt(e.slice(1), 8));
      case "d":
        return String.fromCharCode(Number(e.slice(1)));
      default:
        return whole;
    }
  });
}

function parseReplacement(text: string): Part[] {
  const parts: Part[] = [];
  let plain = "";
  const push = (part: Part) => {
    if (plain !== "") parts.push(plain);
    plain = "";
    parts.push(part);
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "&") {
      push(0);
      continue;
    }
    if (c !== "\\" || i + 1 >= text.length) {
      plain += c;
      continue;
    }
    const next = text[++i];
    if (/\d/.test(next)) push(Number(next));
    else if (next === "n") plain += "\n";
    else if (next === "t") plain += "\t";
    else if (next === "r") plain += "\r";
    else if (next === "f") plain += "\f";
    else if (next === "v") plain += "\v";
    else if (next === "a") plain += "\x07";
    else if (next === "x" && /^[0-9a-fA-F]{2}/.test(text.slice(i + 1))) {
      plain += String.fromCharCode(Number.parseInt(text.slice(i + 1, i + 3), 16));
      i += 2;
    } else if ("ULulE".includes(next)) push({ case: next as "U" | "L" | "u" | "l" | "E" });
    else plain += next;
  }
  if (plain !== "") parts.push(plain);
  return parts;
}
