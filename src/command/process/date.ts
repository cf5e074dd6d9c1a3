import { lookup } from "../../machine/vfs.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { quote, quoteIfNeeded } from "../tool/quote.ts";
import { defineTool, fail, reason } from "../tool/tool.ts";
import { parseDate, strftime } from "./calendar.ts";

const ISO: Readonly<Record<string, string>> = {
  date: "%Y-%m-%d",
  hours: "%Y-%m-%dT%H%:z",
  minutes: "%Y-%m-%dT%H:%M%:z",
  seconds: "%Y-%m-%dT%H:%M:%S%:z",
  ns: "%Y-%m-%dT%H:%M:%S,%N%:z",
};

export const date = defineTool({
  names: ["date"],
  summary: "print the time of the machine's clock",
  *main(tool) {
    const opts = getopt(tool.args, "d:f:I::r:Rs:u", {
      "date:": "d",
      "iso-8601::": "I",
      "reference:": "r",
      "rfc-email": "R",
      "rfc-3339:": "3339",
      "set:": "s",
      utc: "u",
      universal: "u",
    });
    if (opts.has("s") || opts.has("f"))
      fail(tool, "setting the clock (-s) and -f are not modelled by Packetwalk");
    const { machine } = tool.proc;
    let time = machine.epoch + machine.now;
    const given = opts.get("d");
    if (given !== undefined) {
      const parsed = parseDate(given, time);
      if (parsed === undefined) fail(tool, `invalid date ${quote(given)}`);
      time = parsed;
    }
    const reference = opts.get("r");
    if (reference !== undefined) {
      try {
        time = lookup(tool.proc, reference).mtime;
      } catch (error) {
        fail(tool, `${quoteIfNeeded(reference)}: ${reason(error)}`);
      }
    }
    let format: string | undefined;
    for (const word of opts.rest) {
      if (!word.startsWith("+"))
        throw new UsageError(
          format === undefined && opts.rest.length === 1
            ? `invalid date ${quote(word)}`
            : `extra operand ${quote(word)}`,
          opts.rest.length === 1,
        );
      if (format !== undefined) throw new UsageError(`extra operand ${quote(word)}`);
      format = word.slice(1);
    }
    const pick = (table: Readonly<Record<string, string>>, word: string, option: string): string => {
      const names = Object.keys(table).filter((n) => n.startsWith(word));
      if (names.length === 0)
        throw new UsageError(
          `invalid argument ${quote(word)} for ${quote(option)}\nValid arguments are:\n${Object.keys(table)
            .map((n) => `  - ${quote(n)}`)
            .join("\n")}`,
        );
      return table[names[0]];
    };
    if (opts.has("I")) format = pick(ISO, opts.get("I") || "date", "--iso-8601");
    if (opts.has("R")) format = "%a, %d %b %Y %H:%M:%S %z";
    if (opts.has("3339"))
      format = pick(
        { date: "%Y-%m-%d", seconds: "%Y-%m-%d %H:%M:%S%:z", ns: "%Y-%m-%d %H:%M:%S.%N%:z" },
        opts.get("3339") as string,
        "--rfc-3339",
      );
    yield* tool.print(`${strftime(format ?? "%a %b %e %H:%M:%S %Z %Y", time)}\n`);
    return 0;
  },
});
