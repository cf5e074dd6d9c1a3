import { text as decode, utf8 } from "../../base/text.ts";
import { eachInput } from "../tool/files.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { LineReader } from "../tool/input.ts";
import { quote } from "../tool/quote.ts";
import { defineTool } from "../tool/tool.ts";

type Range = readonly [from: number, to: number];

function parseList(list: string, fields: boolean): Range[] {
  const ranges: Range[] = [];
  for (const part of list.split(/[, \t]/)) {
    const m = /^(\d*)(-?)(\d*)$/.exec(part);
    if (!m) {
      if (fields) throw new UsageError(`invalid field value ${quote(part.replace(/^[\d-]*/, ""))}`);
      throw new UsageError(`invalid byte/character position ${quote(part.replace(/^[\d-]*/, ""))}`);
    }
    if (m[2] === "-" && m[1] === "" && m[3] === "") throw new UsageError("invalid range with no endpoint: -");
    const from = m[1] === "" ? 1 : Number(m[1]);
    const to = m[2] === "" ? from : m[3] === "" ? Number.POSITIVE_INFINITY : Number(m[3]);
    if (from === 0 || (m[2] === "" && m[1] === "") || to === 0)
      throw new UsageError(
        fields ? "fields are numbered from 1" : "byte/character positions are numbered from 1",
      );
    if (to < from) throw new UsageError("invalid decreasing range");
    ranges.push([from, to]);
  }
  return ranges;
}

export const cut = defineTool({
  names: ["cut"],
  summary: "print parts of lines",
  *main(tool) {
    const opts = getopt(tool.args, "b:c:d:f:nsz", {
      "bytes:": "b",
      "characters:": "c",
      "delimiter:": "d",
      "fields:": "f",
      complement: "complement",
      "only-delimited": "s",
      "output-delimiter:": "output",
      "zero-terminated": "z",
    });
    const lists = opts.options.filter(([k]) => k === "b" || k === "c" || k === "f");
    if (lists.length === 0) throw new UsageError("you must specify a list of bytes, characters, or fields");
    if (lists.length > 1) throw new UsageError("only one type of list may be specified");
    const [type, list] = lists[0];
    const fields = type === "f";
    const ranges = parseList(list, fields);
    const delimiter = opts.get("d") ?? "\t";
    if (utf8(delimiter).length > 1) throw new UsageError("the delimiter must be a single character");
    if (opts.has("d") && !fields)
      throw new UsageError("an input delimiter may be specified only when operating on fields");
    if (opts.has("s") && !fields)
      throw new UsageError("suppressing non-delimited lines makes sense\n\tonly when operating on fields");
    const output = opts.get("output") ?? (fields ? delimiter : "");
    const complement = opts.has("complement");
    const selected = (n: number) => ranges.some(([a, b]) => n >= a && n <= b) !== complement;
    const end = opts.has("z") ? "\0" : "\n";
    return yield* eachInput(tool, opts.rest, function* (fd) {
      const lines = new LineReader(tool.proc, fd, end);
      for (let line = yield* lines.line(); line !== null; line = yield* lines.line()) {
        let shown: string;
        if (fields) {
          if (!line.includes(delimiter)) {
            if (opts.has("s")) continue;
            shown = line;
          } else
            shown = line
              .split(delimiter)
              .filter((_, i) => selected(i + 1))
              .join(output);
        } else {
          const bytes = utf8(line);
          if (output === "") shown = decode(bytes.filter((_, i) => selected(i + 1)));
          else {
            const runs: string[] = [];
            let run: number[] = [];
            bytes.forEach((b, i) => {
              if (selected(i + 1)) {
                // A new range that begins here begins a new piece.
                if (run.length > 0 && ranges.some(([a]) => a === i + 1)) {
                  runs.push(decode(Uint8Array.from(run)));
                  run = [];
                }
                run.push(b);
              } else if (run.length > 0) {
                runs.push(decode(Uint8Array.from(run)));
                run = [];
              }
            });
            if (run.length > 0) runs.push(decode(Uint8Array.from(run)));
            shown = runs.join(output);
          }
        }
        yield* tool.print(shown + end);
      }
    });
  },
});

export const paste = defineTool({
  names: ["paste"],
  summary: "join the lines of files side by side",
  *main(tool) {
    const opts = getopt(tool.args, "d:sz", { "delimiters:": "d", serial: "s" });
    const list = [
      ...(opts.get("d") ?? "\t").replace(/\\n/g, "\n").replace(/\\t/g, "\t").replace(/\\\\/g, "\\"),
    ];
    const delimiter = (i: number) => {
      const d = list[i % list.length] ?? "";
      return d === "0" && list[i % list.length] === "\\0" ? "" : d;
    };
    const columns: string[][] = [];
    const stdin: { lines: string[] | null } = { lines: null };
    const status = yield* eachInput(tool, opts.rest, function* (fd, path) {
      if (path === "-" && stdin.lines) {
        columns.push(stdin.lines);
        return;
      }
      const text = yield* new LineReader(tool.proc, fd).all();
      const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
      if (path === "-") stdin.lines = lines;
      columns.push(lines);
    });
    if (status !== 0) return status;
    if (opts.has("s")) {
      for (const lines of columns)
        yield* tool.print(`${lines.reduce((all, l, i) => (i === 0 ? l : all + delimiter(i - 1) + l), "")}\n`);
      return 0;
    }
    // "-" several times reads standard input in turn.
    const shared = columns.filter((c) => c === stdin.lines).length;
    const rows = Math.max(
      ...columns.map((c) => (c === stdin.lines ? Math.ceil(c.length / shared) : c.length)),
    );
    for (let row = 0; row < rows; row++) {
      let nth = 0;
      let out = "";
      columns.forEach((column, i) => {
        const cell = column === stdin.lines ? column[row * shared + nth++] : column[row];
        out += (i === 0 ? "" : delimiter(i - 1)) + (cell ?? "");
      });
      yield* tool.print(`${out}\n`);
    }
    return 0;
  },
});

export const column = defineTool({
  names: ["column"],
  summary: "line text up in columns (-t)",
  *main(tool) {
    const opts = getopt(tool.args, "ts:o:c:x", {
      table: "t",
      "separator:": "s",
      "output-separator:": "o",
      "output-width:": "c",
    });
    const rows: string[] = [];
    const status = yield* eachInput(tool, opts.rest, function* (fd) {
      const lines = new LineReader(tool.proc, fd);
      for (let line = yield* lines.line(); line !== null; line = yield* lines.line())
        if (line.trim() !== "") rows.push(line);
    });
    if (!opts.has("t")) {
      const width = Number(opts.get("c") ?? 80);
      const cell = (Math.floor(Math.max(0, ...rows.map((r) => r.length)) / 8) + 1) * 8;
      const across = Math.max(1, Math.floor(width / cell));
      const height = Math.ceil(rows.length / across);
      for (let y = 0; y < height; y++) {
        let line = "";
        for (let x = 0; x * height + y < rows.length; x++) {
          const text = rows[x * height + y];
          const last = (x + 1) * height + y >= rows.length;
          line += last ? text : text + "\t".repeat(Math.ceil((cell - text.length) / 8));
        }
        yield* tool.print(`${line}\n`);
      }
      return status;
    }
    const separator = opts.get("s");
    const cells = rows.map((r) =>
      separator === undefined
        ? r.trim().split(/[ \t]+/)
        : r.split(new RegExp(`[${separator.replace(/[\\\]^-]/g, "\\$&")}]`)),
    );
    const widths: number[] = [];
    for (const row of cells)
      for (const [i, c] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, c.length);
    const between = opts.get("o") ?? "  ";
    for (const row of cells) {
      let line = "";
      for (let i = 0; i < widths.length; i++) {
        const cell = row[i] ?? "";
        if (i === widths.length - 1) line += cell;
        else if (i < row.length - 1 || opts.has("o") || row.length < widths.length)
          line += cell.padEnd(widths[i]) + between;
        else line += cell;
      }
      yield* tool.print(`${line}\n`);
    }
    return status;
  },
});

export const nl = defineTool({
  names: ["nl"],
  summary: "number the lines of files",
  *main(tool) {
    const opts = getopt(tool.args, "b:i:n:s:v:w:", {
      "body-numbering:": "b",
      "number-width:": "w",
      "number-separator:": "s",
      "starting-line-number:": "v",
      "line-increment:": "i",
    });
    const style = opts.get("b") ?? "t";
    const width = Number(opts.get("w") ?? 6);
    const separator = opts.get("s") ?? "\t";
    let n = Number(opts.get("v") ?? 1);
    const step = Number(opts.get("i") ?? 1);
    return yield* eachInput(tool, opts.rest, function* (fd) {
      const lines = new LineReader(tool.proc, fd);
      for (let line = yield* lines.line(); line !== null; line = yield* lines.line()) {
        const numbered = style === "a" || (style === "t" && line !== "");
        let label = " ".repeat(width + separator.length);
        if (numbered) {
          const format = opts.get("n") ?? "rn";
          const number = String(n);
          label =
            (format === "ln"
              ? number.padEnd(width)
              : format === "rz"
                ? number.padStart(width, "0")
                : number.padStart(width)) + separator;
          n += step;
        }
        yield* tool.print(`${label}${line}\n`);
      }
    });
  },
});
