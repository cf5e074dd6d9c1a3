import { readTextFile } from "../tool/files.ts";
import { getopt } from "../tool/getopt.ts";
import { defineTool, fail, reason } from "../tool/tool.ts";
import { Parser, SedError } from "./parse.ts";
import { Sed } from "./run.ts";

const USAGE = "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n";

export const sed = defineTool({
  names: ["sed"],
  summary: "edit a stream of lines",
  writeError: { text: "couldn't flush stdout: %s", status: 4 },
  hint: () => USAGE,
  *main(tool) {
    const opts = getopt(tool.args, "bsnrzuEe:f:l:i::V:", {
      quiet: "n",
      silent: "n",
      "expression:": "e",
      "file:": "f",
      "in-place::": "i",
      "line-length:": "l",
      "regexp-extended": "E",
      separate: "s",
      unbuffered: "u",
      "null-data": "z",
      "follow-symlinks": "follow",
      posix: "posix",
      sandbox: "sandbox",
      debug: "debug",
    });
    const files = [...opts.rest];
    const chunks: { text: string; label: (at: number) => string }[] = [];
    let expressions = 0;
    for (const [key, value] of opts.options) {
      if (key === "e") {
        const n = ++expressions;
        chunks.push({ text: value, label: (at) => `-e expression #${n}, char ${at}: ` });
      } else if (key === "f") {
        try {
          const text = yield* readTextFile(tool.proc, value);
          chunks.push({
            text,
            label: (at) => `file ${value} line ${text.slice(0, at).split("\n").length}: `,
          });
        } catch (error) {
          fail(tool, `couldn't open file ${value}: ${reason(error)}`);
        }
      }
    }
    if (chunks.length === 0) {
      const script = files.shift();
      if (script === undefined) {
        tool.proc.err(USAGE);
        return 1;
      }
      chunks.push({ text: script, label: (at) => `-e expression #1, char ${at}: ` });
    }
    const parser = new Parser(opts.has("E") || opts.has("r"));
    let quiet = opts.has("n");
    if (/^#n(\n|$)/.test(chunks[0].text)) quiet = true;
    try {
      // A chunk that ends in a backslash goes on in the next one (a\ with -e).
      for (let i = 0; i < chunks.length; i++) {
        let { text } = chunks[i];
        while (/(^|[^\\])(\\\\)*\\$/.test(text) && i + 1 < chunks.length) text += `\n${chunks[++i].text}`;
        try {
          parser.parse(text);
        } catch (error) {
          if (error instanceof SedError) fail(tool, chunks[i].label(error.at) + error.message);
          throw error;
        }
      }
      parser.finish();
    } catch (error) {
      if (error instanceof SedError) {
        if (error.at < 0) fail(tool, error.message, 4);
        fail(tool, `${chunks[0].label(error.at)}${error.message}`);
      }
      throw error;
    }
    const inPlace = opts.get("i");
    return yield* new Sed(
      tool,
      parser.commands,
      {
        quiet,
        separate: opts.has("s"),
        inPlace: inPlace ?? null,
        nul: opts.has("z"),
        unbuffered: opts.has("u"),
        lineLength: Number(opts.get("l") ?? 70),
      },
      files,
    ).run();
  },
});
