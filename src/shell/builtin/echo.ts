import { SECOND } from "../../base/clock.ts";
import { MAX_MEMORY, MemoryExhausted } from "../../machine/process.ts";
import { escapes, quoteBackslash } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { type Builtin, badOption } from "./builtin.ts";

export const echo: Builtin = {
  *run(sh, words) {
    let newline = true;
    let interpret = sh.shopt("xpg_echo");
    let i = 1;
    if (sh.dash) {
      // dash: -n alone is an option, and backslashes are always read (but \x).
      newline = words[1] !== "-n";
      if (!newline) i++;
      interpret = true;
    } else
      for (; i < words.length && /^-[neE]+$/.test(words[i]); i++)
        for (const c of words[i].slice(1)) {
          if (c === "n") newline = false;
          else interpret = c === "e";
        }
    let text = words.slice(i).join(" ");
    if (sh.dash) text = text.replace(/\\(.)/gs, (all, c) => (/[xuUE]/.test(c) ? `\\${all}` : all));
    if (interpret)
      text = escapes(
        text,
        false,
        () => {
          newline = false;
        },
        true,
      );
    if (newline) text += "\n";
    if (text === "") return 0;
    if (!sh.proc.fds.has(1)) {
      sh.complain("echo: write error: Bad file descriptor");
      return 1;
    }
    yield* sh.proc.write(1, text);
    return 0;
  },
};

export const printf: Builtin = {
  *run(sh, words) {
    let i = 1;
    let variable: string | undefined;
    if (words[i] === "-v") {
      variable = words[i + 1];
      if (variable === undefined || !/^[A-Za-z_]\w*(\[.*\])?$/s.test(variable)) {
        sh.complain(`printf: \`${variable ?? ""}': not a valid identifier`);
        return 2;
      }
      i += 2;
    } else if (words[i] === "--") i++;
    else if (words[i] !== undefined && /^-./.test(words[i]))
      return badOption(sh, "printf", words[i].slice(0, 2), "printf [-v var] format [arguments]");
    if (words[i] === undefined) {
      if (sh.dash) sh.complain("printf: usage: printf format [arg ...]");
      else sh.proc.err("printf: usage: printf [-v var] format [arguments]\n");
      return 2;
    }
    const foreign = sh.dash ? /%[-+ #0-9.*]*([q(])/.exec(words[i].replaceAll("%%", "")) : null;
    if (foreign) {
      sh.complain(`printf: %${foreign[1]}: invalid directive`);
      return 2;
    }
    const made = format(sh, words[i], words.slice(i + 1));
    if (variable !== undefined) {
      const element = /^(\w+)\[(.*)\]$/s.exec(variable);
      if (element) sh.assign(element[1], element[2], made.text, false);
      else sh.set(variable, made.text);
    } else if (made.text !== "") yield* sh.proc.write(1, made.text);
    return made.status;
  },
};

const CONVERSION =
  /^%([-+ #0]*)(\*|\d+)?(?:\.(\*|-?\d*))?(?:hh|h|ll|l|j|z|t|L)?(?:\(([^)]*)\)T|([diouxXeEfFgGaAcsbqQ%n]))/;

/** printf(1)'s format: used again while arguments are left. */
export function format(sh: Shell, fmt: string, args: readonly string[]): { text: string; status: number } {
  let out = "";
  let status = 0;
  let at = 0;
  let stopped = false;
  const fault = (message: string) => {
    sh.complain(`printf: ${message}`);
    status = 1;
  };
  const integer = (s: string | undefined): bigint => {
    if (s === undefined || s === "") return 0n;
    if (s[0] === "'" || s[0] === '"') return BigInt(s.codePointAt(1) ?? 0);
    const m = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(s);
    if (!m) {
      fault(`${s}: invalid number`);
      return 0n;
    }
    if (m[0].length < s.length) fault(`${s}: invalid ${/^\s*[-+]?0\d/.test(s) ? "octal " : ""}number`);
    const digits = /^0[0-7]+$/.test(m[2]) ? `0o${m[2].slice(1)}` : m[2];
    const n = BigInt(digits);
    return m[1] === "-" ? -n : n;
  };
  do {
    const start = at;
    for (let i = 0; i < fmt.length && !stopped; ) {
      const c = fmt[i];
      if (c === "\\") {
        const m = /^\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|.)/s.exec(
          fmt.slice(i),
        );
        if (!m) {
          out += "\\";
          i++;
        } else {
          if (m[0] === '\\"' || m[0] === "\\'") out += m[0][1];
          else
            out += escapes(m[0], false, () => {
              stopped = true;
            });
          i += m[0].length;
        }
      } else if (c === "%") {
        const m = CONVERSION.exec(fmt.slice(i));
        if (!m) {
          const bad = fmt[i + 1];
          if (bad === undefined) fault("`%': missing format character");
          else fault(`\`${bad}': invalid format character`);
          return { text: out, status };
        }
        i += m[0].length;
        const conversion = m[4] !== undefined ? "T" : m[5];
        if (conversion === "%") {
          out += "%";
          continue;
        }
        let flags = m[1];
        let width = m[2] === "*" ? Number(integer(args[at++])) : Number(m[2] ?? 0);
        if (width < 0) {
          flags += "-";
          width = -width;
        }
        const precision =
          m[3] === undefined ? undefined : m[3] === "*" ? Number(integer(args[at++])) : Number(m[3] || 0);
        const arg = at < args.length ? args[at] : undefined;
        at++;
        out += one(sh, conversion, flags, width, precision, arg, m[4], integer, fault, () => {
          stopped = true;
        });
      } else {
        out += c;
        i++;
      }
    }
    if (at === start) break;
  } while (at < args.length && !stopped);
  return { text: out, status };
}

function pad(s: string, flags: string, width: number): string {
  if (width > MAX_MEMORY) throw new MemoryExhausted();
  return flags.includes("-") ? s.padEnd(width) : s.padStart(width);
}

function one(
  sh: Shell,
  conversion: string,
  flags: string,
  width: number,
  precision: number | undefined,
  arg: string | undefined,
  timeFormat: string | undefined,
  integer: (s: string | undefined) => bigint,
  fault: (message: string) => void,
  stop: () => void,
): string {
  switch (conversion) {
    case "s":
      return pad((arg ?? "").slice(0, precision), flags, width);
    case "b":
      return pad(escapes(arg ?? "", false, stop, true).slice(0, precision), flags, width);
    case "q":
    case "Q":
      return pad(quoteBackslash(arg ?? ""), flags, width);
    case "c":
      return pad((arg ?? "").slice(0, 1), flags, width);
    case "d":
    case "i": {
      const n = integer(arg);
      const digits = (n < 0n ? -n : n).toString().padStart(precision ?? 0, "0");
      return number(
        n < 0n ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "",
        digits,
        flags,
        width,
        precision,
      );
    }
    case "u":
    case "o":
    case "x":
    case "X": {
      const n = BigInt.asUintN(64, integer(arg));
      let digits = n
        .toString(conversion === "u" ? 10 : conversion === "o" ? 8 : 16)
        .padStart(precision ?? 0, "0");
      if (conversion === "X") digits = digits.toUpperCase();
      const prefix =
        flags.includes("#") && n !== 0n
          ? conversion === "o"
            ? "0"
            : conversion === "u"
              ? ""
              : `0${conversion}`
          : "";
      return number(prefix, digits, flags, width, precision);
    }
    case "T": {
      const when =
        arg === undefined || arg === "-1"
          ? sh.machine.epoch + sh.machine.now
          : arg === "-2"
            ? sh.machine.epoch
            : Number(arg) * SECOND;
      return pad(strftime(timeFormat || "%X", when), flags, width);
    }
    default: {
      const value = arg === undefined || arg === "" ? 0 : Number(arg);
      if (Number.isNaN(value)) fault(`${arg}: invalid number`);
      const text = float(conversion, Number.isNaN(value) ? 0 : value, precision ?? 6);
      const negative = text.startsWith("-");
      return number(
        negative ? "-" : flags.includes("+") ? "+" : "",
        negative ? text.slice(1) : text,
        flags,
        width,
        undefined,
      );
    }
  }
}

function number(
  sign: string,
  digits: string,
  flags: string,
  width: number,
  precision: number | undefined,
): string {
  if (flags.includes("-")) return (sign + digits).padEnd(width);
  if (flags.includes("0") && precision === undefined) return sign + digits.padStart(width - sign.length, "0");
  return (sign + digits).padStart(width);
}

function float(conversion: string, value: number, precision: number): string {
  const c = conversion.toLowerCase();
  const fix = (s: string) => s.replace(/e([+-])(\d)$/, "e$10$2");
  let text: string;
  if (c === "f") text = value.toFixed(precision);
  else if (c === "e") text = fix(value.toExponential(precision));
  else {
    const p = precision === 0 ? 1 : precision;
    const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
    text =
      exponent < -4 || exponent >= p
        ? fix(value.toExponential(p - 1))
        : value.toFixed(Math.max(0, p - 1 - exponent));
    if (text.includes(".")) text = text.replace(/\.?0+(?=e|$)/, "");
  }
  return conversion === c ? text : text.toUpperCase();
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** strftime in UTC and the C locale. */
export function strftime(fmt: string, ns: number): string {
  const d = new Date(ns / 1e6);
  const two = (n: number) => String(n).padStart(2, "0");
  const seconds = Math.floor(ns / SECOND);
  const fields: Record<string, () => string> = {
    a: () => DAYS[d.getUTCDay()].slice(0, 3),
    A: () => DAYS[d.getUTCDay()],
    b: () => MONTHS[d.getUTCMonth()].slice(0, 3),
    B: () => MONTHS[d.getUTCMonth()],
    d: () => two(d.getUTCDate()),
    e: () => String(d.getUTCDate()).padStart(2),
    F: () => `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`,
    H: () => two(d.getUTCHours()),
    I: () => two(d.getUTCHours() % 12 || 12),
    j: () =>
      String(Math.floor((d.getTime() - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86400000) + 1).padStart(3, "0"),
    m: () => two(d.getUTCMonth() + 1),
    M: () => two(d.getUTCMinutes()),
    n: () => "\n",
    p: () => (d.getUTCHours() < 12 ? "AM" : "PM"),
    s: () => String(seconds),
    S: () => two(d.getUTCSeconds()),
    t: () => "\t",
    T: () => `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`,
    X: () => `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`,
    u: () => String(d.getUTCDay() || 7),
    w: () => String(d.getUTCDay()),
    y: () => two(d.getUTCFullYear() % 100),
    Y: () => String(d.getUTCFullYear()),
    Z: () => "UTC",
    z: () => "+0000",
    "%": () => "%",
  };
  fields.D = () => `${fields.m()}/${fields.d()}/${fields.y()}`;
  fields.x = fields.D;
  fields.R = () => `${fields.H()}:${fields.M()}`;
  fields.c = () => `${fields.a()} ${fields.b()} ${fields.e()} ${fields.T()} ${fields.Y()}`;
  return fmt.replace(/%(.)/g, (all, c: string) => fields[c]?.() ?? all);
}
