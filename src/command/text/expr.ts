import { compileRegex, RegexError } from "../../base/regexp/posix.ts";
import { UsageError } from "../tool/getopt.ts";
import { quote } from "../tool/quote.ts";
import { defineTool, fail, type Tool } from "../tool/tool.ts";

type Value = string;
const isInteger = (v: Value) => /^-?\d+$/.test(v);
const isNull = (v: Value) => v === "" || /^-?0+$/.test(v);

class Evaluator {
  private readonly tool: Tool;
  private at = 0;
  constructor(tool: Tool) {
    this.tool = tool;
  }

  all(): Value {
    const value = this.or();
    const rest = this.tool.args[this.at];
    if (rest !== undefined) fail(this.tool, `syntax error: unexpected argument ${quote(rest)}`, 2);
    return value;
  }

  private take(...words: string[]): string | undefined {
    const word = this.tool.args[this.at];
    if (word === undefined || !words.includes(word)) return undefined;
    this.at++;
    return word;
  }

  private or(): Value {
    let left = this.and();
    while (this.take("|")) {
      const right = this.and();
      left = isNull(left) ? (isNull(right) ? "0" : right) : left;
    }
    return left;
  }

  private and(): Value {
    let left = this.compare();
    while (this.take("&")) {
      const right = this.compare();
      if (isNull(left) || isNull(right)) left = "0";
    }
    return left;
  }

  private compare(): Value {
    let left = this.sum();
    for (;;) {
      const op = this.take("<", "<=", "=", "==", "!=", ">=", ">");
      if (!op) return left;
      const right = this.sum();
      const order =
        isInteger(left) && isInteger(right)
          ? Number(BigInt(left) - BigInt(right))
          : left < right
            ? -1
            : left > right
              ? 1
              : 0;
      const holds = {
        "<": order < 0,
        "<=": order <= 0,
        "=": order === 0,
        "==": order === 0,
        "!=": order !== 0,
        ">=": order >= 0,
        ">": order > 0,
      }[op];
      left = holds ? "1" : "0";
    }
  }

  private number(v: Value): bigint {
    if (!isInteger(v)) fail(this.tool, "non-integer argument", 2);
    return BigInt(v);
  }

  private sum(): Value {
    let left = this.product();
    for (;;) {
      const op = this.take("+", "-");
      if (!op) return left;
      const a = this.number(left);
      const b = this.number(this.product());
      left = String(op === "+" ? a + b : a - b);
    }
  }

  private product(): Value {
    let left = this.match();
    for (;;) {
      const op = this.take("*", "/", "%");
      if (!op) return left;
      const a = this.number(left);
      const b = this.number(this.match());
      if (op !== "*" && b === 0n) fail(this.tool, "division by zero", 2);
      left = String(op === "*" ? a * b : op === "/" ? a / b : a % b);
    }
  }

  private match(): Value {
    let left = this.primary();
    while (this.take(":")) left = this.regex(left, this.primary());
    return left;
  }

  private regex(text: string, pattern: string): Value {
    try {
      const m = compileRegex(`^\\(${pattern.replace(/^\^/, "")}\\)`, "basic").exec(text);
      const groups = /\\\(/.test(pattern);
      if (!m) return groups ? "" : "0";
      return groups ? (m[2] ?? "") : String([...m[0]].length);
    } catch (error) {
      if (error instanceof RegexError) fail(this.tool, error.message, 2);
      throw error;
    }
  }

  private primary(): Value {
    const word = this.tool.args[this.at];
    if (word === undefined)
      fail(this.tool, `syntax error: missing argument after ${quote(this.tool.args[this.at - 1])}`, 2);
    this.at++;
    if (word === "(") {
      const value = this.or();
      if (!this.take(")")) {
        const found = this.tool.args[this.at];
        if (found === undefined)
          fail(this.tool, `syntax error: expecting ')' after ${quote(this.tool.args[this.at - 1])}`, 2);
        fail(this.tool, `syntax error: expecting ')' instead of ${quote(found)}`, 2);
      }
      return value;
    }
    if (word === ")") fail(this.tool, "syntax error: unexpected ')'", 2);
    if (this.at < this.tool.args.length) {
      if (word === "length") return String([...this.primary()].length);
      if (word === "match") {
        const text = this.primary();
        return this.regex(text, this.primary());
      }
      if (word === "index") {
        const text = this.primary();
        const chars = this.primary();
        return String([...text].findIndex((c) => chars.includes(c)) + 1);
      }
      if (word === "substr") {
        const text = this.primary();
        const from = this.primary();
        const length = this.primary();
        if (!isInteger(from) || !isInteger(length) || Number(from) < 1 || Number(length) < 1) return "";
        return [...text].slice(Number(from) - 1, Number(from) - 1 + Number(length)).join("");
      }
      if (word === "+") return this.tool.args[this.at++];
    }
    return word;
  }
}

export const expr = defineTool({
  names: ["expr"],
  summary: "evaluate an expression",
  usageStatus: 2,
  *main(tool) {
    if (tool.args.length === 0) throw new UsageError("missing operand");
    const value = new Evaluator(tool).all();
    yield* tool.print(`${value}\n`);
    return isNull(value) ? 1 : 0;
  },
});
