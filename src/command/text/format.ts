import { MAX_MEMORY, MemoryExhausted } from "../../machine/process.ts";

/** C's printf conversions, for printf, seq, awk and date. */

export interface Conversion {
  readonly flags: string;
  readonly width: number;
  /** −1 when not given. */
  readonly precision: number;
  readonly letter: string;
}

/** Pads to the width as the flags say. */
function pad(text: string, c: Conversion, numeric: boolean): string {
  if (text.length >= c.width) return text;
  if (c.width > MAX_MEMORY) throw new MemoryExhausted();
  if (c.flags.includes("-")) return text.padEnd(c.width);
  if (numeric && c.flags.includes("0")) {
    const sign = /^([+\- ]|0[xX])?/.exec(text)?.[0] ?? "";
    return sign + text.slice(sign.length).padStart(c.width - sign.length, "0");
  }
  return text.padStart(c.width);
}

function signed(negative: boolean, digits: string, flags: string): string {
  return (negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "") + digits;
}

export function formatString(text: string, c: Conversion): string {
  const cut = c.precision >= 0 ? [...text].slice(0, c.precision).join("") : text;
  return pad(cut, c, false);
}

/** d i u o x X */
export function formatInteger(value: bigint, c: Conversion): string {
  let v = value;
  const isSigned = c.letter === "d" || c.letter === "i";
  if (!isSigned && v < 0n) v = BigInt.asUintN(64, v);
  const negative = v < 0n;
  if (negative) v = -v;
  const base = c.letter === "o" ? 8 : c.letter === "x" || c.letter === "X" ? 16 : 10;
  let digits = v.toString(base);
  if (c.precision === 0 && v === 0n) digits = "";
  if (c.precision >= 0) digits = digits.padStart(c.precision, "0");
  if (c.flags.includes("#")) {
    if (base === 8 && !digits.startsWith("0")) digits = `0${digits}`;
    if (base === 16 && value !== 0n) digits = `0x${digits}`;
  }
  if (c.letter === "X") digits = digits.toUpperCase();
  const text = isSigned ? signed(negative, digits, c.flags) : digits;
  return pad(text, c, c.precision < 0);
}

/** e E f F g G a */
export function formatFloat(value: number, c: Conversion): string {
  const upper = c.letter >= "A" && c.letter <= "Z";
  const letter = c.letter.toLowerCase();
  if (!Number.isFinite(value)) {
    const word = Number.isNaN(value) ? "nan" : "inf";
    const text = signed(value < 0, word, c.flags);
    return pad(upper ? text.toUpperCase() : text, { ...c, flags: c.flags.replace("0", "") }, false);
  }
  const negative = value < 0 || Object.is(value, -0);
  const v = Math.abs(value);
  let digits: string;
  if (letter === "f") digits = fixed(v, c.precision < 0 ? 6 : c.precision);
  else if (letter === "e") digits = exponential(v, c.precision < 0 ? 6 : c.precision);
  else {
    const p = c.precision < 0 ? 6 : c.precision || 1;
    const exponent = v === 0 ? 0 : Number(v.toExponential(p - 1).split("e")[1]);
    digits = exponent < -4 || exponent >= p ? exponential(v, p - 1) : fixed(v, p - 1 - exponent);
    if (!c.flags.includes("#") && digits.includes(".")) digits = digits.replace(/\.?0+(?=e|$)/, "");
  }
  if (c.flags.includes("#") && !digits.includes(".")) digits += ".";
  if (upper) digits = digits.toUpperCase();
  return pad(signed(negative, digits, c.flags), c, true);
}

function fixed(v: number, precision: number): string {
  if (v < 1e21 && precision <= 100) return v.toFixed(precision);
  return BigInt(v).toString() + (precision > 0 ? `.${"0".repeat(precision)}` : "");
}

function exponential(v: number, precision: number): string {
  const [mantissa, exponent] = v.toExponential(Math.min(precision, 100)).split("e");
  const n = Number(exponent);
  return `${mantissa}e${n < 0 ? "-" : "+"}${String(Math.abs(n)).padStart(2, "0")}`;
}

/** Backslash escapes of echo -e and printf %b; `stopped` when \c was met. */
export function unescapeText(text: string, style: "echo" | "printf"): { text: string; stopped: boolean } {
  if (!text.includes("\\")) return { text, stopped: false };
  let out = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== "\\" || i + 1 >= text.length) {
      out += text[i];
      continue;
    }
    const c = text[++i];
    const simple = {
      a: "\x07",
      b: "\b",
      e: "\x1b",
      E: "\x1b",
      f: "\f",
      n: "\n",
      r: "\r",
      t: "\t",
      v: "\v",
      "\\": "\\",
      '"': '"',
    }[c];
    if (simple !== undefined && (c !== '"' || style === "printf")) {
      out += simple;
      continue;
    }
    if (c === "c") return { text: out, stopped: true };
    const hex = c === "x" ? /^[0-9a-fA-F]{1,2}/.exec(text.slice(i + 1)) : null;
    const unicode =
      c === "u"
        ? /^[0-9a-fA-F]{1,4}/.exec(text.slice(i + 1))
        : c === "U"
          ? /^[0-9a-fA-F]{1,8}/.exec(text.slice(i + 1))
          : null;
    const octal =
      style === "echo"
        ? c === "0"
          ? /^[0-7]{0,3}/.exec(text.slice(i + 1))
          : null
        : /^[0-7]{1,3}/.exec(text.slice(i));
    if (hex || unicode) {
      const digits = (hex ?? unicode) as RegExpExecArray;
      out += String.fromCodePoint(Number.parseInt(digits[0], 16));
      i += digits[0].length;
    } else if (octal) {
      out += String.fromCharCode(Number.parseInt(octal[0] || "0", 8) & 255);
      i += style === "echo" ? octal[0].length : octal[0].length - 1;
    } else out += `\\${c}`;
  }
  return { text: out, stopped: false };
}
