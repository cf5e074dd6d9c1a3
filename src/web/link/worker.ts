import { text, utf8 } from "../../base/text.ts";
import type { CapturedFrame, Job, RunningJob } from "../../engine/engine.ts";
import { SimulatedEngine } from "../../engine/simulated/engine.ts";
import type { WalkEvent } from "../../walk/event.ts";
import { captureFile } from "./capture-file.ts";
import { checkScript } from "./check.ts";
import { type Input, Past } from "./journal.ts";
import { memoryFolder } from "./memory-folder.ts";
import type { Request, Response } from "./protocol.ts";

// The simulation, in a worker: the page stays quick whatever the lab does.
declare const self: {
  postMessage(message: Response, transfer?: ArrayBuffer[]): void;
  onmessage: ((message: { data: Request }) => void) | null;
};

/** Where a lab's files are on the machine. */
const LAB = "/lab";
/** Frames kept for a capture; what came before is forgotten. */
const FRAMES = 20_000;

type Open = Extract<Request, { type: "open" }>;

let engine: SimulatedEngine | null = null;
let opened: Open | null = null;
let jobs = new Map<number, RunningJob>();
let batch: WalkEvent[] = [];
let told: WalkEvent[] = [];
let inputs: Input[] = [];
let frames: CapturedFrame[] = [];
let past: Past | null = null;
const say = (response: Response, transfer?: ArrayBuffer[]): void => self.postMessage(response, transfer);

function flush(): void {
  if (batch.length === 0) return;
  say({ type: "events", events: batch });
  batch = [];
}

/** Does something to the machine, and remembers it with its time. */
function act(apply: Input["apply"]): void {
  if (!engine) return;
  inputs.push({ time: engine.machine.now, apply });
  apply(engine, jobs);
}

async function open(request: Open): Promise<void> {
  await engine?.close();
  opened = request;
  jobs = new Map();
  batch = [];
  told = [];
  inputs = [];
  frames = [];
  past = null;
  engine = new SimulatedEngine({
    seed: request.seed,
    profile: request.profile,
    folders: [memoryFolder(LAB, request.files)],
    pace: "real",
    onEvent: (event) => {
      told.push(event);
      if (batch.push(event) === 1) setTimeout(flush, 0);
      if (batch.length >= 500) flush();
    },
    onFrame: (frame) => {
      if (frames.push(frame) > FRAMES * 2) frames = frames.slice(-FRAMES);
    },
    onNotice: (line) => say({ type: "notice", line }),
  });
  say({ type: "opened" });
}

function start({ job, argv, ns, terminal, env }: Extract<Request, { type: "start" }>): void {
  act((machine, running) => {
    const live = machine === engine;
    const started = tryStart(machine, {
      argv,
      cwd: LAB,
      ...(ns === undefined ? {} : { ns }),
      ...(terminal ? { terminal } : {}),
      ...(env ? { env } : {}),
      output: (bytes, stream) => {
        if (!live) return;
        flush();
        say({ type: "output", job, data: text(bytes), stream });
      },
    });
    if (typeof started === "string") {
      if (live) {
        say({ type: "output", job, data: `${started}\r\n`, stream: "stderr" });
        say({ type: "end", job, status: 1 });
      }
      return;
    }
    running.set(job, started);
    if (!live) return;
    void started.done.then(({ status }) => {
      if (machine !== engine) return;
      flush();
      jobs.delete(job);
      say({ type: "end", job, status });
    });
  });
}

/** Starts a job; or says why it cannot: its box is gone. */
function tryStart(machine: SimulatedEngine, job: Job): RunningJob | string {
  try {
    return machine.start(job);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The machine's own `tee` writes a file of the lab. */
function put(path: string, content: string): void {
  act((machine) => {
    const job = machine.start({ argv: ["tee", `${LAB}/${path}`], input: true, output: () => {} });
    job.write(utf8(content));
    job.endInput();
  });
}

/** The machine after the event of order `at`. */
function machineAt(at: number): SimulatedEngine | null {
  if (!opened) return null;
  if (!past || past.at > at) {
    const { seed, profile } = opened;
    past = new Past({ seed, profile, folder: memoryFolder(LAB, opened.files), told, inputs });
  }
  return past.forward(at);
}

async function query({ id, argv, ns, at }: Extract<Request, { type: "query" }>): Promise<void> {
  const asked = at === undefined ? engine : machineAt(at);
  const answer = asked
    ? await asked
        .query(argv, ns)
        .catch((error: unknown) => ({ stdout: "", stderr: String(error), status: 1 }))
    : { stdout: "", stderr: "the lab as it was then cannot be shown\n", status: 1 };
  say({ type: "answer", id, answer });
}

async function take(request: Request): Promise<void> {
  switch (request.type) {
    case "open":
      return open(request);
    case "start":
      return start(request);
    case "write":
      return act((_, running) => running.get(request.job)?.write(utf8(request.data)));
    case "signal":
      return act((_, running) => running.get(request.job)?.signal(request.name));
    case "resize":
      return act((_, running) => running.get(request.job)?.resize(request.size));
    case "put":
      return put(request.path, request.text);
    case "skip":
      return engine?.skip(request.ms);
    case "query":
      return query(request);
    case "check":
      return say({ type: "checked", id: request.id, faults: await checkScript(request.text) });
    case "capture": {
      const bytes = captureFile(frames);
      return say({ type: "captured", id: request.id, bytes }, [bytes.buffer]);
    }
  }
}

self.onmessage = ({ data }) => {
  take(data).catch((error: unknown) => {
    say({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  });
};
