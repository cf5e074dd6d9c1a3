import { KernelError } from "../../base/errno.ts";
import { utf8 } from "../../base/text.ts";
import type { Running } from "../../machine/process.ts";
import { openInput, openOutput, readTextFile } from "../tool/files.ts";
import { LineReader } from "../tool/input.ts";
import { fail, reason, type Tool } from "../tool/tool.ts";
import type { Address, Part, SedCommand } from "./parse.ts";

export interface SedOptions {
  readonly quiet: boolean;
  readonly separate: boolean;
  /** null: not in place; "" without a backup. */
  readonly inPlace: string | null;
  readonly nul: boolean;
  readonly unbuffered: boolean;
  readonly lineLength: number;
}

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
  private readonly outputs = new Map<string, number>();
  private readonly lineInputs = new Map<string, LineReader | null>();
  private edited: string | null = null;
  private missingNewline = false;

  constructor(tool: Tool, commands: readonly SedCommand[], opts: SedOptions, files: readonly string[]) {
    this.tool = tool;
    this.commands = commands;
    this.opts = opts;
    this.files = files.length > 0 ? files : ["-"];
    this.end = opts.nul ? "\0" : "\n";
  }

  *run(): Running {
    for (const c of this.commands)
      if (
        (c.name === "w" || c.name === "W" || c.name === "s") &&
        c.text !== "" &&
        !c.text.startsWith("/dev/std")
      ) {
        try {
          if (!this.outputs.has(c.text)) this.outputs.set(c.text, openOutput(this.tool.proc, c.text));
        } catch (error) {
          fail(this.tool, `couldn't open file ${c.text}: ${reason(error)}`, 4);
        }
      }
    while (yield* this.readPattern()) {
      const action = yield* this.cycle();
      if (action === "quit" || action === "silent-quit") {
        yield* this.finishEdit();
        return this.status;
      }
    }
    yield* this.finishEdit();
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
        yield* this.finishEdit();
      }
    }
    if (this.ahead === null) {
      const fresh = this.reader === null;
      if (!(yield* this.lookAhead(true))) return null;
      if (fresh && this.perFile) {
        this.line = 0;
        if (this.opts.inPlace !== null) this.edited = this.path;
      }
    }
    if (this.opts.inPlace !== null && this.edited === null) this.edited = this.path;
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

  // ── output ───────────────────────────────────────────────────────────────────────────────────────────

  private editBuffer = "";

  private *put(text: string): Running<void> {
    if (this.missingNewline && text !== "") {
      text = this.end + text;
      this.missingNewline = false;
    }
    if (this.edited !== null) this.editBuffer += text;
    else {
      yield* this.tool.print(text);
      if (this.opts.unbuffered) yield* this.tool.out.flush();
    }
  }

  /** A line of the input: its newline is as missing as it was. */
  private *putPattern(text: string): Running<void> {
    yield* this.put(text + (this.terminated ? this.end : ""));
    if (!this.terminated) this.missingNewline = true;
  }

  private *finishEdit(): Running<void> {
    if (this.edited === null) return;
    const path = this.edited;
    this.edited = null;
    const proc = this.tool.proc;
    const suffix = this.opts.inPlace as string;
    if (suffix !== "") {
      const backup = suffix.includes("*") ? suffix.replaceAll("*", path) : path + suffix;
      const old = yield* readTextFile(proc, path);
      const fd = openOutput(proc, backup);
      yield* proc.write(fd, old);
      proc.closeFd(fd);
    }
    const fd = openOutput(proc, path);
    yield* proc.write(fd, this.editBuffer);
    proc.closeFd(fd);
    this.editBuffer = "";
    this.missingNewline = false;
  }

  private *toFile(name: string, text: string): Running<void> {
    if (name === "/dev/stdout") yield* this.put(text);
    else if (name === "/dev/stderr") this.tool.proc.err(text);
    else yield* this.tool.proc.write(this.outputs.get(name) as number, text);
  }

  private *flushAppended(): Running<void> {
    const queue = this.appended;
    this.appended = [];
    for (const item of queue) {
      if (item.text === "" && this.missingNewline) {
        this.missingNewline = false;
        yield* this.put(this.end);
      } else if (item.text !== undefined) yield* this.put(item.text);
      else if (item.file !== undefined) {
        try {
          yield* this.put(yield* readTextFile(this.tool.proc, item.file === "/dev/stdin" ? "-" : item.file));
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
        if (line !== null) yield* this.put(`${line}\n`);
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
        if ((yield* this.selected(c)) === c.negate) {
          if (c.name === "{") pc = c.target;
          continue;
        }
        switch (c.name) {
          case "{":
            break;
          case "=":
            yield* this.put(`${this.line}\n`);
            break;
          case "a":
            this.appended.push({ text: c.text });
            break;
          case "i":
            yield* this.put(c.text);
            break;
          case "c":
            if (!c.second || c.negate || !c.active) yield* this.put(c.text);
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
            yield* this.put(`${this.path}\n`);
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
            yield* this.put(visible(this.pattern, c.number ?? this.opts.lineLength));
            break;
          case "n": {
            if (yield* this.isLastOfAll()) {
              if (!this.opts.quiet) yield* this.putPattern(this.pattern);
              yield* this.flushAppended();
              return "silent-quit";
            }
            if (!this.opts.quiet) yield* this.putPattern(this.pattern);
            yield* this.flushAppended();
            yield* this.readPattern();
            break;
          }
          case "N": {
            if (yield* this.isLastOfAll()) {
              // GNU prints the pattern space; POSIX would not.
              if (!this.opts.quiet) yield* this.putPattern(this.pattern);
              yield* this.flushAppended();
              return "silent-quit";
            }
            yield* this.flushAppended();
            this.pattern += `\n${(yield* this.takeLine()) as string}`;
            break;
          }
          case "p":
            yield* this.putPattern(this.pattern);
            break;
          case "P":
            yield* this.put(`${this.pattern.split("\n", 1)[0]}\n`);
            break;
          case "q":
            this.status = c.number ?? this.status;
            if (!this.opts.quiet) yield* this.putPattern(this.pattern);
            yield* this.flushAppended();
            yield* this.copyRest();
            return "quit";
          case "Q":
            this.status = c.number ?? this.status;
            yield* this.copyRest();
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
            yield* this.toFile(c.text, `${this.pattern}\n`);
            break;
          case "W":
            yield* this.toFile(c.text, `${this.pattern.split("\n", 1)[0]}\n`);
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

  /** q with -i keeps the rest of the file as it is. */
  private *copyRest(): Running<void> {
    if (this.edited === null) return;
    for (;;) {
      if (!(yield* this.lookAhead(false))) return;
      this.terminated = this.aheadTerminated;
      yield* this.putPattern(this.ahead as string);
      this.ahead = null;
    }
  }

  private *endCycle(print: boolean): Running<"next"> {
    if (print && !this.opts.quiet) yield* this.putPattern(this.pattern);
    yield* this.flushAppended();
    return "next";
  }

  private *substitute(c: SedCommand): Running<boolean> {
    if (c.evaluate) fail(this.tool, "the e option of `s' is not modelled by Packetwalk");
    const regex = this.useRegex(c.regex);
    regex.lastIndex = 0;
    let out = "";
    let from = 0;
    let count = 0;
    let done = false;
    let lastEnd = -1;
    const text = this.pattern;
    for (let m = regex.exec(text); m; m = regex.exec(text)) {
      const end = m.index + m[0].length;
      if (m[0] === "") regex.lastIndex = m.index + 1;
      // An empty match right behind the last one does not count.
      if (m[0] === "" && m.index === lastEnd) continue;
      lastEnd = end;
      if (++count < c.nth) continue;
      out += text.slice(from, m.index) + replacement(c.parts, m);
      from = end;
      done = true;
      if (!c.global) break;
    }
    if (!done) return false;
    this.pattern = out + text.slice(from);
    for (let i = 0; i < c.print; i++) yield* this.putPattern(this.pattern);
    if (c.text !== "") yield* this.toFile(c.text, `${this.pattern}\n`);
    return true;
  }
}

function replacement(parts: readonly Part[], m: RegExpExecArray): string {
  let out = "";
  let mode: "U" | "L" | "E" = "E";
  let once: "u" | "l" | null = null;
  const add = (text: string) => {
    let t = mode === "U" ? text.toUpperCase() : mode === "L" ? text.toLowerCase() : text;
    if (once !== null && t !== "") {
      t = (once === "u" ? t[0].toUpperCase() : t[0].toLowerCase()) + t.slice(1);
      once = null;
    }
    out += t;
  };
  for (const part of parts) {
    if (typeof part === "string") add(part);
    else if (typeof part === "number") add(m[part] ?? "");
    else if (part.case === "u" || part.case === "l") once = part.case;
    else mode = part.case;
  }
  return out;
}

/** The l command. */
function visible(text: string, width: number): string {
  const names: Record<string, string> = {
    "\\": "\\\\",
    "\x07": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
  };
  const cells: string[] = [];
  for (const c of text) {
    if (names[c]) cells.push(names[c]);
    else if (c >= " " && c <= "~") cells.push(c);
    else for (const b of utf8(c)) cells.push(`\\${b.toString(8).padStart(3, "0")}`);
  }
  let out = "";
  let at = 0;
  for (const cell of cells) {
    if (width > 1 && at + cell.length > width - 1) {
      out += "\\\n";
      at = 0;
    }
    out += cell;
    at += cell.length;
  }
  return `${out}$\n`;
}
