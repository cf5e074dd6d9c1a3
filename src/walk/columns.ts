/** Joins items with "▸", breaking lines at `columns`. */
export function wrap(
  items: readonly string[],
  margin: string,
  indent: string,
  used: number,
  columns: number,
): string[] {
  const lines: string[] = [];
  let line = margin;
  let width = used;
  items.forEach((item, i) => {
    const length = visible(item) + (i > 0 ? 3 : 0);
    if (i > 0 && width + length > columns) {
      lines.push(line);
      line = indent;
      width = used;
    }
    line += `${i > 0 ? " ▸ " : ""}${item}`;
    width += length;
  });
  lines.push(line);
  return lines;
}

export const visible = (text: string): number => text.replace(/\u001b\[[0-9;]*m/g, "").length;

/** Words folded to lines of about `columns`. */
export function fold(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + word.length + 1 > columns) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  if (line) lines.push(line);
  return lines;
}
