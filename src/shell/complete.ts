import { DirectoryInode } from "../machine/inode.ts";
import { tryLookup } from "../machine/vfs.ts";
import { BUILTINS } from "./builtin/index.ts";
import { quoteBackslash } from "./quote.ts";
import type { Completion } from "./readline.ts";
import type { Shell } from "./shell.ts";

/** The unfinished word before a cursor, where it starts, and the words of its command that stand before it. */
export interface Unfinished {
  readonly start: number;
  readonly word: string;
  readonly words: readonly string[];
}

export function unfinished(before: string): Unfinished {
  const start = /(?:[^\s;&|()<>"'\\]|\\.|"[^"]*|'[^']*)*$/.exec(before)?.index ?? before.length;
  const segment = /[^;&|(]*$/.exec(before.slice(0, start))?.[0] ?? "";
  const words = segment
    .trim()
    .split(/\s+/)
    .filter((w) => w !== "" && !/^\w+=/.test(w));
  while (words[0] === "sudo" || words[0] === "command" || words[0] === "exec") words.shift();
  return { start, word: before.slice(start), words };
}

/** What Tab offers for the word before the cursor: commands, the command's own words, variables, files. */
export function complete(sh: Shell, line: string, cursor: number): Completion {
  const { start, word, words } = unfinished(line.slice(0, cursor));
  const variable = /\$(\{?)(\w*)$/.exec(word);
  if (variable) {
    const from = cursor - variable[2].length;
    const close = variable[1] === "{" ? "}" : "";
    return {
      from,
      words: sh.vars
        .names()
        .filter((n) => n.startsWith(variable[2]))
        .map((n) => n + close),
    };
  }
  if (words.length === 0 && !word.includes("/")) return { from: start, words: commandNames(sh, word) };
  const program = words.length > 0 ? sh.machine.programs.get(words[0]) : undefined;
  const offered = program?.complete?.([...words, word], sh.proc) ?? [];
  const own = offered.filter((w) => w.startsWith(word));
  if (own.length > 0) return { from: start, words: [...own] };
  return { from: start, words: fileNames(sh, word) };
}

function commandNames(sh: Shell, word: string): string[] {
  const names = new Set<string>([...BUILTINS.keys(), ...sh.functions.keys(), ...sh.aliases.keys()]);
  for (const directory of (sh.get("PATH") ?? "").split(":")) {
    const inode = tryLookup(sh.proc, directory);
    if (inode instanceof DirectoryInode) for (const name of inode.names(sh.proc)) names.add(name);
  }
  return [...names].filter((n) => n.startsWith(word)).sort();
}

function fileNames(sh: Shell, word: string): string[] {
  const plain = word.replace(/\\(.)/g, "$1").replace(/^["']/, "");
  const slash = plain.lastIndexOf("/") + 1;
  const folder = plain.slice(0, slash);
  const last = plain.slice(slash);
  const home = folder.startsWith("~/") ? `${sh.get("HOME") ?? "/root"}${folder.slice(1)}` : folder;
  const inode = tryLookup(sh.proc, home === "" ? "." : home);
  if (!(inode instanceof DirectoryInode)) return [];
  return inode
    .names(sh.proc)
    .filter((n) => n.startsWith(last) && (last !== "" || !n.startsWith(".")))
    .sort()
    .map((n) => {
      const directory = tryLookup(sh.proc, home + n)?.type === "directory";
      return quoteBackslash(folder + n).replace(/^\\~/, "~") + (directory ? "/" : "");
    });
}
