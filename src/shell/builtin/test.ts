import { compare } from "../conditional.ts";
import { Fault } from "../fault.ts";
import type { Shell } from "../shell.ts";
import { BINARY, binaryFileTest, UNARY, unaryTest } from "../test-file.ts";
import { type Builtin, quick } from "./builtin.ts";

// dash has neither == nor -v.
const DASH_UNARY = /^-[bcdefghkLnOGprsStuwxz]$/;
const DASH_BINARY = /^(?:=|!=|<|>|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/;

/** test and [: POSIX's rules by number of arguments, and -a, -o, ( ) beyond. */
class TestParser {
  private readonly sh: Shell;
  private readonly name: string;
  private readonly args: readonly string[];
  private i = 0;
  private readonly unaryWord: RegExp;
  private readonly binaryWord: RegExp;

  constructor(sh: Shell, name: string, args: readonly string[]) {
    this.sh = sh;
    this.name = name;
    this.args = args;
    this.unaryWord = sh.dash ? DASH_UNARY : UNARY;
    this.binaryWord = sh.dash ? DASH_BINARY : BINARY;
  }

  private fail(message: string): never {
    throw new Fault(`${this.name}: ${this.sh.dash ? this.inDash(message) : message}`, false, 2);
  }

  private inDash(message: string): string {
    const [first, second] = this.args;
    if (/operator expected$|too many arguments$/.test(message)) {
      if (this.args.length === 2 && this.binaryWord.test(second)) return `${second}: argument expected`;
      return `${this.unaryWord.test(first) ? second : first}: unexpected operator`;
    }
    return message;
  }

  run(): boolean {
    const { args } = this;
    switch (args.length) {
      case 0:
        return false;
      case 1:
        return args[0] !== "";
      case 2:
        if (args[0] === "!") return args[1] === "";
        if (this.unaryWord.test(args[0])) return this.unary(args[0], args[1]);
        return this.fail(`${args[0]}: unary operator expected`);
      case 3:
        if (this.binaryWord.test(args[1])) return this.binary(args[0], args[1], args[2]);
        if (args[1] === "-a") return args[0] !== "" && args[2] !== "";
        if (args[1] === "-o") return args[0] !== "" || args[2] !== "";
        if (args[0] === "!") return !new TestParser(this.sh, this.name, args.slice(1)).run();
        if (args[0] === "(" && args[2] === ")") return args[1] !== "";
        return this.fail(`${args[1]}: binary operator expected`);
      case 4:
        if (args[0] === "!") return !new TestParser(this.sh, this.name, args.slice(1)).run();
        if (args[0] === "(" && args[3] === ")")
          return new TestParser(this.sh, this.name, args.slice(1, 3)).run();
    }
    const value = this.or();
    if (this.i < args.length) this.fail("too many arguments");
    return value;
  }

  private or(): boolean {
    let value = this.and();
    while (this.args[this.i] === "-o") {
      this.i++;
      const right = this.and();
      value = value || right;
    }
    return value;
  }

  private and(): boolean {
    let value = this.term();
    while (this.args[this.i] === "-a") {
      this.i++;
      const right = this.term();
      value = value && right;
    }
    return value;
  }

  private term(): boolean {
    const { args } = this;
    const word = args[this.i];
    if (word === undefined) this.fail("argument expected");
    if (word === "!") {
      this.i++;
      return !this.term();
    }
    const op = args[this.i + 1];
    if (op !== undefined && this.binaryWord.test(op) && this.i + 2 < args.length) {
      this.i += 3;
      return this.binary(word, op, args[this.i - 1]);
    }
    if (word === "(") {
      this.i++;
      const value = this.or();
      if (args[this.i] !== ")") this.fail("`)' expected");
      this.i++;
      return value;
    }
    if (this.unaryWord.test(word) && this.i + 1 < args.length) {
      this.i += 2;
      return this.unary(word, args[this.i - 1]);
    }
    this.i++;
    return word !== "";
  }

  private unary(op: string, operand: string): boolean {
    if (op === "-t" && !/^\s*[-+]?\d+\s*$/.test(operand))
      this.fail(`${operand}: integer expression expected`);
    return unaryTest(this.sh, op, operand);
  }

  private binary(a: string, op: string, b: string): boolean {
    switch (op) {
      case "=":
      case "==":
        return a === b;
      case "!=":
        return a !== b;
      case "<":
        return a < b;
      case ">":
        return a > b;
      case "-nt":
      case "-ot":
      case "-ef":
        return binaryFileTest(this.sh, op, a, b);
      default:
        return compare(op, this.integer(a), this.integer(b));
    }
  }

  private integer(s: string): bigint {
    if (!/^\s*[-+]?\d+\s*$/.test(s)) this.fail(`${s}: integer expression expected`);
    return BigInt(s.trim().replace(/^\+/, ""));
  }
}

const run = (sh: Shell, words: readonly string[]): number => {
  let args = words.slice(1);
  if (words[0] === "[") {
    if (args[args.length - 1] !== "]") {
      sh.complain("[: missing `]'");
      return 2;
    }
    args = args.slice(0, -1);
  }
  try {
    return new TestParser(sh, words[0], args).run() ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Fault) || error.status !== 2) throw error;
    sh.complain(error.message);
    return 2;
  }
};

export const TEST: Record<string, Builtin> = { test: quick(run), "[": quick(run) };
