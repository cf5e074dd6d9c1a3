import { MILLISECOND } from "../../base/clock.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Process } from "../../machine/process.ts";

/** Real milliseconds of work between two looks at the outside world. */
const SLICE = 8;

/**
 * Drives the machine while the outside world goes on: in slices, so that keys and clicks get in. At pace
 * "real" simulated waiting takes real time; at "jump" it takes none.
 */
export class Pump {
  private readonly machine: Machine;
  private readonly pace: "jump" | "real";
  private readonly ends: { proc: Process; then: () => void }[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  private stopped = false;
  /** Real time (ms) at which the machine's clock was 0. */
  private origin = 0;

  constructor(machine: Machine, pace: "jump" | "real") {
    this.machine = machine;
    this.pace = pace;
    this.origin = performance.now() - machine.now / MILLISECOND;
  }

  whenEnded(proc: Process, then: () => void): void {
    this.ends.push({ proc, then });
  }

  /** Something came from outside: work now. */
  wake(): void {
    if (this.stopped) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.slice(), 0);
  }

  /** At pace "real": lets this much simulated time pass without waiting for it. */
  skip(ms: number): void {
    this.origin -= ms;
    this.wake();
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private slice(): void {
    this.timer = null;
    if (this.stopped) return;
    const end = performance.now() + SLICE;
    let more = true;
    while (more && performance.now() < end) {
      for (let i = 0; i < 200 && more; i++) more = this.machine.turn(this.limit());
    }
    for (let i = this.ends.length - 1; i >= 0; i--) {
      if (this.ends[i].proc.exit === null) continue;
      const [{ then }] = this.ends.splice(i, 1);
      then();
    }
    if (more) this.timer = setTimeout(() => this.slice(), 0);
    else if (this.pace === "real" && this.machine.nextTimer < Number.POSITIVE_INFINITY) {
      const wait = this.origin + this.machine.nextTimer / MILLISECOND - performance.now();
      this.timer = setTimeout(() => this.slice(), Math.max(1, Math.min(wait, 2 ** 30)));
    }
  }

  /** How far the clock may go now. Work that moved it on has been done: nobody waits for that once more. */
  private limit(): number {
    if (this.pace === "jump") return Number.POSITIVE_INFINITY;
    const { now } = this.machine;
    const real = Math.floor((performance.now() - this.origin) * MILLISECOND);
    if (now > real) this.origin -= (now - real) / MILLISECOND;
    return Math.max(now, real);
  }
}
