import type { Nanoseconds, Timer } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";
import { Random } from "../base/random.ts";
import { takeWork, WorkExhausted } from "../base/work.ts";
import type { NetworkHost } from "../network/host.ts";
import { type HostProfile, NetNamespace } from "../network/namespace.ts";
import type { WalkSink } from "../walk/event.ts";
import { Disk } from "./disk.ts";
import { EventQueue } from "./events.ts";
import { fork, type SpawnOptions, spawn } from "./exec.ts";
import { HostDirectory, type HostFolder } from "./host-folder.ts";
import { KernelLog } from "./kernel-log.ts";
import { Exit, type ExitState, Killed, Process, type Program, type Wait } from "./process.ts";
import { Programs } from "./programs.ts";
import type { Signal } from "./signal.ts";
import { Spending } from "./spending.ts";
import { type HostSettings, makeRoot, plant } from "./tree.ts";
import { MountNamespace } from "./vfs.ts";

export interface MachineOptions {
  readonly seed: number;
  /** Wall-clock time at boot, ns since 1970. */
  readonly epoch: Nanoseconds;
  /** The pid before the first one that is given out. */
  readonly firstPid?: number;
  readonly host?: HostSettings;
  /** The initial namespace's state. */
  readonly profile?: HostProfile;
  /** Folders of the outside, seen copy-on-write at their own absolute paths. None lies in another. */
  readonly folders?: readonly (HostFolder & { readonly path: string })[];
}

/** Something that would never have ended was stopped. */
export interface StormReport {
  readonly namespace: string;
  readonly what: string;
  readonly pid?: number;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** Told of each program that a script starts. */
export interface CommandObserver {
  /** Gives the command its number, which the process and its children carry. */
  onCommand(text: string, file: string, line: number, pid: number, background: boolean): number;
  onCommandEnd(command: number, pid: number, status: number): void;
}

/** The top-level foreground command (simple or compound) that the main shell runs now. */
export interface Foreground {
  readonly proc: Process;
  readonly since: Nanoseconds;
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

export type RunEnd = "done" | "idle" | "limit";

const initProgram: Program = function* (proc) {
  for (;;) {
    for (const child of [...proc.children]) if (child.exit) proc.machine.reap(child);
    yield { queues: [proc.childEvent] };
  }
};

/**
 * One Linux box: the clock and everything that waits on it. Three kinds of work, in this order: timers that
 * are due, packets between devices (softirq), processes that can run. When none is left, the clock jumps to
 * the next timer; when there is no timer either, the machine is idle and `run` returns.
 */
export class Machine implements NetworkHost {
  now: Nanoseconds = 0;
  readonly disk = new Disk();
  readonly epoch: Nanoseconds;
  readonly random: Random;
  walk: WalkSink | null = null;
  readonly processes = new Map<number, Process>();
  /** What `/usr/bin` and `/usr/sbin` hold. */
  readonly programs: Programs;
  readonly log = new KernelLog();
  /** The chance in what starting a program costs. */
  readonly execJitter: Random;
  readonly initialNamespace: NetNamespace;
  readonly initialMounts: MountNamespace;
  /** A storm or a run-away was stopped: where the engine hears of it. */
  onStorm: ((report: StormReport) => void) | null = null;
  private readonly namespaces = new Map<NetNamespace, number>();
  private lastNamespaceId = 4026531840;
  private lastMountsId = 4026531841;
  private lastPid = 0;
  private readonly timers = new EventQueue();
  private readonly runQueue: Process[] = [];
  private runHead = 0;
  private readonly softirqs: (() => void)[] = [];
  private softHead = 0;
  private inSoftirq = false;
  private lastPacketId = 0;
  /** The process whose code runs now. */
  current: Process | null = null;

  constructor(options: MachineOptions) {
    this.random = new Random(options.seed);
    this.execJitter = this.random.fork("exec");
    this.epoch = options.epoch;
    this.initialNamespace = new NetNamespace(this, this.lastNamespaceId, "host", {
      initial: options.profile ?? "ubuntu",
    });
    this.namespaces.set(this.initialNamespace, 1);
    const root = makeRoot(this, options.host ?? {});
    for (const folder of options.folders ?? [])
      plant(this, root.directory, folder.path, new HostDirectory(this, folder));
    this.initialMounts = new MountNamespace(this.lastMountsId, root.directory);
    this.programs = new Programs(root.bin, root.sbin, this.epoch);
    this.lastPid = options.firstPid ?? 0;
    // init: it waits for ever and takes in orphans.
    const init = new Process(this, 1, null, this.initialNamespace, this.initialMounts);
    init.argv = ["/sbin/init"];
    init.env = new Map();
    this.init = init;
    this.start(init, initProgram);
    this.lastPid = Math.max(1, options.firstPid ?? 1);
  }

  hostname = "host";
  /** Set by the main shell round each top-level foreground command: what a time limit looks at. */
  foreground: Foreground | null = null;
  /** The one in which the main shell itself ended: the place to name when it was a run-away. */
  brokenOff: Foreground | null = null;
  /** The pid of the engine's main shell (`bash FILE`), whose commands `foreground` tells. */
  mainPid = 0;
  observer: CommandObserver | null = null;
  /** Steps that a shell may take without waiting before it counts as an endless loop. */
  stepBudget = 2_000_000;
  /** What the present top-level command has used. */
  readonly spending = new Spending(this);
  /** How often nothing was left to do but wait for the clock. */
  rests = 0;
  /** Called for each new network namespace. */
  onNamespace: ((net: NetNamespace) => void) | null = null;
  private lastCommand = 0;

  /** The next number for a command of the walk. */
  nextCommand(): number {
    return ++this.lastCommand;
  }

  /** The time of the next timer; infinity when there is none. */
  get nextTimer(): Nanoseconds {
    return this.timers.nextTime;
  }

  /** The live namespace that calls itself so ("host", or its name in /run/netns). */
  namespaceNamed(name: string): NetNamespace | undefined {
    for (const net of this.namespaces.keys()) if (net.name === name) return net;
    return undefined;
  }

  /** The pid given out last. */
  get newestPid(): number {
    return this.lastPid;
  }

  /** Process 1. */
  readonly init: Process;

  nextPid(): number {
    do {
      this.lastPid = this.lastPid >= 32767 ? 300 : this.lastPid + 1;
    } while (this.processes.has(this.lastPid));
    return this.lastPid;
  }

  /** fork and execvp (exec.ts). */
  spawn(parent: Process, argv: readonly string[], options?: SpawnOptions): Process {
    return spawn(parent, argv, options);
  }

  /** fork: the child runs `program` (exec.ts). */
  fork(parent: Process, program: Program, options?: SpawnOptions): Process {
    return fork(parent, program, options);
  }

  /** kill(-pgid): every process of the group. */
  signalGroup(pgid: number, signal: Signal): boolean {
    let found = false;
    for (const proc of [...this.processes.values()]) {
      if (proc.pgid !== pgid || proc.exit || proc === this.init) continue;
      found = true;
      proc.signal(signal);
    }
    return found;
  }

  // ── namespaces ───────────────────────────────────────────────────────────────────────────────────────

  /** A new network namespace, held by nobody yet: name it or enter it. */
  createNamespace(name: string): NetNamespace {
    this.lastNamespaceId += 71;
    const net = new NetNamespace(this, this.lastNamespaceId, name);
    this.namespaces.set(net, 0);
    this.onNamespace?.(net);
    return net;
  }

  /** One more process or name holds the namespace. */
  holdNamespace(net: NetNamespace): void {
    this.namespaces.set(net, (this.namespaces.get(net) ?? 0) + 1);
  }

  /** One less; the last one ends the namespace with its devices. */
  releaseNamespace(net: NetNamespace): void {
    const holders = (this.namespaces.get(net) ?? 1) - 1;
    this.namespaces.set(net, holders);
    if (holders > 0 || net === this.initialNamespace) return;
    this.namespaces.delete(net);
    net.close();
  }

  allNamespaces(): Iterable<NetNamespace> {
    return this.namespaces.keys();
  }

  nextMountsId(): number {
    return ++this.lastMountsId;
  }

  // ── the kernel's voice ───────────────────────────────────────────────────────────────────────────────

  printk(level: number, line: string): void {
    this.log.append(level, line, this.now);
  }

  reportStorm(ns: NetNamespace, what: string): void {
    this.onStorm?.({ namespace: ns.name, what });
  }

  /** A program that ran on without ever waiting was stopped. */
  reportRunaway(proc: Process, what: string, file?: string, line?: number): void {
    this.onStorm?.({ namespace: proc.net.name, what, pid: proc.pid, file, line });
  }

  at(time: Nanoseconds, run: () => void): Timer {
    return this.timers.add(time, run);
  }

  after(delay: Nanoseconds, run: () => void): Timer {
    return this.timers.add(this.now + delay, run);
  }

  charge(cost: Nanoseconds): void {
    this.now += cost;
  }

  nextPacketId(): number {
    this.spending.count("packets");
    return ++this.lastPacketId;
  }

  /** Queues packet work (netif_rx): runs before any process does. */
  softirq(work: () => void): void {
    this.softirqs.push(work);
  }

  private softirqStep(): void {
    const work = this.softirqs[this.softHead++];
    if (this.softHead >= 4096 && this.softHead * 2 > this.softirqs.length) {
      this.softirqs.splice(0, this.softHead);
      this.softHead = 0;
    }
    if (this.softHead === this.softirqs.length) {
      this.softirqs.length = 0;
      this.softHead = 0;
    }
    this.inSoftirq = true;
    try {
      work();
    } finally {
      this.inSoftirq = false;
    }
  }

  /** At most 1000 pieces of packet work, the rest runs later; as does what is sent in the midst of it (in_interrupt). */
  settle(): void {
    if (this.inSoftirq) return;
    for (let i = 0; i < 1000 && this.softHead < this.softirqs.length; i++) this.softirqStep();
  }

  get softirqBacklog(): number {
    return this.softirqs.length - this.softHead;
  }

  // ── processes ────────────────────────────────────────────────────────────────────────────────────────

  /** Starts `program` in `proc`, which runs when its turn comes. */
  start(proc: Process, program: Program): void {
    this.processes.set(proc.pid, proc);
    proc.running = program(proc);
    this.makeRunnable(proc, -1);
  }

  private makeRunnable(proc: Process, value: number): void {
    if (proc.exit || proc.runnable) return;
    proc.cancelWait?.();
    proc.cancelWait = null;
    proc.resumeValue = value;
    proc.runnable = true;
    this.runQueue.push(proc);
  }

  /** A stopped process goes on. */
  resume(proc: Process): void {
    if (!proc.runnable && !proc.cancelWait) this.makeRunnable(proc, proc.resumeValue);
  }

  /** Ends the present wait with `error`, thrown inside the program. */
  interrupt(proc: Process, error: Error): void {
    if (proc.exit || proc === this.current) return;
    proc.pendingThrow = error;
    this.makeRunnable(proc, -1);
  }

  /** Ends a process by signal; its `finally` blocks run. */
  kill(proc: Process, signal: Signal): void {
    if (proc.exit) return;
    if (proc === this.current) throw new Killed(signal);
    proc.cancelWait?.();
    proc.cancelWait = null;
    const before = this.current;
    this.current = proc;
    try {
      proc.running?.return(128);
    } catch {
      // A program that fails while it is being killed is dead all the same.
    } finally {
      this.current = before;
    }
    this.finish(proc, { signal });
  }

  private step(proc: Process): void {
    proc.runnable = false;
    if (proc.exit) return;
    if (proc.stopped) return;
    const running = proc.running as NonNullable<Process["running"]>;
    this.current = proc;
    try {
      const error = proc.pendingThrow;
      proc.pendingThrow = null;
      const next = error ? running.throw(error) : running.next(proc.resumeValue);
      this.current = null;
      proc.works(takeWork());
      if (next.done) this.finish(proc, { status: next.value & 255 });
      else this.park(proc, next.value);
    } catch (error) {
      this.current = null;
      if (error instanceof Killed) this.finish(proc, { signal: error.signal });
      else if (error instanceof Exit) this.finish(proc, { status: error.status & 255 });
      else if (!this.exhausted(proc, error)) this.crash(proc, error);
    }
  }

  /** The stack or the memory that a program may have is used up: it ends as on Linux, and the run says so. */
  private exhausted(proc: Process, error: unknown): boolean {
    if (error instanceof WorkExhausted) {
      this.endRunaway(proc, `was killed: ${error.message}`, "KILL");
      return true;
    }
    if (!(error instanceof RangeError) && !(error instanceof SyntaxError)) return false;
    const stack = /call stack/.test(error.message);
    if (
      !stack &&
      !/Invalid (string|array|typed array|array buffer) length|allocation|expression too large/.test(
        error.message,
      )
    )
      return false;
    if (stack) this.endRunaway(proc, "calls itself too deeply: its stack is used up (SIGSEGV)", "SEGV");
    else this.endRunaway(proc, "has used up its memory and was killed", "KILL");
    return true;
  }

  private endRunaway(proc: Process, what: string, signal: Signal): void {
    const place = this.foreground ?? this.brokenOff;
    this.reportRunaway(proc, `${proc.name} (pid ${proc.pid}) ${what}`, place?.file, place?.line);
    this.finish(proc, { signal });
  }

  /** A fault of a program (not of the user's): said, never hidden. */
  private crash(proc: Process, error: unknown): void {
    const what =
      error instanceof KernelError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    try {
      proc.err(`${proc.name}: internal error: ${what}\n`);
    } catch {
      // Nobody to tell.
    }
    this.finish(proc, { status: 70 });
  }

  private park(proc: Process, wait: Wait): void {
    proc.waitsUntil = wait.until;
    const cancels: (() => void)[] = [];
    const wake = (index: number) => () => this.makeRunnable(proc, index);
    wait.queues?.forEach((queue, i) => {
      cancels.push(queue.add(wake(i)));
    });
    if (wait.until !== undefined) {
      const timer = this.at(wait.until, wake(-1));
      cancels.push(() => timer.cancel());
    }
    proc.cancelWait = () => {
      for (const cancel of cancels) cancel();
    };
  }

  /** Lets go of everything a process holds and tells its parent. */
  private finish(proc: Process, exit: ExitState): void {
    proc.exit = exit;
    proc.running = null;
    for (const [n] of [...proc.fds]) proc.closeFd(n);
    this.releaseNamespace(proc.net);
    const init = this.processes.get(1) ?? null;
    for (const child of proc.children) {
      child.parent = init;
      if (init && init !== proc) init.children.add(child);
    }
    proc.children.clear();
    proc.exited.wake();
    if (proc.parent && !proc.parent.exit) {
      proc.parent.childEvent.wake();
      proc.parent.signal("CHLD");
    } else this.reap(proc);
  }

  /** The parent has taken note: the pid is free. */
  reap(proc: Process): void {
    if (this.processes.get(proc.pid) !== proc) return;
    this.processes.delete(proc.pid);
    proc.parent?.children.delete(proc);
  }

  // ── the loop ─────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Works until `until` says so ("done"), nothing is left to do ("idle": every process waits for what can
   * never come), or the clock would pass `limit`.
   */
  run(options: { until?: () => boolean; limit?: Nanoseconds } = {}): RunEnd {
    const limit = options.limit ?? Number.POSITIVE_INFINITY;
    const { until } = options;
    for (;;) {
      if (until?.()) return "done";
      if (this.now >= limit) return "limit";
      if (!this.turn(limit)) return this.timers.nextTime > limit && this.timers.size > 0 ? "limit" : "idle";
    }
  }

  /** Does one piece of work. False when there is nothing left to do at all. `limit`: the clock stops there. */
  turn(limit: Nanoseconds = Number.POSITIVE_INFINITY): boolean {
    const due = this.timers.nextTime;
    if (due <= this.now) {
      this.timers.pop()?.();
      return true;
    }
    if (this.softHead < this.softirqs.length) {
      this.softirqStep();
      return true;
    }
    if (this.runHead < this.runQueue.length) {
      const proc = this.runQueue[this.runHead++];
      if (this.runHead >= 4096 && this.runHead * 2 > this.runQueue.length) {
        this.runQueue.splice(0, this.runHead);
        this.runHead = 0;
      }
      if (this.runHead === this.runQueue.length) {
        this.runQueue.length = 0;
        this.runHead = 0;
      }
      this.step(proc);
      return true;
    }
    if (due === Number.POSITIVE_INFINITY) return false;
    if (due > limit) {
      this.now = Math.max(this.now, limit);
      return false;
    }
    this.now = due;
    this.rests++;
    return true;
  }
}
