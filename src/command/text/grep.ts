import { KernelError } from "../../base/errno.ts";
import { BoundedRegExp } from "../../base/regexp/bounded.ts";
import { compileRegex, type Dialect, escapeRegex, RegexError } from "../../base/regexp/posix.ts";
import type { Running } from "../../machine/process.ts";
import { isDirectory, listDirectory, openInput, readTextFile } from "../tool/files.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { LineReader } from "../tool/input.ts";
import { defineTool, fail, reason, type Tool } from "../tool/tool.ts";

interface Settings {
  readonly regex: RegExp;
  readonly invert: boolean;
  readonly count: boolean;
  readonly only: boolean;
  readonly quiet: boolean;
  readonly silent: boolean;
  readonly number: boolean;
  readonly byteOffset: boolean;
  readonly listMatching: boolean;
  readonly listMissing: boolean;
  readonly max: number;
  readonly after: number;
  readonly before: number;
  readonly separator: string | null;
  readonly color: boolean;
  readonly end: string;
  readonly nul: boolean;
  readonly textual: boolean;
}

/** Patterns joined into one; -w and -x wrap it. */
function build(
  patterns: readonly string[],
  kind: Dialect | "fixed",
  icase: boolean,
  word: boolean,
  line: boolean,
): RegExp {
  const dialect = kind === "fixed" ? "perl" : kind;
  const sources = patterns.map((p) =>
    kind === "fixed" ? escapeRegex(p) : compileRegex(p, dialect, { ignoreCase: icase }).source,
  );
  // Back references count from each pattern's own first group.
  let groups = 0;
  const shifted = sources.map((s, i) => {
    const source = s === "(?:)" ? "" : s;
    const out =
      groups === 0
        ? source
        : source.replace(/\(\?:\\(\d+)\)/g, (_, n: string) => `(?:\\${Number(n) + groups})`);
    groups += new RegExp(`${sources[i]}|`).exec("")!.length - 1;
    return out;
  });
  if (kind === "fixed") shifted.sort((a, b) => b.length - a.length);
  let all = shifted.map((s) => (shifted.length > 1 ? `(?:${s})` : s)).join("|");
  if (word) all = `(?<!\\w)(?:${all})(?!\\w)`;
  if (line) all = `^(?:${all})$`;
  return new BoundedRegExp(all, `gs${icase ? "i" : ""}`, kind !== "perl");
}

/** One input; gives whether anything was selected. */
function* search(
  tool: Tool,
  s: Settings,
  fd: number,
  label: string | null,
  name: string,
  last: { group: boolean },
): Running<boolean> {
  const lines = new LineReader(tool.proc, fd, s.end);
  const paint = (code: string, t: string) => (s.color ? `\x1b[${code}m\x1b[K${t}\x1b[m\x1b[K` : t);
  const prefix = (n: number, mark: string) => {
    let out =
      label === null ? "" : s.nul ? `${paint("35", label)}\0` : paint("35", label) + paint("36", mark);
    if (s.number) out += paint("32", String(n)) + paint("36", mark);
    return out;
  };
  const before: [number, string][] = [];
  let n = 0;
  let found = 0;
  let trailing = 0;
  let lastPrinted = 0;
  const context = s.after > 0 || s.before > 0;
  const show = !s.quiet && !s.count && !s.listMatching && !s.listMissing;
  let binary = false;
  for (;;) {
    const line = yield* lines.line();
    if (line === null) break;
    n++;
    if (found >= s.max && trailing === 0) break;
    if (!binary && !s.textual && line.includes("\0")) binary = true;
    s.regex.lastIndex = 0;
    const matched = found < s.max && s.regex.test(line) !== s.invert;
    if (matched) {
      found++;
      if (s.quiet || s.listMatching || s.listMissing) return true;
      if (binary && show) {
        yield* tool.out.flush();
        tool.warn(`${name}: binary file matches`);
        return true;
      }
      if (show) {
        if (
          context &&
          s.separator !== null &&
          !s.only &&
          last.group &&
          (lastPrinted === 0 || n - before.length > lastPrinted + 1)
        )
          yield* tool.print(`${paint("36", s.separator)}\n`);
        if (!s.only) for (const [m, text] of before) yield* tool.print(`${prefix(m, "-")}${text}\n`);
        if (s.only) {
          if (!s.invert) {
            s.regex.lastIndex = 0;
            for (const hit of line.matchAll(s.regex))
              if (hit[0] !== "") yield* tool.print(`${prefix(n, ":")}${paint("01;31", hit[0])}${s.end}`);
          }
        } else {
          const shown =
            s.color && !s.invert ? line.replace(s.regex, (t) => (t === "" ? "" : paint("01;31", t))) : line;
          yield* tool.print(`${prefix(n, ":")}${shown}${s.end}`);
        }
        last.group = true;
        lastPrinted = n;
      }
      before.length = 0;
      trailing = s.after;
      if (found >= s.max && trailing === 0) break;
      continue;
    }
    if (trailing > 0) {
      trailing--;
      if (show && !s.only) yield* tool.print(`${prefix(n, "-")}${line}${s.end}`);
      lastPrinted = n;
    } else if (s.before > 0) {
      before.push([n, line]);
      if (before.length > s.before) before.shift();
    }
  }
  if (s.count && !s.quiet && !s.listMatching && !s.listMissing) {
    const start =
      label === null ? "" : s.nul ? `${paint("35", label)}\0` : paint("35", label) + paint("36", ":");
    yield* tool.print(`${start}${found}\n`);
  }
  return found > 0;
}

export const grep = defineTool({
  names: ["grep", "egrep", "fgrep"],
  summary: "print lines that match a pattern",
  usageStatus: 2,
  hint: (name) =>
    `Usage: ${name} [OPTION]... PATTERNS [FILE]...\nTry '${name} --help' for more information.\n`,
  *main(tool) {
    const base = tool.name.slice(tool.name.lastIndexOf("/") + 1);
    if (base !== "grep")
      tool.proc.err(
        `${base}: warning: ${base} is obsolescent; using grep -${base === "egrep" ? "E" : "F"}\n`,
      );
    const args = tool.args.map((a) => (/^-\d+$/.test(a) ? `-C${a.slice(1)}` : a));
    const opts = getopt(args, "EFGPe:f:ivwxcLlm:oqsbHhnTZA:B:C:rRUazyI", {
      "extended-regexp": "E",
      "fixed-strings": "F",
      "basic-regexp": "G",
      "perl-regexp": "P",
      "regexp:": "e",
      "file:": "f",
      "ignore-case": "i",
      "no-ignore-case": "no-i",
      "invert-match": "v",
      "word-regexp": "w",
      "line-regexp": "x",
      count: "c",
      "files-without-match": "L",
      "files-with-matches": "l",
      "max-count:": "m",
      "only-matching": "o",
      quiet: "q",
      silent: "q",
      "no-messages": "s",
      "byte-offset": "b",
      "with-filename": "H",
      "no-filename": "h",
      "line-number": "n",
      "after-context:": "A",
      "before-context:": "B",
      "context:": "C",
      recursive: "r",
      "dereference-recursive": "R",
      "line-buffered": "line-buffered",
      "color::": "color",
      "colour::": "color",
      text: "a",
      null: "Z",
      "null-data": "z",
      "label:": "label",
      "include:": "include",
      "exclude:": "exclude",
      "exclude-dir:": "exclude-dir",
      "no-group-separator": "no-separator",
      "group-separator:": "separator",
      "binary-files:": "binary-files",
    });
    if (opts.has("line-buffered")) tool.out.buffering("line");
    const files = [...opts.rest];
    let patterns: string[] = [];
    for (const [key, value] of opts.options) {
      if (key === "e") patterns.push(...value.split("\n"));
      if (key !== "f") continue;
      try {
        const text = yield* readTextFile(tool.proc, value);
        patterns.push(...(text === "" ? [] : text.replace(/\n$/, "").split("\n")));
      } catch (error) {
        fail(tool, `${value}: ${reason(error)}`, 2);
      }
    }
    if (!opts.has("e") && !opts.has("f")) {
      const first = files.shift();
      if (first === undefined) {
        tool.proc.err(
          `Usage: ${tool.name} [OPTION]... PATTERNS [FILE]...\nTry '${tool.name} --help' for more information.\n`,
        );
        return 2;
      }
      patterns = first.split("\n");
    }
    const number = (key: string): number | undefined => {
      const value = opts.get(key);
      if (value === undefined) return undefined;
      if (/^-?\d+$/.test(value)) return Number(value) < 0 ? Number.POSITIVE_INFINITY : Number(value);
      return fail(tool, key === "m" ? "invalid max count" : `${value}: invalid context length argument`, 2);
    };
    let kind: Dialect | "fixed" = base === "egrep" ? "extended" : base === "fgrep" ? "fixed" : "basic";
    for (const [key] of opts.options) {
      if (key === "E") kind = "extended";
      if (key === "F") kind = "fixed";
      if (key === "G") kind = "basic";
      if (key === "P") kind = "perl";
    }
    let regex: RegExp;
    try {
      const icase = opts.options.findLast(([k]) => k === "i" || k === "y" || k === "no-i")?.[0] ?? "no-i";
      regex =
        patterns.length === 0
          ? /(?!)/g
          : build(patterns, kind, icase !== "no-i", opts.has("w"), opts.has("x"));
    } catch (error) {
      if (error instanceof RegexError) fail(tool, error.message, 2);
      throw error;
    }
    const color = opts.get("color");
    if (
      color !== undefined &&
      !["", "auto", "always", "never", "yes", "no", "tty", "force", "none"].includes(color)
    )
      throw new UsageError("unknown --color", true);
    const context = number("C") ?? 0;
    const settings: Settings = {
      regex,
      invert: opts.has("v"),
      count: opts.has("c"),
      only: opts.has("o"),
      quiet: opts.has("q"),
      silent: opts.has("s"),
      number: opts.has("n"),
      byteOffset: opts.has("b"),
      listMatching: opts.has("l"),
      listMissing: opts.has("L"),
      max: number("m") ?? Number.POSITIVE_INFINITY,
      after: number("A") ?? context,
      before: number("B") ?? context,
      separator: opts.has("no-separator") ? null : (opts.get("separator") ?? "--"),
      color:
        ["always", "yes", "force"].includes(color ?? "") ||
        (color !== undefined && ["", "auto", "tty"].includes(color) && tool.proc.fds.get(1)?.isTty === true),
      end: opts.has("z") ? "\0" : "\n",
      nul: opts.has("Z"),
      textual: opts.has("a") || opts.get("binary-files") === "text" || opts.has("z"),
    };
    if (settings.byteOffset) fail(tool, "option -b is not modelled by Packetwalk", 2);
    const recursive = opts.has("r") || opts.has("R");
    const inputs = files.length > 0 ? files : [recursive ? "." : "-"];
    const name = (path: string) => (path === "-" ? (opts.get("label") ?? "(standard input)") : path);
    const withName = opts.options.findLast(([k]) => k === "H" || k === "h")?.[0];
    // -r alone names no file: GNU grep starts to when its only operand turns out to be a directory.
    const many = inputs.length > 1 || (recursive && inputs[0] !== "-" && isDirectory(tool.proc, inputs[0]));
    const labelled = withName === "H" || (withName !== "h" && many);
    const globs = (key: string) =>
      opts.options
        .filter(([k]) => k === key)
        .map(
          ([, v]) => new BoundedRegExp(`^${escapeRegex(v).replace(/\\\*/g, ".*").replace(/\\\?/g, ".")}$`),
        );
    const include = globs("include");
    const exclude = globs("exclude");
    const excludeDir = globs("exclude-dir");
    let selected = false;
    let failed = false;
    const last = { group: false };
    function* one(path: string, fromWalk: boolean): Running<void> {
      const baseName = path.slice(path.lastIndexOf("/") + 1);
      try {
        if (path !== "-" && isDirectory(tool.proc, path)) {
          if (!recursive) {
            if (!settings.silent) tool.warn(`${path}: Is a directory`);
            failed = true;
            return;
          }
          if (fromWalk && excludeDir.some((g) => g.test(baseName))) return;
          for (const entry of listDirectory(tool.proc, path))
            yield* one(
              path === "." && files.length === 0 ? entry : `${path.replace(/\/$/, "")}/${entry}`,
              true,
            );
          return;
        }
        if (recursive && include.length > 0 && !include.some((g) => g.test(baseName))) return;
        if (exclude.some((g) => g.test(baseName))) return;
        const fd = openInput(tool.proc, path);
        const hit = yield* search(tool, settings, fd, labelled ? name(path) : null, name(path), last);
        if (fd !== 0) tool.proc.closeFd(fd);
        if (settings.listMatching && hit) yield* tool.print(`${name(path)}${settings.nul ? "\0" : "\n"}`);
        if (settings.listMissing && !hit) yield* tool.print(`${name(path)}${settings.nul ? "\0" : "\n"}`);
        if (settings.listMissing ? !hit : hit) selected = true;
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        if (!settings.silent) tool.warn(`${path}: ${error.message}`);
        failed = true;
      }
    }
    for (const path of inputs) {
      yield* one(path, false);
      if (settings.quiet && selected) return 0;
    }
    return failed ? 2 : selected ? 0 : 1;
  },
});
