/** The text of $'…': ANSI C escapes resolved. */
export function ansiC(s: string): string {
  return escapes(s, true);
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

/**
 * Backslash escapes of $'…' (`ansi`), echo -e, printf's format and %b. `stop` is called at \c (echo, %b),
 * which ends all output.
 */
export function escapes(s: string, ansi: boolean, stop?: () => void, zeroOctal = false): string {
  if (!s.includes("\\")) return s;
  let out = "";
  for (let i = 0; i < s.length; i++) {
    if (s[i] !== "\\" || i + 1 >= s.length) {
      out += s[i];
      continue;
    }
    const c = s[++i];
    if (SIMPLE[c] !== undefined) out += SIMPLE[c];
    else if (ansi && (c === "'" || c === '"' || c === "?")) out += c;
    else if (c === "c" && ansi) {
      out += String.fromCharCode((s[++i] ?? "").charCodeAt(0) & 31);
    } else if (c === "c" && stop) {
      stop();
      return out;
    } else if (c === "x") {
      const m = /^[0-9a-fA-F]{1,2}/.exec(s.slice(i + 1));
      if (m) {
        out += String.fromCharCode(Number.parseInt(m[0], 16));
        i += m[0].length;
      } else out += "\\x";
    } else if (c === "u" || c === "U") {
      const m = (c === "u" ? /^[0-9a-fA-F]{1,4}/ : /^[0-9a-fA-F]{1,8}/).exec(s.slice(i + 1));
      if (m) {
        out += String.fromCodePoint(Number.parseInt(m[0], 16));
        i += m[0].length;
      } else out += `\\${c}`;
    } else if (/[0-7]/.test(c)) {
      // echo -e and %b take \0nnn; $'…' and printf's format take \nnn.
      const m = (zeroOctal && c === "0" ? /^0[0-7]{0,3}/ : /^[0-7]{1,3}/).exec(s.slice(i)) as RegExpExecArray;
      if (zeroOctal && c !== "0") {
        out += `\\${c}`;
        continue;
      }
      out += String.fromCharCode(Number.parseInt(m[0], 8) & 255);
      i += m[0].length - 1;
    } else out += `\\${c}`;
  }
  return out;
}

const SAFE = /^[\w@%+=:,./-]+$/;

function needsAnsi(s: string): boolean {
  return /[\x00-\x1f\x7f]/.test(s);
}

function ansiQuote(s: string): string {
  const names: Record<string, string> = {
    "\x07": "\\a",
    "\b": "\\b",
    "\x1b": "\\E",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    "'": "\\'",
  };
  let out = "";
  for (const c of s) {
    if (names[c] !== undefined) out += names[c];
    else if (/[\x00-\x1f\x7f]/.test(c)) out += `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`;
    else out += c;
  }
  return `$'${out}'`;
}

export function singleQuote(s: string): string {
  return `'${s.replaceAll("'", "'\\''")}'`;
}

/** ${x@Q}: always quoted. */
export function quoteAlways(s: string): string {
  return needsAnsi(s) ? ansiQuote(s) : singleQuote(s);
}

/** As `set -x` prints a word: quoted when it has to be. */
export function quoteTrace(s: string): string {
  if (s === "") return "''";
  if (needsAnsi(s)) return ansiQuote(s);
  if (/^[^\s'"\\|&;()<>!{}*[\]?^$`#~,=:]+$/.test(s)) return s;
  // sh_contains_shell_metas: ~ and # matter only at the start, = and : only before a tilde.
  if (/[\s'"\\|&;()<>!{}*[\]?^$`]/.test(s) || /^[~#]/.test(s) || /[=:]~/.test(s)) return singleQuote(s);
  return s;
}

/** printf %q: backslashes, or $'…' for control characters. */
export function quoteBackslash(s: string): string {
  if (s === "") return "''";
  if (needsAnsi(s)) return ansiQuote(s);
  return s.replace(/[\s'"\\|&;()<>!{}*[\]?^$`,]/g, "\\$&").replace(/^[~#]/, "\\$&");
}

/** A value as `declare -p` and `set` print it: in double quotes; `set` leaves plain words bare. */
export function quoteDeclare(s: string): string {
  return needsAnsi(s) ? ansiQuote(s) : `"${s.replace(/["$`\\]/g, "\\$&")}"`;
}

export function quoteSet(s: string): string {
  if (s === "") return "";
  if (needsAnsi(s)) return ansiQuote(s);
  return SAFE.test(s) || /^[\w@%+=:,./~#-]+$/.test(s) ? s : singleQuote(s);
}
