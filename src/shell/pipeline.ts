import { SECOND } from "../base/clock.ts";
import type { OpenFile } from "../machine/file.ts";
import { makePipe } from "../machine/pipe.ts";
import type { Process, Running } from "../machine/process.ts";
import { runMember, runNode } from "./execute.ts";
import { waitForeground } from "./foreground.ts";
import type { Ast } from "./parse.ts";
import type { Shell } from "./shell.ts";
import { printedCommand } from "./simple.ts";
import { forkShell } from "./subshell.ts";
import { Indexed, Variable } from "./variables.ts";

/** Starts the members of a pipeline, each a process; its descriptors are pipes between them. */
export function startPipeline(sh: Shell, node: Ast.Pipeline, group: number | undefined): Process[] {
  const started: Process[] = [];
  let input: OpenFile | null = null;
  let pgid = group;
  const n = node.commands.length;
  const command = sh.beginCommand(node, false);
  for (let i = 0; i < n; i++) {
    const fds: [number, OpenFile][] = [];
    let next: OpenFile | null = null;
    if (input) fds.push([0, input]);
    if (i < n - 1) {
      const { reader, writer } = makePipe();
      reader.hold();
      writer.hold();
      fds.push([1, writer]);
      if (node.operators[i] === "|&") fds.push([2, writer]);
      next = reader;
    }
    const member = node.commands[i];
    if (member.type === "Command" && sh.traps.size > 0 && !sh.inTrap)
      sh.currentCommand = printedCommand(sh, member);
    const child = forkShell(
      sh,
      (copy) => {
        copy.loopDepth = 0;
        copy.topLevel = false;
        // `jobs | wc -l` counts the shell's jobs; a ( ) forgets them (without_job_control).
        if (member.type === "Command") copy.jobs.list = [...sh.jobs.list];
        if (command !== 0) copy.observing = false;
        return runMember(copy, member);
      },
      { fds, ...(pgid === undefined ? {} : { pgid }), ...(command === 0 ? {} : { command }) },
    );
    if (pgid === 0) pgid = child.pid;
    started.push(child);
    for (const [, file] of fds) file.release();
    input = next;
  }
  if (command !== 0) sh.endCommandWhenDone(command, started);
  return started;
}

export function* pipeline(sh: Shell, node: Ast.Pipeline): Running {
  sh.pos = node.pos;
  const processes = startPipeline(sh, node, sh.options.monitor ? 0 : undefined);
  const text = sh.source.text.slice(node.pos, node.end);
  let status = yield* waitForeground(sh, processes, text);
  const statuses = sh.lastStatuses;
  sh.pipeStatus = statuses.map(String);
  if (sh.options.pipefail) status = statuses.findLast((s) => s !== 0) ?? 0;
  sh.status = status;
  return status;
}

/** `time`: what the command took, on the simulated clock. */
export function* timed(sh: Shell, run: () => Running, posix: boolean): Running {
  const before = sh.machine.now;
  const status = yield* run();
  const took = (sh.machine.now - before) / SECOND;
  const show = (seconds: number) => `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`;
  if (posix) sh.proc.err(`real ${took.toFixed(2)}\nuser 0.00\nsys 0.00\n`);
  else sh.proc.err(`\nreal\t${show(took)}\nuser\t${show(0)}\nsys\t${show(0)}\n`);
  return status;
}

/** coproc: a background command with pipes to and from it, in the array NAME. */
export function* coprocess(sh: Shell, node: Ast.Coproc): Running {
  const name = node.name?.text ?? "COPROC";
  const toChild = makePipe();
  const fromChild = makePipe();
  for (const end of [toChild.reader, toChild.writer, fromChild.reader, fromChild.writer]) end.hold();
  const child = forkShell(sh, (copy) => runNode(copy, node.body, true), {
    fds: [
      [0, toChild.reader],
      [1, fromChild.writer],
    ],
  });
  const out = sh.proc.addFd(fromChild.reader, 60);
  const into = sh.proc.addFd(toChild.writer, 60);
  for (const end of [toChild.reader, toChild.writer, fromChild.reader, fromChild.writer]) end.release();
  const array = new Variable();
  array.indexed = new Indexed([
    [0, String(out)],
    [1, String(into)],
  ]);
  sh.vars.globals.set(name, array);
  sh.set(`${name}_PID`, String(child.pid));
  sh.lastBackground = child.pid;
  sh.jobs.add([child], `coproc ${name}`);
  return 0;
}
