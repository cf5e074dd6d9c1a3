import { MILLISECOND } from "../../base/clock.ts";
import { SimulatedEngine } from "../../engine/simulated/engine.ts";
import { Desk, type Hearing, type Opened } from "../../link/desk.ts";
import type { Request, RequestOf, Response } from "../../link/protocol.ts";
import type { Machine } from "../../machine/machine.ts";
import type { WalkEvent } from "../../walk/event.ts";
import type { Deed } from "../state/journal.ts";
import { type Input, Past } from "./journal.ts";
import { memoryFolder } from "./memory-folder.ts";

// The simulation, in a worker: the page stays quick whatever the lab does.
declare const self: {
  postMessage(message: Response, transfer?: ArrayBuffer[]): void;
};

/** Where a lab's files are on the machine. */
const LAB = "/lab";

/** A simulated machine that remembers what was done to it, so that its past can be shown. */
async function open({ seed, profile, files, before }: RequestOf<"open">, hearing: Hearing): Promise<Opened> {
  const told: WalkEvent[] = [];
  const inputs: Input[] = [];
  let past: Past | null = null;
  const begun = performance.now();
  const engine = new SimulatedEngine({
    seed,
    profile,
    folders: [memoryFolder(LAB, files)],
    pace: "real",
    ...hearing,
    onEvent: (event) => {
      told.push(event);
      hearing.onEvent(event);
    },
  });
  return {
    engine,
    facts: {
      kind: "simulated",
      name: "simulated Linux",
      folder: LAB,
      past: true,
      walk: true,
      unmatched: true,
    },
    note: (apply) => {
      inputs.push({ time: engine.machine.now, apply });
      self.postMessage({ type: "noted", time: engine.machine.now });
    },
    replay: (take) => {
      if (!before) return;
      const whole = doAgain(engine.machine, before as Deed[], take);
      // The clock goes on from where it was left.
      engine.skip(engine.machine.now / MILLISECOND - (performance.now() - begun));
      if (!whole)
        hearing.onNotice("Not all that was done before could be done again: the lab goes on from here.");
    },
    past: (at) => {
      if (!past || past.at > at) {
        past = new Past({ seed, profile, folder: memoryFolder(LAB, files), told, inputs });
      }
      return past.forward(at);
    },
    skip: (ms) => engine.skip(ms),
  };
}

/** Longer than this a lab is not done again (ms). */
const PATIENCE = 4000;

/** Does to a machine what was done to one before, at the same times. False: it took too long. */
function doAgain(machine: Machine, deeds: readonly Deed[], take: (request: Request) => void): boolean {
  const until = performance.now() + PATIENCE;
  for (const { time, request } of deeds) {
    for (let turns = 0; machine.now < time && machine.turn(time); turns++)
      if ((turns & 255) === 0 && performance.now() > until) return false;
    if (machine.now < time) machine.now = time;
    take(request);
  }
  return true;
}

const desk = new Desk({
  open,
  say: (response) =>
    self.postMessage(response, response.type === "captured" ? [response.bytes.buffer] : undefined),
});

export const take = (request: Request): void => desk.take(request);
