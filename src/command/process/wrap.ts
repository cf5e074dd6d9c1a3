import { KernelError } from "../../base/errno.ts";
import { exec, fork, spawn } from "../../machine/exec.ts";
import { NamespaceFile } from "../../machine/inode.ts";
import { missingProgram, NOT_SIMULATED } from "../../machine/not-simulated.ts";
import { Killed, type Process, type Running, shellStatus } from "../../machine/process.ts";
import { type Signal, signalByName } from "../../machine/signal.ts";
import { lookup } from "../../machine/vfs.ts";
import { userId } from "../file/mode.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { parseDuration } from "../tool/number.ts";
import { quote } from "../tool/quote.ts";
import { defineTool, fail, reason, type Tool } from "../tool/tool.ts";

/** 127 when there is no such program, 126 when it cannot be run. */
export function execStatus(error: unknown): number {
  if (!(error instanceof KernelError)) throw error;
  return error.code === "ENOENT" ? 127 : 126;
}

/** Becomes another program, or says why not in the tool's words. */
function* become(tool: Tool, argv: readonly string[], message: (why: string) => string): Running {
  try {
    return yield* exec(tool.proc, argv);
  } catch (error) {
    const status = execStatus(error);
    tool.proc.err(`${tool.name}: ${message(reason(error))}\n`);
    return status;
  }
}

export const sleep = defineTool({
  names: ["sleep"],
  summary: "wait for a while",
  *main(tool) {
    const opts = getopt(tool.args, "");
    if (opts.rest.length === 0) throw new UsageError("missing operand");
    let span = 0;
    for (const word of opts.rest) {
      const part = parseDuration(word);
      if (part === undefined) throw new UsageError(`invalid time interval ${quote(word)}`);
      span += part;
    }
    if (span === Number.POSITIVE_INFINITY) for (;;) yield {};
    yield* tool.proc.sleep(span);
    return 0;
  },
});

export const timeout = defineTool({
  names: ["timeout"],
  summary: "run a command for a limited time",
  usageStatus: 125,
  *main(tool) {
    const { proc } = tool;
    const opts = getopt(tool.args, "+k:s:v", {
      foreground: "foreground",
      "kill-after:": "k",
      "preserve-status": "preserve",
      "signal:": "s",
      verbose: "v",
    });
    if (opts.rest.length < 2) {
      proc.err(`Try '${tool.name} --help' for more information.\n`);
      return 125;
    }
    const duration = (text: string) => {
      const span = parseDuration(text);
      if (span === undefined) throw new UsageError(`invalid time interval ${quote(text)}`);
      return span;
    };
    const word = opts.get("s") ?? "TERM";
    const signal = signalByName(word);
    if (!signal) throw new UsageError(`${quote(word)}: invalid signal`);
    const grace = opts.has("k") ? duration(opts.get("k") as string) : 0;
    const limit = duration(opts.rest[0]);
    const argv = opts.rest.slice(1);
    if (!opts.has("foreground")) proc.pgid = proc.pid;
    let child: Process;
    try {
      child = spawn(proc, argv);
    } catch (error) {
      tool.warn(`failed to run command ${quote(argv[0])}: ${reason(error)}`);
      return execStatus(error);
    }
    let timedOut = false;
    const send = (s: Signal) => {
      if (opts.has("v")) tool.warn(`sending signal ${s} to command ${quote(argv[0])}`);
      child.signal(s);
      if (!opts.has("foreground"))
        for (const other of [...proc.machine.processes.values()])
          if (other.pgid === proc.pgid && other !== proc && other !== child) other.signal(s);
      if (s !== "KILL" && s !== "CONT") child.signal("CONT");
    };
    for (const s of ["TERM", "INT", "HUP", "QUIT"] as const)
      proc.handle(s, () => {
        send(s);
        return "continue";
      });
    let until = limit > 0 && limit !== Number.POSITIVE_INFINITY ? proc.machine.now + limit : undefined;
    let sent: Signal = signal;
    while (!child.exit) {
      yield { queues: [child.exited], ...(until === undefined ? {} : { until }) };
      if (child.exit || until === undefined || proc.machine.now < until) continue;
      sent = timedOut ? "KILL" : signal;
      timedOut = true;
      send(sent);
      until = grace > 0 && sent !== "KILL" ? proc.machine.now + grace : undefined;
    }
    const end = child.exit;
    proc.machine.reap(child);
    if (timedOut) {
      // A KILL goes to the whole group, and so to timeout itself.
      if (sent === "KILL") throw new Killed("KILL");
      if (!opts.has("preserve")) return 124;
    }
    return shellStatus(end);
  },
});

/** Leading VAR=value words. */
function takeAssignments(words: string[], env: Map<string, string>): void {
  while (words[0]?.includes("=")) {
    const word = words.shift() as string;
    env.set(word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1));
  }
}

export const env = defineTool({
  names: ["env"],
  summary: "run a command with another environment, or print it",
  usageStatus: 125,
  *main(tool) {
    const { proc } = tool;
    const opts = getopt(tool.args, "+iu:0C:S:v", {
      "ignore-environment": "i",
      "unset:": "u",
      null: "0",
      "chdir:": "C",
      "split-string:": "S",
    });
    const words = [...(opts.get("S") ?? "").split(/\s+/).filter((w) => w !== ""), ...opts.rest];
    if (words[0] === "-") words.shift();
    if (opts.has("i") || opts.rest[0] === "-") proc.env = new Map();
    for (const [key, value] of opts.options) if (key === "u") proc.env.delete(value);
    takeAssignments(words, proc.env);
    if (opts.has("C")) proc.cwd = opts.get("C") as string;
    if (words.length === 0) {
      for (const [name, value] of proc.env)
        yield* tool.print(`${name}=${value}${opts.has("0") ? "\0" : "\n"}`);
      return 0;
    }
    return yield* become(tool, words, (why) => `${quote(words[0])}: ${why}`);
  },
});

export const printenv = defineTool({
  names: ["printenv"],
  summary: "print environment variables",
  usageStatus: 2,
  *main(tool) {
    const opts = getopt(tool.args, "+0", { null: "0" });
    const end = opts.has("0") ? "\0" : "\n";
    if (opts.rest.length === 0) {
      for (const [name, value] of tool.proc.env) yield* tool.print(`${name}=${value}${end}`);
      return 0;
    }
    let status = 0;
    for (const name of opts.rest) {
      const value = tool.proc.env.get(name);
      if (value === undefined) status = 1;
      else yield* tool.print(value + end);
    }
    return status;
  },
});

export const nohup = defineTool({
  names: ["nohup"],
  summary: "run a command that hang-ups do not end",
  usageStatus: 125,
  *main(tool) {
    const { proc } = tool;
    const opts = getopt(tool.args, "+");
    if (opts.rest.length === 0) throw new UsageError("missing operand");
    proc.handle("HUP", "ignore");
    if (proc.fds.get(1)?.isTty)
      fail(
        tool,
        "appending the output to nohup.out (standard output is a terminal) is not modelled by Packetwalk",
        125,
      );
    return yield* become(tool, opts.rest, (why) => `failed to run command ${quote(opts.rest[0])}: ${why}`);
  },
});

export const setsid = defineTool({
  names: ["setsid"],
  summary: "run a command in a session of its own",
  *main(tool) {
    const { proc } = tool;
    const opts = getopt(tool.args, "+cfw", { ctty: "c", fork: "f", wait: "w" });
    if (opts.rest.length === 0) throw new UsageError("no command specified");
    const message = (why: string) => `failed to execute ${opts.rest[0]}: ${why}`;
    // A group's leader cannot make a session: setsid forks then.
    if (proc.pgid === proc.pid || opts.has("f")) {
      try {
        const child = spawn(proc, opts.rest, { newSession: true });
        if (!opts.has("w")) return 0;
        while (!child.exit) yield { queues: [child.exited] };
        proc.machine.reap(child);
        return shellStatus(child.exit);
      } catch (error) {
        tool.warn(message(reason(error)));
        return execStatus(error);
      }
    }
    proc.sid = proc.pgid = proc.pid;
    return yield* become(tool, opts.rest, message);
  },
});

export const sudo = defineTool({
  names: ["sudo"],
  summary: "run a command as another user (everybody is root here)",
  hint: () => SUDO_USAGE,
  *main(tool) {
    const { proc } = tool;
    const opts = getopt(tool.args, "+u:g:p:C:h:r:t:D:R:T:U:EnHisSkKbABPvVl", {
      "user:": "u",
      "group:": "g",
      "preserve-env::": "E",
      "non-interactive": "n",
      login: "i",
      shell: "s",
      stdin: "S",
      "set-home": "H",
      background: "b",
      validate: "v",
      list: "l",
      "reset-timestamp": "k",
      "remove-timestamp": "K",
      "prompt:": "p",
      "chdir:": "D",
    });
    const user = opts.get("u") ?? "root";
    const uid = userId(user.replace(/^#/, ""));
    if (uid === undefined) fail(tool, `unknown user ${user}`);
    if (opts.has("l") || opts.has("b") || opts.has("D"))
      fail(tool, "-l, -b and -D are not modelled by Packetwalk");
    const words = [...opts.rest];
    if (!opts.has("E")) proc.env.set("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    proc.env.set("SUDO_USER", "root");
    proc.env.set("SUDO_UID", "0");
    proc.env.set("SUDO_GID", "0");
    proc.env.set("SUDO_COMMAND", words.join(" "));
    takeAssignments(words, proc.env);
    if (words.length === 0) {
      if (opts.has("v") || opts.has("k") || opts.has("K")) return 0;
      if (!opts.has("i") && !opts.has("s")) {
        proc.err(SUDO_USAGE);
        return 1;
      }
      proc.uid = uid;
      if (opts.has("i")) proc.cwd = "/root";
      return yield* become(tool, opts.has("i") ? ["bash", "-l"] : ["bash"], (why) => `bash: ${why}`);
    }
    proc.uid = uid;
    const argv = opts.has("i") || opts.has("s") ? ["bash", "-c", words.map(shellWord).join(" ")] : words;
    try {
      return yield* exec(proc, argv);
    } catch (error) {
      execStatus(error);
      tool.proc.err(`sudo: ${words[0]}: ${missingProgram(words[0])}\n`);
      return NOT_SIMULATED.has(words[0]) ? 127 : 1;
    }
  },
});

const SUDO_USAGE = `usage: sudo -h | -K | -k | -V
usage: sudo -v [-ABkNnS] [-g group] [-h host] [-p prompt] [-u user]
usage: sudo -l [-ABkNnS] [-g group] [-h host] [-p prompt] [-U user] [-u user] [command [arg ...]]
usage: sudo [-ABbEHkNnPS] [-r role] [-t type] [-C num] [-D directory] [-g group] [-h host] [-p prompt] [-R directory] [-T timeout] [-u user] [VAR=value] [-i | -s] [command [arg ...]]
usage: sudo -e [-ABkNnS] [-r role] [-t type] [-C num] [-D directory] [-g group] [-h host] [-p prompt] [-R directory] [-T timeout] [-u user] file ...
`;

function shellWord(word: string): string {
  return word.replace(/[^\w$-]/g, "\\$&");
}

export const nsenter = defineTool({
  names: ["nsenter"],
  summary: "run a command in other namespaces",
  *main(tool) {
    const { proc } = tool;
    const opts = getopt(tool.args, "+at:m::u::i::n::p::C::U::T::r::w::FZ", {
      all: "a",
      "target:": "t",
      "mount::": "m",
      "uts::": "u",
      "ipc::": "i",
      "net::": "n",
      "pid::": "p",
      "cgroup::": "C",
      "user::": "U",
      "root::": "r",
      "wd::": "w",
      "no-fork": "F",
      "preserve-credentials": "preserve",
    });
    const target = opts.get("t");
    if (target !== undefined && !/^\d+$/.test(target)) fail(tool, `failed to parse pid: '${target}'`);
    const process = target === undefined ? undefined : proc.machine.processes.get(Number(target));
    const all = opts.has("a");
    for (const [key, file] of opts.options) {
      if (key !== "n" && key !== "m" && key !== "a") continue;
      if (file === "" && target === undefined) throw new UsageError("no target PID specified");
      if (file === "" && !process)
        fail(
          tool,
          `cannot open /proc/${target}/ns/${key === "m" ? "mnt" : "net"}: No such file or directory`,
        );
    }
    const netFile = opts.get("n");
    if (netFile) {
      try {
        const inode = lookup(proc, netFile);
        if (!(inode instanceof NamespaceFile))
          fail(tool, `reassociate to namespace '${netFile}' failed: Invalid argument`);
        proc.enter(inode.net);
      } catch (error) {
        if (error instanceof KernelError) fail(tool, `cannot open ${netFile}: ${error.message}`);
        throw error;
      }
    } else if ((opts.has("n") || all) && process) proc.enter(process.net);
    if (opts.get("m")) fail(tool, "--mount=FILE is not modelled by Packetwalk");
    if ((opts.has("m") || all) && process) proc.mounts = process.mounts;
    const argv = opts.rest.length > 0 ? opts.rest : [proc.env.get("SHELL") ?? "/bin/sh"];
    return yield* become(tool, argv, (why) => `failed to execute ${argv[0]}: ${why}`);
  },
});

export const unshare = defineTool({
  names: ["unshare"],
  summary: "run a command in new namespaces",
  *main(tool) {
    const { proc } = tool;
    const opts = getopt(tool.args, "+mnuipUCTfrcR:w:S:G:", {
      mount: "m",
      net: "n",
      uts: "u",
      ipc: "i",
      pid: "p",
      user: "U",
      cgroup: "C",
      time: "T",
      fork: "f",
      "map-root-user": "r",
      "map-current-user": "c",
      "propagation:": "propagation",
      "mount-proc::": "mount-proc",
      "kill-child::": "kill-child",
    });
    if (opts.has("p") || opts.has("mount-proc")) fail(tool, "PID namespaces are not modelled by Packetwalk");
    if (opts.has("n")) {
      const net = proc.machine.createNamespace(`unshare-${proc.pid}`);
      proc.enter(net);
    }
    if (opts.has("m")) proc.mounts = proc.mounts.clone(proc.machine.nextMountsId());
    const argv = opts.rest.length > 0 ? opts.rest : [proc.env.get("SHELL") ?? "/bin/sh"];
    if (opts.has("f")) {
      const child = fork(proc, function* (own) {
        own.argv = [...argv];
        return yield* become({ ...tool, proc: own }, argv, (why) => `failed to execute ${argv[0]}: ${why}`);
      });
      while (!child.exit) yield { queues: [child.exited] };
      proc.machine.reap(child);
      return shellStatus(child.exit);
    }
    return yield* become(tool, argv, (why) => `failed to execute ${argv[0]}: ${why}`);
  },
});
