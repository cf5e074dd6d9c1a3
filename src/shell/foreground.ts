import { Killed, type Process, type Running, shellStatus } from "../machine/process.ts";
import { SIGNALS } from "../machine/signal.ts";
import { cleanUpJobs } from "./builtin/jobs.ts";
import { SIGNAL_TEXT } from "./jobs.ts";
import type { Shell } from "./shell.ts";

/**
 * Waits for the processes of a foreground job. With job control a stop ends the wait and leaves a job.
 * As bash does (wait_sigint_handler): a SIGINT that also killed the child ends a script; one that the child
 * took does not.
 */
export function* waitForeground(sh: Shell, processes: readonly Process[], text: string): Running {
  const { proc } = sh;
  const control = sh.options.monitor && proc.tty !== null;
  const tty = proc.tty;
  if (control && tty) tty.foreground = processes[0].pgid;
  const before = sh.waitingForChild;
  const waitedFor = proc.waitsFor;
  proc.waitsFor = processes;
  sh.waitingForChild = true;
  sh.busy = 0;
  try {
    for (const child of processes)
      while (child.exit === null && !(sh.options.monitor && child.stopped))
        yield { queues: [child.exited, child.stateChange] };
  } finally {
    sh.waitingForChild = before;
    proc.waitsFor = waitedFor;
    if (control && tty) tty.foreground = proc.pgid;
  }
  const last = processes[processes.length - 1];
  sh.lastStatuses = processes.map((p) =>
    p.exit ? shellStatus(p.exit) : 128 + SIGNALS[p.stopSignal ?? "TSTP"],
  );
  if (processes.some((p) => p.exit === null)) {
    const job = sh.jobs.add(processes, text);
    sh.proc.err(`\n[${job.id}]+  Stopped                 ${text}\n`);
    job.notified = true;
    return 128 + SIGNALS[last.stopSignal ?? "TSTP"];
  }
  for (const child of processes) sh.machine.reap(child);
  const exit = last.exit as NonNullable<Process["exit"]>;
  if ("signal" in exit) {
    const { signal } = exit;
    if (signal === "INT") {
      const at = sh.pending.indexOf("INT");
      if (at >= 0 && !sh.traps.has("INT") && !sh.interactive) {
        throw new Killed("INT");
      }
      if (sh.interactive) sh.proc.err("\n");
    } else if (signal !== "PIPE") {
      const words = SIGNAL_TEXT[signal] ?? `Unknown signal ${SIGNALS[signal]}`;
      if (sh.interactive || sh.dash || signal === "TERM") sh.proc.err(`${words}\n`);
      else sh.complain(`${String(last.pid).padStart(5)} ${words.padEnd(23)} ${text}`);
    }
  }
  if (!sh.interactive) cleanUpJobs(sh);
  const at = sh.pending.indexOf("INT");
  if (at >= 0 && !sh.traps.has("INT")) sh.pending.splice(at, 1);
  return shellStatus(exit);
}
