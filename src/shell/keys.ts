/** Splits what a terminal sends into keys; an escape sequence is one key. `rest`: begun, not yet complete. */
export function keys(input: string): { list: string[]; rest: string } {
  const list: string[] = [];
  let i = 0;
  while (i < input.length) {
    if (input[i] !== "\x1b") {
      const c = String.fromCodePoint(input.codePointAt(i) as number);
      list.push(c);
      i += c.length;
      continue;
    }
    const m = /^\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O[A-Za-z]|[^[O])/.exec(input.slice(i));
    if (!m) return { list, rest: input.slice(i) };
    list.push(m[0]);
    i += m[0].length;
  }
  return { list, rest: "" };
}
