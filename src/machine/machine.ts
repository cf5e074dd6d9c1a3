import type { Clock, Nanoseconds, Timer } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";
import { Random } from "../base/random.ts";
import type { WalkSink } from "../walk/event.ts";
import type { NetNamespace } from "../network/namespace.ts";
import { EventQueue } from "./events.ts";
import { type ExitState, Exit, Killed, type Process, type Program, type Wait } from "./process.ts";
import type { Signal } from "./signal.ts";

/**
 * One Linux box: the clock and everything that waits on it. Three kinds of work, in this order: timers that
 * are due, packets between devices (softirq), processes that can run. When none is left, the clock jumps to
 * the next timer; when there is no timer either, the machine is idle and `run` returns.
 */
export class Machine implements Clock {
  now: Nanoseconds = 0;
  readonly epoch: Nanoseconds;
  readonly random: Random;
  walk: WalkSink | null = null;
  readonly processes = new Map<number, Process>();
  readonly namespaces = new Map<string, NetNamespace>();
  private readonly timers = new EventQueue();
  private readonly runQueue: Process[] = [];
  private runHead = 0;
  private readonly softirqs: (() => void)[] = [];
  private softHead = 0;
  private lastPacketId = 0;
  /** The process whose code runs now. */
  current: Process | null = null;

  constructor(options: { seed: number; epoch: Nanoseconds }) {
    this.random = new Random(options.seed);
    this.epoch = options.epoch;
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
    return ++this.lastPacketId;
  }

  /** Queues packet work (netif_rx): runs before any process does. */
  softirq(work: () => void): void {
    this.softirqs.push(work);
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
      if (next.done) this.finish(proc, { status: next.value & 255 });
      else this.park(proc, next.value);
    } catch (error) {
      this.current = null;
      if (error instanceof Killed) this.finish(proc, { signal: error.signal });
      else if (error instanceof Exit) this.finish(proc, { status: error.status & 255 });
      else this.crash(proc, error);
    }
  }

  /** A fault of a program (not of the user's): said, never hidden. */
  private crash(proc: Process, error: unknown): void {
    const what = error instanceof KernelError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
    try {
      proc.err(`${proc.name}: internal error: ${what}\n`);
    } catch {
      // Nobody to tell.
    }
    this.finish(proc, { status: 70 });
  }

  private park(proc: Process, wait: Wait): void {
    const cancels: (() => void)[] = [];
    const wake = (index: number) => () => this.makeRunnable(proc, index);
    wait.queues?.forEach((queue, i) => cancels.push(queue.add(wake(i))));
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
    this.processes.delete(proc.pid);
    proc.parent?.children.delete(proc);
  }

  // ── the loop ─────────────────────────────────────────────────────────────────────────────────────────

  /** Does one piece of work. False when there is nothing left to do at all. `limit`: the clock stops there. */
  turn(limit: Nanoseconds = Number.POSITIVE_INFINITY): boolean {
    const due = this.timers.nextTime;
    if (due <= this.now) {
      this.timers.pop()?.();
      return true;
    }
    if (this.softHead < this.softirqs.length) {
      const work = this.softirqs[this.softHead++];
      if (this.softHead === this.softirqs.length) {
        this.softirqs.length = 0;
        this.softHead = 0;
      }
      work();
      return true;
    }
    if (this.runHead < this.runQueue.length) {
      const proc = this.runQueue[this.runHead++];
      if (this.runHead === this.runQueue.length) {
        this.runQueue.length = 0;
        this.runHead = 0;
      }
      this.step(proc);
      return true;
    }
    if (due === Number.POSITIVE_INFINITY || due > limit) return false;
    this.now = due;
    return true;
  }
}
