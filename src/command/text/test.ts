import type { Running } from "../../machine/process.ts";
import { access, tryLookup } from "../../machine/vfs.ts";
import { quote } from "../tool/quote.ts";
import { defineTool, fail, type Tool } from "../tool/tool.ts";

const UNARY = new Set([
  "-b",
  "-c",
  "-d",
  "-e",
  "-f",
  "-g",
  "-G",
  "-h",
  "-k",
  "-L",
  "-n",
  "-N",
  "-O",
  "-p",
  "-r",
  "-s",
  "-S",
  "-t",
  "-u",
  "-w",
  "-x",
  "-z",
]);
const BINARY = new Set([
  "=",
  "==",
  "!=",
  "<",
  ">",
  "-eq",
  "-ne",
  "-lt",
  "-le",
  "-gt",
  "-ge",
  "-nt",
  "-ot",
  "-ef",
]);

/** test(1), by POSIX's rules for the number of arguments and GNU's grammar above four. */
class Evaluator {
  private readonly tool: Tool;
  private readonly words: readonly string[];
  private at = 0;

  constructor(tool: Tool, words: readonly string[]) {
    this.tool = tool;
    this.words = words;
  }

  all(): boolean {
    if (this.words.length === 0) return false;
    const value = this.or();
    if (this.at < this.words.length) fail(this.tool, `extra argument ${quote(this.words[this.at])}`, 2);
    return value;
  }

  private or(): boolean {
    let left = this.and();
    while (this.words[this.at] === "-o") {
      this.at++;
      const right = this.and();
      left = left || right;
    }
    return left;
  }

  private and(): boolean {
    let left = this.term();
    while (this.words[this.at] === "-a") {
      this.at++;
      const right = this.term();
      left = left && right;
    }
    return left;
  }

  private term(): boolean {
    const left = this.words.length - this.at;
    if (left === 0) fail(this.tool, `missing argument after ${quote(this.words[this.at - 1] ?? "")}`, 2);
    const word = this.words[this.at];
    if (left >= 3 && BINARY.has(this.words[this.at + 1])) return this.binary();
    if (word === "!" && left > 1) {
      this.at++;
      return !this.term();
    }
    if (word === "(" && left > 1) {
      this.at++;
      const value = this.or();
      if (this.words[this.at] !== ")") fail(this.tool, "')' expected", 2);
      this.at++;
      return value;
    }
    if (UNARY.has(word) && left > 1) return this.unary();
    if (left >= 2 && word.startsWith("-") && left === 2 && this.at === 0)
      fail(this.tool, `${quote(word)}: unary operator expected`, 2);
    this.at++;
    return word !== "";
  }

  private integer(text: string): bigint {
    if (!/^\s*[+-]?\d+\s*$/.test(text)) fail(this.tool, `invalid integer ${quote(text)}`, 2);
    return BigInt(text.trim().replace(/^\+/, ""));
  }

  private binary(): boolean {
    const [a, op, b] = this.words.slice(this.at, this.at + 3);
    this.at += 3;
    if (op === "=" || op === "==") return a === b;
    if (op === "!=") return a !== b;
    if (op === "<") return a < b;
    if (op === ">") return a > b;
    const [x, y] = [tryLookup(this.tool.proc, a), tryLookup(this.tool.proc, b)];
    if (op === "-ef") return x !== undefined && x === y;
    if (op === "-nt") return x !== undefined && (y === undefined || x.mtime > y.mtime);
    if (op === "-ot") return y !== undefined && (x === undefined || x.mtime < y.mtime);
    const order = this.integer(a) - this.integer(b);
    return {
      "-eq": order === 0n,
      "-ne": order !== 0n,
      "-lt": order < 0n,
      "-le": order <= 0n,
      "-gt": order > 0n,
      "-ge": order >= 0n,
    }[op] as boolean;
  }

  private unary(): boolean {
    const [op, word] = this.words.slice(this.at, this.at + 2);
    this.at += 2;
    const { proc } = this.tool;
    if (op === "-n") return word !== "";
    if (op === "-z") return word === "";
    if (op === "-t") return proc.fds.get(Number(this.integer(word)))?.isTty === true;
    const inode = tryLookup(proc, word, op !== "-h" && op !== "-L");
    if (!inode) return false;
    switch (op) {
      case "-d":
        return inode.type === "directory";
      case "-f":
        return inode.type === "file";
      case "-h":
      case "-L":
        return inode.type === "symlink";
      case "-p":
        return inode.type === "fifo";
      case "-c":
        return inode.type === "character";
      case "-S":
        return inode.type === "socket";
      case "-s":
        return inode.size > 0;
      case "-x":
        return access(proc, word, "x");
      case "-u":
        return (inode.mode & 0o4000) !== 0;
      case "-g":
        return (inode.mode & 0o2000) !== 0;
      case "-k":
        return (inode.mode & 0o1000) !== 0;
      case "-O":
        return inode.uid === proc.uid;
      case "-b":
        return false;
      default:
        return true;
    }
  }
}

export const test = defineTool({
  names: ["test", "["],
  summary: "evaluate a condition",
  ownHelp: true,
  // biome-ignore lint/correctness/useYield: a program is a generator
  *main(tool): Running {
    const words = [...tool.args];
    if (tool.name.endsWith("[") && words.pop() !== "]") fail(tool, `missing ${quote("]")}`, 2);
    return new Evaluator(tool, words).all() ? 0 : 1;
  },
});
