import type { Nanoseconds, Timer } from "../base/clock.ts";

class Event implements Timer {
  readonly at: Nanoseconds;
  readonly order: number;
  run: (() => void) | null;
  private readonly queue: EventQueue;

  constructor(queue: EventQueue, at: Nanoseconds, order: number, run: () => void) {
    this.queue = queue;
    this.at = at;
    this.order = order;
    this.run = run;
  }

  get pending(): boolean {
    return this.run !== null;
  }

  cancel(): void {
    if (this.run === null) return;
    this.run = null;
    this.queue.cancelled();
  }
}

/**
 * The event queue: a binary heap by time, then by order of making. A cancelled event stays in the heap until
 * it surfaces, or until the cancelled ones are the majority and the heap is built anew: TCP cancels nearly
 * every timer that it starts.
 */
export class EventQueue {
  private heap: Event[] = [];
  private made = 0;
  private dead = 0;

  /** The time of the first event, or infinity. */
  get nextTime(): Nanoseconds {
    this.dropDead();
    return this.heap.length > 0 ? this.heap[0].at : Number.POSITIVE_INFINITY;
  }

  /** Live events. */
  get size(): number {
    return this.heap.length - this.dead;
  }

  add(at: Nanoseconds, run: () => void): Timer {
    const event = new Event(this, at, this.made++, run);
    this.heap.push(event);
    this.up(this.heap.length - 1);
    return event;
  }

  /** Takes the first event out and gives its callback. */
  pop(): (() => void) | undefined {
    this.dropDead();
    const event = this.heap[0];
    if (event === undefined) return undefined;
    this.removeFirst();
    const run = event.run;
    event.run = null;
    return run ?? undefined;
  }

  cancelled(): void {
    this.dead++;
    if (this.dead > 64 && this.dead > this.heap.length / 2) {
      this.heap = this.heap.filter((e) => e.pending);
      this.heap.sort((a, b) => a.at - b.at || a.order - b.order);
      this.dead = 0;
    }
  }

  private dropDead(): void {
    while (this.heap.length > 0 && !this.heap[0].pending) {
      this.removeFirst();
      this.dead--;
    }
  }

  private removeFirst(): void {
    const last = this.heap.pop() as Event;
    if (this.heap.length > 0) {
      this.heap[0] = last;
      this.down(0);
    }
  }

  private before(a: Event, b: Event): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  private up(i: number): void {
    const heap = this.heap;
    const event = heap[i];
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(event, heap[parent])) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = event;
  }

  private down(i: number): void {
    const heap = this.heap;
    const event = heap[i];
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.before(heap[child + 1], heap[child])) child++;
      if (!this.before(heap[child], event)) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = event;
  }
}
