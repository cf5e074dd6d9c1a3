import type { Clock } from "../../base/clock.ts";
import type { WalkEvent, WalkSink, WalkStep } from "../../walk/event.ts";

/** Stamps walk steps with order, time and namespace, and hands them on. */
export class Recorder implements WalkSink {
  private readonly clock: Clock;
  private readonly listener: (event: WalkEvent) => void;
  private seq = 0;

  constructor(clock: Clock, listener: (event: WalkEvent) => void) {
    this.clock = clock;
    this.listener = listener;
  }

  emit(ns: string, step: WalkStep): void {
    this.listener({ seq: ++this.seq, time: this.clock.now, ns, ...step } as WalkEvent);
  }
}
