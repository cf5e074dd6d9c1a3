import { Fault } from "./fault.ts";

/** How arithmetic reads and writes variables. `index` is the raw subscript text. */
export interface ArithmeticHost {
  readVariable(name: string, index: string | undefined): string | undefined;
  writeVariable(name: string, index: string | undefined, value: bigint): void;
  /** dash's arithmetic: no ++, --, ** or comma. */
  readonly dash?: boolean;
}

type Node =
  | { k: "number"; value: bigint }
  | { k: "variable"; name: string; index: string | undefined }
  | { k: "unary"; op: string; of: Node }
  | { k: "binary"; op: string; a: Node; b: Node; at: number }
  | { k: "assign"; op: string; to: { name: string; index: string | undefined }; value: Node; at: number }
  | { k: "step"; by: 1 | -1; prefix: boolean; to: { name: string; index: string | undefined } }
  | { k: "ternary"; test: Node; yes: Node; no: Node };

const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<=", ">=", "<", ">"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];
const ASSIGN = ["=", "*=", "/=", "%=", "+=", "-=", "<<=", ">>=", "&=", "^=", "|="];
const OPERATORS = [
  "<<=",
  ">>=",
  "**",
  "++",
  "--",
  "<<",
  ">>",
  "<=",
  ">=",
  "==",
  "!=",
  "&&",
  "||",
  "*=",
  "/=",
  "%=",
  "+=",
  "-=",
  "&=",
  "^=",
  "|=",
  "+",
  "-",
  "*",
  "/",
  "%",
  "<",
  ">",
  "=",
  "!",
  "~",
  "&",
  "|",
  "^",
  "?",
  ":",
  ",",
  "(",
  ")",
];

interface Token {
  readonly kind: "number" | "name" | "op" | "end";
  readonly text: string;
  readonly index?: string;
  readonly at: number;
}

class Parser {
  private readonly s: string;
  private token: Token = { kind: "end", text: "", at: 0 };
  private at = 0;
  private previous: Token = { kind: "end", text: "", at: 0 };

  constructor(s: string) {
    this.s = s;
    this.next();
  }

  fail(what: string, at = this.token.at): never {
    const rest = this.s.slice(at);
    throw new Fault(`${this.s.replace(/^\s+/, "")}: ${what} (error token is "${rest}")`);
  }

  private next(): void {
    this.previous = this.token;
    const { s } = this;
    while (this.at < s.length && /\s/.test(s[this.at])) this.at++;
    const at = this.at;
    if (at >= s.length) {
      this.token = { kind: "end", text: "", at: Math.max(0, s.length) };
      return;
    }
    const c = s[at];
    if (/[0-9]/.test(c)) {
      const m = /^[0-9][\w#@]*/.exec(s.slice(at)) as RegExpExecArray;
      this.at += m[0].length;
      this.token = { kind: "number", text: m[0], at };
    } else if (/[A-Za-z_]/.test(c)) {
      const m = /^\w+/.exec(s.slice(at)) as RegExpExecArray;
      this.at += m[0].length;
      let index: string | undefined;
      if (s[this.at] === "[") {
        let depth = 0;
        let j = this.at;
        for (; j < s.length; j++) {
          if (s[j] === "[") depth++;
          else if (s[j] === "]" && --depth === 0) break;
        }
        if (j >= s.length) throw new Fault(`${s.slice(at)}: bad array subscript`);
        index = s.slice(this.at + 1, j);
        this.at = j + 1;
      }
      this.token =
        index === undefined ? { kind: "name", text: m[0], at } : { kind: "name", text: m[0], index, at };
    } else {
      const op = OPERATORS.find((o) => s.startsWith(o, at));
      if (!op) this.fail("syntax error: operand expected", at);
      this.at += op.length;
      this.token = { kind: "op", text: op, at };
    }
  }

  private get atEnd(): boolean {
    return this.token.kind === "end";
  }

  private is(op: string): boolean {
    return this.token.kind === "op" && this.token.text === op;
  }

  parse(): Node {
    if (this.token.kind === "end") return { k: "number", value: 0n };
    const node = this.comma();
    if (!this.atEnd) {
      if (this.is("=") || ASSIGN.includes(this.token.text)) this.fail("attempted assignment to non-variable");
      this.fail(
        this.token.kind === "op" && this.is(":")
          ? "syntax error in expression"
          : "syntax error in expression",
      );
    }
    return node;
  }

  private comma(): Node {
    let node = this.assignment();
    while (this.is(",")) {
      this.next();
      const at = this.token.at;
      node = { k: "binary", op: ",", a: node, b: this.assignment(), at };
    }
    return node;
  }

  private assignment(): Node {
    const node = this.ternary();
    if (this.token.kind === "op" && ASSIGN.includes(this.token.text)) {
      if (node.k !== "variable") this.fail("attempted assignment to non-variable");
      const op = this.token.text.slice(0, -1);
      this.next();
      const at = this.token.at;
      const value = this.assignment();
      return { k: "assign", op, to: { name: node.name, index: node.index }, value, at };
    }
    return node;
  }

  private ternary(): Node {
    const test = this.binary(0);
    if (!this.is("?")) return test;
    this.next();
    if (this.atEnd || this.is(":")) this.fail("expression expected");
    const yes = this.comma();
    if (!this.is(":")) this.fail("`:' expected for conditional expression");
    this.next();
    if (this.atEnd) this.fail("expression expected");
    const no = this.assignment();
    return { k: "ternary", test, yes, no };
  }

  private binary(level: number): Node {
    if (level === LEVELS.length) return this.power();
    let a = this.binary(level + 1);
    while (this.token.kind === "op" && LEVELS[level].includes(this.token.text)) {
      const op = this.token.text;
      this.next();
      const at = this.token.at;
      a = { k: "binary", op, a, b: this.binary(level + 1), at };
    }
    return a;
  }

  private power(): Node {
    const a = this.unary();
    if (!this.is("**")) return a;
    this.next();
    const at = this.token.at;
    return { k: "binary", op: "**", a, b: this.power(), at };
  }

  private unary(): Node {
    const { token } = this;
    if (token.kind === "op") {
      if (token.text === "++" || token.text === "--") {
        this.next();
        const of = this.unary();
        if (of.k === "variable") return { k: "step", by: token.text === "++" ? 1 : -1, prefix: true, to: of };
        const sign: Node = { k: "unary", op: token.text[0], of };
        return { k: "unary", op: token.text[0], of: sign };
      }
      if ("!~+-".includes(token.text)) {
        this.next();
        return { k: "unary", op: token.text, of: this.unary() };
      }
    }
    return this.postfix();
  }

  private postfix(): Node {
    const { token } = this;
    if (token.kind === "number") {
      this.next();
      const value = parseNumber(token.text);
      if (typeof value === "string")
        throw new Fault(`${this.s.slice(0).replace(/^\s+/, "")}: ${value} (error token is "${token.text}")`);
      return { k: "number", value };
    }
    if (token.kind === "name") {
      this.next();
      const to = { name: token.text, index: token.index };
      if (this.is("++") || this.is("--")) {
        const by = this.is("++") ? 1 : -1;
        this.next();
        return { k: "step", by, prefix: false, to };
      }
      return { k: "variable", ...to };
    }
    if (this.is("(")) {
      this.next();
      const node = this.comma();
      if (!this.is(")")) this.fail("missing `)'");
      this.next();
      return node;
    }
    // At the end, bash points at the operator that waits for its operand.
    return this.fail("syntax error: operand expected", token.kind === "end" ? this.previous.at : token.at);
  }
}

/** 10, 0x1f, 017, 2#101; a string says what is wrong. */
function parseNumber(text: string): bigint | string {
  const based = /^(\d+)#(.*)$/.exec(text);
  if (based) {
    const base = Number(based[1]);
    if (base < 2 || base > 64) return "invalid arithmetic base";
    let value = 0n;
    if (based[2] === "") return "invalid integer constant";
    for (const c of based[2]) {
      let digit: number;
      if (/[0-9]/.test(c)) digit = Number(c);
      else if (/[a-z]/.test(c)) digit = c.charCodeAt(0) - 87;
      else if (/[A-Z]/.test(c)) digit = c.charCodeAt(0) - (base <= 36 ? 55 : 29);
      else if (c === "@") digit = 62;
      else digit = 63;
      if (digit >= base) return "value too great for base";
      value = value * BigInt(base) + BigInt(digit);
    }
    return BigInt.asIntN(64, value);
  }
  if (/^0[xX]/.test(text)) {
    if (!/^0[xX][0-9a-fA-F]*$/.test(text)) return "value too great for base";
    return text.length === 2 ? 0n : BigInt.asIntN(64, BigInt(text));
  }
  if (/^0\d/.test(text)) {
    if (!/^[0-7]+$/.test(text)) return "value too great for base";
    return BigInt.asIntN(64, BigInt(`0o${text.slice(1)}`));
  }
  if (!/^\d+$/.test(text)) return "value too great for base";
  return BigInt.asIntN(64, BigInt(text));
}

const cache = new Map<string, Node>();

function parse(text: string): Node {
  const known = cache.get(text);
  if (known) return known;
  if (cache.size > 10_000) cache.clear();
  const node = new Parser(text).parse();
  cache.set(text, node);
  return node;
}

/** Evaluates an expression whose expansions are done. Throws Fault with bash's words. */
export function evaluate(text: string, host: ArithmeticHost): bigint {
  if (/^\d{1,15}$/.test(text) && (text[0] !== "0" || text === "0")) return BigInt(text);
  return host.dash ? evaluateAsDash(text, host) : new Evaluator(text, host).of(parse(text));
}

/** In dash ++ and -- are two signs, and ** and the comma are nothing. */
function evaluateAsDash(text: string, host: ArithmeticHost): bigint {
  const comma = /^[^(?]*,/.test(text);
  try {
    if (comma) throw new Fault(`${text}: syntax error`);
    return new Evaluator(text, host).of(parse(text.replace(/\+(?=\+)|-(?=-)|\*(?=\*)/g, "$& ")));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const why = /operand expected/.test(error.message)
      ? "expecting primary"
      : /division by 0/.test(error.message)
        ? "division by zero"
        : /missing `\)'/.test(error.message)
          ? "expecting ')'"
          : "expecting EOF";
    throw new Fault(`arithmetic expression: ${why}: "${text}"`, true, 2);
  }
}

class Evaluator {
  private readonly text: string;
  private readonly host: ArithmeticHost;
  private readonly depth: number;

  constructor(text: string, host: ArithmeticHost, depth = 0) {
    this.text = text;
    this.host = host;
    this.depth = depth;
  }

  private variable(name: string, index: string | undefined): bigint {
    const value = this.host.readVariable(name, index);
    if (value === undefined || value === "") return 0n;
    if (/^-?[1-9]\d{0,17}$/.test(value) || value === "0") return BigInt(value);
    if (this.depth > 1000)
      throw new Fault(`${value}: expression recursion level exceeded (error token is "${value}")`);
    return new Evaluator(value, this.host, this.depth + 1).of(parse(value));
  }

  of(node: Node): bigint {
    switch (node.k) {
      case "number":
        return node.value;
      case "variable":
        return this.variable(node.name, node.index);
      case "unary": {
        const v = this.of(node.of);
        if (node.op === "!") return v === 0n ? 1n : 0n;
        if (node.op === "~") return ~v;
        return node.op === "-" ? BigInt.asIntN(64, -v) : v;
      }
      case "step": {
        const old = this.variable(node.to.name, node.to.index);
        const now = BigInt.asIntN(64, old + BigInt(node.by));
        this.host.writeVariable(node.to.name, node.to.index, now);
        return node.prefix ? now : old;
      }
      case "assign": {
        const value = this.of(node.value);
        const now =
          node.op === ""
            ? value
            : this.apply(node.op, this.variable(node.to.name, node.to.index), value, node.at);
        this.host.writeVariable(node.to.name, node.to.index, now);
        return now;
      }
      case "ternary":
        return this.of(node.test) !== 0n ? this.of(node.yes) : this.of(node.no);
      case "binary":
        if (node.op === "&&") return this.of(node.a) !== 0n && this.of(node.b) !== 0n ? 1n : 0n;
        if (node.op === "||") return this.of(node.a) !== 0n || this.of(node.b) !== 0n ? 1n : 0n;
        return this.apply(node.op, this.of(node.a), this.of(node.b), node.at);
    }
  }

  private apply(op: string, a: bigint, b: bigint, at: number): bigint {
    switch (op) {
      case ",":
        return b;
      case "+":
        return BigInt.asIntN(64, a + b);
      case "-":
        return BigInt.asIntN(64, a - b);
      case "*":
        return BigInt.asIntN(64, a * b);
      case "/":
      case "%":
        if (b === 0n)
          throw new Fault(
            `${this.text.replace(/^\s+/, "")}: division by 0 (error token is "${this.text.slice(at)}")`,
          );
        return BigInt.asIntN(64, op === "/" ? a / b : a % b);
      case "**":
        if (b < 0n)
          throw new Fault(
            `${this.text.replace(/^\s+/, "")}: exponent less than 0 (error token is "${this.text.slice(at)}")`,
          );
        return power(a, b);
      case "<<":
        return BigInt.asIntN(64, a << (b & 63n));
      case ">>":
        return BigInt.asIntN(64, a >> (b & 63n));
      case "&":
        return a & b;
      case "|":
        return a | b;
      case "^":
        return a ^ b;
      case "==":
        return a === b ? 1n : 0n;
      case "!=":
        return a !== b ? 1n : 0n;
      case "<":
        return a < b ? 1n : 0n;
      case ">":
        return a > b ? 1n : 0n;
      case "<=":
        return a <= b ? 1n : 0n;
      case ">=":
        return a >= b ? 1n : 0n;
      default:
        throw new Fault(`${this.text}: syntax error in expression`);
    }
  }
}

/** a to the b-th in 64 bits, which wrap around (ipow in bash's expr.c). */
function power(a: bigint, b: bigint): bigint {
  let result = 1n;
  let square = a;
  for (let rest = b; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}
