import { MICROSECOND } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";
import { text } from "../base/text.ts";
import type { NetNamespace } from "../network/namespace.ts";
import type { OpenFile } from "./file.ts";
import { ProgramFile, RegularFile } from "./inode.ts";
import { type ExitState, Process, type Program, type Running } from "./process.ts";
import type { Command } from "./program.ts";
import type { Signal } from "./signal.ts";
import { access, type MountNamespace, tryLookup } from "./vfs.ts";

/** What a child gets that differs from its parent. */
export interface SpawnOptions {
  /** Descriptors by number; those not named are the parent's. `null` closes one. */
  readonly fds?: Iterable<readonly [number, OpenFile | null]>;
  /** Inherit no descriptor but those in `fds`. */
  readonly onlyFds?: boolean;
  readonly env?: ReadonlyMap<string, string>;
  readonly cwd?: string;
  readonly net?: NetNamespace;
  readonly mounts?: MountNamespace;
  /** Process group to join; 0 makes a new one with the child as leader. */
  readonly pgid?: number;
  /** setsid: a session and group of its own. */
  readonly newSession?: boolean;
  readonly argv?: readonly string[];
  /** Signals that the child does not inherit as ignored: an interactive shell's own. */
  readonly defaultSignals?: readonly Signal[];
  /** The command number of the walk (Process.command). */
  readonly command?: number;
}

export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** RLIMIT_NPROC of this machine: a storm of processes ends here, with EAGAIN. */
export const MAX_PROCESSES = 4096;

/** What execve finds at a path: a simulated program, or a script with its interpreter's line. */
export type Executable =
  | { readonly kind: "program"; readonly path: string; readonly command: Command }
  | {
      readonly kind: "script";
      readonly path: string;
      readonly interpreter: string;
      readonly argument: string | undefined;
    }
  | { readonly kind: "text"; readonly path: string };

/** The file that a command's name means: as given when it has a slash, else the first in PATH. */
export function findProgram(
  proc: Process,
  name: string,
  path = proc.env.get("PATH") ?? DEFAULT_PATH,
): string | undefined {
  if (name === "") return undefined;
  if (name.includes("/")) return name;
  for (const directory of path.split(":")) {
    const file = `${directory === "" ? "." : directory}/${name}`;
    const inode = tryLookup(proc, file);
    if (inode && inode.type !== "directory" && access(proc, file, "x")) return file;
  }
  return undefined;
}

/** execve's checks. Throws ENOENT, EACCES (no x bit, a directory). "text" is what gives ENOEXEC. */
export function executable(proc: Process, path: string): Executable {
  const inode = tryLookup(proc, path);
  if (!inode) throw new KernelError("ENOENT");
  if (inode.type === "directory" || !access(proc, path, "x")) throw new KernelError("EACCES");
  if (inode instanceof ProgramFile) return { kind: "program", path, command: inode.command };
  if (!(inode instanceof RegularFile)) throw new KernelError("EACCES");
  const head = text(inode.data.subarray(0, 256));
  if (head.startsWith("#!")) {
    const line = /^#![ \t]*([^ \t\n]+)[ \t]*([^\n]*?)[ \t]*(?:\n|$)/.exec(head);
    if (line)
      return { kind: "script", path, interpreter: line[1], argument: line[2] === "" ? undefined : line[2] };
  }
  return { kind: "text", path };
}

/** What will run, with its final argv (interpreter lines resolved). */
function load(
  proc: Process,
  path: string,
  argv: readonly string[],
  depth = 0,
): { command: Command; argv: string[] } {
  const found = executable(proc, path);
  if (found.kind === "program") return { command: found.command, argv: [...argv] };
  if (depth > 4) throw new KernelError("ELOOP");
  if (found.kind === "text") throw new KernelError("ENOEXEC");
  const words = [
    found.interpreter,
    ...(found.argument === undefined ? [] : [found.argument]),
    path,
    ...argv.slice(1),
  ];
  return load(proc, found.interpreter, words, depth + 1);
}

/** fork: a child with its parent's everything, which runs `program`. */
export function fork(parent: Process, program: Program, options: SpawnOptions = {}): Process {
  const machine = parent.machine;
  if (machine.processes.size >= MAX_PROCESSES) {
    const place = machine.foreground;
    machine.reportRunaway(
      parent,
      `${MAX_PROCESSES} processes at once: no more are made`,
      place?.file,
      place?.line,
    );
    throw new KernelError("EAGAIN");
  }
  machine.spending.count("processes");
  const child = new Process(
    machine,
    machine.nextPid(),
    parent,
    options.net ?? parent.net,
    options.mounts ?? parent.mounts,
  );
  machine.holdNamespace(child.net);
  if (options.argv) child.argv = [...options.argv];
  if (options.env) child.env = new Map(options.env);
  if (options.cwd !== undefined) child.cwd = options.cwd;
  if (options.command !== undefined) child.command = options.command;
  child.umask = parent.umask;
  child.tty = parent.tty;
  child.inheritHandlers(parent);
  if (options.defaultSignals) for (const signal of options.defaultSignals) child.handle(signal, undefined);
  if (options.newSession) child.pgid = child.sid = child.pid;
  else if (options.pgid !== undefined) child.pgid = options.pgid === 0 ? child.pid : options.pgid;
  if (!options.onlyFds) for (const [n, file] of parent.fds) child.setFd(n, file);
  if (options.fds)
    for (const [n, file] of options.fds) {
      if (file) child.setFd(n, file);
      else if (child.fds.has(n)) child.closeFd(n);
    }
  parent.children.add(child);
  machine.start(child, program);
  return child;
}

/**
 * fork and execvp: starts a program by name or path. Throws KernelError, before there is a child, when it
 * cannot be run (ENOENT, EACCES, ENOEXEC), so the caller says what its real twin says.
 */
export function spawn(parent: Process, argv: readonly string[], options: SpawnOptions = {}): Process {
  const path = findProgram(parent, argv[0] ?? "");
  if (path === undefined) throw new KernelError("ENOENT");
  return spawnAt(parent, path, argv, options);
}

/** fork and execve of a path that is already known; argv[0] may differ from it. */
export function spawnAt(
  parent: Process,
  path: string,
  argv: readonly string[],
  options: SpawnOptions = {},
): Process {
  const ready = load(parent, path, argv);
  const child = fork(
    parent,
    (proc) => {
      chargeExec(proc);
      return ready.command.run(proc);
    },
    { ...options, argv: ready.argv },
  );
  child.path = path;
  child.resetHandlers();
  return child;
}

/**
 * execvp: the process becomes another program; `return yield* exec(proc, argv)`. Throws KernelError when it
 * cannot. Handlers go, ignored signals stay ignored.
 */
export function* exec(
  proc: Process,
  argv: readonly string[],
  path = findProgram(proc, argv[0] ?? ""),
): Running {
  if (path === undefined) throw new KernelError("ENOENT");
  const ready = load(proc, path, argv);
  proc.argv = ready.argv;
  proc.hearsOutputErrors = false;
  proc.path = path;
  proc.resetHandlers();
  chargeExec(proc);
  return yield* ready.command.run(proc);
}

/** Starting a program takes about a millisecond. */
function chargeExec(proc: Process): void {
  const { machine } = proc;
  machine.charge((700 + machine.execJitter.below(600)) * MICROSECOND);
}

/** waitpid: waits until the child has ended, and reaps it. */
export function* waitChild(proc: Process, child: Process): Running<ExitState> {
  while (child.exit === null) yield { queues: [child.exited] };
  proc.machine.reap(child);
  return child.exit;
}

/** Runs a program as a child and gives its end: system(3) without the shell. */
export function* run(proc: Process, argv: readonly string[], options: SpawnOptions = {}): Running<ExitState> {
  return yield* waitChild(proc, spawn(proc, argv, options));
}
