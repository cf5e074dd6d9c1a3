import { type Arithmetic, type Filter, FilterError, syntaxError } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { CONSTANTS, PROTOCOL_WORDS, PROTOCOLS } from "./names.ts";

const RANKS: readonly (readonly string[])[] = [["|", "^"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "/", "%"]];

/** Two sums and what is between them: "tcp[13] & 2 != 0". */
export function comparison(c: Cursor): Filter {
  const left = bits(c, 0);
  const token = c.peek();
  if (token.kind !== "symbol" || ![">", "<", ">=", "<=", "=", "==", "!="].includes(token.text))
    throw syntaxError();
  c.at++;
  const right = bits(c, 0);
  const operator = (token.text === "==" ? "=" : token.text) as ">" | "<" | ">=" | "<=" | "=" | "!=";
  return { kind: "compare", operator, left, right };
}

/** Operators by rank, loosest first: | ^ & << >> + - * / %. */
function bits(c: Cursor, rank: number): Arithmetic {
  if (rank >= RANKS.length) return unary(c);
  let left = bits(c, rank + 1);
  for (;;) {
    const token = c.peek();
    if (token.kind !== "symbol" || !RANKS[rank].includes(token.text)) return left;
    c.at++;
    const right = bits(c, rank + 1);
    const operator = token.text as "+";
    if ((token.text === "/" || token.text === "%") && right.kind === "number" && right.value === 0)
      throw new FilterError(token.text === "/" ? "division by zero" : "modulus by zero");
    left = { kind: "operation", operator, left, right };
  }
}

function unary(c: Cursor): Arithmetic {
  if (c.symbol("-")) return { kind: "negate", of: unary(c) };
  if (c.symbol("(")) {
    const inner = bits(c, 0);
    if (!c.symbol(")")) throw syntaxError();
    return inner;
  }
  const token = c.peek();
  c.at++;
  if (token.kind === "number") return { kind: "number", value: token.value >>> 0 };
  if (token.kind === "word" && !token.escaped) {
    if (token.text === "len") return { kind: "length" };
    const constant = CONSTANTS[token.text];
    if (constant !== undefined) return { kind: "number", value: constant };
    if (c.isSymbol("[")) return load(c, token.text);
  }
  throw syntaxError();
}

function load(c: Cursor, protocol: string): Arithmetic {
  if (!PROTOCOLS.has(protocol) && !PROTOCOL_WORDS[protocol]) throw syntaxError();
  c.at++;
  const offset = bits(c, 0);
  let size: 1 | 2 | 4 = 1;
  if (c.symbol(":")) {
    const n = c.peek();
    if (n.kind !== "number") throw syntaxError();
    c.at++;
    if (n.value !== 1 && n.value !== 2 && n.value !== 4)
      throw new FilterError("data size must be 1, 2, or 4");
    size = n.value;
  }
  if (!c.symbol("]")) throw syntaxError();
  return { kind: "load", protocol: protocol === "link" ? "ether" : protocol, offset, size };
}
