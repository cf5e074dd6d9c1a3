import { BoundedRegExp } from "../../base/regexp/bounded.ts";
import { compileRegex, RegexError } from "../../base/regexp/posix.ts";
import { noteWork } from "../../base/work.ts";
import { fail, type Tool } from "../tool/tool.ts";
import { type AwkArray, fromInput, toNumber, toText, type Value } from "./value.ts";

export interface Frame {
  readonly scalars: Map<string, Value>;
  readonly arrays: Map<string, AwkArray>;
}

/** What a program's variables, arrays and record hold. */
export class State {
  readonly tool: Tool;
  protected readonly globals = new Map<string, Value>();
  protected readonly arrays = new Map<string, AwkArray>();
  protected frame: Frame | null = null;
  private record = "";
  /** Null: not split yet. */
  private fields: string[] | null = null;
  /** False: a field was set, and the record has to be put together again. */
  private rebuilt = true;
  private readonly regexes = new Map<string, BoundedRegExp>();

  constructor(tool: Tool) {
    this.tool = tool;
    for (const [name, value] of Object.entries({
      FS: " ",
      OFS: " ",
      ORS: "\n",
      RS: "\n",
      SUBSEP: "\x1c",
      CONVFMT: "%.6g",
      OFMT: "%.6g",
      FILENAME: "",
    }))
      this.globals.set(name, value);
    for (const name of ["NR", "FNR", "NF", "RSTART"]) this.globals.set(name, 0);
    this.globals.set("RLENGTH", -1);
  }

  // ── variables ────────────────────────────────────────────────────────────────────────────────────────

  text(name: string): string {
    return toText(this.globals.get(name));
  }

  get convfmt(): string {
    return this.text("CONVFMT");
  }

  get(name: string): Value {
    if (this.frame?.scalars.has(name)) return this.frame.scalars.get(name);
    if (name === "NF") return this.split().length;
    return this.globals.get(name);
  }

  set(name: string, value: Value): void {
    if (this.frame?.scalars.has(name)) {
      this.frame.scalars.set(name, value);
      return;
    }
    if (name === "NF") {
      const fields = this.split();
      const n = Math.max(0, Math.trunc(toNumber(value)));
      while (fields.length < n) fields.push("");
      fields.length = n;
      this.rebuilt = false;
      return;
    }
    this.globals.set(name, value);
  }

  array(name: string): AwkArray {
    const local = this.frame?.arrays.get(name);
    if (local) return local;
    if (this.frame?.scalars.has(name)) {
      // A parameter that was nothing so far becomes an array.
      const made: AwkArray = new Map();
      this.frame.scalars.delete(name);
      this.frame.arrays.set(name, made);
      return made;
    }
    let found = this.arrays.get(name);
    if (!found) {
      found = new Map();
      this.arrays.set(name, found);
    }
    return found;
  }

  /** -v and operands of the form name=value. */
  assign(name: string, value: string): void {
    this.set(name, fromInput(value));
  }

  // ── the record ───────────────────────────────────────────────────────────────────────────────────────

  protected setRecord(text: string): void {
    this.record = text;
    this.fields = null;
    this.rebuilt = true;
  }

  private split(): string[] {
    if (this.fields === null) this.fields = this.splitText(this.record, this.text("FS"));
    return this.fields;
  }

  splitText(text: string, separator: string): string[] {
    if (text === "") return [];
    // Each field costs more than its characters.
    noteWork(16 * text.length);
    if (separator === " ") {
      const trimmed = text.replace(/^[ \t\n]+|[ \t\n]+$/g, "");
      return trimmed === "" ? [] : trimmed.split(/[ \t\n]+/);
    }
    if (separator === "") return [...text];
    if (separator === "\t" || (separator.length === 1 && !/[\\^$.*+?()[\]{}|]/.test(separator))) {
      return this.text("RS") === ""
        ? text.split(new RegExp(`[\\n${separator === "\t" ? "\\t" : separator.replace(/[\]\\^-]/, "\\$&")}]`))
        : text.split(separator);
    }
    const regex = separator.length === 1 ? this.regex(`\\${separator}`) : this.regex(separator);
    const out: string[] = [];
    let from = 0;
    for (const m of text.matchAll(new BoundedRegExp(regex, "gs"))) {
      if (m[0] === "") continue;
      out.push(text.slice(from, m.index));
      from = m.index + m[0].length;
    }
    out.push(text.slice(from));
    return out;
  }

  protected wholeRecord(): string {
    if (!this.rebuilt) {
      this.record = this.split().join(this.text("OFS"));
      this.rebuilt = true;
    }
    return this.record;
  }

  field(n: number): Value {
    if (n < 0) fail(this.tool, `fatal: attempt to access field ${n}`, 2);
    if (n === 0) return fromInput(this.wholeRecord());
    const text = this.split()[n - 1];
    return text === undefined ? undefined : fromInput(text);
  }

  setField(n: number, value: Value): void {
    if (n < 0) fail(this.tool, `fatal: attempt to access field ${n}`, 2);
    const text = toText(value, this.convfmt);
    if (n === 0) {
      this.setRecord(text);
      return;
    }
    const fields = this.split();
    while (fields.length < n) fields.push("");
    fields[n - 1] = text;
    this.rebuilt = false;
  }

  regex(source: string): BoundedRegExp {
    let found = this.regexes.get(source);
    if (!found) {
      try {
        // In awk a backslash escapes inside brackets too, and \/ \" \. are the characters themselves.
        found = compileRegex(awkRegex(source), "extended", {});
      } catch (error) {
        if (error instanceof RegexError)
          fail(this.tool, `fatal: invalid regexp: ${error.message}: /${source}/`, 2);
        throw error;
      }
      this.regexes.set(source, found);
    }
    return found;
  }
}

function awkRegex(source: string): string {
  return source
    .replace(/\\(["/&y])/g, (_, c: string) => (c === "y" ? "\\b" : c))
    .replace(/\\t/g, "\t")
    .replace(/\\n/g, "\n");
}
