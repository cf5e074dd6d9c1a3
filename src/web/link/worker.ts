import { SimulatedEngine } from "../../engine/simulated/engine.ts";
import { Desk, type Hearing, type Opened } from "../../link/desk.ts";
import type { Request, RequestOf, Response } from "../../link/protocol.ts";
import type { WalkEvent } from "../../walk/event.ts";
import { type Input, Past } from "./journal.ts";
import { memoryFolder } from "./memory-folder.ts";

// The simulation, in a worker: the page stays quick whatever the lab does.
declare const self: {
  postMessage(message: Response, transfer?: ArrayBuffer[]): void;
  onmessage: ((message: { data: Request }) => void) | null;
};

/** Where a lab's files are on the machine. */
const LAB = "/lab";

/** A simulated machine that remembers what was done to it, so that its past can be shown. */
async function open({ seed, profile, files }: RequestOf<"open">, hearing: Hearing): Promise<Opened> {
  const told: WalkEvent[] = [];
  const inputs: Input[] = [];
  let past: Past | null = null;
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
    facts: { kind: "simulated", name: "simulated Linux", folder: LAB, past: true, unmatched: true },
    note: (apply) => inputs.push({ time: engine.machine.now, apply }),
    past: (at) => {
      if (!past || past.at > at) {
        past = new Past({ seed, profile, folder: memoryFolder(LAB, files), told, inputs });
      }
      return past.forward(at);
    },
    skip: (ms) => engine.skip(ms),
  };
}

const desk = new Desk({
  open,
  say: (response) =>
    self.postMessage(response, response.type === "captured" ? [response.bytes.buffer] : undefined),
});

self.onmessage = ({ data }) => desk.take(data);
