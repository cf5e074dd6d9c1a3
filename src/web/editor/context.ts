/** Where in a script or ruleset the cursor stands, as far as completion needs it. */
export interface Place {
  /** The command line up to the cursor; lines that end in a backslash are one with the next. */
  readonly line: string;
  /** How many characters of it stand on lines above. */
  readonly above: number;
  /** The table, where this is a ruleset as iptables-save writes it. */
  readonly table: string | null;
}

export function placeOf(text: string, cursor: number): Place {
  const lines = text.slice(0, cursor).split("\n");
  let line = lines.pop() ?? "";
  const own = line.length;
  while (lines.length > 0 && /(^|[^\\])\\$/.test(lines[lines.length - 1]))
    line = `${lines.pop()?.slice(0, -1)} ${line}`;
  return { line, above: line.length - own, table: tableOf(lines, line) };
}

function tableOf(above: readonly string[], line: string): string | null {
  if (/^\*\w*$/.test(line)) return "filter";
  for (let i = above.length - 1; i >= 0; i--) {
    const table = /^\*(\w+)\s*$/.exec(above[i])?.[1];
    if (table !== undefined) return table;
    if (/^COMMIT\b/.test(above[i])) return null;
  }
  return null;
}

const each = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((m) => m[1]);

/** Names that the text itself makes and that may stand at the end of `line`: boxes, devices, chains. They need not be built yet. */
export function namesIn(text: string, line: string): string[] {
  const before = /(\S+)\s+\S*$/.exec(line)?.[1] ?? "";
  const object = /\b(?:netns\s+(?:exec|del|delete|pids|set)|-n|-netns|netns)\s+\S*$/.test(line);
  if (object && !/netns\s+add\s/.test(line)) return each(text, /\bip\s+netns\s+add\s+([\w.-]+)/g);
  if (
    /^(dev|-i|-o|master|iif|oif|--physdev-in|--physdev-out)$/.test(before) ||
    /\blink\s+(set|show|del)\s+\S*$/.test(line)
  )
    return [
      ...each(text, /\blink\s+add\s+(?:name\s+|dev\s+)?([\w.@-]+)/g),
      ...each(text, /\bpeer\s+name\s+([\w.@-]+)/g),
    ];
  if (/^-[ADFIjLPSXg]$/.test(before))
    return [...each(text, /\s(?:-N|--new-chain)\s+([\w.-]+)/g), ...each(text, /^:(\S+)/gm)];
  return [];
}
