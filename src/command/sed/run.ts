import { KernelError } from "../../base/errno.ts";
import type { Running } from "../../machine/process.ts";
import { openInput, readTextFile } from "../tool/files.ts";
import { LineReader } from "../tool/input.ts";
import { fail, type Tool } from "../tool/tool.ts";
import { type SedOptions, SedOutput } from "./output.ts";
import type { Address, SedCommand } from "./parse.ts";
import { substitute } from "./substitute.ts";
import { visible } from "./visible.ts";

/** Runs a parsed script over its inputs. */
export class Sed {
  private readonly tool: Tool;
  private readonly commands: readonly SedCommand[];
  private readonly opts: SedOptions;
  private readonly end: string;
  private readonly files: readonly string[];
  private nextFile = 0;
  private reader: LineReader | null = null;
  private readerFd = -1;
  private path = "-";
  private ahead: string | null = null;
  private aheadTerminated = true;
  private line = 0;
  private pattern = "";
  private terminated = true;
  private hold = "";
  private appended: { text?: string; file?: string; lineOf?: string }[] = [];
  private lastRegex: RegExp | null = null;
  private status = 0;
  private readonly out: SedOutput;
  private readonly lineInputs = new Map<string, LineReader | null>();

  constructor(tool: Tool, commands: readonly SedCommand[], opts: SedOptions, files: readonly string[]) {
    this.tool = tool;
    this.commands = commands;
    this.opts = opts;
    this.files = files.length > 0 ? files : ["-"];
    this.out = new SedOutput(tool, opts);
    this.end = opts.nul ? "\0" : "\n";
  }

  *run(): Running {
    this.out.open(this.commands);
    while (yield* this.readPattern()) {
      const action = yield* this.cycle();
      if (action === "quit" || action === "silent-quit") {
        yield* this.out.finish();
        return this.status;
      }
    }
    yield* this.out.finish();
    return this.status;
  }

  // ── input ────────────────────────────────────────────────────────────────────────────────────────────

  private *openNext(): Running<boolean> {
    while (this.nextFile < this.files.length) {
      const path = this.files[this.nextFile++];
      try {
        this.readerFd = openInput(this.tool.proc, path);
        this.reader = new LineReader(this.tool.proc, this.readerFd, this.end);
        this.path = path;
        return true;
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        yield* this.tool.out.flush();
        if (error.code === "EISDIR")
          this.tool.warn(
            this.opts.inPlace === null
              ? `couldn't read ${path}: ${error.message}`
              : `couldn't edit ${path}: not a regular file`,
          );
        else this.tool.warn(`can't read ${path}: ${error.message}`);
        this.status = error.code === "EISDIR" && this.opts.inPlace !== null ? 4 : 2;
      }
    }
    return false;
  }

  /** Makes sure that `ahead` holds the next line, if there is one in the present (or a later) file. */
  private *lookAhead(acrossFiles: boolean): Running<boolean> {
    while (this.ahead === null) {
      if (!this.reader) {
        if (!acrossFiles || !(yield* this.openNext())) return false;
      }
      const reader = this.reader as LineReader;
      const line = yield* reader.line();
      if (line !== null) {
        this.ahead = line;
        this.aheadTerminated = reader.terminated;
        return true;
      }
      if (!acrossFiles) return false;
      this.closeReader();
    }
    return true;
  }

  private closeReader(): void {
    if (this.readerFd > 2) this.tool.proc.closeFd(this.readerFd);
    this.reader = null;
    this.readerFd = -1;
  }

  private get perFile(): boolean {
    return this.opts.separate || this.opts.inPlace !== null;
  }

  private *isLast(): Running<boolean> {
    if (this.perFile) return !(yield* this.lookAhead(false));
    return !(yield* this.lookAhead(true));
  }

  private *takeLine(): Running<string | null> {
    if (this.ahead === null && this.reader && this.perFile) {
      if (!(yield* this.lookAhead(false))) {
        this.closeReader();
        yield* this.out.finish();
      }
    }
    if (this.ahead === null) {
      const fresh = this.reader === null;
      if (!(yield* this.lookAhead(true))) return null;
      if (fresh && this.perFile) {
        this.line = 0;
        if (this.opts.inPlace !== null) this.out.edited = this.path;
      }
    }
    if (this.opts.inPlace !== null && this.out.edited === null) this.out.edited = this.path;
    const line = this.ahead as string;
    this.ahead = null;
    this.terminated = this.aheadTerminated;
    this.line++;
    return line;
  }

  private *readPattern(): Running<boolean> {
    const line = yield* this.takeLine();
    if (line === null) return false;
    this.pattern = line;
    return true;
  }

  private *flushAppended(): Running<void> {
    const queue = this.appended;
    this.appended = [];
    for (const item of queue) {
      if (item.text === "" && (yield* this.out.endLine())) continue;
      if (item.text !== undefined) yield* this.out.put(item.text);
      else if (item.file !== undefined) {
        try {
          yield* this.out.put(
            yield* readTextFile(this.tool.proc, item.file === "/dev/stdin" ? "-" : item.file),
          );
        } catch {
          // A file that cannot be read is read as empty.
        }
      } else if (item.lineOf !== undefined) {
        let reader = this.lineInputs.get(item.lineOf);
        if (reader === undefined) {
          try {
            reader = new LineReader(this.tool.proc, openInput(this.tool.proc, item.lineOf));
          } catch {
            reader = null;
          }
          this.lineInputs.set(item.lineOf, reader);
        }
        const line = reader ? yield* reader.line() : null;
        if (line !== null) yield* this.out.put(line + (reader?.terminated ? "\n" : ""));
      }
    }
  }

  // ── one cycle ────────────────────────────────────────────────────────────────────────────────────────

  private useRegex(regex: RegExp | null): RegExp {
    if (regex) {
      this.lastRegex = regex;
      return regex;
    }
    if (!this.lastRegex) fail(this.tool, "no previous regular expression", 1);
    return this.lastRegex;
  }

  private matches(regex: RegExp | null): boolean {
    const r = this.useRegex(regex);
    r.lastIndex = 0;
    return r.test(this.pattern);
  }

  private *hit(a: Address): Running<boolean> {
    switch (a.kind) {
      case "line":
        return this.line === a.line;
      case "last":
        return yield* this.isLast();
      case "regex":
        return this.matches(a.regex);
      case "step":
        return a.step <= 0
          ? this.line === a.first
          : this.line >= a.first && (this.line - a.first) % a.step === 0;
      default:
        return false;
    }
  }

  private *selected(c: SedCommand): Running<boolean> {
    if (!c.first) return true;
    if (!c.second) return yield* this.hit(c.first);
    if (c.active) {
      if (c.second.kind === "line" || c.second.kind === "plus" || c.second.kind === "multiple") {
        if (this.line >= c.endLine) c.active = false;
        return this.line <= c.endLine;
      }
      if (yield* this.hit(c.second)) c.active = false;
      return true;
    }
    const fromZero = c.first.kind === "line" && c.first.line === 0 && this.line === 1;
    if (!fromZero && !(yield* this.hit(c.first))) return false;
    c.active = true;
    if (c.second.kind === "line") c.endLine = c.second.line;
    else if (c.second.kind === "plus") c.endLine = this.line + c.second.count;
    else if (c.second.kind === "multiple")
      c.endLine = c.second.of <= 0 ? this.line : Math.ceil(this.line / c.second.of) * c.second.of;
    else {
      if (fromZero && (yield* this.hit(c.second))) c.active = false;
      else if (c.second.kind === "last" && (yield* this.isLast())) c.active = false;
      return true;
    }
    if (c.endLine <= this.line) c.active = false;
    return true;
  }

  private *cycle(): Running<"next" | "quit" | "silent-quit"> {
    let substituted = false;
    let restart = false;
    do {
      restart = false;
      let pc = 0;
      while (pc < this.commands.length) {
        const c = this.commands[pc++];
        if (this.tool.proc.works(100 + this.pattern.length)) yield { until: this.tool.proc.machine.now };
        if ((yield* this.selected(c)) === c.negate) {
          if (c.name === "{") pc = c.target;
          continue;
        }
        switch (c.name) {
          case "{":
            break;
          case "=":
            yield* this.out.put(`${this.line}\n`);
            break;
          case "a":
            this.appended.push({ text: c.text });
            break;
          case "i":
            yield* this.out.put(c.text);
            break;
          case "c":
            if (!c.second || c.negate || !c.active) yield* this.out.put(c.text);
            return yield* this.endCycle(false);
          case "b":
            pc = c.target;
            break;
          case "t":
            if (substituted) {
              substituted = false;
              pc = c.target;
            }
            break;
          case "T":
            if (!substituted) pc = c.target;
            substituted = false;
            break;
          case "d":
            return yield* this.endCycle(false);
          case "D": {
            const stop = this.pattern.indexOf("\n");
            if (stop < 0) return yield* this.endCycle(false);
            this.pattern = this.pattern.slice(stop + 1);
            yield* this.flushAppended();
            restart = true;
            pc = this.commands.length;
            break;
          }
          case "F":
            yield* this.out.put(`${this.path}\n`);
            break;
          case "g":
            this.pattern = this.hold;
            break;
          case "G":
            this.pattern += `\n${this.hold}`;
            break;
          case "h":
            this.hold = this.pattern;
            break;
          case "H":
            this.hold += `\n${this.pattern}`;
            break;
          case "x":
            [this.pattern, this.hold] = [this.hold, this.pattern];
            break;
          case "l":
            yield* this.out.put(visible(this.pattern, c.number ?? this.opts.lineLength));
            break;
          case "n": {
            if (yield* this.isLastOfAll()) {
              if (!this.opts.quiet) yield* this.out.line(this.pattern, this.terminated);
              yield* this.flushAppended();
              return "silent-quit";
            }
            if (!this.opts.quiet) yield* this.out.line(this.pattern, this.terminated);
            yield* this.flushAppended();
            yield* this.readPattern();
            break;
          }
          case "N": {
            if (yield* this.isLastOfAll()) {
              // GNU prints the pattern space; POSIX would not.
              if (!this.opts.quiet) yield* this.out.line(this.pattern, this.terminated);
              yield* this.flushAppended();
              return "silent-quit";
            }
            yield* this.flushAppended();
            this.pattern += `\n${(yield* this.takeLine()) as string}`;
            break;
          }
          case "p":
            yield* this.out.line(this.pattern, this.terminated);
            break;
          case "P":
            yield* this.out.line(...this.firstLine());
            break;
          case "q":
            this.status = c.number ?? this.status;
            if (!this.opts.quiet) yield* this.out.line(this.pattern, this.terminated);
            yield* this.flushAppended();
            return "quit";
          case "Q":
            this.status = c.number ?? this.status;
            return "silent-quit";
          case "r":
            this.appended.push({ file: c.text });
            break;
          case "R":
            this.appended.push({ lineOf: c.text });
            break;
          case "s":
            if (yield* this.substitute(c)) substituted = true;
            break;
          case "w":
            yield* this.out.toFile(c.text, this.pattern, this.terminated);
            break;
          case "W":
            yield* this.out.toFile(c.text, ...this.firstLine());
            break;
          case "y":
            this.pattern = [...this.pattern].map((ch) => c.map?.get(ch) ?? ch).join("");
            break;
          case "z":
            this.pattern = "";
            break;
          default:
            fail(this.tool, `command ${c.name} is not modelled by Packetwalk`);
        }
      }
    } while (restart);
    return yield* this.endCycle(true);
  }

  private *isLastOfAll(): Running<boolean> {
    if (this.perFile) return !(yield* this.lookAhead(false)) && this.nextFile >= this.files.length;
    return yield* this.isLast();
  }

  /** The pattern space up to its first newline, and whether a newline follows (P, W). */
  private firstLine(): [string, boolean] {
    const stop = this.pattern.indexOf("\n");
    return stop < 0 ? [this.pattern, this.terminated] : [this.pattern.slice(0, stop), true];
  }

  private *endCycle(print: boolean): Running<"next"> {
    if (print && !this.opts.quiet) yield* this.out.line(this.pattern, this.terminated);
    yield* this.flushAppended();
    return "next";
  }

  private *substitute(c: SedCommand): Running<boolean> {
    if (c.evaluate) fail(this.tool, "the e option of `s' is not modelled by Packetwalk");
    const text = substitute(this.pattern, this.useRegex(c.regex), c);
    if (text === null) return false;
    this.pattern = text;
    for (let i = 0; i < c.print; i++) yield* this.out.line(this.pattern, this.terminated);
    if (c.text !== "") yield* this.out.toFile(c.text, this.pattern, this.terminated);
    return true;
  }
}
