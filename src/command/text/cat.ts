import { utf8 } from "../../base/text.ts";
import { eachInput } from "../tool/files.ts";
import { getopt } from "../tool/getopt.ts";
import { LineReader } from "../tool/input.ts";
import { defineTool } from "../tool/tool.ts";

export const cat = defineTool({
  names: ["cat"],
  summary: "print files",
  buffering: "none",
  *main(tool) {
    const opts = getopt(tool.args, "AbeEnstTuv", {
      "show-all": "A",
      "number-nonblank": "b",
      "show-ends": "E",
      number: "n",
      "squeeze-blank": "s",
      "show-tabs": "T",
      "show-nonprinting": "v",
    });
    const all = opts.has("A");
    const ends = all || opts.has("E") || opts.has("e");
    const tabs = all || opts.has("T") || opts.has("t");
    const visible = all || opts.has("v") || opts.has("e") || opts.has("t");
    const nonblank = opts.has("b");
    const number = opts.has("n") || nonblank;
    const squeeze = opts.has("s");
    const plain = !(ends || tabs || visible || number || squeeze);
    let count = 0;
    let blank = false;
    const proc = tool.proc;
    return yield* eachInput(tool, opts.rest, function* (fd) {
      if (plain) {
        for (;;) {
          const data = yield* proc.read(fd, 131072);
          if (data.length === 0) return;
          yield* tool.out.printBytes(data);
        }
      }
      const lines = new LineReader(proc, fd);
      for (;;) {
        const line = yield* lines.line();
        if (line === null) return;
        if (squeeze && line === "" && blank) continue;
        blank = line === "";
        let shown = visible ? showNonprinting(line) : line;
        if (tabs) shown = shown.replaceAll("\t", "^I");
        const prefix = number && !(nonblank && line === "") ? `${String(++count).padStart(6)}\t` : "";
        yield* tool.print(prefix + shown + (lines.terminated ? (ends ? "$\n" : "\n") : ""));
      }
    });
  },
});

/** cat -v: control characters as ^X, bytes above 127 as M-X; tabs stay. */
function showNonprinting(line: string): string {
  let out = "";
  for (const byte of utf8(line)) out += byte === 9 ? "\t" : visibleByte(byte);
  return out;
}

function visibleByte(byte: number): string {
  if (byte >= 128) return `M-${visibleByte(byte - 128)}`;
  if (byte === 127) return "^?";
  if (byte < 32) return `^${String.fromCharCode(byte + 64)}`;
  return String.fromCharCode(byte);
}

export const tac = defineTool({
  names: ["tac"],
  summary: "print files with the last line first",
  writeError: { text: "write error" },
  *main(tool) {
    const opts = getopt(tool.args, "brs:", {});
    return yield* eachInput(
      tool,
      opts.rest,
      function* (fd) {
        const text = yield* new LineReader(tool.proc, fd).all();
        const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
        yield* tool.print(lines.reverse().join(""));
      },
      (path, why) => `failed to open '${path}' for reading: ${why}`,
    );
  },
});

export const rev = defineTool({
  names: ["rev"],
  summary: "print lines with their characters reversed",
  *main(tool) {
    return yield* eachInput(
      tool,
      getopt(tool.args, "").rest,
      function* (fd) {
        const lines = new LineReader(tool.proc, fd);
        for (let line = yield* lines.line(); line !== null; line = yield* lines.line())
          yield* tool.print([...line].reverse().join("") + (lines.terminated ? "\n" : ""));
      },
      (path, why) => `cannot open ${path}: ${why}`,
    );
  },
});

/** less and more, when their output is not a terminal, and on ours, which has no paging: cat. */
export const pager = defineTool({
  names: ["less", "more"],
  summary: "print files (as when the output is no terminal)",
  buffering: "none",
  *main(tool) {
    const files = tool.args.filter((a) => !a.startsWith("-") && !a.startsWith("+"));
    return yield* eachInput(tool, files, function* (fd) {
      for (;;) {
        const data = yield* tool.proc.read(fd);
        if (data.length === 0) return;
        yield* tool.out.printBytes(data);
      }
    });
  },
});
