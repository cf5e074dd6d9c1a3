import { openInput, writeWhole } from "../tool/files.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { LineReader } from "../tool/input.ts";
import { quote } from "../tool/quote.ts";
import { defineTool, fail, reason } from "../tool/tool.ts";

export const uniq = defineTool({
  names: ["uniq"],
  summary: "join equal neighbouring lines",
  *main(tool) {
    const opts = getopt(tool.args, "cdDf:is:uw:z", {
      count: "c",
      repeated: "d",
      "skip-fields:": "f",
      "ignore-case": "i",
      "skip-chars:": "s",
      unique: "u",
      "check-chars:": "w",
      "zero-terminated": "z",
      "all-repeated::": "D",
    });
    if (opts.rest.length > 2) throw new UsageError(`extra operand ${quote(opts.rest[2])}`);
    const number = (key: string, what: string, missing: number) => {
      const value = opts.get(key);
      if (value === undefined) return missing;
      if (!/^\d+$/.test(value)) fail(tool, `${value}: invalid number of ${what}`);
      return Number(value);
    };
    const fields = number("f", "fields to skip", 0);
    const chars = number("s", "bytes to skip", 0);
    const width = number("w", "bytes to compare", Number.POSITIVE_INFINITY);
    const keyOf = (line: string) => {
      let key = line;
      for (let i = 0; i < fields; i++) key = key.replace(/^[ \t]*[^ \t]*/, "");
      key = key.slice(chars, chars + width);
      return opts.has("i") ? key.toLowerCase() : key;
    };
    const path = opts.rest[0] ?? "-";
    let fd: number;
    try {
      fd = openInput(tool.proc, path);
    } catch (error) {
      fail(tool, `${path}: ${reason(error)}`);
    }
    const end = opts.has("z") ? "\0" : "\n";
    const lines = new LineReader(tool.proc, fd, end);
    let result = "";
    const toFile = opts.rest[1] !== undefined && opts.rest[1] !== "-";
    let previous: string | null = null;
    let previousKey = "";
    let count = 0;
    let group: string[] = [];
    const render = (): string => {
      if (previous === null) return "";
      if (opts.has("D")) return count > 1 ? group.map((l) => l + end).join("") : "";
      if (opts.has("d") && count < 2) return "";
      if (opts.has("u") && count > 1) return "";
      return `${opts.has("c") ? `${String(count).padStart(7)} ` : ""}${previous}${end}`;
    };
    for (;;) {
      const line: string | null = yield* lines.line();
      const key = line === null ? "" : keyOf(line);
      if (line !== null && previous !== null && key === previousKey) {
        count++;
        group.push(line);
        continue;
      }
      const done = render();
      if (toFile) result += done;
      else yield* tool.print(done);
      if (line === null) break;
      previous = line;
      previousKey = key;
      count = 1;
      group = [line];
    }
    if (toFile) yield* writeWhole(tool.proc, opts.rest[1], result);
    return 0;
  },
});
