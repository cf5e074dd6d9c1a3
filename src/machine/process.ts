import type { Nanoseconds } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";
import { utf8 } from "../base/text.ts";
import { WaitQueue } from "../base/wait.ts";
import type { NetNamespace } from "../network/namespace.ts";
import { AGAIN, type OpenFile } from "./file.ts";
import type { Machine } from "./machine.ts";
import { Interrupted, SIGNALS, type Signal } from "./signal.ts";
import type { Tty } from "./tty.ts";
import type { MountNamespace } from "./vfs.ts";

/**
 * What a program yields: wake me when one of these queues is woken, or at `until` (absolute machine time).
 * Neither: wait for signals alone. The answer to the yield is the index of the queue that woke it, or −1 for
 * the time-out; wake-ups may be spurious, so programs look again.
 */
export interface Wait {
  readonly queues?: readonly WaitQueue[];
  readonly until?: Nanoseconds;
}

/** A running program. Its return value is the exit status, 0 … 255. */
export type Running<T = number> = Generator<Wait, T, number>;
/** A program: called with its process, it runs until it returns. `finally` blocks run when it is killed. */
export type Program = (proc: Process) => Running;

/** How a process ended: a status, or the signal that killed it. */
export type ExitState = { readonly status: number } | { readonly signal: Signal };

/** The 8-bit status that a shell shows: 128 + n for signal n. */
export function shellStatus(exit: ExitState): number {
  return "status" in exit ? exit.status : 128 + SIGNALS[exit.signal];
}

/** What a process does on a signal: "interrupt" ends its current wait with `Interrupted`; "continue" lets it
 *  go on waiting (the handler noted the signal). */
export type SignalHandler = (signal: Signal) => "interrupt" | "continue";

/** Signals that do nothing unless handled. */
const IGNORED_BY_DEFAULT: ReadonlySet<Signal> = new Set<Signal>(["CHLD", "URG", "WINCH", "CONT"]);

/** RLIMIT_NOFILE. */
export const MAX_FILES = 1024;

/** What a system call counts for, and the work that costs nothing, and that a process does at one go (works). */
const CALL = 256;
const FREE_WORK = 2 ** 22;
const SLICE = 2 ** 20;

export class Process {
  readonly machine: Machine;
  readonly pid: number;
  parent: Process | null;
  /** Process group and session ids. */
  pgid: number;
  sid: number;
  argv: string[];
  env: Map<string, string>;
  cwd: string;
  umask = 0o022;
  uid = 0;
  readonly fds = new Map<number, OpenFile>();
  /** Network namespace; `ip netns exec` and nsenter change it. */
  net: NetNamespace;
  mounts: MountNamespace;
  readonly children = new Set<Process>();
  /** Woken when a child ends or stops. */
  readonly childEvent = new WaitQueue();
  /** Set when it has ended. A zombie until the parent reaps it. */
  exit: ExitState | null = null;
  readonly exited = new WaitQueue();
  stopped = false;
  /** The signal that stopped it, for `jobs` and wait. */
  stopSignal: Signal | null = null;
  /** The controlling terminal. */
  tty: Tty | null = null;
  /** The file that it runs (/proc/PID/exe). */
  path = "";
  /** Woken when it stops or goes on. */
  readonly stateChange = new WaitQueue();
  readonly startTime: Nanoseconds;
  /** The walk's number of the command that this process runs under; 0 outside any. */
  command = 0;
  private readonly handlers = new Map<Signal, SignalHandler | "ignore">();

  // The scheduler's side (machine.ts): the generator and its present wait.
  running: Running | null = null;
  cancelWait: (() => void) | null = null;
  pendingThrow: Error | null = null;
  runnable = false;
  /** A shell's foreground processes, while it waits for them. */
  waitsFor: readonly Process[] | null = null;
  /** The deadline of its present wait. */
  waitsUntil: Nanoseconds | undefined = undefined;
  resumeValue = -1;
  /** Work done since the machine was last at rest, and the part of it since this process last gave way. */
  private busy = 0;
  private unyielded = 0;
  private seenRests = 0;

  constructor(
    machine: Machine,
    pid: number,
    parent: Process | null,
    net: NetNamespace,
    mounts: MountNamespace,
  ) {
    this.machine = machine;
    this.pid = pid;
    this.parent = parent;
    this.net = net;
    this.mounts = mounts;
    this.startTime = machine.now;
    this.pgid = parent?.pgid ?? pid;
    this.sid = parent?.sid ?? pid;
    this.path = parent?.path ?? "";
    this.argv = parent ? [...parent.argv] : [];
    this.env = new Map(parent?.env);
    this.cwd = parent?.cwd ?? "/";
    this.uid = parent?.uid ?? 0;
    this.command = parent?.command ?? 0;
  }

  /** setns(2) and unshare(2): goes into another network namespace. */
  enter(net: NetNamespace): void {
    const old = this.net;
    this.machine.holdNamespace(net);
    this.net = net;
    this.machine.releaseNamespace(old);
  }

  /** argv[0] without its folder: what ps shows and messages begin with. */
  get name(): string {
    const path = this.argv[0] ?? "";
    return path.slice(path.lastIndexOf("/") + 1);
  }

  // ── files ────────────────────────────────────────────────────────────────────────────────────────────

  fd(n: number): OpenFile {
    const file = this.fds.get(n);
    if (!file) throw new KernelError("EBADF");
    return file;
  }

  /** Makes descriptor `n` point to `file` (dup2): takes a hold on it, and lets go of what was there. */
  setFd(n: number, file: OpenFile): void {
    const old = this.fds.get(n);
    file.hold();
    this.fds.set(n, file);
    old?.release();
  }

  /** Takes the lowest free descriptor from `from` on. */
  addFd(file: OpenFile, from = 3): number {
    let n = from;
    while (this.fds.has(n)) n++;
    if (n >= MAX_FILES) throw new KernelError("EMFILE");
    this.setFd(n, file);
    return n;
  }

  closeFd(n: number): void {
    const file = this.fds.get(n);
    if (!file) throw new KernelError("EBADF");
    this.fds.delete(n);
    file.release();
  }

  /** `out` throws KernelError where standard output takes nothing (a full disk, a closed descriptor): a shell looks. */
  hearsOutputErrors = false;

  /**
   * Prints to standard output without waiting: a pipe takes it beyond its capacity. For what a program says
   * in one go; a loop that may print without end uses `write`. A closed pipe kills the process (SIGPIPE).
   */
  out(text: string): void {
    this.put(1, text);
  }

  /** The same to standard error. */
  err(text: string): void {
    this.put(2, text);
  }

  private put(n: number, text: string): void {
    const file = this.fds.get(n);
    if (!file || text === "") return;
    let data = utf8(text);
    try {
      while (data.length > 0) {
        const taken = file.write(data);
        if (taken === AGAIN) {
          const force = (file as { force?: (data: Uint8Array) => void }).force;
          if (force) force.call(file, data);
          return;
        }
        data = data.subarray(taken);
        this.works(taken + CALL);
      }
    } catch (error) {
      // Most programs do not look whether standard output took all, and none hears it of standard error.
      if (!(n === 1 && this.hearsOutputErrors) && error instanceof KernelError && error.code !== "EPIPE")
        return;
      this.brokenPipe(error);
    }
  }

  /** Writes all of it, waiting while a pipe is full. */
  *write(n: number, data: Uint8Array | string): Running<void> {
    let rest = typeof data === "string" ? utf8(data) : data;
    while (rest.length > 0) {
      const file = this.fd(n);
      let taken: number | typeof AGAIN;
      try {
        taken = file.write(rest);
      } catch (error) {
        this.brokenPipe(error);
        throw error;
      }
      if (taken === AGAIN) {
        yield { queues: [file.writable] };
        continue;
      }
      rest = rest.subarray(taken);
      if (this.works(taken + CALL)) yield { until: this.machine.now };
    }
  }

  /** Up to `max` bytes, waiting for the first; empty at the end. */
  *read(n: number, max = 65536): Running<Uint8Array> {
    for (;;) {
      const file = this.fd(n);
      const data = file.read(max);
      if (data === AGAIN) {
        yield { queues: [file.readable] };
        continue;
      }
      if (this.works(data.length + CALL)) yield { until: this.machine.now };
      return data;
    }
  }

  /** EPIPE raises SIGPIPE first, as write(2) does. */
  private brokenPipe(error: unknown): void {
    if (error instanceof KernelError && error.code === "EPIPE") {
      if (this.handlers.get("PIPE") === "ignore") return;
      throw new Killed("PIPE");
    }
    throw error;
  }

  // ── time ─────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Notes work done without a wait, in bytes moved or their like. Work is free up to a point, so that times in
   * an ordinary lab are those of its packets; beyond it each byte costs more than the last, so that whatever
   * runs on for ever (`yes >/dev/null`) soon meets its time limit. True when it is time to let others run.
   */
  works(amount: number): boolean {
    const { machine } = this;
    if (this.seenRests !== machine.rests) {
      this.seenRests = machine.rests;
      this.busy = 0;
    }
    this.busy += amount;
    if (this.busy > FREE_WORK) machine.charge(Math.ceil((4 * amount * this.busy) / FREE_WORK));
    this.unyielded += amount;
    if (this.unyielded < SLICE) return false;
    this.unyielded = 0;
    return true;
  }

  *sleep(span: Nanoseconds): Running<void> {
    const until = this.machine.now + span;
    while (this.machine.now < until) yield { until };
  }

  // ── signals ──────────────────────────────────────────────────────────────────────────────────────────

  /** Installs a handler, ignores the signal, or (undefined) takes the default back. */
  handle(signal: Signal, handler: SignalHandler | "ignore" | undefined): void {
    if (handler === undefined) this.handlers.delete(signal);
    else this.handlers.set(signal, handler);
  }

  handlerOf(signal: Signal): SignalHandler | "ignore" | undefined {
    return this.handlers.get(signal);
  }

  /** exec: handlers go, ignored signals stay ignored. */
  resetHandlers(): void {
    for (const [signal, handler] of this.handlers) if (handler !== "ignore") this.handlers.delete(signal);
  }

  /** A fork starts with its parent's dispositions. */
  inheritHandlers(from: Process): void {
    for (const [signal, handler] of from.handlers) this.handlers.set(signal, handler);
  }

  /** Delivers a signal. */
  signal(signal: Signal): void {
    if (this.exit) return;
    if (signal === "CONT" || signal === "KILL") {
      if (this.stopped) {
        this.stopped = false;
        this.stateChange.wake();
        this.parent?.childEvent.wake();
        this.machine.resume(this);
      }
    }
    const handler = signal === "KILL" || signal === "STOP" ? undefined : this.handlers.get(signal);
    if (handler === "ignore") return;
    if (handler) {
      if (handler(signal) === "interrupt") this.machine.interrupt(this, new Interrupted(signal));
      return;
    }
    if (signal === "STOP" || signal === "TSTP" || signal === "TTIN" || signal === "TTOU") {
      this.stopped = true;
      this.stopSignal = signal;
      this.stateChange.wake();
      this.parent?.childEvent.wake();
      return;
    }
    if (IGNORED_BY_DEFAULT.has(signal)) return;
    this.machine.kill(this, signal);
  }
}

/** Thrown in a process to end it as a signal would, from inside its own code. */
export class Killed extends Error {
  readonly signal: Signal;
  constructor(signal: Signal) {
    super(`killed by SIG${signal}`);
    this.signal = signal;
  }
}

/** What one program may gather of an input that does not end. */
export const MAX_MEMORY = 2 ** 26;

/** Thrown where a program would hold more: it is killed, and the run says so. */
export class MemoryExhausted extends RangeError {
  constructor() {
    super("memory allocation failed");
  }
}

/** Thrown by a program to end itself from deep inside, with a status. */
export class Exit extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}
