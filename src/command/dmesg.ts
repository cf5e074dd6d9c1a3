import type { LogRecord } from "../machine/kernel-log.ts";
import { stamp } from "../machine/kernel-log.ts";
import type { Running } from "../machine/process.ts";
import { strftime } from "./process/calendar.ts";
import { getopt, UsageError } from "./tool/getopt.ts";
import { defineTool, fail } from "./tool/tool.ts";

const LEVELS = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];
const FACILITIES = [
  "kern",
  "user",
  "mail",
  "daemon",
  "auth",
  "syslog",
  "lpr",
  "news",
  "uucp",
  "cron",
  "authpriv",
  "ftp",
];

/** util-linux's dmesg. */
export const dmesg = defineTool({
  names: ["dmesg"],
  summary: "print the kernel log",
  *main(tool) {
    const opts = getopt(tool.args, "CcDdEeF:f:Hhk L::l:n:iPprSs:TtuVWwx", {
      clear: "C",
      "read-clear": "c",
      "console-off": "D",
      "console-on": "E",
      "show-delta": "d",
      reltime: "e",
      "file:": "F",
      "facility:": "f",
      human: "H",
      kernel: "k",
      "color::": "L",
      "level:": "l",
      "console-level:": "n",
      nopager: "P",
      "force-prefix": "p",
      raw: "r",
      syslog: "S",
      "buffer-size:": "s",
      ctime: "T",
      notime: "t",
      userspace: "u",
      follow: "w",
      "follow-new": "W",
      decode: "x",
      "time-format:": "time-format",
      noescape: "noescape",
    });
    if (opts.rest.length > 0) throw new UsageError("bad usage", false);
    for (const key of ["F", "d", "e", "H"])
      if (opts.has(key)) fail(tool, `-${key} is not modelled by Packetwalk`);
    const { machine } = tool.proc;
    const { log } = machine;
    if (opts.has("C")) {
      log.clear();
      return 0;
    }
    if (opts.has("n") || opts.has("D") || opts.has("E")) return 0;
    const pick = (key: string, names: readonly string[], what: string): Set<number> | null => {
      if (!opts.has(key)) return null;
      const chosen = new Set<number>();
      for (const word of (opts.get(key) as string).split(",")) {
        const range = word.endsWith("+") ? word.slice(0, -1) : word.startsWith("+") ? word.slice(1) : word;
        const at = names.indexOf(range);
        if (at < 0) fail(tool, `unknown ${what} '${word}'`);
        chosen.add(at);
        // "warn+": that level and what is graver; "+warn": what is less grave.
        if (word.endsWith("+")) for (let i = 0; i < at; i++) chosen.add(i);
        if (word.startsWith("+")) for (let i = at; i < names.length; i++) chosen.add(i);
      }
      return chosen;
    };
    const levels = pick("l", LEVELS, "level");
    const facilities = pick("f", FACILITIES, "facility");
    const format = opts.get("time-format");
    if (format !== undefined && !["ctime", "notime", "iso", "raw"].includes(format))
      fail(tool, `unknown time format: ${format}`);
    const line = (r: LogRecord): string => {
      if (opts.has("r")) return `<${r.facility * 8 + r.level}>${stamp(r.time)} ${r.text}\n`;
      const wall = machine.epoch + r.time;
      let time = `${stamp(r.time)} `;
      if (opts.has("t") || format === "notime") time = "";
      else if (opts.has("T") || format === "ctime") time = `[${strftime("%a %b %e %H:%M:%S %Y", wall)}] `;
      else if (format === "iso") time = `${strftime("%Y-%m-%dT%H:%M:%S,%6N%:z", wall)} `;
      const decoded = opts.has("x")
        ? `${(FACILITIES[r.facility] ?? String(r.facility)).padEnd(6)}:${LEVELS[r.level].padEnd(6)}: `
        : "";
      return `${decoded}${time}${r.text}\n`;
    };
    const shown = (r: LogRecord) =>
      (!levels || levels.has(r.level)) &&
      (!facilities || facilities.has(r.facility)) &&
      !(opts.has("k") && r.facility !== 0) &&
      !(opts.has("u") && r.facility === 0);
    function* print(records: readonly LogRecord[]): Running<void> {
      for (const r of records) if (shown(r)) yield* tool.print(line(r));
    }
    let next = log.next;
    if (!opts.has("W")) yield* print([...log.records()]);
    if (opts.has("c")) log.clear();
    if (!opts.has("w") && !opts.has("W")) return 0;
    for (;;) {
      yield* tool.out.flush();
      while (log.next === next) yield { queues: [log.changed] };
      const fresh = [...log.since(next)];
      next = log.next;
      yield* print(fresh);
    }
  },
});
