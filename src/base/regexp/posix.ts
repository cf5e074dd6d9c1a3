import { BoundedRegExp } from "./bounded.ts";

/**
 * POSIX regular expressions as GNU writes them, translated to JavaScript's and matched as POSIX asks: the longest
 * of the leftmost matches. Alternatives that are plain strings are put longest first, so that the host may match them.
 */
export class RegexError extends Error {}

export type Dialect = "basic" | "extended" | "perl";

export interface RegexOptions {
  readonly ignoreCase?: boolean;
  /** sed's M: ^ and $ match at line breaks. */
  readonly multiline?: boolean;
  readonly global?: boolean;
  /** ERE: an operator with nothing before it is an error (sed, bash), not nothing (grep). */
  readonly strict?: boolean;
}

/** Compiles a pattern. Throws RegexError with glibc's words. */
export function compileRegex(pattern: string, dialect: Dialect, options: RegexOptions = {}): BoundedRegExp {
  const flags = `s${options.ignoreCase ? "i" : ""}${options.multiline ? "m" : ""}${options.global ? "g" : ""}`;
  const source =
    dialect === "perl"
      ? perl(pattern)
      : new Translator(pattern, dialect, options.strict === true).translate();
  try {
    return new BoundedRegExp(source, flags, dialect !== "perl");
  } catch {
    throw new RegexError("Invalid regular expression");
  }
}

/** A string as a pattern that matches it and nothing else. */
export function escapeRegex(literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function perl(pattern: string): string {
  return pattern
    .replace(/\[\[:(\w+):\]\]/g, (whole, name: string) => (CLASSES[name] ? `[${CLASSES[name]}]` : whole))
    .replace(/\\h/g, "[ \\t]")
    .replace(/\\A/g, "^")
    .replace(/\\[zZ]/g, "$")
    .replace(/\(\?P</g, "(?<");
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: "A-Za-z",
  digit: "0-9",
  alnum: "A-Za-z0-9",
  upper: "A-Z",
  lower: "a-z",
  space: " \\t\\n\\r\\f\\v",
  blank: " \\t",
  punct: "!-\\/:-@\\[-`{-~",
  print: " -~\\u00a0-\\uffff",
  graph: "!-~\\u00a1-\\uffff",
  cntrl: "\\x00-\\x1f\\x7f",
  xdigit: "0-9A-Fa-f",
};

interface Branch {
  /** Atoms of the present alternative, already translated. */
  atoms: string[];
  /** The alternative so far as plain text; null when it is not plain. */
  plain: string | null;
  done: { source: string; plain: string | null }[];
  capture: boolean;
}

class Translator {
  private readonly p: string;
  private readonly ere: boolean;
  private readonly strict: boolean;
  private at = 0;
  private closed = 0;
  private stack: Branch[] = [];
  private branch: Branch = { atoms: [], plain: "", done: [], capture: false };

  constructor(pattern: string, dialect: "basic" | "extended", strict: boolean) {
    this.strict = strict;
    this.p = pattern;
    this.ere = dialect === "extended";
  }

  translate(): string {
    while (this.at < this.p.length) this.step();
    if (this.stack.length > 0) throw new RegexError("Unmatched ( or \\(");
    return this.finish(this.branch);
  }

  private step(): void {
    const c = this.p[this.at++];
    if (c === "\\") {
      this.backslash();
      return;
    }
    if (c === "[") {
      this.atom(this.bracket(), null);
      return;
    }
    if (c === ".") {
      this.atom(".", null);
      return;
    }
    if (c === "*") {
      if (this.branch.atoms.length === 0 || this.onlyAnchor()) {
        if (this.ere && this.strict && this.branch.atoms.length === 0)
          throw new RegexError("Invalid preceding regular expression");
        if (this.ere) return; // glibc: a leading * in ERE matches nothing of its own
        this.atom("\\*", "*");
      } else this.quantify("*");
      return;
    }
    if (c === "^") {
      if (this.ere || this.branch.atoms.length === 0) this.anchor("^");
      else this.atom("\\^", "^");
      return;
    }
    if (c === "$") {
      if (
        this.ere ||
        this.at === this.p.length ||
        this.p.startsWith("\\)", this.at) ||
        this.p.startsWith("\\|", this.at)
      )
        this.anchor("$");
      else this.atom("\\$", "$");
      return;
    }
    if (this.ere) {
      if (c === "(") {
        this.open();
        return;
      }
      if (c === ")" && this.stack.length > 0) {
        this.close();
        return;
      }
      if (c === ")") throw new RegexError("Unmatched ) or \\)");
      if (c === "|") {
        this.alternate();
        return;
      }
      if (c === "+" || c === "?") {
        if (this.branch.atoms.length > 0) this.quantify(c);
        else if (this.strict) throw new RegexError("Invalid preceding regular expression");
        return;
      }
      if (c === "{") {
        this.interval("}");
        return;
      }
    }
    this.atom(escapeRegex(c), c);
  }

  private onlyAnchor(): boolean {
    return this.branch.atoms.length === 1 && this.branch.atoms[0] === "^";
  }

  private backslash(): void {
    if (this.at >= this.p.length) throw new RegexError("Trailing backslash");
    const c = this.p[this.at++];
    if (!this.ere) {
      if (c === "(") {
        this.open();
        return;
      }
      if (c === ")") {
        if (this.stack.length === 0) throw new RegexError("Unmatched ) or \\)");
        this.close();
        return;
      }
      if (c === "|") {
        this.alternate();
        return;
      }
      if (c === "{") {
        this.interval("\\}");
        return;
      }
      if (c === "+" || c === "?") {
        if (this.branch.atoms.length > 0 && !this.onlyAnchor()) this.quantify(c);
        else this.atom(`\\${c}`, c);
        return;
      }
    }
    if (c >= "1" && c <= "9") {
      if (Number(c) > this.closed) throw new RegexError("Invalid back reference");
      this.atom(`(?:\\${c})`, null);
      return;
    }
    const special = ESCAPES[c];
    if (special !== undefined) this.anchorOrAtom(c, special);
    else this.atom(escapeRegex(c), c);
  }

  private anchorOrAtom(c: string, source: string): void {
    if ("wWsS".includes(c)) this.atom(source, null);
    else this.anchor(source);
  }

  private atom(source: string, plain: string | null): void {
    this.branch.atoms.push(source);
    this.branch.plain = plain === null || this.branch.plain === null ? null : this.branch.plain + plain;
  }

  private anchor(source: string): void {
    this.branch.atoms.push(source);
    this.branch.plain = null;
  }

  private quantify(q: string): void {
    const atoms = this.branch.atoms;
    const last = atoms[atoms.length - 1];
    this.branch.plain = null;
    const simple = !/[*+?}]$/.test(last) || /^\\.$/.test(last) || /^\[.*\]$/s.test(last);
    const anchor = last === "^" || last === "$" || last.startsWith("\\b") || last.startsWith("(?<");
    atoms[atoms.length - 1] = simple && !anchor ? last + q : `(?:${last})${q}`;
  }

  private interval(end: string): void {
    const stop = this.p.indexOf(end, this.at);
    const body = stop < 0 ? "" : this.p.slice(this.at, stop);
    const m = /^(\d*)(,?)(\d*)$/.exec(body);
    if (stop < 0 || !m || body === "") {
      if (this.ere) {
        this.atom("\\{", "{");
        return;
      }
      throw new RegexError(stop < 0 ? "Unmatched \\{" : "Invalid content of \\{\\}");
    }
    const low = m[1] === "" ? 0 : Number(m[1]);
    const high = m[2] === "" ? low : m[3] === "" ? Number.POSITIVE_INFINITY : Number(m[3]);
    if (low > high) throw new RegexError("Invalid content of \\{\\}");
    if (low > 32767 || (high > 32767 && high !== Number.POSITIVE_INFINITY))
      throw new RegexError("Regular expression too big");
    if (this.branch.atoms.length === 0) {
      if (!this.ere) throw new RegexError("Invalid preceding regular expression");
      this.atom("\\{", "{");
      return;
    }
    this.at = stop + end.length;
    this.quantify(`{${low}${m[2] === "" ? "" : high === Number.POSITIVE_INFINITY ? "," : `,${high}`}}`);
  }

  private open(): void {
    this.stack.push(this.branch);
    this.branch = { atoms: [], plain: "", done: [], capture: true };
  }

  private close(): void {
    const source = `(${this.finish(this.branch)})`;
    this.branch = this.stack.pop() as Branch;
    this.closed++;
    this.atom(source, null);
  }

  private alternate(): void {
    this.branch.done.push({ source: this.branch.atoms.join(""), plain: this.branch.plain });
    this.branch.atoms = [];
    this.branch.plain = "";
  }

  private finish(branch: Branch): string {
    const all = [...branch.done, { source: branch.atoms.join(""), plain: branch.plain }];
    if (all.length > 1 && all.every((a) => a.plain !== null))
      all.sort((a, b) => (b.plain as string).length - (a.plain as string).length);
    return all.map((a) => a.source).join("|");
  }

  private bracket(): string {
    let out = "[";
    if (this.at >= this.p.length) throw new RegexError("Invalid regular expression");
    if (this.p[this.at] === "^") {
      out += "^";
      this.at++;
    }
    let first = true;
    for (;;) {
      if (this.at >= this.p.length) throw new RegexError("Unmatched [, [^, [:, [., or [=");
      const c = this.p[this.at];
      if (c === "]" && !first) {
        this.at++;
        return out === "[" ? "(?!)" : `${out}]`;
      }
      first = false;
      if (c === "[" && ":=.".includes(this.p[this.at + 1] ?? " ")) {
        const kind = this.p[this.at + 1];
        const stop = this.p.indexOf(`${kind}]`, this.at + 2);
        if (stop < 0) throw new RegexError("Unmatched [, [^, [:, [., or [=");
        const name = this.p.slice(this.at + 2, stop);
        this.at = stop + 2;
        if (kind === ":") {
          const members = CLASSES[name];
          if (members === undefined) throw new RegexError("Invalid character class name");
          out += members;
        } else out += inBracket(name);
        continue;
      }
      this.at++;
      if (this.p[this.at] === "-" && this.p[this.at + 1] !== undefined && this.p[this.at + 1] !== "]") {
        let high = this.p[this.at + 1];
        this.at += 2;
        if (high === "[" && this.p[this.at] === ".") {
          const stop = this.p.indexOf(".]", this.at);
          high = this.p.slice(this.at + 1, stop);
          this.at = stop + 2;
        }
        if (high < c) throw new RegexError("Invalid range end");
        out += `${inBracket(c)}-${inBracket(high)}`;
      } else out += inBracket(c);
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  w: "\\w",
  W: "\\W",
  s: "\\s",
  S: "\\S",
  b: "\\b",
  B: "\\B",
  "<": "\\b(?=\\w)",
  ">": "\\b(?<=\\w)",
  "`": "(?<![^])",
  "'": "(?![^])",
};

function inBracket(c: string): string {
  return c.replace(/[\\\]^[-]/g, "\\$&");
}
