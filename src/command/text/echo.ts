import { UsageError } from "../tool/getopt.ts";
import { quote } from "../tool/quote.ts";
import { defineTool, fail, type Tool } from "../tool/tool.ts";
import { type Conversion, formatFloat, formatInteger, formatString, unescapeText } from "./format.ts";

export const echo = defineTool({
  names: ["echo"],
  summary: "print its arguments",
  ownHelp: true,
  *main(tool) {
    let args = [...tool.args];
    let newline = true;
    let escapes = false;
    while (args.length > 0 && /^-[neE]+$/.test(args[0])) {
      for (const c of args[0].slice(1)) {
        if (c === "n") newline = false;
        else escapes = c === "e";
      }
      args = args.slice(1);
    }
    let text = args.join(" ");
    if (escapes) {
      const result = unescapeText(text, "echo");
      text = result.text;
      if (result.stopped) newline = false;
    }
    yield* tool.print(text + (newline ? "\n" : ""));
    return 0;
  },
});

export const printf = defineTool({
  names: ["printf"],
  summary: "print with a format",
  *main(tool) {
    const args = tool.args[0] === "--" ? tool.args.slice(1) : tool.args;
    if (args.length === 0) throw new UsageError("missing operand");
    const state = { status: 0 };
    yield* tool.print(printfText(tool, args[0], args.slice(1), state));
    return state.status;
  },
});

/** The number of an operand: decimal, 0x, 0, or 'c for a character's code. */
function operand(tool: Tool, text: string, state: { status: number }): number {
  if (/^['"]/.test(text)) return text.codePointAt(1) ?? 0;
  const m = /^\s*[+-]?(0[xX][0-9a-fA-F]+|\d+\.?\d*([eE][+-]?\d+)?|\.\d+)/.exec(text);
  if (text === "") return 0;
  if (!m) {
    tool.warn(`${quote(text)}: expected a numeric value`);
    state.status = 1;
    return 0;
  }
  if (m[0].length < text.length) {
    tool.warn(`${quote(text)}: value not completely converted`);
    state.status = 1;
  }
  const word = m[0].trim();
  if (/^[+-]?0\d+$/.test(word))
    return (word.startsWith("-") ? -1 : 1) * Number.parseInt(word.replace(/^[+-]/, ""), 8);
  if (/^[+-]/.test(word)) return (word.startsWith("-") ? -1 : 1) * Number(word.slice(1));
  return Number(word);
}

function printfText(
  tool: Tool,
  format: string,
  operands: readonly string[],
  state: { status: number },
): string {
  let out = "";
  let used = 0;
  do {
    const before = used;
    const next = () => operands[used++] ?? "";
    for (let i = 0; i < format.length; i++) {
      const c = format[i];
      if (c === "\\") {
        const m = /^\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|.)?/s.exec(
          format.slice(i),
        ) as RegExpExecArray;
        const result = unescapeText(m[0], "printf");
        out += result.text;
        if (result.stopped) return out;
        i += m[0].length - 1;
        continue;
      }
      if (c !== "%") {
        out += c;
        continue;
      }
      if (format[i + 1] === "%") {
        out += "%";
        i++;
        continue;
      }
      const m = /^%([-+ #0']*)(\*|\d*)(?:\.(\*|\d*))?[lhjzt]*(.?)/s.exec(format.slice(i)) as RegExpExecArray;
      let flags = m[1];
      let width = m[2] === "*" ? operand(tool, next(), state) : Number(m[2]);
      if (width < 0) {
        flags += "-";
        width = -width;
      }
      const precision = m[3] === undefined ? -1 : m[3] === "*" ? operand(tool, next(), state) : Number(m[3]);
      const conversion: Conversion = { flags, width, precision, letter: m[4] };
      i += m[0].length - 1;
      if (m[4] === "s") out += formatString(next(), conversion);
      else if (m[4] === "b") {
        const result = unescapeText(next(), "printf");
        out += formatString(result.text, conversion);
        if (result.stopped) return out;
      } else if (m[4] === "q") out += shellQuote(next());
      else if (m[4] === "c") out += formatString([...next()][0] ?? "", conversion);
      else if (m[4] !== "" && "diuoxX".includes(m[4]))
        out += formatInteger(BigInt(Math.trunc(operand(tool, next(), state))), conversion);
      else if (m[4] !== "" && "eEfFgG".includes(m[4]))
        out += formatFloat(operand(tool, next(), state), conversion);
      else {
        tool.proc.out(out);
        fail(tool, `${m[0]}: invalid conversion specification`);
      }
    }
    if (used === before) {
      if (used < operands.length && operands.length > 0)
        tool.warn(`warning: ignoring excess arguments, starting with ${quote(operands[used])}`);
      break;
    }
  } while (used < operands.length);
  return out;
}

function shellQuote(text: string): string {
  if (text === "") return "''";
  if (text.includes("'") && !/["$`\\!]/.test(text)) return `"${text}"`;
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
}

export const yes = defineTool({
  names: ["yes"],
  summary: "print a line for ever",
  writeError: { text: "standard output: %s" },
  *main(tool) {
    const line = `${tool.args.join(" ") || "y"}\n`;
    const block = line.repeat(Math.max(1, Math.floor(8192 / line.length)));
    for (;;) {
      yield* tool.print(block);
      yield* tool.out.flush();
      // A writer that never waits must still let time pass.
      tool.proc.machine.charge(1000);
      yield { until: tool.proc.machine.now };
    }
  },
});

const constant = (names: string[], status: number, summary: string) =>
  defineTool({
    names,
    summary,
    // biome-ignore lint/correctness/useYield: a program is a generator
    *main() {
      return status;
    },
  });

export const trueTool = constant(["true"], 0, "succeed");
export const falseTool = constant(["false"], 1, "fail");
export const sync = constant(["sync"], 0, "nothing is ever unwritten here");
