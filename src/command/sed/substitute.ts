import type { Part, SedCommand } from "./parse.ts";

/** The s command's text: `text` with its matches replaced; null when nothing was. */
export function substitute(text: string, regex: RegExp, c: SedCommand): string | null {
  regex.lastIndex = 0;
  let out = "";
  let from = 0;
  let count = 0;
  let done = false;
  let lastEnd = -1;
  for (let m = regex.exec(text); m; m = regex.exec(text)) {
    const end = m.index + m[0].length;
    if (m[0] === "") regex.lastIndex = m.index + 1;
    // An empty match right behind the last one does not count.
    if (m[0] === "" && m.index === lastEnd) continue;
    lastEnd = end;
    if (++count < c.nth) continue;
    out += text.slice(from, m.index) + replacement(c.parts, m);
    from = end;
    done = true;
    if (!c.global) break;
  }
  return done ? out + text.slice(from) : null;
}

function replacement(parts: readonly Part[], m: RegExpExecArray): string {
  let out = "";
  let mode: "U" | "L" | "E" = "E";
  let once: "u" | "l" | null = null;
  const add = (text: string) => {
    let t = mode === "U" ? text.toUpperCase() : mode === "L" ? text.toLowerCase() : text;
    if (once !== null && t !== "") {
      t = (once === "u" ? t[0].toUpperCase() : t[0].toLowerCase()) + t.slice(1);
      once = null;
    }
    out += t;
  };
  for (const part of parts) {
    if (typeof part === "string") add(part);
    else if (typeof part === "number") add(m[part] ?? "");
    else if (part.case === "u" || part.case === "l") once = part.case;
    else mode = part.case;
  }
  return out;
}
