import { Random } from "../../base/random.ts";
import { BoundedRegExp } from "../../base/regexp/bounded.ts";
import { noteWork } from "../../base/work.ts";
import { MAX_MEMORY, MemoryExhausted, type Running } from "../../machine/process.ts";
import { daysFromCivil, strftime } from "../process/calendar.ts";
import { fail } from "../tool/tool.ts";
import type { Expr } from "./ast.ts";
import type { Interpreter } from "./interpreter.ts";
import { compare, fromInput, sprintf, toNumber, toText, type Value } from "./value.ts";

const randoms = new WeakMap<Interpreter, Random>();

/** The built-in functions of POSIX awk, and those of gawk that programs use. */
export function* builtin(awk: Interpreter, name: string, args: readonly Expr[]): Running<Value> {
  const value = function* (i: number): Running<Value> {
    return args[i] ? yield* awk.eval(args[i]) : undefined;
  };
  const text = function* (i: number): Running<string> {
    return toText(yield* value(i), awk.convfmt);
  };
  const number = function* (i: number): Running<number> {
    return toNumber(yield* value(i));
  };
  const arrayName = (i: number): string => {
    const arg = args[i];
    if (arg?.k !== "var") fail(awk.tool, `fatal: ${name}: argument is not an array`, 2);
    return arg.name;
  };
  switch (name) {
    case "length": {
      const arg = args[0];
      if (!arg) return characters(toText(awk.field(0))).length;
      // length(array)
      if (arg.k === "var" && awk.get(arg.name) === undefined) {
        const array = awk.array(arg.name);
        if (array.size > 0) return array.size;
      }
      return characters(yield* text(0)).length;
    }
    case "substr": {
      const s = characters(yield* text(0));
      // gawk counts the length from the first character when the start lies before it.
      const from = Math.max(1, Math.round(yield* number(1)));
      const length = args[2] ? Math.round(yield* number(2)) : Number.POSITIVE_INFINITY;
      const part = s.slice(from - 1, Math.max(from - 1, from - 1 + length));
      return typeof part === "string" ? part : part.join("");
    }
    case "index":
      return (yield* text(0)).indexOf(yield* text(1)) + 1;
    case "split":
    case "patsplit": {
      if (name === "patsplit") fail(awk.tool, "fatal: patsplit is not modelled by Packetwalk", 2);
      const source = yield* text(0);
      const array = awk.array(arrayName(1));
      let separator = awk.text("FS");
      if (args[2])
        separator =
          args[2].k === "regex"
            ? args[2].source.length === 1
              ? `[${args[2].source}]`
              : args[2].source
            : yield* text(2);
      const parts = awk.splitText(source, separator);
      array.clear();
      for (const [i, p] of parts.entries()) array.set(String(i + 1), fromInput(p));
      return parts.length;
    }
    case "sub":
    case "gsub": {
      const regex = yield* awk.regexOf(args[0]);
      const to = yield* text(1);
      const target: Expr = args[2] ?? { k: "field", of: { k: "number", value: 0 } };
      const source = toText(yield* awk.eval(target), awk.convfmt);
      const result = substitute(source, regex, to, name === "gsub" ? 0 : 1, false);
      if (result.count > 0) yield* awk.store(target, result.text);
      return result.count;
    }
    case "gensub": {
      const regex = yield* awk.regexOf(args[0]);
      const to = yield* text(1);
      const which = yield* text(2);
      const source = args[3] ? yield* text(3) : toText(awk.field(0));
      return substitute(source, regex, to, /^[gG]/.test(which) ? 0 : Math.max(1, Number(which) || 1), true)
        .text;
    }
    case "match": {
      const source = yield* text(0);
      const m = (yield* awk.regexOf(args[1])).exec(source);
      awk.set("RSTART", m ? m.index + 1 : 0);
      awk.set("RLENGTH", m ? m[0].length : -1);
      if (args[2]) {
        const array = awk.array(arrayName(2));
        array.clear();
        m?.forEach((group, i) => {
          if (group !== undefined) array.set(String(i), fromInput(group));
        });
      }
      return m ? m.index + 1 : 0;
    }
    case "sprintf": {
      const values: Value[] = [];
      for (let i = 1; i < args.length; i++) values.push(yield* value(i));
      return sprintf(yield* text(0), values);
    }
    case "sin":
      return Math.sin(yield* number(0));
    case "cos":
      return Math.cos(yield* number(0));
    case "atan2":
      return Math.atan2(yield* number(0), yield* number(1));
    case "exp":
      return Math.exp(yield* number(0));
    case "log":
      return Math.log(yield* number(0));
    case "sqrt":
      return Math.sqrt(yield* number(0));
    case "int":
      return Math.trunc(yield* number(0));
    case "rand": {
      let random = randoms.get(awk);
      if (!random) {
        random = new Random(awk.seed);
        randoms.set(awk, random);
      }
      return random.float();
    }
    case "srand": {
      const before = awk.seed;
      const { machine } = awk.tool.proc;
      awk.seed = args[0] ? yield* number(0) : Math.floor((machine.epoch + machine.now) / 1e9);
      randoms.set(awk, new Random(awk.seed));
      return before;
    }
    case "tolower":
      return (yield* text(0)).toLowerCase();
    case "toupper":
      return (yield* text(0)).toUpperCase();
    case "system":
      return yield* awk.streams.system(yield* text(0));
    case "close":
      return yield* awk.streams.close(yield* text(0));
    case "fflush":
      return yield* awk.streams.flush(args[0] ? yield* text(0) : undefined);
    case "systime": {
      const { machine } = awk.tool.proc;
      return Math.floor((machine.epoch + machine.now) / 1e9);
    }
    case "strftime": {
      const { machine } = awk.tool.proc;
      const seconds = args[1] ? yield* number(1) : Math.floor((machine.epoch + machine.now) / 1e9);
      return strftime(args[0] ? yield* text(0) : "%a %b %e %H:%M:%S %Z %Y", seconds * 1e9);
    }
    case "mktime": {
      const [y, mo, d, h, mi, s] = (yield* text(0)).trim().split(/\s+/).map(Number);
      if (s === undefined || Number.isNaN(s)) return -1;
      return daysFromCivil(y, mo, d) * 86400 + h * 3600 + mi * 60 + s;
    }
    case "and":
      return Number(BigInt(Math.trunc(yield* number(0))) & BigInt(Math.trunc(yield* number(1))));
    case "or":
      return Number(BigInt(Math.trunc(yield* number(0))) | BigInt(Math.trunc(yield* number(1))));
    case "xor":
      return Number(BigInt(Math.trunc(yield* number(0))) ^ BigInt(Math.trunc(yield* number(1))));
    case "compl":
      return 2 ** 53 - 1 - (yield* number(0));
    case "lshift":
      return (yield* number(0)) * 2 ** (yield* number(1));
    case "rshift":
      return Math.floor((yield* number(0)) / 2 ** (yield* number(1)));
    case "strtonum": {
      const s = yield* text(0);
      return /^\s*0[xX][0-9a-fA-F]+/.test(s)
        ? Number.parseInt(s, 16)
        : /^\s*0[0-7]+$/.test(s)
          ? Number.parseInt(s, 8)
          : toNumber(s);
    }
    case "asort":
    case "asorti": {
      const array = awk.array(arrayName(0));
      const values: Value[] = name === "asort" ? [...array.values()] : [...array.keys()];
      values.sort((a, b) => compare(a, b, awk.convfmt) || 0);
      const target = args[1] ? awk.array(arrayName(1)) : array;
      target.clear();
      for (const [i, v] of values.entries()) target.set(String(i + 1), v);
      return values.length;
    }
    default:
      return fail(awk.tool, `fatal: function \`${name}' is not modelled by Packetwalk`, 2);
  }
}

/** Matches that one gsub may replace: the pieces of the new string stand in memory one by one. */
const MAX_REPLACED = 2 ** 21;

/** sub, gsub, gensub: `which` 0 is every match, else the nth. In gensub \1 … \9 are groups. */
function substitute(
  source: string,
  regex: RegExp,
  to: string,
  which: number,
  groups: boolean,
): { text: string; count: number } {
  const global = new BoundedRegExp(regex, "gs", true);
  let out = "";
  let from = 0;
  let seen = 0;
  let count = 0;
  let lastEnd = -1;
  for (let m = global.exec(source); m; m = global.exec(source)) {
    const end = m.index + m[0].length;
    if (m[0] === "") global.lastIndex = m.index + 1;
    if (m[0] === "" && m.index === lastEnd) continue;
    lastEnd = end;
    seen++;
    if (which !== 0 && seen < which) continue;
    out += source.slice(from, m.index);
    const match = m;
    out += to.replace(
      /\\\\&|\\(\d)|\\([\\&])|&/g,
      (whole, digit: string | undefined, escaped: string | undefined) => {
        if (whole === "&") return match[0];
        if (whole === "\\\\&") return groups ? `\\${match[0]}` : `\\${match[0]}`;
        if (digit !== undefined) return groups ? (match[Number(digit)] ?? "") : whole;
        return escaped as string;
      },
    );
    if (out.length > MAX_MEMORY || count > MAX_REPLACED) throw new MemoryExhausted();
    from = end;
    count++;
    if (which !== 0) break;
  }
  return { text: out + source.slice(from), count };
}

/** A string by its characters; as it is when each of them is one code unit. */
function characters(s: string): string | string[] {
  noteWork(s.length);
  return /[\ud800-\udfff]/.test(s) ? [...s] : s;
}
