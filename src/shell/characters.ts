/** Text as bash counts it: in code points, not in JavaScript's UTF-16 units. */

const BEYOND_ONE_UNIT = /[\ud800-\udfff]/;

/** The last long text that was seen to have none: loops over a text's characters ask for each. */
let plain = "";

function isPlain(s: string): boolean {
  if (s === plain) return true;
  if (BEYOND_ONE_UNIT.test(s)) return false;
  if (s.length > 100) plain = s;
  return true;
}

export function countCharacters(s: string): number {
  return isPlain(s) ? s.length : [...s].length;
}

/** From one character to before another; both within the text. */
export function sliceCharacters(s: string, from: number, to: number): string {
  return isPlain(s) ? s.slice(from, to) : [...s].slice(from, to).join("");
}
