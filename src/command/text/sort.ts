import { eachInput, writeWhole } from "../tool/files.ts";
import { getopt, type Parsed, UsageError } from "../tool/getopt.ts";
import { LineReader } from "../tool/input.ts";
import { quote } from "../tool/quote.ts";
import { defineTool, fail } from "../tool/tool.ts";

interface Key {
  readonly field: number;
  readonly char: number;
  readonly endField: number;
  readonly endChar: number;
  /** Its own ordering letters; "" takes the global ones. */
  readonly flags: string;
}

function parseKey(text: string): Key {
  const m = /^(\d+)(?:\.(\d+))?([bdfghinrRMV]*)(?:,(\d+)(?:\.(\d+))?([bdfghinrRMV]*))?$/.exec(text);
  if (!m) {
    const bad = /^(\d*)(.*)$/.exec(text) as RegExpExecArray;
    if (bad[1] === "")
      throw new UsageError(`invalid number at field start: invalid count at start of ${quote(text)}`, true);
    throw new UsageError(`stray character in field spec: invalid field specification ${quote(text)}`, true);
  }
  if (Number(m[1]) === 0)
    throw new UsageError(`field number is zero: invalid field specification ${quote(text)}`, true);
  return {
    field: Number(m[1]),
    char: m[2] === undefined ? 1 : Number(m[2]),
    endField: m[4] === undefined ? Number.POSITIVE_INFINITY : Number(m[4]),
    endChar: m[5] === undefined ? 0 : Number(m[5]),
    flags: m[3] + (m[6] ?? ""),
  };
}

/** Field starts; without -t the blanks before a field belong to it. */
function keyText(line: string, key: Key, separator: string | undefined, flags: string): string {
  const starts: number[] = [];
  const ends: number[] = [];
  if (separator !== undefined) {
    let at = 0;
    for (;;) {
      starts.push(at);
      const stop = line.indexOf(separator, at);
      ends.push(stop < 0 ? line.length : stop);
      if (stop < 0) break;
      at = stop + 1;
    }
  } else {
    for (const m of line.matchAll(/[ \t]*[^ \t]+|[ \t]+$/g)) {
      starts.push(m.index);
      ends.push(m.index + m[0].length);
    }
  }
  let from = starts[key.field - 1] ?? line.length;
  if (flags.includes("b")) while (line[from] === " " || line[from] === "\t") from++;
  from += key.char - 1;
  let to = line.length;
  if (key.endField !== Number.POSITIVE_INFINITY) {
    to =
      key.endChar === 0
        ? (ends[key.endField - 1] ?? line.length)
        : (starts[key.endField - 1] ?? line.length) + key.endChar;
  }
  return line.slice(Math.min(from, line.length), Math.max(Math.min(from, line.length), to));
}

const UNITS = "KMGTPEZY";

function human(text: string): number {
  const m = /^\s*(-?)(\d*\.?\d*)([KMGTPEZYk]?)/.exec(text) as RegExpExecArray;
  const value = Number(m[2] || 0);
  const order = value === 0 ? 0 : UNITS.indexOf(m[3].toUpperCase() || " ") + 1;
  return (m[1] ? -1 : 1) * (order * 1e30 + value);
}

/** strverscmp-like ordering of sort -V and ls -v: digit runs compare as numbers. */
export function compareVersions(a: string, b: string): number {
  const x = a.match(/\d+|\D+/g) ?? [];
  const y = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    if (x[i] === undefined) return -1;
    if (y[i] === undefined) return 1;
    if (/^\d/.test(x[i]) && /^\d/.test(y[i])) {
      const d = Number(x[i]) - Number(y[i]);
      if (d !== 0) return d;
    } else if (x[i] !== y[i]) return compareText(x[i], y[i]);
  }
  return 0;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

function compareKey(a: string, b: string, flags: string): number {
  let order: number;
  if (flags.includes("n")) order = leadingNumber(a) - leadingNumber(b);
  else if (flags.includes("g")) order = general(a) - general(b) || 0;
  else if (flags.includes("h")) order = human(a) - human(b);
  else if (flags.includes("M"))
    order =
      MONTHS.indexOf(a.trim().slice(0, 3).toUpperCase()) - MONTHS.indexOf(b.trim().slice(0, 3).toUpperCase());
  else if (flags.includes("V")) order = compareVersions(a, b);
  else {
    if (flags.includes("b")) {
      a = a.replace(/^[ \t]+/, "");
      b = b.replace(/^[ \t]+/, "");
    }
    if (flags.includes("d")) {
      a = a.replace(/[^A-Za-z0-9 \t]/g, "");
      b = b.replace(/[^A-Za-z0-9 \t]/g, "");
    }
    if (flags.includes("f")) {
      a = a.toUpperCase();
      b = b.toUpperCase();
    }
    order = compareText(a, b);
  }
  return flags.includes("r") ? -order : order;
}

function leadingNumber(text: string): number {
  const m = /^\s*(-?\d*\.?\d*)/.exec(text);
  const n = Number(m?.[1] || 0);
  return Number.isNaN(n) ? 0 : n;
}

function general(text: string): number {
  const n = Number.parseFloat(text);
  return Number.isNaN(n) ? Number.NEGATIVE_INFINITY : n;
}

function globalFlags(opts: Parsed): string {
  return [..."bdfghinRMVr"].filter((f) => opts.has(f)).join("");
}

export const sort = defineTool({
  names: ["sort"],
  summary: "sort lines",
  writeError: { text: "write failed: 'standard output': %s\nwrite error" },
  usageStatus: 2,
  *main(tool) {
    const opts = getopt(tool.args, "bcCdfghik:mMno:rRsS:t:T:uVz", {
      "ignore-leading-blanks": "b",
      check: "c",
      "dictionary-order": "d",
      "ignore-case": "f",
      "general-numeric-sort": "g",
      "human-numeric-sort": "h",
      "key:": "k",
      merge: "m",
      "month-sort": "M",
      "numeric-sort": "n",
      "output:": "o",
      reverse: "r",
      "random-sort": "R",
      stable: "s",
      "field-separator:": "t",
      unique: "u",
      "version-sort": "V",
      "zero-terminated": "z",
      "buffer-size:": "S",
      "temporary-directory:": "T",
      "parallel:": "parallel",
    });
    const flags = globalFlags(opts);
    const keys = opts.options.filter(([k]) => k === "k").map(([, v]) => parseKey(v));
    let separator = opts.get("t");
    if (separator === "\\0") separator = "\0";
    if (separator !== undefined && separator.length !== 1) {
      if (separator === "") fail(tool, "empty tab", 2);
      fail(tool, `multi-character tab ${quote(separator)}`, 2);
    }
    const end = opts.has("z") ? "\0" : "\n";
    const compareKeys = (a: string, b: string): number => {
      if (keys.length === 0) return compareKey(a, b, flags);
      for (const key of keys) {
        const own = key.flags.replace("b", "") === "" && !key.flags ? flags : key.flags;
        const order = compareKey(keyText(a, key, separator, own), keyText(b, key, separator, own), own);
        if (order !== 0) return order;
      }
      return 0;
    };
    const reverse = opts.has("r");
    const compare = (a: string, b: string): number => {
      const order = compareKeys(a, b);
      // The last resort: the whole line, byte by byte, unless -s or -u.
      if (order !== 0 || opts.has("s") || opts.has("u")) return order;
      return reverse ? compareText(b, a) : compareText(a, b);
    };
    let lines: string[] = [];
    const checking = opts.has("c") || opts.has("C");
    let disorder = 0;
    const status = yield* eachInput(
      tool,
      opts.rest,
      function* (fd, path) {
        const text = yield* new LineReader(tool.proc, fd).all();
        if (text === "") return;
        const own = (text.endsWith(end) ? text.slice(0, -1) : text).split(end);
        if (checking) {
          for (let i = 1; i < own.length; i++) {
            const order = compare(own[i - 1], own[i]);
            if (order > 0 || (opts.has("u") && order === 0)) {
              if (opts.has("c")) tool.warn(`${path}:${i + 1}: disorder: ${own[i]}`);
              disorder = 1;
              return;
            }
          }
        } else lines = lines.concat(own);
      },
      (path, why) =>
        why === "Is a directory" ? `read failed: ${path}: ${why}` : `cannot read: ${path}: ${why}`,
    );
    if (status !== 0) return 2;
    if (checking) return disorder;
    if (opts.has("R")) {
      const random = tool.proc.machine.random;
      const rank = new Map<string, number>();
      for (const line of lines) if (!rank.has(line)) rank.set(line, random.u32());
      lines.sort((a, b) => (rank.get(a) as number) - (rank.get(b) as number));
    } else lines.sort(compare);
    if (opts.has("u")) lines = lines.filter((line, i) => i === 0 || compareKeys(lines[i - 1], line) !== 0);
    const result = lines.map((l) => l + end).join("");
    const output = opts.get("o");
    if (output !== undefined) yield* writeWhole(tool.proc, output, result);
    else yield* tool.print(result);
    return 0;
  },
});
