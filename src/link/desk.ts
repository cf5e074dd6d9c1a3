import { utf8 } from "../base/text.ts";
import type { CapturedFrame, Engine, Job, RunningJob } from "../engine/engine.ts";
import type { WalkEvent } from "../walk/event.ts";
import { captureFile } from "./capture-file.ts";
import { FrameStore } from "./frames.ts";
import type { EngineFacts, Request, RequestOf, Response } from "./protocol.ts";

/** Something that comes to the machine from outside; done again, it is the same. */
export type Deed = (engine: Engine, jobs: Map<number, RunningJob>) => void;

/** An engine for one lab. What an engine cannot do is not there. */
export interface Opened {
  readonly engine: Engine;
  readonly facts: EngineFacts;
  /** Hears of each deed before it is done. */
  readonly note?: (deed: Deed) => void;
  /** The machine as it was after the event of order `at`; null where it cannot be shown. */
  readonly past?: (at: number) => Engine | null;
  /** What was done to the lab in an earlier life is done again. */
  readonly replay?: (take: (request: Request) => void) => void;
  /** Simulated time goes on by this much at once. */
  readonly skip?: (ms: number) => void;
  /** The walk stops being told after so many events; absent: never. */
  readonly mostEvents?: number;
}

/** Who listens to an engine. */
export interface Hearing {
  readonly onEvent: (event: WalkEvent) => void;
  readonly onFrame: (frame: CapturedFrame) => void;
  readonly onNotice: (line: string) => void;
}

export interface DeskOptions {
  /** Makes a fresh engine with the lab's files in it. */
  readonly open: (request: RequestOf<"open">, hearing: Hearing) => Promise<Opened>;
  readonly say: (response: Response) => void;
}

/** A job whose output is not shown as fast as it comes waits beyond the first, and goes on below the second (characters). */
const UNSHOWN = { most: 400_000, few: 100_000 };
const BATCH = 500;

/** What each request does, for people. */
const DOING: Readonly<Record<Exclude<Request["type"], "open">, string>> = {
  start: "starting a program",
  write: "a key for a program",
  signal: "a signal to a program",
  resize: "a terminal's new size",
  shown: "going on with a program's output",
  put: "writing a file of the lab",
  skip: "moving the clock on",
  query: "looking at the lab",
  check: "checking the script",
  complete: "completing the line",
  capture: "gathering the packets",
};

/** Serves one page: takes its requests to an engine, and tells it what comes of them. */
export class Desk {
  private readonly options: DeskOptions;
  private opened: Opened | null = null;
  private jobs = new Map<number, RunningJob>();
  private readonly unshown = new Map<number, number>();
  private batch: WalkEvent[] = [];
  private told = 0;
  private frames = new FrameStore();
  private closed = false;
  /** What did not work last. */
  private stumbled = "";
  /** While an engine is made, what is asked waits. */
  private waiting: Request[] | null = null;

  constructor(options: DeskOptions) {
    this.options = options;
  }

  take(request: Request): void {
    if (this.closed) return;
    if (this.waiting) this.waiting.push(request);
    else if (request.type === "open") void this.open(request);
    else void this.serve(request).catch((error: unknown) => this.stumble(request, error));
  }

  /** The page is gone: ends the engine. */
  async close(): Promise<void> {
    this.closed = true;
    const { opened } = this;
    this.opened = null;
    await opened?.engine.close();
  }

  private async open(request: RequestOf<"open">): Promise<void> {
    this.waiting = [];
    const before = this.opened;
    this.opened = null;
    this.jobs = new Map();
    this.unshown.clear();
    this.batch = [];
    this.told = 0;
    this.frames = new FrameStore();
    try {
      await before?.engine.close();
      const { frames } = this;
      let opened: Opened | null = null;
      const live = () => opened === null || opened === this.opened;
      opened = await this.options.open(request, {
        onEvent: (event) => {
          if (live()) this.tell(event);
        },
        onFrame: (frame) => frames.add(frame),
        onNotice: (line) => {
          if (live()) this.options.say({ type: "notice", line });
        },
      });
      if (this.closed) {
        await opened.engine.close();
        return;
      }
      this.opened = opened;
      this.options.say({ type: "opened", facts: opened.facts });
    } catch (error) {
      this.fail(error);
    }
    const waited = this.waiting;
    this.waiting = null;
    this.opened?.replay?.((request) => this.take(request));
    for (const next of waited) this.take(next);
  }

  private fail(error: unknown): void {
    if (this.closed) return;
    this.options.say({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  }

  /** One request could not be served: that is said, what was asked is answered with nothing, and the lab goes on. */
  private stumble(request: Exclude<Request, { type: "open" }>, error: unknown): void {
    if (this.closed) return;
    const { say } = this.options;
    const line = `${DOING[request.type]} did not work: ${error instanceof Error ? error.message : String(error)}`;
    // Said once, not at each key.
    if (line !== this.stumbled) say({ type: "notice", line });
    this.stumbled = line;
    if (request.type === "check") say({ type: "checked", id: request.id, faults: [] });
    if (request.type === "complete")
      say({ type: "completed", id: request.id, from: request.line.length, offers: [] });
    if (request.type === "capture") say({ type: "captured", id: request.id, bytes: new Uint8Array(0) });
    if (request.type === "query")
      say({ type: "answer", id: request.id, answer: { stdout: "", stderr: `${line}\n`, status: 1 } });
  }

  private tell(event: WalkEvent): void {
    const most = this.opened?.mostEvents ?? Number.POSITIVE_INFINITY;
    if (++this.told > most) {
      if (this.told === most + 1)
        this.options.say({
          type: "notice",
          line: `the walk has ${most} steps: no more are told. Run the lab anew to see others.`,
        });
      return;
    }
    if (this.batch.push(event) === 1) setTimeout(() => this.flush(), 0);
    if (this.batch.length >= BATCH) this.flush();
  }

  private flush(): void {
    if (this.batch.length === 0) return;
    this.options.say({ type: "events", events: this.batch });
    this.batch = [];
  }

  private async serve(request: Exclude<Request, { type: "open" }>): Promise<void> {
    const { say } = this.options;
    switch (request.type) {
      case "start":
        return this.start(request);
      case "write":
        return this.act((_, jobs) => jobs.get(request.job)?.write(utf8(request.data)));
      case "signal":
        return this.act((_, jobs) => jobs.get(request.job)?.signal(request.name));
      case "resize":
        return this.act((_, jobs) => jobs.get(request.job)?.resize(request.size));
      case "shown":
        return this.shown(request);
      case "put":
        return this.put(request);
      case "skip":
        return this.opened?.skip?.(request.ms);
      case "query":
        return this.query(request);
      case "check": {
        const { checkScript } = await import("./check.ts");
        return say({ type: "checked", id: request.id, faults: await checkScript(request.text) });
      }
      case "complete": {
        const { completeLine } = await import("./complete.ts");
        const offers = completeLine(this.opened?.engine, request.line, request.table);
        return say({ type: "completed", id: request.id, ...offers });
      }
      case "capture":
        return say({ type: "captured", id: request.id, bytes: captureFile(this.frames.all) });
    }
  }

  private act(deed: Deed): void {
    if (!this.opened) return;
    this.opened.note?.(deed);
    deed(this.opened.engine, this.jobs);
  }

  private start({ job, argv, ns, terminal, env }: RequestOf<"start">): void {
    const { opened } = this;
    if (!opened) return;
    const { say } = this.options;
    this.act((engine, jobs) => {
      // Done again for the past, it says nothing.
      const live = () => engine === this.opened?.engine;
      const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
      const started = tryStart(engine, {
        argv,
        cwd: opened.facts.folder,
        ...(ns === undefined ? {} : { ns }),
        ...(terminal ? { terminal } : {}),
        ...(env ? { env } : {}),
        output: (bytes, stream) => {
          if (!live()) return;
          this.flush();
          const data = decoders[stream].decode(bytes, { stream: true });
          say({ type: "output", job, data, stream });
          const unshown = (this.unshown.get(job) ?? 0) + data.length;
          this.unshown.set(job, unshown);
          if (unshown > UNSHOWN.most) jobs.get(job)?.pause?.();
        },
      });
      if (typeof started === "string") {
        if (!live()) return;
        say({ type: "output", job, data: `${started}\r\n`, stream: "stderr" });
        say({ type: "end", job, status: 1 });
        return;
      }
      jobs.set(job, started);
      if (!live()) return;
      void started.done.then(({ status }) => {
        if (!live()) return;
        this.flush();
        jobs.delete(job);
        this.unshown.delete(job);
        say({ type: "end", job, status });
      });
    });
  }

  private shown({ job, length }: RequestOf<"shown">): void {
    const unshown = this.unshown.get(job);
    if (unshown === undefined) return;
    this.unshown.set(job, Math.max(0, unshown - length));
    if (unshown - length < UNSHOWN.few) this.jobs.get(job)?.resume?.();
  }

  /** The machine's own `tee` writes a file of the lab. */
  private put({ path, text }: RequestOf<"put">): void {
    const folder = this.opened?.facts.folder;
    this.act((engine) => {
      const job = engine.start({ argv: ["tee", `${folder}/${path}`], input: true, output: () => {} });
      job.write(utf8(text));
      job.endInput();
    });
  }

  private async query({ id, argv, ns, at }: RequestOf<"query">): Promise<void> {
    const engine = at === undefined ? this.opened?.engine : this.opened?.past?.(at);
    const answer = engine
      ? await engine
          .query(argv, ns)
          .catch((error: unknown) => ({ stdout: "", stderr: String(error), status: 1 }))
      : { stdout: "", stderr: "the lab as it was then cannot be shown\n", status: 1 };
    if (!this.closed) this.options.say({ type: "answer", id, answer });
  }
}

/** Starts a job; or says why it cannot: its box is gone. */
function tryStart(engine: Engine, job: Job): RunningJob | string {
  try {
    return engine.start(job);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
