import { NullFile } from "../machine/file.ts";
import type { Process, Running } from "../machine/process.ts";
import { runMember } from "./execute.ts";
import type { Statement } from "./parse.ts";
import { startPipeline } from "./pipeline.ts";
import type { Shell } from "./shell.ts";
import { forkShell } from "./subshell.ts";

/** `command &`: without job control its input is /dev/null and it ignores INT and QUIT. */
export function* backgroundJob(sh: Shell, statement: Statement): Running<void> {
  const node = statement.command;
  sh.pos = node.pos;
  const text = sh.source.text.slice(node.pos, node.end);
  const monitor = sh.options.monitor;
  let processes: Process[];
  const quiet = (proc: Process) => {
    if (monitor) return;
    proc.handle("INT", "ignore");
    proc.handle("QUIT", "ignore");
  };
  if (node.type === "Pipeline" && node.commands.length > 1 && node.prefixes.length === 0) {
    processes = startPipeline(sh, node, monitor ? 0 : undefined);
    for (const proc of processes) quiet(proc);
    const first = processes[0];
    if (!monitor) first.setFd(0, new NullFile());
  } else {
    const child = forkShell(
      sh,
      (copy) => {
        quiet(copy.proc);
        copy.background = true;
        copy.loopDepth = 0;
        copy.topLevel = false;
        copy.options.monitor = false;
        return runMember(copy, node);
      },
      { ...(monitor ? { pgid: 0 } : { fds: [[0, new NullFile()] as const] }) },
    );
    processes = [child];
  }
  // SIGCHLD: what has ended is reaped at once, so `kill -0` and /proc know of it no more.
  for (const proc of processes)
    proc.exited.add(() => {
      if (proc.exit) sh.machine.reap(proc);
    });
  const last = processes[processes.length - 1];
  sh.lastBackground = last.pid;
  const job = sh.jobs.add(processes, text);
  if (sh.interactive) sh.proc.err(`[${job.id}] ${last.pid}\n`);
  sh.status = 0;
  // The child starts at once on another processor; here it gets the next turn.
  yield { until: sh.machine.now };
}
