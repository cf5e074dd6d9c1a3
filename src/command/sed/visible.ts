import { utf8 } from "../../base/text.ts";

/** What the l command prints of a text. */
export function visible(text: string, width: number): string {
  const names: Record<string, string> = {
    "\\": "\\\\",
    "\x07": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
  };
  const cells: string[] = [];
  for (const c of text) {
    if (names[c]) cells.push(names[c]);
    else if (c >= " " && c <= "~") cells.push(c);
    else for (const b of utf8(c)) cells.push(`\\${b.toString(8).padStart(3, "0")}`);
  }
  let out = "";
  let at = 0;
  for (const cell of cells) {
    if (width > 1 && at + cell.length > width - 1) {
      out += "\\\n";
      at = 0;
    }
    out += cell;
    at += cell.length;
  }
  return `${out}$\n`;
}
