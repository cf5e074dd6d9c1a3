/** What the lines above give to those below: plain assignments, functions, and the shell's settings. */
function prelude(above: readonly string[]): string[] {
  const kept: string[] = [];
  let depth = false;
  for (const line of above) {
    const opens = /^(function\s+[\w-]+\s*(\(\))?|[\w-]+\s*\(\))\s*\{\s*$/.test(line);
    const whole = /^(function\s+[\w-]+\s*(\(\))?|[\w-]+\s*\(\))\s*\{.*\}\s*$/.test(line);
    if (opens) depth = true;
    if (
      depth ||
      whole ||
      /^(export\s+|readonly\s+|declare\s+(-\w+\s+)?)?\w+\+?=(?!.*(\$\(|`|\\$))/.test(line) ||
      /^(set|shopt|cd|shift)\s/.test(line)
    )
      kept.push(line);
    if (depth && /^\}/.test(line)) depth = false;
  }
  return kept;
}

/** A script from one of its lines on (from 1), with what the lines above assign and define. */
export function partFrom(text: string, line: number): string {
  const lines = text.split("\n");
  let from = line - 1;
  while (from > 0 && /\\$/.test(lines[from - 1])) from--;
  return [...prelude(lines.slice(0, from)), ...lines.slice(from)].join("\n");
}

/** A script up to one of its lines (from 1), that one and what it goes on to included. */
export function partTo(text: string, line: number): string {
  const lines = text.split("\n");
  let to = line;
  while (to < lines.length && /\\$/.test(lines[to - 1])) to++;
  return `${lines.slice(0, to).join("\n")}\n`;
}
