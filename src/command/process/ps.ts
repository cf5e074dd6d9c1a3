import type { Process } from "../../machine/process.ts";
import { Exit } from "../../machine/process.ts";
import { userName } from "../file/mode.ts";
import { defineTool, type Tool } from "../tool/tool.ts";
import { strftime, timeParts } from "./calendar.ts";

/** The program's own name as the kernel keeps it: 15 characters of the file's name. */
export function comm(proc: Process): string {
  const file = proc.path !== "" ? proc.path : (proc.argv[0] ?? "");
  return file.slice(file.lastIndexOf("/") + 1).slice(0, 15);
}

/** The command line, or the name in brackets when there is none. */
export function commandLine(proc: Process): string {
  if (proc.exit) return `[${comm(proc)}] <defunct>`;
  return proc.argv.length > 0 ? proc.argv.join(" ") : `[${comm(proc)}]`;
}

function ttyName(proc: Process): string {
  return proc.tty ? "pts/0" : "?";
}

function state(proc: Process): string {
  return proc.exit ? "Z" : proc.stopped ? "T" : proc.machine.current === proc ? "R" : "S";
}

function stat(proc: Process): string {
  const foreground = proc.tty !== null && (proc.tty as { foreground?: number }).foreground === proc.pgid;
  return `${state(proc)}${proc.sid === proc.pid ? "s" : ""}${foreground ? "+" : ""}`;
}

function elapsed(proc: Process): string {
  const s = Math.floor((proc.machine.now - proc.startTime) / 1e9);
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600) % 24;
  const days = Math.floor(s / 86400);
  const rest = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return days > 0 ? `${days}-${two(hours)}:${rest}` : hours > 0 ? `${two(hours)}:${rest}` : rest;
}

function started(proc: Process): string {
  const { machine } = proc;
  const at = machine.epoch + proc.startTime;
  const now = timeParts(machine.epoch + machine.now);
  const then = timeParts(at);
  if (now.year === then.year && now.yearday === then.yearday) return strftime("%H:%M", at);
  return strftime(now.year === then.year ? "%b%d" : "%Y", at);
}

interface Column {
  readonly header: string;
  readonly width: number;
  readonly right: boolean;
  readonly value: (p: Process) => string;
}

const column = (header: string, width: number, right: boolean, value: (p: Process) => string): Column => ({
  header,
  width,
  right,
  value,
});
const args = column("COMMAND", 27, false, commandLine);
const user = column("USER", 8, false, (p) => userName(p.uid));

/** Format specifiers of -o. Memory and processor time are not modelled: nothing here takes any. */
const COLUMNS: Readonly<Record<string, Column>> = {
  pid: column("PID", 5, true, (p) => String(p.pid)),
  tgid: column("TGID", 5, true, (p) => String(p.pid)),
  ppid: column("PPID", 5, true, (p) => String(p.parent?.pid ?? 0)),
  pgid: column("PGID", 5, true, (p) => String(p.pgid)),
  pgrp: column("PGRP", 5, true, (p) => String(p.pgid)),
  sid: column("SID", 5, true, (p) => String(p.sid)),
  sess: column("SESS", 5, true, (p) => String(p.sid)),
  user,
  euser: column("EUSER", 8, false, (p) => userName(p.uid)),
  ruser: column("RUSER", 8, false, (p) => userName(p.uid)),
  uname: user,
  uid: column("UID", 5, true, (p) => String(p.uid)),
  euid: column("EUID", 5, true, (p) => String(p.uid)),
  gid: column("GID", 5, true, (p) => String(p.uid)),
  tty: column("TT", 8, false, ttyName),
  tt: column("TT", 8, false, ttyName),
  tname: column("TTY", 8, false, ttyName),
  stat: column("STAT", 4, false, stat),
  state: column("S", 1, false, state),
  s: column("S", 1, false, state),
  comm: column("COMMAND", 15, false, (p) => comm(p) + (p.exit ? " <defunct>" : "")),
  ucmd: column("CMD", 15, false, comm),
  args,
  command: args,
  cmd: column("CMD", 27, false, commandLine),
  etime: column("ELAPSED", 11, true, elapsed),
  etimes: column("ELAPSED", 7, true, (p) => String(Math.floor((p.machine.now - p.startTime) / 1e9))),
  time: column("TIME", 8, true, () => "00:00:00"),
  cputime: column("TIME", 8, true, () => "00:00:00"),
  bsdtime: column("TIME", 6, true, () => "0:00"),
  start: column("STARTED", 8, true, (p) => strftime("%H:%M:%S", p.machine.epoch + p.startTime)),
  lstart: column("STARTED", 24, true, (p) => strftime("%a %b %e %H:%M:%S %Y", p.machine.epoch + p.startTime)),
  stime: column("STIME", 5, false, started),
  bsdstart: column("START", 6, true, started),
  c: column("C", 2, true, () => "0"),
  "%cpu": column("%CPU", 4, true, () => "0.0"),
  pcpu: column("%CPU", 4, true, () => "0.0"),
  "%mem": column("%MEM", 4, true, () => "0.0"),
  pmem: column("%MEM", 4, true, () => "0.0"),
  vsz: column("VSZ", 6, true, () => "0"),
  rss: column("RSS", 5, true, () => "0"),
  ni: column("NI", 3, true, () => "0"),
  nice: column("NI", 3, true, () => "0"),
  nlwp: column("NLWP", 4, true, () => "1"),
  netns: column("NETNS", 10, true, (p) => String(p.net.id)),
};

const USAGE = `
Usage:
 ps [options]

 Try 'ps --help <simple|list|output|threads|misc|all>'
  or 'ps --help <s|l|o|t|m|a>'
 for additional help text.

For more details see ps(1).
`;

function bad(tool: Tool, message: string): never {
  tool.proc.err(`error: ${message}\n${USAGE}`);
  throw new Exit(1);
}

const named = (...keys: string[]) => keys.map((k) => COLUMNS[k]);

export const ps = defineTool({
  names: ["ps"],
  summary: "list processes",
  *main(tool) {
    const { proc } = tool;
    const { machine } = proc;
    let everything = false;
    let withTty = false;
    let withoutTty = false;
    let format: "default" | "full" | "user" | "bsd" | "long" = "default";
    let headers = true;
    let sortKeys = "";
    const output: Column[] = [];
    const picks: ((p: Process) => boolean)[] = [];
    const addOutput = (list: string) => {
      const parts = list.includes("=") ? [list] : list.split(/[,\s]+/);
      const flat = parts.length === 1 && list.includes("=") ? list.split(/,(?=[a-z%]+(?:=|,|$))/) : parts;
      for (const part of flat) {
        const [key, header] = part.includes("=")
          ? [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]
          : [part, undefined];
        const c = COLUMNS[key];
        if (!c) bad(tool, `unknown user-defined format specifier "${key}"`);
        output.push(header === undefined ? c : { ...c, header, width: Math.max(header.length, c.width) });
      }
    };
    const numbers = (list: string, what: string): number[] =>
      list.split(/[,\s]+/).map((n) => {
        if (!/^\d+$/.test(n)) bad(tool, what);
        return Number(n);
      });
    const words = [...tool.args];
    while (words.length > 0) {
      const word = words.shift() as string;
      const value = (attached: string): string => {
        if (attached !== "") return attached;
        const next = words.shift();
        if (next === undefined) bad(tool, "list of process IDs must follow -p");
        return next;
      };
      if (word.startsWith("--")) {
        const [name, v] = word.slice(2).split("=", 2);
        if (name === "no-headers" || name === "no-heading" || name === "no-headings" || name === "no-header")
          headers = false;
        else if (name === "sort") sortKeys = v ?? value("");
        else if (name === "pid") {
          const list = numbers(v ?? value(""), "process ID list syntax error");
          picks.push((p) => list.includes(p.pid));
        } else if (name === "ppid") {
          const list = numbers(v ?? value(""), "process ID list syntax error");
          picks.push((p) => list.includes(p.parent?.pid ?? 0));
        } else if (name === "forest" || name === "width" || name === "cols") {
          if (name === "forest") bad(tool, "--forest is not modelled by Packetwalk");
        } else bad(tool, "unknown gnu long option");
        continue;
      }
      const dashed = word.startsWith("-");
      const letters = dashed ? word.slice(1) : word;
      for (let i = 0; i < letters.length; i++) {
        const c = letters[i];
        const rest = letters.slice(i + 1);
        const takes = (): string => {
          i = letters.length;
          return value(rest);
        };
        if (/\d/.test(c)) {
          const list = numbers(letters.slice(i), "process ID list syntax error");
          picks.push((p) => list.includes(p.pid));
          break;
        }
        if (c === "o") addOutput(takes());
        else if (c === "p") {
          const list = numbers(takes(), "process ID list syntax error");
          picks.push((p) => list.includes(p.pid));
        } else if (dashed) {
          if (c === "e" || c === "A") everything = true;
          else if (c === "f") format = "full";
          else if (c === "a") withTty = true;
          else if (c === "C") {
            const list = takes().split(",");
            picks.push((p) => list.includes(comm(p)));
          } else if (c === "u" || c === "U") {
            const list = takes().split(",");
            picks.push((p) => list.includes(userName(p.uid)) || list.includes(String(p.uid)));
          } else if (c === "h") headers = false;
          else if (c !== "w" && c !== "L") bad(tool, "unsupported SysV option");
        } else if (c === "a") withTty = true;
        else if (c === "x") withoutTty = true;
        else if (c === "u") format = "user";
        else if (c === "h") headers = false;
        else if (c === "e" || c === "w") continue;
        else if (c === "f") bad(tool, "the forest (f) is not modelled by Packetwalk");
        else bad(tool, "unsupported option (BSD syntax)");
      }
      if (!dashed && format === "default" && /[ax]/.test(letters)) format = "bsd";
      if (!dashed && /u/.test(letters)) format = "user";
    }
    const chosen = [...machine.processes.values()].filter((p) => {
      if (picks.length > 0) return picks.some((pick) => pick(p)) || everything;
      if (everything) return true;
      if (format === "bsd" || format === "user" || withoutTty) {
        if (withTty && withoutTty) return true;
        if (withoutTty) return p.uid === proc.uid;
        if (withTty) return p.tty !== null;
        return p.tty !== null && p.uid === proc.uid;
      }
      if (withTty) return p.tty !== null && p.sid !== p.pid;
      return p.tty === proc.tty && p.uid === proc.uid;
    });
    chosen.sort((a, b) => a.pid - b.pid);
    for (const key of sortKeys
      .split(",")
      .filter((k) => k !== "")
      .reverse()) {
      const name = key.replace(/^[-+]/, "");
      const c = COLUMNS[name];
      if (!c) bad(tool, "unknown sort specifier");
      const down = key.startsWith("-") ? -1 : 1;
      chosen.sort((a, b) => {
        const [x, y] = [c.value(a), c.value(b)];
        return down * (c.right ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0);
      });
    }
    let columns = output;
    if (columns.length === 0) {
      if (format === "full")
        columns = [
          { ...COLUMNS.uid, header: "UID", width: 8, right: false, value: (p) => userName(p.uid) },
          ...named("pid", "ppid", "c", "stime", "tname", "time", "cmd"),
        ];
      else if (format === "user")
        columns = [
          ...named("user", "pid", "%cpu", "%mem", "vsz", "rss", "tname", "stat"),
          { ...COLUMNS.stime, header: "START" },
          ...named("bsdtime", "args"),
        ];
      else if (format === "bsd") columns = named("pid", "tname", "stat", "bsdtime", "args");
      else columns = [...named("pid", "tname", "time"), { ...COLUMNS.comm, header: "CMD" }];
    }
    const line = (cells: readonly string[]) =>
      `${cells
        .map((cell, i) => {
          const c = columns[i];
          if (i === columns.length - 1) return c.right ? cell.padStart(c.width) : cell;
          // Only the last column may be wider than its place.
          const cut = c.width >= 15 && !c.right ? cell.slice(0, c.width) : cell;
          return c.right ? cut.padStart(c.width) : cut.padEnd(c.width);
        })
        .join(" ")}\n`;
    if (headers && columns.some((c) => c.header !== ""))
      yield* tool.print(line(columns.map((c) => c.header)));
    for (const p of chosen) yield* tool.print(line(columns.map((c) => c.value(p))));
    return chosen.length > 0 ? 0 : 1;
  },
});
