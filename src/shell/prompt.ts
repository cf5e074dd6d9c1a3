import { SECOND } from "../base/clock.ts";
import { textOf } from "./expand.ts";
import type { Shell } from "./shell.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Decodes PS1's backslash escapes, then expands what stands in it. \[ and \] are dropped. */
export function expandPrompt(sh: Shell, prompt: string): string {
  const now = new Date((sh.machine.epoch + sh.machine.now) / 1e6);
  const two = (n: number) => String(n).padStart(2, "0");
  const { cwd } = sh.proc;
  const home = sh.get("HOME") ?? "";
  const short =
    home !== "" && (cwd === home || cwd.startsWith(`${home}/`)) ? `~${cwd.slice(home.length)}` : cwd;
  const host = sh.machine.hostname;
  const decoded = prompt.replace(/\\(\d{3}|D\{[^}]*\}|.)/gs, (_, c: string) => {
    if (/^\d{3}$/.test(c)) return String.fromCharCode(Number.parseInt(c, 8));
    switch (c[0]) {
      case "a":
        return "\x07";
      case "d":
        return `${DAYS[now.getUTCDay()]} ${MONTHS[now.getUTCMonth()]} ${two(now.getUTCDate())}`;
      case "e":
        return "\x1b";
      case "h":
        return host.split(".")[0];
      case "H":
        return host;
      case "j":
        return String(sh.jobs.list.length);
      case "n":
        return "\n";
      case "r":
        return "\r";
      case "s":
        return sh.arg0.slice(sh.arg0.lastIndexOf("/") + 1);
      case "t":
        return `${two(now.getUTCHours())}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())}`;
      case "A":
        return `${two(now.getUTCHours())}:${two(now.getUTCMinutes())}`;
      case "u":
        return "root";
      case "v":
        return "5.2";
      case "V":
        return "5.2.15";
      case "w":
        return short;
      case "W":
        return short === "~" || short === "/" ? short : short.slice(short.lastIndexOf("/") + 1);
      case "$":
        return sh.proc.uid === 0 ? "#" : "\\$";
      case "#":
      case "!":
        return String(sh.history.length + 1);
      case "\\":
        return "\\\\";
      case "[":
      case "]":
        return "";
      default:
        return `\\\\${c}`;
    }
  });
  void SECOND;
  try {
    return textOf(sh, decoded, "heredoc");
  } catch {
    return decoded;
  }
}
