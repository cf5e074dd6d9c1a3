import { KernelError } from "../../base/errno.ts";
import { text as decode } from "../../base/text.ts";
import { spawn } from "../../machine/exec.ts";
import { BytesFile } from "../../machine/file.ts";
import type { Process, Running } from "../../machine/process.ts";
import { SIGNALS, type Signal } from "../../machine/signal.ts";
import { openInput } from "../tool/files.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { readToEnd } from "../tool/input.ts";
import { defineTool, fail, reason, type Tool } from "../tool/tool.ts";

interface Item {
  readonly word: string;
  /** The last one of its line (for -L). */
  readonly endOfLine: boolean;
}

/** Words with blanks, quotes and backslashes as xargs reads them. */
function split(tool: Tool, text: string): Item[] {
  const items: Item[] = [];
  let word = "";
  let inWord = false;
  let quote = "";
  const push = (endOfLine: boolean) => {
    if (inWord) items.push({ word, endOfLine });
    else if (endOfLine && items.length > 0)
      items[items.length - 1] = { ...items[items.length - 1], endOfLine: true };
    word = "";
    inWord = false;
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quote !== "") {
      if (c === "\n")
        fail(
          tool,
          `unmatched ${quote === "'" ? "single" : "double"} quote; by default quotes are special to xargs unless you use the -0 option`,
        );
      if (c === quote) quote = "";
      else word += c;
      continue;
    }
    if (c === "'" || c === '"') {
      quote = c;
      inWord = true;
    } else if (c === "\\" && i + 1 < text.length) {
      word += text[++i];
      inWord = true;
    } else if (c === "\n") {
      // A blank at the end of the line carries on into the next.
      push(!/[ \t]/.test(text[i - 1] ?? ""));
    } else if (c === " " || c === "\t") push(false);
    else {
      word += c;
      inWord = true;
    }
  }
  if (quote !== "")
    fail(
      tool,
      `unmatched ${quote === "'" ? "single" : "double"} quote; by default quotes are special to xargs unless you use the -0 option`,
    );
  push(true);
  return items;
}

export const xargs = defineTool({
  names: ["xargs"],
  summary: "run commands with the words of standard input",
  *main(tool) {
    const { proc } = tool;
    const opts = getopt(tool.args, "+0a:d:E:e::I:i::L:l::n:P:prs:tx", {
      null: "0",
      "arg-file:": "a",
      "delimiter:": "d",
      "replace::": "i",
      "max-lines::": "l",
      "max-args:": "n",
      "max-procs:": "P",
      "no-run-if-empty": "r",
      "max-chars:": "s",
      verbose: "t",
      exit: "x",
      interactive: "p",
      "open-tty": "o",
      "process-slot-var:": "slot",
    });
    if (opts.has("p") || opts.has("s")) fail(tool, "-p and -s are not modelled by Packetwalk");
    const number = (key: string, least: number): number | undefined => {
      const value = opts.get(key);
      if (value === undefined) return undefined;
      if (!/^-?\d+$/.test(value)) throw new UsageError(`invalid number "${value}" for -${key} option`);
      if (Number(value) < least)
        throw new UsageError(`value ${value} for -${key} option should be >= ${least}`);
      return Number(value);
    };
    const most = number("n", 1);
    const lines = number("L", 1);
    const parallel = number("P", 0) ?? 1;
    const replace = opts.has("i") ? opts.get("i") || "{}" : opts.get("I");
    let fd = 0;
    if (opts.has("a")) {
      try {
        fd = openInput(proc, opts.get("a") as string);
      } catch (error) {
        fail(tool, `Cannot open input file '${opts.get("a")}': ${reason(error)}`);
      }
    }
    const text = decode(yield* readToEnd(proc, fd));
    let items: Item[];
    const delimiter = opts.has("0")
      ? "\0"
      : opts.get("d")?.replace(/^\\n$/, "\n").replace(/^\\t$/, "\t").replace(/^\\0$/, "\0");
    if (delimiter !== undefined) {
      const words = text.split(delimiter);
      if (words[words.length - 1] === "") words.pop();
      items = words.map((word) => ({ word, endOfLine: true }));
    } else if (replace !== undefined) {
      items = text
        .split("\n")
        .map((l) => l.replace(/^[ \t]+/, ""))
        .filter((l) => l !== "")
        .map((word) => ({
          word: split(tool, word.replace(/[ \t]/g, "\\$&")).map((i) => i.word)[0] ?? "",
          endOfLine: true,
        }));
    } else items = split(tool, text);
    const command = opts.rest.length > 0 ? opts.rest : ["echo"];
    const batches: string[][] = [];
    if (replace !== undefined)
      for (const item of items) batches.push(command.map((w) => w.split(replace).join(item.word)));
    else if (lines !== undefined) {
      let batch: string[] = [];
      let count = 0;
      for (const item of items) {
        batch.push(item.word);
        if (item.endOfLine && ++count === lines) {
          batches.push([...command, ...batch]);
          batch = [];
          count = 0;
        }
      }
      if (batch.length > 0) batches.push([...command, ...batch]);
    } else {
      const size = most ?? 4096;
      for (let i = 0; i < items.length; i += size)
        batches.push([...command, ...items.slice(i, i + size).map((x) => x.word)]);
    }
    if (batches.length === 0 && replace === undefined && !opts.has("r")) batches.push([...command]);
    let status = 0;
    const running = new Set<Process>();
    function* reapOne(): Running<void> {
      for (;;) {
        for (const child of running) {
          if (!child.exit) continue;
          running.delete(child);
          proc.machine.reap(child);
          if ("signal" in child.exit) {
            tool.warn(`${command[0]}: terminated by signal ${signalNumber(child.exit.signal)}`);
            status = 125;
          } else if (child.exit.status === 255) {
            tool.warn(`${command[0]}: exited with status 255; aborting`);
            status = 124;
          } else if (child.exit.status !== 0 && status === 0) status = 123;
          return;
        }
        yield { queues: [...running].map((c) => c.exited) };
      }
    }
    for (const argv of batches) {
      if (status === 124 || status === 125) break;
      while (parallel !== 0 && running.size >= parallel) yield* reapOne();
      if (status === 124 || status === 125) break;
      if (opts.has("t"))
        proc.err(`${argv.map((w) => (/^[\w@%+=:,./-]+$/.test(w) ? w : `'${w}'`)).join(" ")}\n`);
      try {
        running.add(spawn(proc, argv, { fds: [[0, new BytesFile(new Uint8Array(0))]] }));
      } catch (error) {
        tool.warn(`${argv[0]}: ${reason(error)}`);
        status = error instanceof KernelError && error.code === "ENOENT" ? 127 : 126;
        break;
      }
    }
    while (running.size > 0) yield* reapOne();
    return status;
  },
});

function signalNumber(signal: Signal): number {
  return SIGNALS[signal];
}
