/** A span or a point of simulated time, in nanoseconds. Exact up to 2^53 ns (104 days). */
export type Nanoseconds = number;

export const MICROSECOND: Nanoseconds = 1_000;
export const MILLISECOND: Nanoseconds = 1_000_000;
export const SECOND: Nanoseconds = 1_000_000_000;

/** A callback waiting for its time. Cancelling one that has run, or twice, does nothing. */
export interface Timer {
  readonly at: Nanoseconds;
  readonly pending: boolean;
  cancel(): void;
}

/**
 * The machine's clock. Everything below the engine takes time from here and nowhere else, so a run is a
 * pure function of its input and its seed.
 */
export interface Clock {
  /** Time since the machine booted. Never goes back. */
  readonly now: Nanoseconds;
  /** Wall-clock time at boot, in ns since 1970 (a seeded constant, for `date`, captures and logs). */
  readonly epoch: Nanoseconds;
  /** Runs `run` when the clock has reached `time`; timers of one time run in the order they were made. */
  at(time: Nanoseconds, run: () => void): Timer;
  after(delay: Nanoseconds, run: () => void): Timer;
  /** Work takes time: moves the clock on by `cost`. Timers that fall due run when the current work is done. */
  charge(cost: Nanoseconds): void;
}
