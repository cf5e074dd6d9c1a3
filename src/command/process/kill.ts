import { compileRegex, RegexError } from "../../base/regexp/posix.ts";
import type { Process } from "../../machine/process.ts";
import { SIGNALS, type Signal, signalByName } from "../../machine/signal.ts";
import { userName } from "../file/mode.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { defineTool, type Tool } from "../tool/tool.ts";
import { comm, commandLine } from "./ps.ts";

const KILL_USAGE = `
Usage:
 kill [options] <pid> [...]

Options:
 <pid> [...]            send signal to every <pid> listed
 -<signal>, -s, --signal <signal>
                        specify the <signal> to be sent
 -q, --queue <value>    integer value to be sent with the signal
 -l, --list=[<signal>]  list all signal names, or convert one to a name
 -L, --table            list all signal names in a nice table

 -h, --help     display this help and exit
 -V, --version  output version information and exit

For more details see kill(1).
`;

/** procps's kill; bash has its own, which labs meet more often. */
export const kill = defineTool({
  names: ["kill"],
  summary: "send signals",
  *main(tool) {
    const args = [...tool.args];
    let signal: Signal | undefined = "TERM";
    let probe = false;
    if (args[0] === "-l" || args[0] === "--list" || args[0] === "-L") {
      if (args[1] !== undefined) {
        const found = signalByName(args[1]);
        if (!found) {
          tool.warn(`unknown signal name ${args[1]}`);
          return 1;
        }
        yield* tool.print(`${/^\d+$/.test(args[1]) ? found : SIGNALS[found]}\n`);
        return 0;
      }
      const names = Object.keys(SIGNALS).map((n) => (n === "IO" ? "POLL" : n));
      yield* tool.print(`${names.slice(0, 16).join(" ")}\n${names.slice(16).join(" ")}\n`);
      return 0;
    }
    const choose = (name: string) => {
      probe = name === "0";
      signal = signalByName(name);
    };
    if (args[0] === "-s" || args[0] === "--signal") {
      choose(args[1] ?? "");
      args.splice(0, 2);
    } else if (args[0] === "--") args.shift();
    else if (args[0] !== undefined && /^-\w/.test(args[0]) && args.length > 1) {
      choose(args[0].slice(1));
      args.shift();
    }
    if (args[0] === "--") args.shift();
    if (args.length === 0 || (!signal && !probe)) {
      if (!signal && !probe)
        tool.warn("invalid argument ".concat(tool.args[0].replace(/^-/, "").slice(0, 1)));
      tool.proc.err(KILL_USAGE);
      return 1;
    }
    let status = 0;
    for (const word of args) {
      if (!/^-?\d+$/.test(word)) {
        tool.warn(`failed to parse argument: '${word}'`);
        status = 1;
        continue;
      }
      const pid = Number(word);
      const { machine } = tool.proc;
      const found =
        pid > 0
          ? [machine.processes.get(pid)].filter((p) => p !== undefined)
          : [...machine.processes.values()].filter(
              (p) => p.pgid === (pid === 0 ? tool.proc.pgid : -pid) && p.pid !== 1,
            );
      if (found.length === 0) {
        tool.warn(`(${word}): No such process`);
        status = 1;
      } else if (!probe) for (const p of found) p.signal(signal as Signal);
    }
    return status;
  },
});

/** What pgrep, pkill and pidof choose by. */
function* grepProcesses(
  tool: Tool,
  killer: boolean,
): Generator<never, { chosen: Process[]; opts: ReturnType<typeof getopt>; signal: Signal }> {
  let signal: Signal = "TERM";
  const args: string[] = [];
  for (const [i, word] of tool.args.entries()) {
    const name = killer && i === 0 && /^-[A-Z0-9]/.test(word) ? signalByName(word.slice(1)) : undefined;
    if (name) signal = name;
    else args.push(word);
  }
  const long = {
    full: "f",
    exact: "x",
    newest: "n",
    oldest: "o",
    "list-name": "l",
    "list-full": "a",
    "parent:": "P",
    "pgroup:": "g",
    "session:": "s",
    "euid:": "u",
    "uid:": "U",
    "terminal:": "t",
    "signal:": "signal",
    inverse: "v",
    count: "c",
    echo: "e",
    "ignore-case": "i",
    "delimiter:": "d",
    "ignore-ancestors": "A",
  };
  const opts = getopt(args, killer ? "efg:inoP:s:t:u:U:vxcA" : "d:fg:ilanoP:s:t:u:U:vwxcA", long);
  if (opts.has("signal")) {
    const given = signalByName(opts.get("signal") as string);
    if (!given) throw new UsageError(`Unknown signal "${opts.get("signal")}".`, true);
    signal = given;
  }
  if (opts.rest.length > 1) throw new UsageError("only one pattern can be provided");
  const filters = ["g", "P", "s", "t", "u", "U"].some((k) => opts.has(k));
  if (opts.rest.length === 0 && !filters) throw new UsageError("no matching criteria specified");
  let regex: RegExp | undefined;
  if (opts.rest.length === 1) {
    try {
      const source = opts.has("x") ? `^(${opts.rest[0]})$` : opts.rest[0];
      regex = compileRegex(source, "extended", { ignoreCase: opts.has("i") });
    } catch (error) {
      if (error instanceof RegexError) throw new UsageError(error.message, true);
      throw error;
    }
    if (!opts.has("f") && opts.rest[0].length > 15 && /^[\w.-]+$/.test(opts.rest[0]))
      tool.proc.err(
        `${tool.name}: pattern that searches for process name longer than 15 characters will result in zero matches\nTry \`${tool.name} -f' option to match against the complete command line.\n`,
      );
  }
  const list = (key: string) => (opts.get(key) ?? "").split(",");
  let chosen = [...tool.proc.machine.processes.values()]
    .filter((p) => p !== tool.proc && !p.exit)
    .filter((p) => {
      const matches =
        (!regex || regex.test(opts.has("f") ? commandLine(p) : comm(p))) &&
        (!opts.has("P") || list("P").includes(String(p.parent?.pid ?? 0))) &&
        (!opts.has("g") ||
          list("g")
            .map((g) => (g === "0" ? String(tool.proc.pgid) : g))
            .includes(String(p.pgid))) &&
        (!opts.has("s") ||
          list("s")
            .map((g) => (g === "0" ? String(tool.proc.sid) : g))
            .includes(String(p.sid))) &&
        (!opts.has("t") || (p.tty ? list("t").includes("pts/0") : list("t").includes("?"))) &&
        (!(opts.has("u") || opts.has("U")) ||
          [...list("u"), ...list("U")].some((u) => u === userName(p.uid) || u === String(p.uid)));
      return matches !== opts.has("v");
    })
    .sort((a, b) => a.pid - b.pid);
  if (opts.has("n")) chosen = chosen.slice(-1);
  if (opts.has("o")) chosen = chosen.slice(0, 1);
  return { chosen, opts, signal };
}

const hint = (name: string) => `Try \`${name} --help' for more information.\n`;

export const pgrep = defineTool({
  names: ["pgrep"],
  summary: "find processes by name",
  usageStatus: 2,
  hint,
  *main(tool) {
    const { chosen, opts } = yield* grepProcesses(tool, false);
    if (opts.has("c")) yield* tool.print(`${chosen.length}\n`);
    else if (chosen.length > 0) {
      const delimiter = opts.get("d") ?? "\n";
      const lines = chosen.map((p) =>
        opts.has("a") ? `${p.pid} ${commandLine(p)}` : opts.has("l") ? `${p.pid} ${comm(p)}` : String(p.pid),
      );
      yield* tool.print(`${lines.join(delimiter)}\n`);
    }
    return chosen.length > 0 ? 0 : 1;
  },
});

export const pkill = defineTool({
  names: ["pkill"],
  summary: "send signals to processes by name",
  usageStatus: 2,
  hint,
  *main(tool) {
    const { chosen, opts, signal } = yield* grepProcesses(tool, true);
    for (const p of chosen) {
      const name = comm(p);
      p.signal(signal);
      if (opts.has("e")) yield* tool.print(`${name} killed (pid ${p.pid})\n`);
    }
    if (opts.has("c")) yield* tool.print(`${chosen.length}\n`);
    return chosen.length > 0 ? 0 : 1;
  },
});

export const killall = defineTool({
  names: ["killall"],
  summary: "send signals to processes by exact name",
  *main(tool) {
    const args = [...tool.args];
    let signal: Signal = "TERM";
    let quiet = false;
    while (args[0]?.startsWith("-")) {
      const word = args.shift() as string;
      if (word === "-q" || word === "--quiet") quiet = true;
      else if (word === "-s" || word === "--signal") signal = signalByName(args.shift() ?? "") ?? signal;
      else if (["-w", "-e", "-v", "-r"].includes(word)) {
        tool.warn(`${word} is not modelled by Packetwalk`);
        return 1;
      } else {
        const named = signalByName(word.slice(1));
        if (!named) {
          tool.proc.err(`${word.slice(1)}: unknown signal; killall -l lists signals.\n`);
          return 1;
        }
        signal = named;
      }
    }
    let status = 0;
    for (const name of args) {
      const found = [...tool.proc.machine.processes.values()].filter(
        (p) => !p.exit && p !== tool.proc && comm(p) === name.slice(0, 15),
      );
      for (const p of found) p.signal(signal);
      if (found.length === 0) {
        if (!quiet) tool.proc.err(`${name}: no process found\n`);
        status = 1;
      }
    }
    return status;
  },
});

export const pidof = defineTool({
  names: ["pidof"],
  summary: "find processes by exact name",
  *main(tool) {
    const opts = getopt(tool.args, "so:xcnqS:");
    const found = [...tool.proc.machine.processes.values()]
      .filter((p) => !p.exit && opts.rest.some((n) => comm(p) === n || p.path === n))
      .sort((a, b) => b.pid - a.pid);
    if (found.length === 0) return 1;
    const shown = opts.has("s") ? found.slice(0, 1) : found;
    if (!opts.has("q")) yield* tool.print(`${shown.map((p) => p.pid).join(" ")}\n`);
    return 0;
  },
});
