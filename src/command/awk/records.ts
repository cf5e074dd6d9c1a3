import type { Process, Running } from "../../machine/process.ts";
import { LineReader } from "../tool/input.ts";

/** Reads records as RS asks: lines, paragraphs (RS=""), another character, or a regex (gawk). */
export class RecordReader {
  private lines: LineReader;
  private readonly proc: Process;
  private readonly fd: number;
  private rest: string | null = null;

  constructor(lines: LineReader, proc: Process, fd: number) {
    this.lines = lines;
    this.proc = proc;
    this.fd = fd;
  }

  *next(rs: string, regex: (source: string) => RegExp): Running<string | null> {
    if (rs === "\n" && this.rest === null) return yield* this.lines.line();
    if (this.rest === null) {
      // Not line by line: the whole rest is read first.
      this.rest = yield* this.lines.all();
      this.lines = new LineReader(this.proc, this.fd);
    }
    if (rs === "") {
      this.rest = this.rest.replace(/^\n+/, "");
      if (this.rest === "") return null;
      const m = /\n\n+/.exec(this.rest);
      const text = m ? this.rest.slice(0, m.index) : this.rest.replace(/\n$/, "");
      this.rest = m ? this.rest.slice(m.index + m[0].length) : "";
      return text;
    }
    if (this.rest === "") return null;
    const m = rs.length === 1 ? { index: this.rest.indexOf(rs), length: 1 } : find(regex(rs), this.rest);
    if (m.index < 0) {
      const text = this.rest.replace(/\n$/, rs === "\n" ? "" : "$&");
      this.rest = "";
      return text;
    }
    const text = this.rest.slice(0, m.index);
    this.rest = this.rest.slice(m.index + m.length);
    return text;
  }
}

function find(regex: RegExp, text: string): { index: number; length: number } {
  const m = regex.exec(text);
  return m && m[0] !== "" ? { index: m.index, length: m[0].length } : { index: -1, length: 0 };
}
