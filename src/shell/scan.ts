/**
 * Finds where quoted and substituted pieces of raw shell text end. Every function takes the text and the
 * index of the piece's first character, and gives the index after its last (the text's length when it never
 * ends).
 */

export function endOfSingle(s: string, i: number): number {
  const end = s.indexOf("'", i + 1);
  return end < 0 ? s.length : end + 1;
}

/** $'…', i at the quote. */
export function endOfAnsi(s: string, i: number): number {
  for (i++; i < s.length; i++) {
    if (s[i] === "\\") i++;
    else if (s[i] === "'") return i + 1;
  }
  return s.length;
}

export function endOfDouble(s: string, i: number): number {
  for (i++; i < s.length; ) {
    const c = s[i];
    if (c === '"') return i + 1;
    if (c === "\\") i += 2;
    else if (c === "`") i = endOfBacktick(s, i);
    else if (c === "$") i = endOfDollar(s, i, true);
    else i++;
  }
  return s.length;
}

export function endOfBacktick(s: string, i: number): number {
  for (i++; i < s.length; i++) {
    if (s[i] === "\\") i++;
    else if (s[i] === "`") return i + 1;
  }
  return s.length;
}

/** A dollar and what belongs to it. `quoted`: within double quotes, where $' and $" mean nothing. */
export function endOfDollar(s: string, i: number, quoted: boolean): number {
  const c = s[i + 1];
  if (c === "{") return endOfBrace(s, i + 1);
  if (c === "(")
    return s[i + 2] === "(" ? (endOfArithmetic(s, i) ?? endOfParen(s, i + 1)) : endOfParen(s, i + 1);
  if (c === "[") {
    let depth = 0;
    for (let j = i + 1; j < s.length; j++) {
      if (s[j] === "[") depth++;
      else if (s[j] === "]" && --depth === 0) return j + 1;
    }
    return s.length;
  }
  if (!quoted && c === "'") return endOfAnsi(s, i + 1);
  if (!quoted && c === '"') return endOfDouble(s, i + 1);
  if (c !== undefined && /[A-Za-z_]/.test(c)) {
    let j = i + 2;
    while (j < s.length && /\w/.test(s[j])) j++;
    return j;
  }
  return c !== undefined && /[0-9@*#?$!-]/.test(c) ? i + 2 : i + 1;
}

/** $((…)): undefined when the closing parentheses do not pair, so that it is a $( ( … ) … ). */
export function endOfArithmetic(s: string, i: number): number | undefined {
  let depth = 0;
  for (let j = i + 3; j < s.length; ) {
    const c = s[j];
    if (c === "(") depth++;
    else if (c === ")") {
      if (depth === 0) return s[j + 1] === ")" ? j + 2 : undefined;
      depth--;
    } else if (c === "\\") j++;
    else if (c === "'") {
      j = endOfSingle(s, j);
      continue;
    } else if (c === '"') {
      j = endOfDouble(s, j);
      continue;
    } else if (c === "`") {
      j = endOfBacktick(s, j);
      continue;
    } else if (c === "$" && (s[j + 1] === "(" || s[j + 1] === "{")) {
      j = endOfDollar(s, j, true);
      continue;
    }
    j++;
  }
  return undefined;
}

/** ${…}, i at the brace. */
export function endOfBrace(s: string, i: number): number {
  for (i++; i < s.length; ) {
    const c = s[i];
    if (c === "}") return i + 1;
    if (c === "\\") i += 2;
    else if (c === "'") i = endOfSingle(s, i);
    else if (c === '"') i = endOfDouble(s, i);
    else if (c === "`") i = endOfBacktick(s, i);
    else if (c === "$")
      i = Math.max(i + 1, s[i + 1] === "#" || s[i + 1] === "$" ? i + 2 : endOfDollar(s, i, false));
    else i++;
  }
  return s.length;
}

/** (…) as a list of commands, i at the parenthesis: quotes, comments and case patterns are minded. */
export function endOfParen(s: string, i: number): number {
  let depth = 0;
  let cases = 0;
  let wordStart = true;
  while (i < s.length) {
    const c = s[i];
    if (c === "(") {
      depth++;
      i++;
      wordStart = true;
    } else if (c === ")") {
      // Within case … esac, a ")" that closes nothing ends a pattern.
      if (depth === 1 && cases > 0) i++;
      else {
        i++;
        if (--depth === 0) return i;
      }
      wordStart = true;
    } else if (c === "\\") {
      i += 2;
      wordStart = false;
    } else if (c === "'") {
      i = endOfSingle(s, i);
      wordStart = false;
    } else if (c === '"') {
      i = endOfDouble(s, i);
      wordStart = false;
    } else if (c === "`") {
      i = endOfBacktick(s, i);
      wordStart = false;
    } else if (c === "$") {
      i = endOfDollar(s, i, false);
      wordStart = false;
    } else if (c === "#" && wordStart) {
      while (i < s.length && s[i] !== "\n") i++;
    } else if (c === "<" && s[i + 1] === "<" && s[i + 2] !== "<") i = endOfHereDocument(s, i);
    else if (/[a-z]/.test(c) && wordStart) {
      let j = i;
      while (j < s.length && /\w/.test(s[j])) j++;
      const word = s.slice(i, j);
      if (word === "case" && /^\s+\S+\s+in\b/.test(s.slice(j))) cases++;
      else if (word === "esac" && cases > 0) cases--;
      i = j;
      wordStart = false;
    } else {
      wordStart = /[\s;&|{]/.test(c);
      i++;
    }
  }
  return s.length;
}

/** A here-document's operator: skips to the end of its body, keeping what stands after it on the line. */
function endOfHereDocument(s: string, i: number): number {
  const head = /^<<-?[ \t]*(?:'([^'\n]*)'|"([^"\n]*)"|\\?([^\s;&|()<>'"]+))/.exec(s.slice(i));
  if (!head) return i + 2;
  const delimiter = head[1] ?? head[2] ?? head[3];
  const newline = s.indexOf("\n", i);
  if (newline < 0) return i + head[0].length;
  const rest = s.slice(newline + 1);
  const close = new RegExp(
    `^${head[0].startsWith("<<-") ? "\\t*" : ""}${delimiter.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`,
    "m",
  );
  const found = close.exec(rest);
  // A closing parenthesis later on the operator's own line still counts.
  const line = s.slice(i + head[0].length, newline);
  if (line.includes(")")) return i + head[0].length;
  return found ? newline + 1 + found.index + found[0].length : s.length;
}
