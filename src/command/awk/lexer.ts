/** A program that cannot be parsed. */
export class AwkSyntaxError extends Error {
  readonly line: number;
  /** Column from 0. */
  readonly column: number;
  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

export type TokenKind =
  | "number"
  | "string"
  | "regex"
  | "name"
  | "call"
  | "builtin"
  | "keyword"
  | "op"
  | "newline"
  | "end";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

const KEYWORDS = new Set(
  "BEGIN END BEGINFILE ENDFILE function func if else while for do break continue next nextfile exit return delete in getline print printf switch case default".split(
    " ",
  ),
);

export const BUILTINS = new Set(
  (
    "length substr index split sub gsub match sprintf sin cos atan2 exp log sqrt int rand srand tolower toupper system close fflush " +
    "gensub strftime systime mktime and or xor lshift rshift compl asort asorti strtonum patsplit"
  ).split(" "),
);

const OPERATORS = [
  "**=",
  "&&",
  "||",
  "++",
  "--",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "^=",
  "**",
  "==",
  "<=",
  ">=",
  "!=",
  "!~",
  ">>",
  "|&",
];

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  '"': '"',
  "/": "/",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

/** Escapes of a string constant. */
export function unescapeString(text: string, warn: (message: string) => void = () => {}): string {
  return text.replace(
    /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|\n|(.))/gs,
    (_, octal: string | undefined, hex: string | undefined, c: string | undefined) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (c === undefined) return "";
      if (ESCAPES[c] !== undefined) return ESCAPES[c];
      warn(`warning: escape sequence \`\\${c}' treated as plain \`${c}'`);
      return c;
    },
  );
}

/** Cuts a program into tokens. Whether "/" divides or begins a regex depends on the token before it. */
export function lex(source: string, warn: (message: string) => void): Token[] {
  const tokens: Token[] = [];
  let i = 0;
  let line = 1;
  let lineStart = 0;
  const push = (kind: TokenKind, text: string) => tokens.push({ kind, text, line, column: i - lineStart });
  const divides = () => {
    const last = tokens[tokens.length - 1];
    if (!last) return false;
    if (["number", "string", "regex", "name", "builtin"].includes(last.kind)) return true;
    return last.kind === "op" && [")", "]", "$", "++", "--"].includes(last.text);
  };
  while (i < source.length) {
    const c = source[i];
    if (c === "\n") {
      push("newline", "\n");
      line++;
      i++;
      lineStart = i;
    } else if (c === " " || c === "\t" || c === "\r") i++;
    else if (c === "\\" && /^\\\r?\n/.test(source.slice(i, i + 3))) {
      i = source.indexOf("\n", i) + 1;
      line++;
      lineStart = i;
    } else if (c === "#") {
      const stop = source.indexOf("\n", i);
      i = stop < 0 ? source.length : stop;
    } else if (c === '"') {
      let j = i + 1;
      while (j < source.length && source[j] !== '"') {
        if (source[j] === "\n") throw new AwkSyntaxError("unterminated string", line, i - lineStart);
        j += source[j] === "\\" ? 2 : 1;
      }
      if (j >= source.length) throw new AwkSyntaxError("unterminated string", line, i - lineStart);
      push(
        "string",
        unescapeString(source.slice(i + 1, j), (m) => warn(`${line}: ${m}`)),
      );
      i = j + 1;
    } else if (/\d/.test(c) || (c === "." && /\d/.test(source[i + 1] ?? ""))) {
      const m = /^(?:0[xX][0-9a-fA-F]+|\d*\.?\d*(?:[eE][+-]?\d+)?)/.exec(source.slice(i)) as RegExpExecArray;
      push("number", m[0]);
      i += m[0].length;
    } else if (/[A-Za-z_]/.test(c)) {
      const m = /^\w+/.exec(source.slice(i)) as RegExpExecArray;
      i += m[0].length;
      if (KEYWORDS.has(m[0])) push("keyword", m[0] === "func" ? "function" : m[0]);
      else if (BUILTINS.has(m[0])) push("builtin", m[0]);
      else push(source[i] === "(" ? "call" : "name", m[0]);
    } else if (c === "/" && !divides()) {
      let j = i + 1;
      let bracket = false;
      while (j < source.length && (source[j] !== "/" || bracket)) {
        if (source[j] === "\n") throw new AwkSyntaxError("unterminated regexp", line, i - lineStart);
        if (source[j] === "\\") j++;
        else if (source[j] === "[") {
          if (!bracket) {
            bracket = true;
            if (source[j + 1] === "^") j++;
            if (source[j + 1] === "]") j++;
          } else if (source[j + 1] === ":") j = Math.max(j, source.indexOf(":]", j) + 1);
        } else if (source[j] === "]") bracket = false;
        j++;
      }
      if (j >= source.length) throw new AwkSyntaxError("unterminated regexp", line, i - lineStart);
      push("regex", source.slice(i + 1, j));
      i = j + 1;
    } else {
      const op = OPERATORS.find((o) => source.startsWith(o, i)) ?? c;
      if (!OPERATORS.includes(op) && !"{}()[];,+-*/%^!<>|?:~$=".includes(op))
        throw new AwkSyntaxError("syntax error", line, i - lineStart);
      push("op", op === "**" ? "^" : op === "**=" ? "^=" : op);
      i += op.length;
    }
  }
  push("newline", "\n");
  push("end", "");
  return tokens;
}
