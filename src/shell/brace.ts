import { endOfBacktick, endOfDollar, endOfDouble, endOfSingle } from "./scan.ts";

/** Words that one brace expansion may give. */
const MAX_WORDS = 2 ** 20;

/** Too many: bash says so too, when it gets no memory, and leaves the word as it is. */
export class BraceOverflow extends Error {
  constructor(count: number) {
    super(`brace expansion: failed to allocate memory for ${count} elements`);
  }
}

/** Brace expansion, on raw text: "a{b,c}d" → ["abd", "acd"]. Quotes and expansions are passed over. */
export function expandBraces(word: string): string[] {
  if (!word.includes("{")) return [word];
  for (let i = 0; i < word.length; ) {
    if (word[i] === "{") {
      const found = group(word, i);
      if (found) {
        const before = word.slice(0, i);
        const after = expandBraces(word.slice(found.end));
        const out: string[] = [];
        const count = found.items.length * after.length;
        if (count > MAX_WORDS) throw new BraceOverflow(count);
        for (const middle of found.items) for (const tail of after) out.push(before + middle + tail);
        return out;
      }
      i++;
    } else i = skip(word, i);
  }
  return [word];
}

function skip(s: string, i: number): number {
  const c = s[i];
  if (c === "\\") return i + 2;
  if (c === "'") return endOfSingle(s, i);
  if (c === '"') return endOfDouble(s, i);
  if (c === "`") return endOfBacktick(s, i);
  if (c === "$") return endOfDollar(s, i, false);
  return i + 1;
}

function group(s: string, start: number): { items: string[]; end: number } | null {
  let depth = 0;
  const commas: number[] = [];
  let end = -1;
  for (let i = start; i < s.length; ) {
    if (s[i] === "{") {
      depth++;
      i++;
    } else if (s[i] === "}") {
      if (--depth === 0) {
        end = i;
        break;
      }
      i++;
    } else {
      if (s[i] === "," && depth === 1) commas.push(i);
      i = skip(s, i);
    }
  }
  if (end < 0) return null;
  const body = s.slice(start + 1, end);
  if (commas.length === 0) {
    const range = sequence(body);
    return range ? { items: range, end: end + 1 } : null;
  }
  const items: string[] = [];
  let from = start + 1;
  for (const at of [...commas, end]) {
    for (const item of expandBraces(s.slice(from, at))) items.push(item);
    from = at + 1;
  }
  return { items, end: end + 1 };
}

/** {1..5}, {01..10..2}, {a..e}. */
function sequence(body: string): string[] | null {
  const numbers = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/.exec(body);
  if (numbers) {
    const from = Number(numbers[1]);
    const to = Number(numbers[2]);
    const step = Math.abs(Number(numbers[3] ?? 1)) || 1;
    const padded = /^-?0\d/.test(numbers[1]) || /^-?0\d/.test(numbers[2]);
    const width = padded ? Math.max(numbers[1].length, numbers[2].length) : 0;
    const count = Math.floor(Math.abs(to - from) / step) + 1;
    if (count > MAX_WORDS) throw new BraceOverflow(count);
    const out: string[] = [];
    const show = (n: number) =>
      n < 0 ? `-${String(-n).padStart(width - 1, "0")}` : String(n).padStart(width, "0");
    if (from <= to) for (let n = from; n <= to; n += step) out.push(show(n));
    else for (let n = from; n >= to; n -= step) out.push(show(n));
    return out;
  }
  const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?$/.exec(body);
  if (!letters) return null;
  const from = letters[1].charCodeAt(0);
  const to = letters[2].charCodeAt(0);
  const step = Math.abs(Number(letters[3] ?? 1)) || 1;
  const out: string[] = [];
  if (from <= to) for (let n = from; n <= to; n += step) out.push(String.fromCharCode(n));
  else for (let n = from; n >= to; n -= step) out.push(String.fromCharCode(n));
  return out;
}
