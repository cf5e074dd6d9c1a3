import { FilterError, syntaxError } from "./ast.ts";

export type Token =
  | { kind: "symbol"; text: string }
  | { kind: "number"; value: number; text: string }
  /** Dotted numbers: 10.0.0.1, 10.1, 192.168. */
  | { kind: "dotted"; text: string }
  | { kind: "mac"; text: string }
  | { kind: "ip6"; text: string }
  | { kind: "word"; text: string; escaped: boolean }
  | { kind: "end" };

const SYMBOLS = [
  "&&",
  "||",
  "<<",
  ">>",
  ">=",
  "<=",
  "!=",
  "==",
  "(",
  ")",
  "[",
  "]",
  "!",
  "<",
  ">",
  "=",
  "&",
  "|",
  "^",
  "+",
  "-",
  "*",
  "/",
  "%",
  ":",
];

/** Splits an expression into tokens, as scanner.l of libpcap does. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let i = 0;
  while (i < text.length) {
    const rest = text.slice(i);
    const space = /^[ \t\r\n]+/.exec(rest);
    if (space) {
      i += space[0].length;
      continue;
    }
    const take = (length: number): string => {
      i += length;
      return rest.slice(0, length);
    };
    let m = /^(?:[0-9a-fA-F]{1,2}[:-]){5}[0-9a-fA-F]{1,2}(?![0-9a-zA-Z:])/.exec(rest);
    if (m) {
      tokens.push({ kind: "mac", text: take(m[0].length) });
      continue;
    }
    // An IPv6 address has "::" or seven colons; inside brackets "0:4" is an offset and a size.
    m = /^[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*/.exec(rest);
    if (m && (m[0].includes("::") || m[0].split(":").length === 8)) {
      tokens.push({ kind: "ip6", text: take(m[0].length) });
      continue;
    }
    m = /^[0-9]+(?:\.[0-9]+){1,3}(?![A-Za-z0-9.])/.exec(rest);
    if (m) {
      tokens.push({ kind: "dotted", text: take(m[0].length) });
      continue;
    }
    m =
      /^(?:0[xX][0-9a-fA-F]+|[0-9]+)(?![A-Za-z0-9.])/.exec(rest) ??
      /^(?:0[xX][0-9a-fA-F]+|[0-9]+)(?=-[0-9])/.exec(rest);
    if (m) {
      const word = take(m[0].length);
      if (/^0[0-9]*[89]/.test(word)) throw new FilterError(`number ${word} contains non-octal digit`);
      const octal = /^0[0-7]+$/.test(word);
      tokens.push({ kind: "number", text: word, value: octal ? Number.parseInt(word, 8) : Number(word) });
      continue;
    }
    const symbol = SYMBOLS.find((s) => rest.startsWith(s));
    if (symbol) {
      tokens.push({ kind: "symbol", text: take(symbol.length) });
      continue;
    }
    m = /^\\?[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?/.exec(rest);
    if (!m) throw syntaxError();
    const word = take(m[0].length);
    const escaped = word.startsWith("\\");
    tokens.push({ kind: "word", text: escaped ? word.slice(1) : word, escaped });
  }
  tokens.push({ kind: "end" });
  return tokens;
}
