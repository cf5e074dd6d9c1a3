import { type Conversion, formatFloat, formatInteger, formatString } from "../text/format.ts";

/** A string that came from outside and looks like a number compares as one (POSIX "strnum"). */
export class Strnum {
  readonly text: string;
  readonly number: number;
  constructor(text: string, number: number) {
    this.text = text;
    this.number = number;
  }
}

export type Value = string | number | Strnum | undefined;
export type AwkArray = Map<string, Value>;

const NUMBER = /^[ \t\n\r]*[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)/;

/** A field or other input. */
export function fromInput(text: string): Value {
  const c = text.charCodeAt(0);
  // Most fields begin with a letter: no regex for them.
  if (c > 57 || text === "") return text;
  const m = NUMBER.exec(text);
  return m && /^[ \t\n\r]*$/.test(text.slice(m[0].length)) ? new Strnum(text, Number(m[0])) : text;
}

export function toNumber(v: Value): number {
  if (typeof v === "number") return v;
  if (v === undefined) return 0;
  if (v instanceof Strnum) return v.number;
  const m = NUMBER.exec(v);
  return m ? Number(m[0]) : 0;
}

export function numberText(n: number, format: string): string {
  if (Number.isInteger(n) && Math.abs(n) < 1e16) return String(n === 0 ? 0 : n);
  if (Number.isNaN(n)) return "+nan";
  if (!Number.isFinite(n)) return n > 0 ? "+inf" : "-inf";
  if (Number.isInteger(n)) return BigInt(n).toString();
  return sprintf(format, [n]);
}

export function toText(v: Value, format = "%.6g"): string {
  if (typeof v === "string") return v;
  if (v === undefined) return "";
  return v instanceof Strnum ? v.text : numberText(v, format);
}

export function toBoolean(v: Value): boolean {
  if (typeof v === "number") return v !== 0;
  if (v === undefined) return false;
  return v instanceof Strnum ? v.number !== 0 : v !== "";
}

/** Compares as numbers when both are numeric (uninitialized counts), else as strings. */
export function compare(a: Value, b: Value, format: string): number {
  if (typeof a !== "string" && typeof b !== "string") {
    const [x, y] = [toNumber(a), toNumber(b)];
    return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN;
  }
  const [x, y] = [toText(a, format), toText(b, format)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** gawk ends a program whose format asks for more than it was given. */
export class FormatError extends Error {}

export function sprintf(format: string, args: readonly Value[]): string {
  let out = "";
  let used = 0;
  for (let i = 0; i < format.length; i++) {
    if (format[i] !== "%") {
      out += format[i];
      continue;
    }
    const m = /^%([-+ #0']*)(\*|\d*)(?:\.(\*|-?\d*))?[hlLjzt]*(.?)/s.exec(format.slice(i)) as RegExpExecArray;
    i += m[0].length - 1;
    if (m[4] === "%") {
      out += "%";
      continue;
    }
    let flags = m[1].replace("'", "");
    let width = m[2] === "*" ? Math.trunc(toNumber(args[used++])) : Number(m[2]);
    if (width < 0) {
      flags += "-";
      width = -width;
    }
    const precision =
      m[3] === undefined ? -1 : m[3] === "*" ? Math.trunc(toNumber(args[used++])) : Number(m[3]);
    const c: Conversion = { flags, width, precision, letter: m[4] };
    if (used >= args.length && m[4] !== "") {
      throw new FormatError(
        `not enough arguments to satisfy format string\n\t\`${format}'\n\t${" ".repeat(i)}^ ran out for this one`,
      );
    }
    const value = args[used++];
    if (m[4] === "s") out += formatString(toText(value), c);
    else if (m[4] === "c") {
      const numeric = typeof value === "number" || value instanceof Strnum;
      out += formatString(
        numeric
          ? String.fromCodePoint(Math.max(0, Math.trunc(toNumber(value))))
          : [...toText(value)].slice(0, 1).join(""),
        { ...c, precision: -1 },
      );
    } else if (m[4] !== "" && "diouxX".includes(m[4])) {
      const n = Math.trunc(toNumber(value));
      if (Number.isFinite(n)) out += formatInteger(BigInt(n), c);
      else out += formatFloat(n, c);
    } else if (m[4] !== "" && "eEfFgG".includes(m[4])) out += formatFloat(toNumber(value), c);
    else out += m[0];
  }
  return out;
}
