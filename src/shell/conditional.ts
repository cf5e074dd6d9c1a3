import type { BoundedRegExp } from "../base/regexp/bounded.ts";
import { compileRegex } from "../base/regexp/posix.ts";
import type { Running } from "../machine/process.ts";
import { evaluate } from "./arithmetic.ts";
import { pattern, text } from "./expand.ts";
import { Fault } from "./fault.ts";
import type { Ast } from "./parse.ts";
import { matchPattern } from "./pattern.ts";
import { quoteTrace } from "./quote.ts";
import type { Shell } from "./shell.ts";
import { driven } from "./subshell.ts";
import { binaryFileTest, unaryTest } from "./test-file.ts";
import { Indexed, Variable } from "./variables.ts";
import { parseWord } from "./word.ts";

/** [[ … ]]: 0, 1, or 2 for a bad expression. */
export function* conditional(sh: Shell, node: Ast.TestCommand): Running {
  try {
    return (yield* judge(sh, node.expression)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Fault) || error.fatal) throw error;
    sh.complain(`[[: ${error.message}`);
    return error.status === 2 ? 2 : 1;
  }
}

function* value(sh: Shell, raw: string): Running<string> {
  const word = parseWord(raw);
  return word.waits ? yield* driven(sh, () => text(sh, word.parts)) : text(sh, word.parts);
}

function* judge(sh: Shell, e: Ast.TestExpression): Running<boolean> {
  switch (e.type) {
    case "TestLogical": {
      for (const operand of e.operands) {
        const holds = yield* judge(sh, operand);
        if (holds !== (e.operator === "&&")) return holds;
      }
      return e.operator === "&&";
    }
    case "TestNot":
      return (yield* judge(sh, e.operand)) === (e.negations.length % 2 === 0);
    case "TestGroup":
      return yield* judge(sh, e.expression);
    case "TestUnary": {
      const operand = yield* value(sh, e.operand.text);
      if (sh.options.xtrace) sh.trace(`[[ ${e.operator} ${quoteTrace(operand)} ]]`);
      return unaryTest(sh, e.operator, operand);
    }
    case "TestBinary":
      return yield* binary(sh, e);
  }
}

function* binary(sh: Shell, e: Ast.TestBinaryExpression): Running<boolean> {
  const left = yield* value(sh, e.left.text);
  const op = e.operator;
  const nocase = sh.shopt("nocasematch");
  const trace = (right: string) => {
    if (sh.options.xtrace) sh.trace(`[[ ${quoteTrace(left)} ${op} ${right} ]]`);
  };
  if (op === "==" || op === "=" || op === "!=") {
    const word = parseWord(e.right.text);
    const pat = word.waits ? yield* driven(sh, () => pattern(sh, word.parts)) : pattern(sh, word.parts);
    trace(pat === "" ? "''" : pat);
    return matchPattern(pat, left, { nocase }) === (op !== "!=");
  }
  if (op === "=~") {
    const word = parseWord(e.right.text, "regex");
    const escapeRegex = (s: string) => s.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    const source = word.waits
      ? yield* driven(sh, () => pattern(sh, word.parts, escapeRegex))
      : pattern(sh, word.parts, escapeRegex);
    trace(source);
    return regexMatch(sh, left, source, nocase);
  }
  const right = yield* value(sh, e.right.text);
  trace(quoteTrace(right));
  switch (op) {
    case "<":
      return left < right;
    case ">":
      return left > right;
    case "-eq":
    case "-ne":
    case "-lt":
    case "-le":
    case "-gt":
    case "-ge":
      return compare(op, evaluate(left, sh), evaluate(right, sh));
    default:
      return binaryFileTest(sh, op, left, right);
  }
}

export function compare(op: string, a: bigint, b: bigint): boolean {
  switch (op) {
    case "-eq":
      return a === b;
    case "-ne":
      return a !== b;
    case "-lt":
      return a < b;
    case "-le":
      return a <= b;
    case "-gt":
      return a > b;
    default:
      return a >= b;
  }
}

function regexMatch(sh: Shell, s: string, source: string, nocase: boolean): boolean {
  let regexp: BoundedRegExp;
  try {
    regexp = compileRegex(source, "extended", { ignoreCase: nocase, strict: true });
  } catch {
    throw new Fault("syntax error in regular expression", false, 2);
  }
  const found = regexp.exec(s);
  const array = new Variable();
  array.indexed = new Indexed();
  found?.forEach((group, i) => {
    array.indexed?.set(i, group ?? "");
  });
  sh.vars.globals.set("BASH_REMATCH", array);
  return found !== null;
}
