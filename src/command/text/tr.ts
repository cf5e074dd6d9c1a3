import { utf8 } from "../../base/text.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { quote } from "../tool/quote.ts";
import { defineTool, fail } from "../tool/tool.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

const range = (a: number, b: number) => Array.from({ length: b - a + 1 }, (_, i) => a + i);
const code = (c: string) => c.charCodeAt(0);
const CLASSES: Readonly<Record<string, number[]>> = {
  alnum: [...range(48, 57), ...range(65, 90), ...range(97, 122)],
  alpha: [...range(65, 90), ...range(97, 122)],
  blank: [9, 32],
  cntrl: [...range(0, 31), 127],
  digit: range(48, 57),
  graph: range(33, 126),
  lower: range(97, 122),
  print: range(32, 126),
  punct: [...range(33, 47), ...range(58, 64), ...range(91, 96), ...range(123, 126)],
  space: [...range(9, 13), 32],
  upper: range(65, 90),
  xdigit: [...range(48, 57), ...range(65, 70), ...range(97, 102)],
};

/** Expands a set into bytes; `fill` is where a [c*] stands that takes what is left. */
function expand(set: string, bytes: Uint8Array, length: number): number[] {
  const chars: { c: number; escaped: boolean }[] = [];
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== 92 || i + 1 >= bytes.length) {
      chars.push({ c: bytes[i], escaped: false });
      continue;
    }
    const octal = /^[0-7]{1,3}/.exec(String.fromCharCode(...bytes.subarray(i + 1, i + 4)));
    if (octal) {
      chars.push({ c: Number.parseInt(octal[0], 8) & 255, escaped: true });
      i += octal[0].length;
      continue;
    }
    const next = String.fromCharCode(bytes[++i]);
    chars.push({ c: ESCAPES[next] === undefined ? code(next) : code(ESCAPES[next]), escaped: true });
  }
  const out: number[] = [];
  const fills: { at: number; c: number }[] = [];
  for (let i = 0; i < chars.length; i++) {
    const rest = chars
      .slice(i, i + 16)
      .map((x) => String.fromCharCode(x.c))
      .join("");
    if (!chars[i].escaped) {
      const cls = /^\[:(\w*):\]/.exec(rest);
      if (cls) {
        if (!CLASSES[cls[1]]) throw new UsageError(`invalid character class ${quote(cls[1])}`, true);
        out.push(...CLASSES[cls[1]]);
        i += cls[0].length - 1;
        continue;
      }
      const repeat = /^\[(.)\*(\d*)\]/s.exec(rest);
      if (repeat) {
        const count = repeat[2] === "" ? 0 : Number.parseInt(repeat[2], repeat[2].startsWith("0") ? 8 : 10);
        if (count === 0) fills.push({ at: out.length, c: code(repeat[1]) });
        else for (let k = 0; k < count; k++) out.push(code(repeat[1]));
        i += repeat[0].length - 1;
        continue;
      }
    }
    if (chars[i + 1]?.c === 45 && !chars[i + 1].escaped && i + 2 < chars.length) {
      const high = chars[i + 2].c;
      if (high < chars[i].c)
        throw new UsageError(
          `range-endpoints of '${set.slice(0, 3)}' are in reverse collating sequence order`,
          true,
        );
      out.push(...range(chars[i].c, high));
      i += 2;
      continue;
    }
    out.push(chars[i].c);
  }
  for (const fill of fills)
    out.splice(fill.at, 0, ...new Array<number>(Math.max(0, length - out.length)).fill(fill.c));
  return out;
}

export const tr = defineTool({
  names: ["tr"],
  summary: "translate, squeeze or delete characters",
  writeError: { text: "write error: %s\nwrite error" },
  *main(tool) {
    const opts = getopt(tool.args, "+cCdst", {
      complement: "c",
      delete: "d",
      "squeeze-repeats": "s",
      "truncate-set1": "t",
    });
    const [first, second] = opts.rest;
    const deleting = opts.has("d");
    const squeezing = opts.has("s");
    if (first === undefined) throw new UsageError("missing operand");
    if (second === undefined && deleting === squeezing) {
      const what = deleting
        ? "Two strings must be given when both deleting and squeezing repeats."
        : "Two strings must be given when translating.";
      throw new UsageError(`missing operand after ${quote(first)}\n${what}`);
    }
    const most = deleting && !squeezing ? 1 : 2;
    if (opts.rest.length > most) {
      const what =
        most === 1 && opts.rest.length === 2
          ? "\nOnly one string may be given when deleting without squeezing repeats."
          : "";
      throw new UsageError(`extra operand ${quote(opts.rest[most])}${what}`);
    }
    const bytes = utf8;
    let set1 = expand(first, bytes(first), 0);
    if (opts.has("c") || opts.has("C")) {
      const given = new Set(set1);
      set1 = range(0, 255).filter((c) => !given.has(c));
    }
    const set2 = second === undefined ? null : expand(second, bytes(second), set1.length);
    const map = range(0, 255);
    const removed = new Uint8Array(256);
    let squeezed = new Uint8Array(256);
    if (deleting) for (const c of set1) removed[c] = 1;
    if (!deleting && set2) {
      if (set2.length === 0) fail(tool, "when not truncating set1, string2 must be non-empty");
      const n = opts.has("t") ? Math.min(set1.length, set2.length) : set1.length;
      for (let i = 0; i < n; i++) map[set1[i]] = set2[Math.min(i, set2.length - 1)];
    }
    if (squeezing) {
      squeezed = new Uint8Array(256);
      for (const c of set2 ?? set1) squeezed[c] = 1;
    }
    let last = -1;
    for (;;) {
      const data = yield* tool.proc.read(0);
      if (data.length === 0) return 0;
      const out = new Uint8Array(data.length);
      let n = 0;
      for (const b of data) {
        if (removed[b]) continue;
        const c = map[b];
        if (squeezed[c] && c === last) continue;
        last = c;
        out[n++] = c;
      }
      yield* tool.out.printBytes(out.subarray(0, n));
    }
  },
});
