import { MICROSECOND } from "../base/clock.ts";
import { chomp, text as decode } from "../base/text.ts";
import { fork, MAX_PROCESSES, type SpawnOptions } from "../machine/exec.ts";
import { makePipe } from "../machine/pipe.ts";
import {
  Killed,
  MAX_MEMORY,
  MemoryExhausted,
  type Process,
  type Running,
  shellStatus,
} from "../machine/process.ts";
import type { Signal } from "../machine/signal.ts";
import { Interrupted } from "../machine/signal.ts";
import { runStatements } from "./execute.ts";
import { Discard, Fault, NeedSubstitution, ShellExit } from "./fault.ts";
import { parseScript } from "./parse.ts";
import { Shell } from "./shell.ts";
import { reportSyntax } from "./source.ts";
import { runExitTrap, runPending } from "./trap.ts";
import type { CommandPart, Part } from "./word.ts";

/** Runs `body` in a copy of the shell, in a child process. */
export function forkShell(sh: Shell, body: (child: Shell) => Running, options: SpawnOptions = {}): Process {
  const { machine } = sh;
  machine.charge((150 + machine.execJitter.below(100)) * MICROSECOND);
  if (machine.processes.size >= MAX_PROCESSES) {
    machine.reportRunaway(sh.proc, `${MAX_PROCESSES} processes at once`, sh.source.file, sh.line);
    sh.complain("fork: retry: Resource temporarily unavailable");
    throw new ShellExit(254);
  }
  return fork(
    sh.proc,
    (proc) => {
      // fork calls this at once, so the copy is of the shell as it is now.
      resetSignals(proc, sh);
      const copy = new Shell(proc, sh);
      copy.options.monitor = false;
      return shellMain(copy, () => body(copy));
    },
    sh.interactive ? { defaultSignals: sh.ownSignals, ...options } : options,
  );
}

/** A subshell has the traps of its parent no more; what was ignored stays ignored. */
function resetSignals(proc: Process, sh: Shell): void {
  for (const name of ["INT", "TERM", "HUP", "QUIT", "CHLD"] as Signal[])
    if (proc.handlerOf(name) !== "ignore") proc.handle(name, undefined);
  for (const [name, action] of sh.traps)
    if (action !== "" && !["EXIT", "ERR", "DEBUG", "RETURN"].includes(name))
      proc.handle(name as Signal, undefined);
}

/** A shell process from its first command to its last: exit, its EXIT trap, and what ends it. */
export function* shellMain(sh: Shell, body: () => Running): Running {
  let status: number;
  try {
    status = yield* guarded(sh, body);
  } catch (error) {
    if (!(error instanceof ShellExit)) throw error;
    status = error.status;
  }
  return yield* runExitTrap(sh, status);
}

/** Runs commands, and turns faults and signals that nobody took into the shell's end. */
function* guarded(sh: Shell, body: () => Running): Running {
  try {
    return yield* body();
  } catch (error) {
    if (error instanceof Fault) {
      sh.complain(error.message);
      return sh.dash ? 2 : error.status;
    }
    if (error instanceof Discard) return error.status;
    if (error instanceof Interrupted) {
      yield* runPending(sh);
      throw new Killed(error.signal);
    }
    throw error;
  }
}

/**
 * Runs an expansion that may need substitutions: each is run when the expansion asks for it, and the
 * expansion starts again with its output noted.
 */
export function* driven<T>(sh: Shell, expand: () => T): Running<T> {
  const before = sh.memo;
  const memo = new Map<object, string>();
  const { status } = sh;
  sh.memo = memo;
  try {
    for (;;) {
      sh.status = status;
      try {
        return expand();
      } catch (error) {
        if (!(error instanceof NeedSubstitution)) throw error;
        const part = error.part as Part;
        sh.memo = null;
        const output =
          part.kind === "process" ? substituteProcess(sh, part) : yield* substitute(sh, part as CommandPart);
        sh.memo = memo;
        memo.set(part, output);
        if (part.kind === "command") sh.memoStatus.set(part, sh.status);
      }
    }
  } finally {
    sh.memo = before;
  }
}

/** $(…): a child with its output in a pipe; trailing newlines go. */
export function* substitute(sh: Shell, part: CommandPart): Running<string> {
  const { reader, writer } = makePipe();
  reader.hold();
  writer.hold();
  const child = forkShell(
    sh,
    function* (copy) {
      // `kill $(jobs -p)`: a substitution still knows the jobs, which a ( ) forgets (without_job_control).
      copy.jobs.list = [...sh.jobs.list];
      copy.traceDepth++;
      copy.substituting = true;
      copy.loopDepth = 0;
      if (!copy.options.posix && !copy.shopt("inherit_errexit")) copy.options.errexit = false;
      const parsed = parseScript(part.source, sh.source.file, sh.line + part.lines);
      if (parsed.fault) {
        reportSyntax(copy, parsed, "command substitution");
        return 2;
      }
      copy.source = parsed.source;
      return yield* runStatements(copy, parsed.statements, true);
    },
    { fds: [[1, writer]] },
  );
  writer.release();
  const chunks: Uint8Array[] = [];
  let held = 0;
  let output = "";
  try {
    const { proc } = sh;
    const fd = proc.addFd(reader, 200);
    try {
      for (;;) {
        const data = yield* proc.read(fd);
        if (data.length === 0) break;
        chunks.push(data);
        held += data.length;
        if (held > MAX_MEMORY) throw new MemoryExhausted();
      }
    } finally {
      proc.closeFd(fd);
    }
    let length = 0;
    for (const chunk of chunks) length += chunk.length;
    const all = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    output = decode(all);
  } finally {
    reader.release();
  }
  sh.waitingForChild = true;
  try {
    while (child.exit === null) yield { queues: [child.exited] };
  } finally {
    sh.waitingForChild = false;
  }
  sh.machine.reap(child);
  sh.substitutionStatus = shellStatus(child.exit);
  sh.status = sh.substitutionStatus;
  if (output.includes("\0")) {
    sh.complain("warning: command substitution: ignored null byte in input");
    output = output.replaceAll("\0", "");
  }
  return chomp(output);
}

/** <(…) and >(…): a child at the other end of a pipe, and the name of our end. */
function substituteProcess(sh: Shell, part: Part & { kind: "process" }): string {
  const { reader, writer } = makePipe();
  const [ours, theirs] = part.operator === "<" ? [reader, writer] : [writer, reader];
  ours.hold();
  theirs.hold();
  const child = forkShell(
    sh,
    function* (copy) {
      copy.loopDepth = 0;
      const parsed = parseScript(part.source, sh.source.file, sh.line + part.lines);
      if (parsed.fault) {
        reportSyntax(copy, parsed, "process substitution");
        return 2;
      }
      copy.source = parsed.source;
      return yield* runStatements(copy, parsed.statements, true);
    },
    { fds: [[part.operator === "<" ? 1 : 0, theirs]] },
  );
  theirs.release();
  let n = 63;
  while (n > 9 && sh.proc.fds.has(n)) n--;
  if (n > 9) sh.proc.setFd(n, ours);
  else n = sh.proc.addFd(ours, 64);
  ours.release();
  sh.processFds.push(n);
  sh.lastBackground = child.pid;
  return `/dev/fd/${n}`;
}
