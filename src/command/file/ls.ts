import type { Inode } from "../../machine/inode.ts";
import type { Running } from "../../machine/process.ts";
import { lookup, readdir, readlink, tryLookup } from "../../machine/vfs.ts";
import { timeParts } from "../process/calendar.ts";
import { compareVersions } from "../text/sort.ts";
import { getopt } from "../tool/getopt.ts";
import { quoteFile } from "../tool/quote.ts";
import { defineTool, fail, reason } from "../tool/tool.ts";
import { modeText, userName } from "./mode.ts";

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly inode: Inode;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** 1.5K: rounded up, one decimal below ten (human_readable with ceiling). */
function humanSize(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  let n = bytes;
  let unit = -1;
  while (n >= 1024) {
    n /= 1024;
    unit++;
  }
  if (n < 10) return `${(Math.ceil(n * 10) / 10).toFixed(1)}${"KMGT"[unit]}`;
  return `${Math.ceil(n)}${"KMGT"[unit]}`;
}

export const ls = defineTool({
  names: ["ls", "dir"],
  summary: "list files",
  usageStatus: 2,
  *main(tool) {
    const opts = getopt(tool.args, "1aAdhlRrStUFinoGgpLHQkNCmxXvsT:w:I:ucbBq", {
      all: "a",
      "almost-all": "A",
      directory: "d",
      "human-readable": "h",
      recursive: "R",
      reverse: "r",
      classify: "F",
      inode: "i",
      "numeric-uid-gid": "n",
      "no-group": "G",
      dereference: "L",
      "color::": "color",
      "group-directories-first": "dirs",
      "full-time": "full-time",
      "time-style:": "time-style",
      "sort:": "sort",
      size: "s",
    });
    const { proc } = tool;
    const color = opts.get("color");
    if (color === "always" || color === "yes" || color === "force")
      fail(tool, "--color=always is not modelled by Packetwalk", 2);
    const style = opts.get("time-style");
    if (
      opts.has("s") ||
      opts.has("m") ||
      opts.has("Q") ||
      (style !== undefined && !["long-iso", "full-iso"].includes(style))
    )
      fail(tool, "an option of these is not modelled by Packetwalk: -s -m -Q --time-style", 2);
    const long = opts.has("l") || opts.has("n") || opts.has("o") || opts.has("g") || opts.has("full-time");
    let status = 0;
    const now = proc.machine.epoch + proc.machine.now;
    const tty = proc.fds.get(1)?.isTty === true;
    const onePerLine = opts.has("1") || (!tty && !opts.has("C") && !opts.has("x"));

    const sort = (entries: Entry[]): Entry[] => {
      const key = opts.get("sort");
      let order = entries;
      if (opts.has("U") || key === "none") return entries;
      order = [...entries].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
      if (opts.has("t") || key === "time") order.sort((a, b) => b.inode.mtime - a.inode.mtime);
      else if (opts.has("S") || key === "size") order.sort((a, b) => b.inode.size - a.inode.size);
      else if (opts.has("v") || key === "version") order.sort((a, b) => compareVersions(a.name, b.name));
      if (opts.has("r")) order.reverse();
      if (opts.has("dirs"))
        order.sort((a, b) => Number(b.inode.type === "directory") - Number(a.inode.type === "directory"));
      return order;
    };
    const marked = (e: Entry): string => {
      if (!opts.has("F") && !opts.has("p")) return e.name;
      if (e.inode.type === "directory") return `${e.name}/`;
      if (opts.has("p")) return e.name;
      if (e.inode.type === "symlink" && !long) return `${e.name}@`;
      if (e.inode.type === "fifo") return `${e.name}|`;
      return e.inode.type === "file" && e.inode.mode & 0o111 ? `${e.name}*` : e.name;
    };
    const dateOf = (inode: Inode): string => {
      const t = timeParts(inode.mtime);
      const two = (n: number) => String(n).padStart(2, "0");
      if (opts.has("full-time") || style === "full-iso")
        return `${t.year}-${two(t.month)}-${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}.${String(t.nanosecond).padStart(9, "0")} +0000`;
      if (style === "long-iso")
        return `${t.year}-${two(t.month)}-${two(t.day)} ${two(t.hour)}:${two(t.minute)}`;
      const recent = inode.mtime <= now && now - inode.mtime < 15778476e9;
      return `${MONTHS[t.month - 1]} ${String(t.day).padStart(2)} ${recent ? `${two(t.hour)}:${two(t.minute)}` : String(t.year).padStart(5)}`;
    };
    function* show(entries: Entry[]): Running<void> {
      if (!long) {
        const names = entries.map((e) => (opts.has("i") ? `${e.inode.ino} ` : "") + marked(e));
        if (onePerLine) for (const name of names) yield* tool.print(`${name}\n`);
        else yield* tool.print(columns(names, proc.fds.get(1)?.columns ?? 80));
        return;
      }
      const rows = entries.map((e) => {
        const cells = [modeText(e.inode), String(e.inode.nlink)];
        if (!opts.has("g")) cells.push(opts.has("n") ? String(e.inode.uid) : userName(e.inode.uid));
        if (!opts.has("o") && !opts.has("G"))
          cells.push(opts.has("n") ? String(e.inode.gid) : userName(e.inode.gid));
        cells.push(opts.has("h") ? humanSize(e.inode.size) : String(e.inode.size), dateOf(e.inode));
        if (opts.has("i")) cells.unshift(String(e.inode.ino));
        return cells;
      });
      const widths: number[] = [];
      for (const row of rows)
        for (const [i, c] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, c.length);
      const shift = opts.has("i") ? 1 : 0;
      entries.forEach((_, n) => {
        rows[n] = rows[n].map((c, i) => {
          const right = i === shift + 1 || i === rows[n].length - 2 || i < shift;
          return right ? c.padStart(widths[i]) : c.padEnd(widths[i]);
        });
      });
      for (let n = 0; n < entries.length; n++) {
        const e = entries[n];
        const arrow = e.inode.type === "symlink" ? ` -> ${readlink(proc, e.path)}` : "";
        yield* tool.print(`${rows[n].join(" ")} ${marked(e)}${arrow}\n`);
      }
    }
    let first = true;
    function* folder(path: string, header: boolean): Running<void> {
      let names: string[];
      try {
        names = readdir(proc, path).filter((n) => n !== "." && n !== "..");
      } catch (error) {
        tool.warn(`cannot open directory ${quoteFile(path)}: ${reason(error)}`);
        status = Math.max(status, 1);
        return;
      }
      if (header) yield* tool.print(`${first ? "" : "\n"}${path}:\n`);
      first = false;
      if (!opts.has("a") && !opts.has("A")) names = names.filter((n) => !n.startsWith("."));
      if (opts.has("a")) names.push(".", "..");
      const entries: Entry[] = [];
      for (const name of names) {
        const full = `${path.replace(/\/$/, "")}/${name}`;
        const inode = tryLookup(proc, full, opts.has("L"));
        if (inode) entries.push({ name, path: full, inode });
      }
      const sorted = sort(entries);
      if (long) {
        const blocks = sorted.reduce(
          (sum, e) => sum + (e.inode.type === "symlink" ? 0 : Math.ceil(e.inode.size / 4096) * 4),
          0,
        );
        yield* tool.print(
          `total ${opts.has("h") ? (blocks === 0 ? "0" : humanSize(blocks * 1024)) : blocks}\n`,
        );
      }
      yield* show(sorted);
      if (!opts.has("R")) return;
      for (const e of sorted)
        if (e.inode.type === "directory" && e.name !== "." && e.name !== "..") yield* folder(e.path, true);
    }
    const files: Entry[] = [];
    const folders: Entry[] = [];
    for (const path of opts.rest.length > 0 ? opts.rest : ["."]) {
      try {
        let inode = lookup(proc, path, false);
        const isFolder = () => inode.type === "directory" && !opts.has("d");
        // A link named on the command line is followed to a folder, unless -l, -d or -F asks for itself.
        if (inode.type === "symlink" && !opts.has("d") && !opts.has("F") && (!long || path.endsWith("/")))
          inode = tryLookup(proc, path) ?? inode;
        if (opts.has("L")) inode = lookup(proc, path);
        (isFolder() ? folders : files).push({ name: path, path, inode });
      } catch (error) {
        tool.warn(`cannot access ${quoteFile(path)}: ${reason(error)}`);
        status = 2;
      }
    }
    if (files.length > 0) {
      yield* show(sort(files));
      first = false;
    }
    const headers = folders.length + files.length > 1 || opts.rest.length > 1 || opts.has("R");
    for (const f of sort(folders)) yield* folder(f.path, headers);
    return status;
  },
});

/** Names in columns, filled downwards, as on a terminal. */
function columns(names: readonly string[], width: number): string {
  for (let rows = 1; rows <= names.length; rows++) {
    const widths: number[] = [];
    names.forEach((n, i) => {
      const c = Math.floor(i / rows);
      widths[c] = Math.max(widths[c] ?? 0, n.length + 2);
    });
    const total = widths.reduce((a, b) => a + b, 0) - 2;
    if (total >= width && rows < names.length) continue;
    let out = "";
    for (let y = 0; y < rows; y++) {
      let line = "";
      for (let i = y; i < names.length; i += rows)
        line += i + rows < names.length ? names[i].padEnd(widths[Math.floor(i / rows)]) : names[i];
      out += `${line}\n`;
    }
    return out;
  }
  return "";
}
