/** The answer of a read, write, accept … that would have to wait (EAGAIN). */
export const AGAIN = Symbol("EAGAIN");

/**
 * Something to wait for: a pipe that becomes readable, a socket, a child's end. Waiters are woken all at
 * once, in the order they came, and look again for themselves, as in the kernel's wait queues (wake_up_all):
 * a wake-up is a hint, never a promise.
 */
export class WaitQueue {
  private waiters: (() => void)[] = [];

  /** Registers `wake`, to be called at most once; the returned function takes it back. */
  add(wake: () => void): () => void {
    this.waiters.push(wake);
    return () => {
      const i = this.waiters.indexOf(wake);
      if (i >= 0) this.waiters.splice(i, 1);
    };
  }

  wake(): void {
    if (this.waiters.length === 0) return;
    const woken = this.waiters;
    this.waiters = [];
    for (const wake of woken) wake();
  }

  get empty(): boolean {
    return this.waiters.length === 0;
  }
}
