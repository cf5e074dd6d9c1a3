import { type Running, shellStatus } from "../../machine/process.ts";
import { Interrupted, SIGNALS, type Signal, signalByName } from "../../machine/signal.ts";
import { waitForeground } from "../foreground.ts";
import { describe, type Job, jobStatus, SIGNAL_TEXT, stateOf } from "../jobs.ts";
import { singleQuote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { installSignals, runPending } from "../trap.ts";
import { type Builtin, badOption, quick } from "./builtin.ts";

function mark(sh: Shell, job: Job): string {
  return job === sh.jobs.current ? "+" : job === sh.jobs.previous ? "-" : " ";
}

export function jobLine(sh: Shell, job: Job, long = false): string {
  const state = describe(job);
  const pid = long ? `${String(job.processes[0].pid).padStart(5)} ` : "";
  const text = state === "Running" ? `${job.text} &` : job.text;
  return `[${job.id}]${mark(sh, job)}  ${pid}${state.padEnd(23)} ${text}\n`;
}

/** Reaps ended background jobs; a prompt tells of them. In a script a killed job is told of. */
export function reapJobs(sh: Shell, tell: boolean): void {
  for (const job of [...sh.jobs.list]) {
    if (stateOf(job) !== "Done") continue;
    if (tell && sh.interactive) sh.proc.err(jobLine(sh, job));
    else if (tell) tellKilled(sh, job);
    finish(sh, job);
  }
}

/**
 * When a script's foreground command has ended, the jobs that are done leave the table, and it hears of those that a
 * signal killed (notify_and_cleanup); `wait PID` still knows their statuses.
 */
export function cleanUpJobs(sh: Shell): void {
  for (const job of [...sh.jobs.list]) {
    const exit = job.processes[job.processes.length - 1].exit;
    if (!exit || stateOf(job) !== "Done") continue;
    // With set -m one that ended well stays until `jobs` has told of it.
    if (sh.options.monitor && !("signal" in exit)) continue;
    tellKilled(sh, job);
    finish(sh, job);
    // What a signal ended has been told of, and is forgotten (notify_of_job_status).
    if (!("signal" in exit)) sh.jobs.unwaited.add(job.processes[job.processes.length - 1].pid);
  }
}

function tellKilled(sh: Shell, job: Job): void {
  const last = job.processes[job.processes.length - 1];
  const exit = last.exit;
  if (!exit || !("signal" in exit) || exit.signal === "INT" || exit.signal === "PIPE") return;
  if (sh.dash) {
    sh.proc.err(`${SIGNAL_TEXT[exit.signal] ?? exit.signal}\n`);
    return;
  }
  if (exit.signal === "TERM") return;
  sh.complain(
    `${String(last.pid).padStart(5)} ${(SIGNAL_TEXT[exit.signal] ?? exit.signal).padEnd(23)} ${job.text}`,
  );
}

function finish(sh: Shell, job: Job): number {
  const status = jobStatus(job);
  for (const p of job.processes) {
    sh.jobs.finished.set(p.pid, p.exit ? shellStatus(p.exit) : 0);
    sh.machine.reap(p);
  }
  sh.jobs.remove(job);
  return status;
}

function* waitJob(sh: Shell, job: Job): Running {
  sh.busy = 0;
  for (const p of job.processes)
    while (p.exit === null) {
      yield { queues: [p.exited, p.stateChange] };
      if (sh.pending.length > 0) return -1;
    }
  if (!sh.interactive) tellKilled(sh, job);
  return finish(sh, job);
}

/** Runs `body`; a trapped signal ends it with 128 + n, after its trap has run. */
function* interruptible(sh: Shell, body: () => Running): Running {
  let signal: Signal | undefined;
  try {
    const status = yield* body();
    if (status >= 0) return status;
    signal = sh.pending[0];
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    signal = error.signal;
  }
  yield* runPending(sh);
  return 128 + SIGNALS[signal ?? "INT"];
}

const wait: Builtin = {
  *run(sh, words) {
    let next = false;
    let variable: string | undefined;
    let i = 1;
    for (; i < words.length && /^-[nfp]/.test(words[i]); i++) {
      if (words[i] === "-n") next = true;
      else if (words[i] === "-p") variable = words[++i];
    }
    const specs = words.slice(i);
    return yield* interruptible(sh, function* () {
      if (next) {
        for (const pid of sh.jobs.unwaited) {
          if (specs.length > 0 && !specs.includes(String(pid))) continue;
          sh.jobs.unwaited.delete(pid);
          if (variable) sh.set(variable, String(pid));
          return sh.jobs.finished.get(pid) ?? 127;
        }
        const among =
          specs.length > 0 ? specs.map((s) => jobOf(sh, s)).filter((j) => j !== undefined) : sh.jobs.list;
        if (among.length === 0) return 127;
        sh.busy = 0;
        for (;;) {
          const done = among.find((j) => stateOf(j) === "Done");
          if (done) {
            if (variable) sh.set(variable, String(done.processes[done.processes.length - 1].pid));
            if (!sh.interactive) tellKilled(sh, done);
            return finish(sh, done);
          }
          yield { queues: among.flatMap((j) => j.processes.map((p) => p.exited)) };
          if (sh.pending.length > 0) return -1;
        }
      }
      if (specs.length === 0) {
        for (const job of [...sh.jobs.list]) if ((yield* waitJob(sh, job)) === -1) return -1;
        return 0;
      }
      let status = 0;
      for (const spec of specs) {
        const job = jobOf(sh, spec);
        if (job) {
          status = yield* waitJob(sh, job);
          if (status === -1) return -1;
        } else if (spec.startsWith("%")) {
          sh.complain(`wait: ${spec}: no such job`);
          status = 127;
        } else if (!/^\d+$/.test(spec)) {
          sh.complain(`wait: \`${spec}': not a pid or valid job spec`);
          status = 1;
        } else {
          const known = sh.jobs.finished.get(Number(spec));
          sh.jobs.unwaited.delete(Number(spec));
          if (known === undefined && !sh.dash) sh.complain(`wait: pid ${spec} is not a child of this shell`);
          status = known ?? 127;
        }
        if (variable && job) sh.set(variable, spec);
      }
      return status;
    });
  },
};

function jobOf(sh: Shell, spec: string): Job | undefined {
  return spec.startsWith("%") ? sh.jobs.find(spec) : sh.jobs.byPid(Number(spec));
}

const jobs = quick((sh, words) => {
  const letters = words
    .slice(1)
    .filter((w) => /^-/.test(w))
    .join("");
  const specs = words.slice(1).filter((w) => !/^-/.test(w));
  let status = 0;
  const list = specs.length === 0 ? [...sh.jobs.list] : [];
  for (const spec of specs) {
    const job = sh.jobs.find(spec);
    if (job) list.push(job);
    else {
      sh.complain(`jobs: ${spec}: no such job`);
      status = 1;
    }
  }
  for (const job of list) {
    const state = stateOf(job);
    if (letters.includes("r") && state !== "Running") continue;
    if (letters.includes("s") && state !== "Stopped") continue;
    if (letters.includes("p")) sh.proc.out(`${job.processes[0].pid}\n`);
    else sh.proc.out(jobLine(sh, job, letters.includes("l")));
    if (state === "Done" && !letters.includes("p")) finish(sh, job);
  }
  return status;
});

const fg: Builtin = {
  *run(sh, words) {
    if (!sh.options.monitor) {
      sh.complain("fg: no job control");
      return 1;
    }
    const job =
      words[1] === undefined
        ? sh.jobs.current
        : sh.jobs.find(words[1].startsWith("%") ? words[1] : `%${words[1]}`);
    if (!job) {
      sh.complain(`fg: ${words[1] ?? "current"}: no such job`);
      return 1;
    }
    sh.proc.out(`${job.text}\n`);
    sh.jobs.remove(job);
    if (sh.proc.tty) sh.proc.tty.foreground = job.pgid;
    sh.machine.signalGroup(job.pgid, "CONT");
    return yield* waitForeground(sh, job.processes, job.text);
  },
};

const bg = quick((sh, words) => {
  if (!sh.options.monitor) {
    sh.complain("bg: no job control");
    return 1;
  }
  const job =
    words[1] === undefined
      ? sh.jobs.current
      : sh.jobs.find(words[1].startsWith("%") ? words[1] : `%${words[1]}`);
  if (!job) {
    sh.complain(`bg: ${words[1] ?? "current"}: no such job`);
    return 1;
  }
  sh.machine.signalGroup(job.pgid, "CONT");
  sh.proc.out(`[${job.id}]${mark(sh, job)} ${job.text} &\n`);
  return 0;
});

const disown = quick((sh, words) => {
  const letters = words
    .slice(1)
    .filter((w) => /^-/.test(w))
    .join("");
  const specs = words.slice(1).filter((w) => !/^-/.test(w));
  const list =
    letters.includes("a") || letters.includes("r")
      ? [...sh.jobs.list]
      : specs.length > 0
        ? specs.map((s) => jobOf(sh, s))
        : [sh.jobs.current];
  let status = 0;
  list.forEach((job, i) => {
    if (!job) {
      sh.complain(`disown: ${specs[i] ?? "current"}: no such job`);
      status = 1;
    } else if (letters.includes("h")) job.disowned = true;
    else sh.jobs.remove(job);
  });
  return status;
});

const kill = quick((sh, words) => {
  let signal: Signal | "0" = "TERM";
  let i = 1;
  const usage = "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]";
  const first = words[1];
  if (first === undefined) {
    sh.proc.err(`kill: usage: ${usage}\n`);
    return 2;
  }
  if (first === "-l" || first === "-L") return listSignals(sh, words.slice(2));
  const named = (name: string | undefined): Signal | "0" | undefined =>
    name === undefined ? undefined : name === "0" || name === "EXIT" ? "0" : signalByName(name);
  let wanted: string | undefined;
  if (first === "-s" || first === "-n") {
    wanted = words[2] ?? "";
    i = 3;
  } else if (/^-./.test(first) && first !== "--") {
    wanted = first.slice(1);
    i = 2;
  }
  if (wanted !== undefined) {
    const found = named(wanted);
    if (found === undefined) {
      sh.complain(`kill: ${wanted}: invalid signal specification`);
      return 1;
    }
    signal = found;
  }
  if (words[i] === "--") i++;
  let status = 0;
  let sent = false;
  for (const target of words.slice(i)) {
    let alive: boolean;
    if (target.startsWith("%")) {
      const job = sh.jobs.find(target);
      if (!job) {
        sh.complain(`kill: ${target}: no such job`);
        status = 1;
        continue;
      }
      alive = true;
      for (const p of job.processes) {
        if (signal !== "0" && !p.exit) p.signal(signal);
        if (p.stopped && (signal === "TERM" || signal === "HUP")) p.signal("CONT");
      }
    } else if (!/^-?\d+$/.test(target)) {
      sh.complain(`kill: ${target}: arguments must be process or job IDs`);
      status = 1;
      continue;
    } else {
      const pid = Number(target);
      if (pid <= 0) {
        const group = pid === 0 ? sh.proc.pgid : -pid;
        alive =
          signal === "0"
            ? [...sh.machine.processes.values()].some((p) => p.pgid === group)
            : sh.machine.signalGroup(group, signal);
      } else {
        const proc = sh.machine.processes.get(pid);
        alive = proc !== undefined;
        if (proc && signal !== "0") proc.signal(signal);
      }
    }
    if (!alive) {
      sh.complain(`kill: (${target}) - No such process`);
      status = 1;
    } else sent = true;
  }
  return sent && words.length - i > 1 ? 0 : status;
});

function listSignals(sh: Shell, args: readonly string[]): number {
  const names = Object.keys(SIGNALS) as Signal[];
  if (args.length === 0) {
    const cells = names.map((n) => `${String(SIGNALS[n]).padStart(2)}) SIG${n}`);
    for (let i = 0; i < cells.length; i += 5) sh.proc.out(`${cells.slice(i, i + 5).join("\t")}\n`);
    return 0;
  }
  let status = 0;
  for (const arg of args) {
    const found = signalByName(/^\d+$/.test(arg) && Number(arg) > 128 ? String(Number(arg) - 128) : arg);
    if (!found) {
      sh.complain(`kill: ${arg}: invalid signal specification`);
      status = 1;
    } else sh.proc.out(/^\d+$/.test(arg) ? `${found}\n` : `${SIGNALS[found]}\n`);
  }
  return status;
}

const PSEUDO = ["EXIT", "DEBUG", "ERR", "RETURN"];

function trapName(spec: string): string | undefined {
  const upper = spec.toUpperCase().replace(/^SIG/, "");
  if (upper === "0" || upper === "EXIT") return "EXIT";
  if (PSEUDO.includes(upper)) return upper;
  return signalByName(spec);
}

const trap = quick((sh, words) => {
  let args = words.slice(1);
  if (args[0] === "--") args = args.slice(1);
  const show = (name: string) => {
    const action = sh.traps.get(name);
    if (action !== undefined)
      sh.proc.out(`trap -- ${singleQuote(action)} ${PSEUDO.includes(name) ? name : `SIG${name}`}\n`);
  };
  const order = (a: string, b: string) => number(a) - number(b);
  const number = (n: string) => (n === "EXIT" ? 0 : (SIGNALS[n as Signal] ?? 100));
  if (args.length === 0 || (args[0] === "-p" && args.length === 1)) {
    for (const name of [...sh.traps.keys()].sort(order)) show(name);
    return 0;
  }
  if (args[0] === "-p") {
    for (const spec of args.slice(1)) show(trapName(spec) ?? "");
    return 0;
  }
  if (args[0] === "-l") return listSignals(sh, []);
  if (/^-.+/.test(args[0]))
    return badOption(sh, "trap", args[0].slice(0, 2), "trap [-lp] [[arg] signal_spec ...]");
  let action: string | null = args[0];
  let specs = args.slice(1);
  if (specs.length === 0) {
    specs = args;
    action = null;
    if (trapName(args[0]) === undefined) {
      sh.proc.err("trap: usage: trap [-lp] [[arg] signal_spec ...]\n");
      return 2;
    }
  } else if (action === "-" || (/^\d+$/.test(action) && trapName(action) !== undefined)) {
    if (action !== "-") specs = args;
    action = null;
  }
  let status = 0;
  for (const spec of specs) {
    const name = trapName(spec);
    if (name === undefined || (sh.dash && name !== "EXIT" && PSEUDO.includes(name))) {
      sh.complain(`trap: ${spec}: invalid signal specification`);
      status = 1;
      continue;
    }
    if (action === null) {
      // What was ignored when the shell began stays ignored.
      if (sh.traps.get(name) === "" && !PSEUDO.includes(name)) sh.proc.handle(name as Signal, undefined);
      sh.traps.delete(name);
    } else {
      sh.traps.set(name, action);
      if (name === "ERR") sh.errFrames = sh.frames.length;
    }
  }
  installSignals(sh);
  return status;
}, true);

export const JOBS: Record<string, Builtin> = { wait, jobs, fg, bg, disown, kill, trap };
