import { readTextFile } from "../tool/files.ts";
import { getopt } from "../tool/getopt.ts";
import { defineTool, fail, reason } from "../tool/tool.ts";
import { Interpreter } from "./interpreter.ts";
import { AwkSyntaxError, unescapeString } from "./lexer.ts";
import { AwkParser } from "./parser.ts";
import { FormatError } from "./value.ts";

/** awk: the POSIX language and gawk's common additions. */
export const awk = defineTool({
  names: ["awk", "gawk", "mawk"],
  summary: "the pattern scanning language",
  writeError: { text: "write failure (%s)", status: 2 },
  usageStatus: 2,
  hint: () =>
    "Usage: awk [POSIX or GNU style options] -f progfile [--] file ...\nUsage: awk [POSIX or GNU style options] [--] 'program' file ...\n",
  *main(tool) {
    const opts = getopt(tool.args, "+F:v:f:W:", {
      "field-separator:": "F",
      "assign:": "v",
      "file:": "f",
      posix: "posix",
      re: "re",
      "re-interval": "re",
      traditional: "traditional",
    });
    const operands = [...opts.rest];
    let source = "";
    for (const [key, value] of opts.options)
      if (key === "f") {
        try {
          source += `${yield* readTextFile(tool.proc, value)}\n`;
        } catch (error) {
          fail(tool, `fatal: cannot open source file \`${value}' for reading: ${reason(error)}`, 2);
        }
      }
    if (!opts.has("f")) {
      const program = operands.shift();
      if (program === undefined) {
        tool.proc.err(
          "Usage: awk [POSIX or GNU style options] -f progfile [--] file ...\nUsage: awk [POSIX or GNU style options] [--] 'program' file ...\n",
        );
        return 1;
      }
      source = program;
    }
    try {
      const interpreter = new Interpreter(
        tool,
        new AwkParser(source, (m) => tool.warn(`${opts.get("f") ?? "cmd. line"}:${m}`)).parse(),
        operands,
        tool.proc.env,
      );
      for (const [key, value] of opts.options) {
        if (key === "F") interpreter.assign("FS", unescapeString(value));
        if (key === "v") {
          const equals = value.indexOf("=");
          if (equals <= 0) fail(tool, `fatal: \`${value}' argument to \`-v' not in \`var=value' form\n`, 2);
          interpreter.assign(value.slice(0, equals), unescapeString(value.slice(equals + 1)));
        }
      }
      return yield* interpreter.run();
    } catch (error) {
      if (error instanceof FormatError) fail(tool, `cmd. line:1: fatal: ${error.message}`, 2);
      if (!(error instanceof AwkSyntaxError)) throw error;
      const line = source.split("\n")[error.line - 1] ?? "";
      const place = `${tool.name}: ${opts.get("f") ?? "cmd. line"}:${error.line}:`;
      tool.proc.err(`${place} ${line}\n${place}${" ".repeat(error.column + 1)}^ ${error.message}\n`);
      return 1;
    }
  },
});
