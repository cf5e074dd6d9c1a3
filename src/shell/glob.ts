import { DirectoryInode } from "../machine/inode.ts";
import type { Process } from "../machine/process.ts";
import { tryLookup } from "../machine/vfs.ts";
import { hasGlob, patternRegExp } from "./pattern.ts";

export interface GlobOptions {
  readonly dotglob: boolean;
  readonly globstar: boolean;
  readonly nocaseglob: boolean;
  readonly extglob: boolean;
}

const unquote = (s: string) => s.replace(/\\(.)/gs, "$1");

/** Splits at slashes that no extended pattern's parentheses hold. */
function components(pattern: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let at = "";
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === "\\") {
      at += c + (pattern[++i] ?? "");
      continue;
    }
    if (c === "(") depth++;
    else if (c === ")") depth--;
    if (c === "/" && depth <= 0) {
      out.push(at);
      at = "";
    } else at += c;
  }
  out.push(at);
  return out;
}

/** Pathname expansion: the names that match, sorted; empty when none does. */
export function glob(proc: Process, pattern: string, options: GlobOptions): string[] {
  const parts = components(pattern);
  let found: string[] = [""];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    const last = i === parts.length - 1;
    const next: string[] = [];
    for (const base of found) {
      if (part === "") {
        if (last) {
          if (tryLookup(proc, base === "" ? "/" : base)?.type === "directory") next.push(base);
        } else next.push(`${base}/`);
      } else if (options.globstar && part === "**") {
        for (const path of deep(proc, base, last, options))
          next.push(last || path === "" ? path : `${path}/`);
      } else if (!hasGlob(part)) {
        const path = base + unquote(part);
        if (tryLookup(proc, path, !last)) next.push(last ? path : `${path}/`);
      } else
        for (const name of matches(proc, base, part, options)) {
          const path = base + name;
          if (last) next.push(path);
          else if (tryLookup(proc, path)?.type === "directory") next.push(`${path}/`);
        }
    }
    found = next;
  }
  return found.filter((f) => f !== "").sort(collate);
}

/** The C library's collation in a UTF-8 locale: letters without case first, then lower before upper. */
export function collate(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function names(proc: Process, base: string): string[] {
  const inode = tryLookup(proc, base === "" ? "." : base);
  return inode instanceof DirectoryInode ? inode.names(proc) : [];
}

function matches(proc: Process, base: string, part: string, options: GlobOptions): string[] {
  const regexp = patternRegExp(part, { extglob: options.extglob, nocase: options.nocaseglob, path: true });
  const dots = options.dotglob || part.startsWith(".") || part.startsWith("\\.");
  return names(proc, base).filter((n) => (dots || !n.startsWith(".")) && regexp.test(n));
}

function deep(proc: Process, base: string, files: boolean, options: GlobOptions): string[] {
  const out: string[] = [files ? base : ""].filter(() => !files || base !== "");
  if (!files) out[0] = base.endsWith("/") ? base.slice(0, -1) : base;
  const walk = (at: string) => {
    for (const name of names(proc, at).sort(collate)) {
      if (!options.dotglob && name.startsWith(".")) continue;
      const path = at + name;
      const directory = tryLookup(proc, path, false)?.type === "directory";
      if (files || directory) out.push(path);
      if (directory) walk(`${path}/`);
    }
  };
  walk(base);
  return out;
}
