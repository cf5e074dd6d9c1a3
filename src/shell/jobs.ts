import type { Process } from "../machine/process.ts";
import { shellStatus } from "../machine/process.ts";
import { SIGNALS, type Signal } from "../machine/signal.ts";

export interface Job {
  readonly id: number;
  readonly pgid: number;
  readonly processes: readonly Process[];
  readonly text: string;
  /** Told to the user since its last change. */
  notified: boolean;
  /** disown -h, or a job that is no longer ours to report. */
  disowned: boolean;
  foreground: boolean;
}

/** What bash calls each signal when it ends a job (strsignal). */
export const SIGNAL_TEXT: Partial<Record<Signal, string>> = {
  HUP: "Hangup",
  INT: "Interrupt",
  QUIT: "Quit",
  ILL: "Illegal instruction",
  TRAP: "Trace/breakpoint trap",
  ABRT: "Aborted",
  BUS: "Bus error",
  FPE: "Floating point exception",
  KILL: "Killed",
  USR1: "User defined signal 1",
  SEGV: "Segmentation fault",
  USR2: "User defined signal 2",
  PIPE: "Broken pipe",
  ALRM: "Alarm clock",
  TERM: "Terminated",
  STKFLT: "Stack fault",
  XCPU: "CPU time limit exceeded",
  XFSZ: "File size limit exceeded",
  VTALRM: "Virtual timer expired",
  PROF: "Profiling timer expired",
  IO: "I/O possible",
  PWR: "Power failure",
  SYS: "Bad system call",
};

export function stateOf(job: Job): "Running" | "Stopped" | "Done" {
  if (job.processes.every((p) => p.exit !== null)) return "Done";
  return job.processes.some((p) => p.stopped) ? "Stopped" : "Running";
}

/** A job's status: that of its last process. */
export function jobStatus(job: Job): number {
  const last = job.processes[job.processes.length - 1];
  if (last.exit) return shellStatus(last.exit);
  return last.stopped ? 128 + SIGNALS[last.stopSignal ?? "TSTP"] : 0;
}

/** The words of `jobs`: Running, Done, Exit 2, Terminated … */
export function describe(job: Job): string {
  const state = stateOf(job);
  if (state !== "Done") return state;
  const exit = job.processes[job.processes.length - 1].exit;
  if (!exit) return state;
  if ("signal" in exit) return SIGNAL_TEXT[exit.signal] ?? `Signal ${SIGNALS[exit.signal]}`;
  return exit.status === 0 ? "Done" : `Exit ${exit.status}`;
}

/** The jobs of one shell. */
export class Jobs {
  list: Job[] = [];
  /** Statuses of background processes that have been reaped, for `wait PID`. */
  readonly finished = new Map<number, number>();
  /** Of those, by their last process, what ended by itself and nobody has waited for: `wait -n` gives each once. */
  readonly unwaited = new Set<number>();

  add(processes: readonly Process[], text: string, foreground = false): Job {
    const id = this.list.reduce((top, j) => Math.max(top, j.id), 0) + 1;
    const job = {
      id,
      pgid: processes[0].pgid,
      processes,
      text,
      notified: false,
      disowned: false,
      foreground,
    };
    this.list.push(job);
    return job;
  }

  remove(job: Job): void {
    this.list = this.list.filter((j) => j !== job);
  }

  /** %+ : the stopped job touched last, else the newest. */
  get current(): Job | undefined {
    return this.list.filter((j) => stateOf(j) === "Stopped").at(-1) ?? this.list.at(-1);
  }

  get previous(): Job | undefined {
    const { current } = this;
    return this.list.filter((j) => j !== current).at(-1) ?? current;
  }

  /** %1, %+, %-, %name, %?text. */
  find(spec: string): Job | undefined {
    const s = spec.slice(1);
    if (s === "" || s === "+" || s === "%") return this.current;
    if (s === "-") return this.previous;
    if (/^\d+$/.test(s)) return this.list.find((j) => j.id === Number(s));
    if (s.startsWith("?")) return this.list.find((j) => j.text.includes(s.slice(1)));
    return this.list.find((j) => j.text.startsWith(s));
  }

  byPid(pid: number): Job | undefined {
    return this.list.find((j) => j.processes.some((p) => p.pid === pid));
  }
}
