import { endOfBacktick, endOfDollar, endOfDouble, endOfSingle } from "./scan.ts";

/**
 * Finds the reserved word at which bash's grammar stops in code whose compound commands do not close: the
 * `fi` of an `if` without `then`, the word after a `for` list where `do` should stand. The parser, which
 * mends what it reads, only says that something is open. Undefined when nothing is out of place (or a `case`
 * makes it hard to tell).
 */
export function misplacedWord(text: string): number | undefined {
  const open: ("if" | "then" | "else" | "loop" | "do" | "for")[] = [];
  let start = true;
  for (let i = 0; i < text.length; ) {
    const c = text[i];
    if (c === " " || c === "\t") i++;
    else if (c === "#") while (i < text.length && text[i] !== "\n") i++;
    else if (c === "<" && text[i + 1] === "<") return undefined;
    else if (/[\n;&|(]/.test(c)) {
      start = true;
      i++;
    } else if (c === ")") {
      start = false;
      i++;
    } else {
      const from = i;
      i = endOfWord(text, i);
      if (!start) continue;
      start = false;
      const word = text.slice(from, i);
      const top = open[open.length - 1];
      if (top === "for" && word !== "do") return from;
      switch (word) {
        case "case":
          return undefined;
        case "if":
          open.push("if");
          start = true;
          break;
        case "while":
        case "until":
          open.push("loop");
          start = true;
          break;
        case "for":
        case "select":
          if (/^\s*\(\(/.test(text.slice(i))) return undefined;
          open.push("for");
          break;
        case "{":
        case "!":
        case "time":
          start = true;
          break;
        case "then":
          if (top !== "if") return from;
          open[open.length - 1] = "then";
          start = true;
          break;
        case "elif":
        case "else":
          if (top !== "then") return from;
          open[open.length - 1] = word === "else" ? "else" : "if";
          start = true;
          break;
        case "fi":
          if (top !== "then" && top !== "else") return from;
          open.pop();
          break;
        case "do":
          if (top !== "loop" && top !== "for") return from;
          open[open.length - 1] = "do";
          start = true;
          break;
        case "done":
          if (top !== "do") return from;
          open.pop();
          break;
      }
    }
  }
  return undefined;
}

function endOfWord(text: string, i: number): number {
  while (i < text.length && !/[ \t\n;&|()]/.test(text[i])) {
    const c = text[i];
    if (c === "\\") i += 2;
    else if (c === "'") i = endOfSingle(text, i);
    else if (c === '"') i = endOfDouble(text, i);
    else if (c === "`") i = endOfBacktick(text, i);
    else if (c === "$") i = endOfDollar(text, i, false);
    else i++;
  }
  return i;
}
