import { getopt, UsageError } from "../tool/getopt.ts";
import { quote } from "../tool/quote.ts";
import { defineTool, fail } from "../tool/tool.ts";
import { formatFloat } from "./format.ts";

export const seq = defineTool({
  names: ["seq"],
  summary: "print numbers in a row",
  *main(tool) {
    // Negative numbers are operands, not options.
    const at = tool.args.findIndex((a) => /^-[\d.]/.test(a));
    const args = at < 0 ? tool.args : [...tool.args.slice(0, at), "--", ...tool.args.slice(at)];
    const opts = getopt(args, "+f:s:w", { "format:": "f", "separator:": "s", "equal-width": "w" });
    const operands = opts.rest.filter((r) => r !== "--");
    if (operands.length === 0) throw new UsageError("missing operand");
    if (operands.length > 3) throw new UsageError(`extra operand ${quote(operands[3])}`);
    for (const o of operands)
      if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(o))
        throw new UsageError(`invalid floating point argument: ${quote(o)}`);
    const decimals = (t: string) => (t.split(".")[1] ?? "").length;
    const [first, step, last] =
      operands.length === 1
        ? ["1", "1", operands[0]]
        : operands.length === 2
          ? [operands[0], "1", operands[1]]
          : operands;
    if (Number(step) === 0) throw new UsageError(`invalid Zero increment value: ${quote(step)}`);
    const precision = Math.max(decimals(first), decimals(step));
    const separator = opts.get("s") ?? "\n";
    const format = opts.get("f");
    if (format !== undefined && !/^(%%|[^%])*%[-+ #0']*\d*(\.\d+)?[aAeEfFgG](%%|[^%])*$/.test(format)) {
      const letter = /%[-+ #0']*\d*(?:\.\d+)?(.)?/.exec(format);
      if (!letter) fail(tool, `format ${quote(format)} has no % directive`);
      fail(tool, `format ${quote(format)} has unknown %${letter[1] ?? ""} directive`);
    }
    const render = (n: number): string => {
      if (format === undefined) return n.toFixed(precision).replace(/^-(0(\.0*)?)$/, "$1");
      return format.replace(
        /%%|%([-+ #0']*)(\d*)(?:\.(\d+))?([aAeEfFgG])/g,
        (whole, flags: string, width: string, p: string | undefined, letter: string) =>
          whole === "%%"
            ? "%"
            : formatFloat(n, {
                flags,
                width: Number(width),
                precision: p === undefined ? -1 : Number(p),
                letter,
              }),
      );
    };
    const from = Number(first);
    const by = Number(step);
    const to = Number(last);
    const width = opts.has("w")
      ? Math.max(render(from).length, to.toFixed(Math.max(precision, 0)).length)
      : 0;
    let any = false;
    for (let i = 0; ; i++) {
      const n = from + i * by;
      if (by > 0 ? n > to + by * 1e-10 : n < to + by * 1e-10) break;
      let text = render(n);
      if (text.length < width)
        text = text.startsWith("-")
          ? `-${text.slice(1).padStart(width - 1, "0")}`
          : text.padStart(width, "0");
      yield* tool.print((any ? separator : "") + text);
      any = true;
    }
    if (any) yield* tool.print("\n");
    return 0;
  },
});
