import { KernelError } from "../../base/errno.ts";
import { takeWork } from "../../base/work.ts";
import { Exit, type Running } from "../../machine/process.ts";
import { openInput } from "../tool/files.ts";
import { LineReader } from "../tool/input.ts";
import { fail, reason, type Tool } from "../tool/tool.ts";
import type { AwkProgram, Expr, Stmt } from "./ast.ts";
import { builtin } from "./builtins.ts";
import { RecordReader } from "./records.ts";
import { type Frame, State } from "./state.ts";
import { Streams } from "./streams.ts";
import { compare, fromInput, sprintf, toBoolean, toNumber, toText, type Value } from "./value.ts";

class Next extends Error {}
class NextFile extends Error {}
class Break extends Error {}
class Continue extends Error {}
class ExitProgram extends Error {}
class Return extends Error {
  readonly value: Value;
  constructor(value: Value) {
    super();
    this.value = value;
  }
}

/** Runs an awk program. */
export class Interpreter extends State {
  private readonly program: AwkProgram;
  private readonly operands: readonly string[];
  private nextOperand = 1;
  private sawFile = false;
  private main: RecordReader | null = null;
  private mainFd = -1;
  readonly streams: Streams;
  private readonly ranges = new Set<number>();
  private status = 0;
  seed = 0;

  constructor(
    tool: Tool,
    program: AwkProgram,
    operands: readonly string[],
    env: ReadonlyMap<string, string>,
  ) {
    super(tool);
    this.program = program;
    this.streams = new Streams(tool);
    this.operands = ["awk", ...operands];
    this.globals.set("ARGC", this.operands.length);
    this.arrays.set("ARGV", new Map(this.operands.map((o, i) => [String(i), fromInput(o)])));
    this.arrays.set("ENVIRON", new Map([...env].map(([k, v]) => [k, fromInput(v)])));
  }

  *regexOf(e: Expr): Running<RegExp> {
    if (e.k === "regex") return this.regex(e.source);
    return this.regex(toText(yield* this.eval(e), this.convfmt));
  }

  // ── input ────────────────────────────────────────────────────────────────────────────────────────────

  /** The next record of the main input; null at the end of all files. */
  private *nextRecord(): Running<string | null> {
    for (;;) {
      if (!this.main) {
        if (!(yield* this.openNext())) return null;
      }
      const text = yield* (this.main as RecordReader).next(this.text("RS"), (s) => this.regex(s));
      if (text !== null) {
        this.globals.set("NR", toNumber(this.globals.get("NR")) + 1);
        this.globals.set("FNR", toNumber(this.globals.get("FNR")) + 1);
        return text;
      }
      this.closeMain();
    }
  }

  private closeMain(): void {
    if (this.mainFd > 2) this.tool.proc.closeFd(this.mainFd);
    this.main = null;
    this.mainFd = -1;
  }

  private *openNext(): Running<boolean> {
    const argv = this.array("ARGV");
    for (;;) {
      const argc = toNumber(this.globals.get("ARGC"));
      let path = "-";
      if (this.nextOperand < argc) {
        path = toText(argv.get(String(this.nextOperand++)));
        if (path === "") continue;
        const m = /^([A-Za-z_]\w*)=(.*)$/s.exec(path);
        if (m) {
          this.assign(m[1], unescapeOperand(m[2]));
          continue;
        }
      } else if (this.sawFile) return false;
      this.sawFile = true;
      try {
        this.mainFd = openInput(this.tool.proc, path === "/dev/stdin" ? "-" : path);
      } catch (error) {
        yield* this.tool.out.flush();
        if (error instanceof KernelError && error.code === "EISDIR")
          this.tool.warn(`warning: command line argument \`${path}' is a directory: skipped`);
        else this.tool.warn(`fatal: cannot open file \`${path}' for reading: ${reason(error)}`);
        if (error instanceof KernelError && error.code !== "EISDIR") throw new Exit(2);
        continue;
      }
      this.globals.set("FILENAME", path === "-" ? "" : path);
      this.globals.set("FNR", 0);
      this.main = new RecordReader(new LineReader(this.tool.proc, this.mainFd), this.tool.proc, this.mainFd);
      return true;
    }
  }

  // ── running ──────────────────────────────────────────────────────────────────────────────────────────

  *run(): Running {
    const { rules } = this.program;
    try {
      try {
        for (const rule of rules) if (rule.kind === "BEGIN" && rule.body) yield* this.exec(rule.body);
        if (rules.some((r) => r.kind !== "BEGIN")) yield* this.mainLoop();
      } catch (error) {
        if (!(error instanceof ExitProgram)) throw error;
      }
      try {
        for (const rule of rules)
          if (rule.kind === "END" && rule.body && !this.exited) yield* this.exec(rule.body);
      } catch (error) {
        if (!(error instanceof ExitProgram)) throw error;
      }
    } finally {
      this.closeMain();
    }
    yield* this.tool.out.flush();
    yield* this.streams.closeAll();
    return this.status;
  }

  private exited = false;

  private *mainLoop(): Running<void> {
    const rules = this.program.rules;
    for (let text = yield* this.nextRecord(); text !== null; text = yield* this.nextRecord()) {
      this.setRecord(text);
      try {
        for (let i = 0; i < rules.length; i++) {
          const rule = rules[i];
          if (rule.kind === "BEGIN" || rule.kind === "END") continue;
          if (!(yield* this.selected(i))) continue;
          if (rule.body) yield* this.exec(rule.body);
          else yield* this.tool.print(this.wholeRecord() + this.text("ORS"));
        }
      } catch (error) {
        if (error instanceof NextFile) this.closeMain();
        else if (!(error instanceof Next)) throw error;
      }
    }
  }

  private *selected(i: number): Running<boolean> {
    const rule = this.program.rules[i];
    if (!rule.pattern) return true;
    if (rule.kind !== "range") return toBoolean(yield* this.eval(rule.pattern));
    if (!this.ranges.has(i)) {
      if (!toBoolean(yield* this.eval(rule.pattern))) return false;
      this.ranges.add(i);
    }
    if (rule.end && toBoolean(yield* this.eval(rule.end))) this.ranges.delete(i);
    return true;
  }

  *exec(s: Stmt): Running<void> {
    if (this.tool.proc.works(100 + takeWork())) yield { until: this.tool.proc.machine.now };
    switch (s.k) {
      case "expr":
        yield* this.eval(s.of);
        return;
      case "block":
        for (const one of s.body) yield* this.exec(one);
        return;
      case "print":
        yield* this.print(s);
        return;
      case "if":
        if (toBoolean(yield* this.eval(s.test))) yield* this.exec(s.yes);
        else if (s.no) yield* this.exec(s.no);
        return;
      case "while":
        while (toBoolean(yield* this.eval(s.test))) if (!(yield* this.once(s.body))) return;
        return;
      case "do":
        do {
          if (!(yield* this.once(s.body))) return;
        } while (toBoolean(yield* this.eval(s.test)));
        return;
      case "for":
        if (s.first) yield* this.exec(s.first);
        while (!s.test || toBoolean(yield* this.eval(s.test))) {
          if (!(yield* this.once(s.body))) return;
          if (s.step) yield* this.exec(s.step);
        }
        return;
      case "forin":
        for (const key of [...this.array(s.array).keys()]) {
          if (!this.array(s.array).has(key)) continue;
          this.set(s.name, fromInput(key));
          if (!(yield* this.once(s.body))) return;
        }
        return;
      case "delete":
        if (s.keys === null) this.array(s.name).clear();
        else this.array(s.name).delete(yield* this.key(s.keys));
        return;
      case "next":
        throw new Next();
      case "nextfile":
        throw new NextFile();
      case "break":
        throw new Break();
      case "continue":
        throw new Continue();
      case "return":
        throw new Return(s.value ? yield* this.eval(s.value) : undefined);
      case "exit":
        if (s.value) this.status = Math.trunc(toNumber(yield* this.eval(s.value))) & 255;
        // A second exit, in END, ends for good.
        if (this.inEnd) this.exited = true;
        this.inEnd = true;
        throw new ExitProgram();
    }
  }

  private inEnd = false;
  private spins = 0;

  /** A loop's body; false when it broke out. A loop that never waits lets time pass, so it can be interrupted. */
  private *once(body: Stmt): Running<boolean> {
    if (++this.spins % 100_000 === 0) {
      this.tool.proc.machine.charge(1_000_000);
      yield { until: this.tool.proc.machine.now };
    }
    try {
      yield* this.exec(body);
    } catch (error) {
      if (error instanceof Break) return false;
      if (!(error instanceof Continue)) throw error;
    }
    return true;
  }

  // ── output ───────────────────────────────────────────────────────────────────────────────────────────

  private *print(s: Extract<Stmt, { k: "print" }>): Running<void> {
    const values: Value[] = [];
    for (const arg of s.args) values.push(yield* this.eval(arg));
    let text: string;
    if (s.formatted) {
      if (values.length === 0) fail(this.tool, "fatal: printf: no arguments", 2);
      text = sprintf(toText(values[0], this.convfmt), values.slice(1));
    } else if (values.length === 0) text = this.wholeRecord() + this.text("ORS");
    else {
      const format = this.text("OFMT");
      text = values.map((v) => toText(v, format)).join(this.text("OFS")) + this.text("ORS");
    }
    if (s.redirect === "") {
      yield* this.tool.print(text);
      return;
    }
    const name = toText(yield* this.eval(s.to as Expr), this.convfmt);
    if (name === "/dev/stdout" || name === "-") yield* this.tool.print(text);
    else if (name === "/dev/stderr") {
      this.tool.proc.err(text);
    } else {
      yield* this.streams.write(name, s.redirect, text);
    }
  }

  // ── expressions ──────────────────────────────────────────────────────────────────────────────────────

  private *key(keys: readonly Expr[]): Running<string> {
    if (keys.length === 1) return toText(yield* this.eval(keys[0]), this.convfmt);
    const parts: string[] = [];
    for (const k of keys) parts.push(toText(yield* this.eval(k), this.convfmt));
    return parts.join(this.text("SUBSEP"));
  }

  *store(to: Expr, value: Value): Running<void> {
    if (to.k === "var") this.set(to.name, value);
    else if (to.k === "index") this.array(to.name).set(yield* this.key(to.keys), value);
    else if (to.k === "field") this.setField(Math.trunc(toNumber(yield* this.eval(to.of))), value);
    else if (to.k === "group") yield* this.store(to.of, value);
  }

  *eval(e: Expr): Running<Value> {
    switch (e.k) {
      case "number":
      case "string":
        return e.value;
      case "regex":
        return this.regex(e.source).test(this.wholeRecord()) ? 1 : 0;
      case "var":
        return this.get(e.name);
      case "index": {
        const array = this.array(e.name);
        const key = yield* this.key(e.keys);
        // Looking makes the element.
        if (!array.has(key)) array.set(key, undefined);
        return array.get(key);
      }
      case "field":
        return this.field(Math.trunc(toNumber(yield* this.eval(e.of))));
      case "group":
        return yield* this.eval(e.of);
      case "assign": {
        let value = yield* this.eval(e.value);
        if (e.op !== "=") value = this.arithmetic(e.op[0], toNumber(yield* this.eval(e.to)), toNumber(value));
        yield* this.store(e.to, value);
        return value;
      }
      case "cond":
        return yield* this.eval(toBoolean(yield* this.eval(e.test)) ? e.yes : e.no);
      case "unary": {
        const v = yield* this.eval(e.of);
        return e.op === "!" ? (toBoolean(v) ? 0 : 1) : e.op === "-" ? -toNumber(v) : toNumber(v);
      }
      case "step": {
        const old = toNumber(yield* this.eval(e.of));
        const now = e.op === "++" ? old + 1 : old - 1;
        yield* this.store(e.of, now);
        return e.prefix ? now : old;
      }
      case "in":
        return this.array(e.name).has(yield* this.key(e.keys)) ? 1 : 0;
      case "binary":
        return yield* this.binary(e.op, e.left, e.right);
      case "call":
        return yield* this.call(e.name, e.args);
      case "builtin":
        return yield* builtin(this, e.name, e.args);
      case "getline":
        return yield* this.getline(e);
    }
  }

  private arithmetic(op: string, a: number, b: number): number {
    switch (op) {
      case "+":
        return a + b;
      case "-":
        return a - b;
      case "*":
        return a * b;
      case "/":
        if (b === 0) fail(this.tool, "fatal: division by zero attempted", 2);
        return a / b;
      case "%":
        if (b === 0) fail(this.tool, "fatal: division by zero attempted in `%'", 2);
        return a % b;
      default:
        return a ** b;
    }
  }

  private *binary(op: string, left: Expr, right: Expr): Running<Value> {
    if (op === "&&") return toBoolean(yield* this.eval(left)) && toBoolean(yield* this.eval(right)) ? 1 : 0;
    if (op === "||") return toBoolean(yield* this.eval(left)) || toBoolean(yield* this.eval(right)) ? 1 : 0;
    const a = yield* this.eval(left);
    if (op === "~" || op === "!~") {
      const regex = yield* this.regexOf(right);
      return regex.test(toText(a, this.convfmt)) === (op === "~") ? 1 : 0;
    }
    const b = yield* this.eval(right);
    if (op === " ") return toText(a, this.convfmt) + toText(b, this.convfmt);
    if (op.length === 1 && "+-*/%^".includes(op)) return this.arithmetic(op, toNumber(a), toNumber(b));
    const order = compare(a, b, this.convfmt);
    switch (op) {
      case "<":
        return order < 0 ? 1 : 0;
      case "<=":
        return order <= 0 ? 1 : 0;
      case "==":
        return order === 0 ? 1 : 0;
      case "!=":
        return order !== 0 ? 1 : 0;
      case ">":
        return order > 0 ? 1 : 0;
      default:
        return order >= 0 ? 1 : 0;
    }
  }

  private *call(name: string, args: readonly Expr[]): Running<Value> {
    const fn = this.program.functions.get(name);
    if (!fn) fail(this.tool, `fatal: function \`${name}' not defined`, 2);
    if (args.length > fn.params.length)
      fail(this.tool, `fatal: function \`${name}' called with more arguments than declared`, 2);
    const frame: Frame = { scalars: new Map(), arrays: new Map() };
    const undone: (() => void)[] = [];
    for (let i = 0; i < fn.params.length; i++) {
      const arg = args[i];
      const param = fn.params[i];
      if (arg?.k === "var") {
        const array =
          this.frame?.arrays.get(arg.name) ??
          (this.frame?.scalars.has(arg.name) ? undefined : this.arrays.get(arg.name));
        if (array) {
          frame.arrays.set(param, array);
          continue;
        }
        const value = this.get(arg.name);
        frame.scalars.set(param, value);
        // Nothing yet: when the function makes an array of it, the caller's name becomes that array.
        if (value === undefined) {
          const caller = this.frame;
          undone.push(() => {
            const made = frame.arrays.get(param);
            if (!made) return;
            if (caller?.scalars.has(arg.name)) {
              caller.scalars.delete(arg.name);
              caller.arrays.set(arg.name, made);
            } else this.arrays.set(arg.name, made);
          });
        }
      } else frame.scalars.set(param, arg ? yield* this.eval(arg) : undefined);
    }
    const before = this.frame;
    this.frame = frame;
    try {
      yield* this.exec(fn.body);
      return undefined;
    } catch (error) {
      if (error instanceof Return) return error.value;
      throw error;
    } finally {
      this.frame = before;
      for (const undo of undone) undo();
    }
  }

  private *getline(e: Extract<Expr, { k: "getline" }>): Running<Value> {
    let text: string | null;
    if (e.from === "main") text = yield* this.nextRecord();
    else {
      const name = toText(yield* this.eval(e.source as Expr), this.convfmt);
      const input = yield* this.streams.input(name, e.from);
      if (!input) return -1;
      text = yield* input.next(this.text("RS"), (s) => this.regex(s));
      if (text !== null && e.from === "command") this.globals.set("NR", toNumber(this.globals.get("NR")) + 1);
    }
    if (text === null) return 0;
    if (e.to) yield* this.store(e.to, fromInput(text));
    else this.setRecord(text);
    return 1;
  }
}

function unescapeOperand(text: string): string {
  return text.replace(/\\n/g, "\n").replace(/\\t/g, "\t").replace(/\\\\/g, "\\");
}
