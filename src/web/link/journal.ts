import type { Profile, RunningJob } from "../../engine/engine.ts";
import { SimulatedEngine } from "../../engine/simulated/engine.ts";
import type { Deed } from "../../link/desk.ts";
import type { HostFolder } from "../../machine/host-folder.ts";
import type { WalkEvent } from "../../walk/event.ts";

/** Something that came to the machine from outside, and the machine's time when it did. */
export interface Input {
  readonly time: number;
  readonly apply: Deed;
}

/**
 * The lab as it was: a second machine that is given the same inputs at the same times, and stops at a chosen
 * event. It is the same machine as long as it tells the same events; where it would not, there is no answer.
 */
export class Past {
  private readonly engine: SimulatedEngine;
  private readonly jobs = new Map<number, RunningJob>();
  private readonly told: readonly WalkEvent[];
  private readonly inputs: readonly Input[];
  private next = 0;
  private seq = 0;
  private same = true;

  constructor(options: {
    seed: number;
    profile: Profile;
    folder: HostFolder & { readonly path: string };
    told: readonly WalkEvent[];
    inputs: readonly Input[];
  }) {
    this.told = options.told;
    this.inputs = options.inputs;
    this.engine = new SimulatedEngine({
      seed: options.seed,
      profile: options.profile,
      folders: [options.folder],
      onEvent: (event) => {
        const known = this.told[event.seq - 1];
        if (!known || known.kind !== event.kind || known.ns !== event.ns || known.time !== event.time)
          this.same = false;
        this.seq = event.seq;
      },
    });
    // Only this class moves the machine.
    void this.engine.close();
  }

  /** How far it is: the order of its last event. */
  get at(): number {
    return this.seq;
  }

  /** Goes on to the event of order `until`; null when it is not there or became another machine. */
  forward(until: number): SimulatedEngine | null {
    const { machine } = this.engine;
    const reached = () => this.seq >= until || !this.same;
    while (!reached()) {
      const input = this.inputs[this.next];
      const limit = input?.time ?? this.told[until - 1].time + 1;
      while (!reached() && machine.now < limit && machine.turn(limit));
      // What is already due at that moment was done before the input came.
      if (reached()) break;
      if (!input) {
        if (machine.turn(limit)) continue;
        break;
      }
      this.next++;
      if (machine.now < input.time) machine.now = input.time;
      input.apply(this.engine, this.jobs);
    }
    return this.same && this.seq >= until ? this.engine : null;
  }
}
