import { KernelError } from "../../base/errno.ts";
import { BoundedRegExp } from "../../base/regexp/bounded.ts";
import { spawn, waitChild } from "../../machine/exec.ts";
import type { Inode } from "../../machine/inode.ts";
import { Exit, type Running } from "../../machine/process.ts";
import { readdir, rmdir, tryLookup, unlink } from "../../machine/vfs.ts";
import { quote } from "../tool/quote.ts";
import { defineTool, reason, type Tool } from "../tool/tool.ts";

interface Found {
  readonly path: string;
  readonly name: string;
  readonly inode: Inode;
  readonly depth: number;
  prune: boolean;
}

type Test = (f: Found) => Running<boolean>;

/** A file name pattern as fnmatch(3) reads it, without FNM_PATHNAME. */
export function fnmatch(pattern: string, ignoreCase = false): RegExp {
  let out = "";
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === "*") out += ".*";
    else if (c === "?") out += ".";
    else if (c === "[") {
      const stop = pattern.indexOf("]", i + 2);
      if (stop < 0) out += "\\[";
      else {
        out += `[${pattern
          .slice(i + 1, stop)
          .replace(/^!/, "^")
          .replace(/\\/g, "\\\\")}]`;
        i = stop;
      }
    } else if (c === "\\" && i + 1 < pattern.length) out += pattern[++i].replace(/[^\w]/g, "\\$&");
    else out += c.replace(/[^\w]/g, "\\$&");
  }
  return new BoundedRegExp(`^${out}$`, ignoreCase ? "is" : "s");
}

const TYPES: Readonly<Record<string, string>> = {
  f: "file",
  d: "directory",
  l: "symlink",
  p: "fifo",
  c: "character",
  s: "socket",
};

class Expression {
  private readonly tool: Tool;
  private readonly words: string[];
  minDepth = 0;
  maxDepth = Number.POSITIVE_INFINITY;
  depthFirst = false;
  private acts = false;
  readonly atEnd: (() => Running<void>)[] = [];
  status = 0;

  constructor(tool: Tool, words: string[]) {
    this.tool = tool;
    this.words = words;
  }

  private fail(message: string): never {
    this.tool.warn(message);
    throw new Exit(1);
  }

  parse(): Test {
    const { tool } = this;
    const print: Test = function* (f) {
      yield* tool.print(`${f.path}\n`);
      return true;
    };
    if (this.words.length === 0) return print;
    const test = this.or();
    if (this.words.length > 0)
      this.fail(this.words[0] === ")" ? "you have too many ')'" : `unexpected ${this.words[0]}`);
    if (this.acts) return test;
    return function* (f) {
      if (yield* test(f)) yield* print(f);
      return true;
    };
  }

  private or(): Test {
    let left = this.and();
    while (this.words[0] === "-o" || this.words[0] === "-or") {
      this.words.shift();
      const [a, b] = [left, this.and()];
      left = function* (f) {
        return (yield* a(f)) || (yield* b(f));
      };
    }
    return left;
  }

  private and(): Test {
    let left = this.not();
    while (this.words.length > 0 && !["-o", "-or", ")"].includes(this.words[0])) {
      if (this.words[0] === "-a" || this.words[0] === "-and") this.words.shift();
      const [a, b] = [left, this.not()];
      left = function* (f) {
        return (yield* a(f)) && (yield* b(f));
      };
    }
    return left;
  }

  private not(): Test {
    if (this.words[0] === "!" || this.words[0] === "-not") {
      this.words.shift();
      const test = this.not();
      return function* (f) {
        return !(yield* test(f));
      };
    }
    if (this.words[0] === "(") {
      this.words.shift();
      const test = this.or();
      if (this.words.shift() !== ")")
        this.fail("invalid expression; I was expecting to find a ')' somewhere but did not see one.");
      return test;
    }
    return this.primary();
  }

  private primary(): Test {
    const { tool } = this;
    const word = this.words.shift() as string;
    const argument = (): string => {
      const value = this.words.shift();
      if (value === undefined) this.fail(`missing argument to \`${word}'`);
      return value;
    };
    const plain = (test: (f: Found) => boolean): Test =>
      // biome-ignore lint/correctness/useYield: a test may wait; these do not
      function* (f) {
        return test(f);
      };
    const count = (text: string, of: (f: Found) => number): Test => {
      const m = /^([+-]?)(\d+)$/.exec(text);
      if (!m) this.fail(`invalid argument \`${text}' to \`${word}'`);
      const n = Number(m[2]);
      return plain((f) => (m[1] === "+" ? of(f) > n : m[1] === "-" ? of(f) < n : of(f) === n));
    };
    switch (word) {
      case "-name":
      case "-iname": {
        const regex = fnmatch(argument(), word === "-iname");
        return plain((f) => regex.test(f.name));
      }
      case "-path":
      case "-wholename":
      case "-ipath": {
        const regex = fnmatch(argument(), word === "-ipath");
        return plain((f) => regex.test(f.path));
      }
      case "-type": {
        const types = argument().split(",");
        for (const t of types) if (!TYPES[t]) this.fail(`Unknown argument to -type: ${t}`);
        return plain((f) => types.some((t) => TYPES[t] === f.inode.type));
      }
      case "-maxdepth":
        this.maxDepth = Number(argument());
        return plain(() => true);
      case "-mindepth":
        this.minDepth = Number(argument());
        return plain(() => true);
      case "-depth":
        this.depthFirst = true;
        return plain(() => true);
      case "-mount":
      case "-xdev":
        return plain(() => true);
      case "-empty":
        return plain((f) =>
          f.inode.type === "directory"
            ? readdir(tool.proc, f.path).filter((n) => n !== "." && n !== "..").length === 0
            : f.inode.type === "file" && f.inode.size === 0,
        );
      case "-size": {
        const text = argument();
        const m = /^([+-]?)(\d+)([cwbkMG]?)$/.exec(text);
        if (!m) this.fail(`invalid argument \`${text}' to \`-size'`);
        const unit = { c: 1, w: 2, b: 512, "": 512, k: 1024, M: 1 << 20, G: 1 << 30 }[m[3]] as number;
        return count(m[1] + m[2], (f) => Math.ceil(f.inode.size / unit));
      }
      case "-mmin":
        return count(argument(), (f) =>
          Math.floor((tool.proc.machine.epoch + tool.proc.machine.now - f.inode.mtime) / 60e9),
        );
      case "-mtime":
        return count(argument(), (f) =>
          Math.floor((tool.proc.machine.epoch + tool.proc.machine.now - f.inode.mtime) / 86400e9),
        );
      case "-newer": {
        const other = tryLookup(tool.proc, argument());
        if (!other) this.fail("the file to compare with does not exist");
        return plain((f) => f.inode.mtime > other.mtime);
      }
      case "-perm": {
        const text = argument();
        const bits = Number.parseInt(text.replace(/^[-/]/, ""), 8);
        return plain((f) =>
          text.startsWith("-")
            ? (f.inode.mode & bits) === bits
            : text.startsWith("/")
              ? (f.inode.mode & bits) !== 0
              : f.inode.mode === bits,
        );
      }
      case "-executable":
        return plain((f) => (f.inode.mode & 0o111) !== 0);
      case "-true":
        return plain(() => true);
      case "-false":
        return plain(() => false);
      case "-print":
      case "-print0": {
        this.acts = true;
        const end = word === "-print" ? "\n" : "\0";
        return function* (f) {
          yield* tool.print(f.path + end);
          return true;
        };
      }
      case "-prune":
        return plain((f) => {
          f.prune = true;
          return true;
        });
      case "-quit":
        this.acts = true;
        return plain(() => {
          throw new Exit(this.status);
        });
      case "-delete":
        this.acts = true;
        this.depthFirst = true;
        return plain((f) => {
          try {
            if (f.inode.type === "directory") rmdir(tool.proc, f.path);
            else unlink(tool.proc, f.path);
            return true;
          } catch (error) {
            tool.warn(`cannot delete ${quote(f.path)}: ${reason(error)}`);
            this.status = 1;
            return false;
          }
        });
      case "-exec":
      case "-ok":
        this.acts = true;
        return this.exec();
      default:
        if (!word.startsWith("-")) this.fail(`paths must precede expression: \`${word}'`);
        return this.fail(`unknown predicate \`${word}'`);
    }
  }

  private exec(): Test {
    const { tool } = this;
    const argv: string[] = [];
    for (;;) {
      const word = this.words.shift();
      if (word === undefined) this.fail("missing argument to `-exec'");
      if (word === ";" || (word === "+" && argv[argv.length - 1] === "{}")) {
        const run = function* (words: string[]): Running<boolean> {
          yield* tool.out.flush();
          try {
            const exit = yield* waitChild(tool.proc, spawn(tool.proc, words));
            return "status" in exit && exit.status === 0;
          } catch (error) {
            tool.warn(`${quote(words[0])}: ${reason(error)}`);
            return false;
          }
        };
        if (word === ";")
          return function* (f) {
            return yield* run(argv.map((w) => w.split("{}").join(f.path)));
          };
        const paths: string[] = [];
        this.atEnd.push(function* () {
          if (paths.length > 0) yield* run([...argv.slice(0, -1), ...paths]);
        });
        // biome-ignore lint/correctness/useYield: a test may wait; this one does not
        return function* (f) {
          paths.push(f.path);
          return true;
        };
      }
      argv.push(word);
    }
  }
}

export const find = defineTool({
  names: ["find"],
  summary: "walk a tree of files",
  *main(tool) {
    const words = [...tool.args];
    let follow = false;
    while (["-L", "-P", "-H"].includes(words[0])) follow = words.shift() === "-L";
    const roots: string[] = [];
    while (words.length > 0 && !/^(-|\(|!|\))/.test(words[0])) roots.push(words.shift() as string);
    if (roots.length === 0) roots.push(".");
    const expression = new Expression(tool, words);
    const test = expression.parse();
    function* visit(path: string, name: string, depth: number): Running<void> {
      const inode = tryLookup(tool.proc, path, follow);
      if (!inode) {
        if (depth === 0) {
          yield* tool.out.flush();
          tool.warn(`${quote(path)}: No such file or directory`);
          expression.status = 1;
        }
        return;
      }
      const found: Found = { path, name, inode, depth, prune: false };
      const wanted = depth >= expression.minDepth;
      if (wanted && !expression.depthFirst) yield* test(found);
      if (inode.type === "directory" && depth < expression.maxDepth && !found.prune) {
        try {
          for (const child of readdir(tool.proc, path))
            if (child !== "." && child !== "..")
              yield* visit(`${path.replace(/\/$/, "")}/${child}`, child, depth + 1);
        } catch (error) {
          if (!(error instanceof KernelError)) throw error;
          tool.warn(`${quote(path)}: ${error.message}`);
          expression.status = 1;
        }
      }
      if (wanted && expression.depthFirst) yield* test(found);
    }
    for (const root of roots)
      yield* visit(
        root,
        root
          .replace(/(?!^)\/+$/, "")
          .split("/")
          .pop() || "/",
        0,
      );
    for (const end of expression.atEnd) yield* end();
    return expression.status;
  },
});
