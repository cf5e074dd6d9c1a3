import { signal } from "@preact/signals";
import type { Profile, QueryAnswer, TerminalSize } from "../../engine/engine.ts";
import type { EngineFacts, Link, Offer, RequestOf, Response, ScriptFault } from "../../link/protocol.ts";
import type { WalkEvent, WalkEventOf } from "../../walk/event.ts";
import { LabMemory } from "../../walk/memory.ts";
import { type PacketStory, StoryTeller } from "../../walk/story.ts";
import { type Diagnosis, explainDeath, explainRefused } from "../../walk/why/index.ts";
import type { Lab } from "../lab/lab.ts";
import { type Deed, type DeedRequest, Journal } from "./journal.ts";

export interface JobHandlers {
  /** `shown` is called when the data has been shown: a flood goes no faster. */
  readonly onOutput: (data: string, stream: "stdout" | "stderr", shown: () => void) => void;
  readonly onEnd: (status: number) => void;
}

/** What was done to a lab in an earlier life. */
export interface Before {
  readonly deeds: readonly Deed[];
  readonly last: number;
}

interface Orphan {
  readonly start: RequestOf<"start">;
  output: string;
  status: number | undefined;
}

/** More of what a job printed in an earlier life is not shown again (characters). */
const ORPHAN_OUTPUT = 200_000;

export type Refused = WalkEventOf<"refused">;

/** So much of a job's output is said to have been shown at a time. */
const SHOWN = 30_000;

/**
 * One lab on one engine, as the page sees it: what has been told so far, and the ways to ask and act. Panels
 * read its signals; nothing else holds state about the lab.
 */
export class Session {
  readonly lab: Lab;
  /** How many events there are; the events themselves are in `events`, which only grows. */
  readonly count = signal(0);
  readonly events: WalkEvent[] = [];
  readonly teller = new StoryTeller();
  /** Packets in order of birth. */
  readonly packets: PacketStory[] = [];
  readonly notices = signal<readonly string[]>([]);
  readonly failed = signal<string | null>(null);
  /** What engine it is; null until it is there. */
  readonly engine = signal<EngineFacts | null>(null);
  /** Jobs that run. */
  readonly running = signal(0);
  private readonly memory = new LabMemory();
  /** Why packets died, found when they did: the lab may be another one later. */
  private readonly reasons = new Map<number, Diagnosis>();
  private readonly link: Link;
  private readonly jobs = new Map<number, JobHandlers>();
  /** Characters shown of a job's output, not yet said. */
  private readonly shown = new Map<number, number>();
  private readonly waiting = new Map<number, (response: Response) => void>();
  private last = 0;
  private readonly journal: Journal;
  /** Jobs of an earlier life that nobody listens to yet, and what they printed. */
  private readonly orphans = new Map<number, Orphan>();

  constructor(link: Link, lab: Lab, options: { seed: number; profile: Profile; before?: Before }) {
    this.link = link;
    this.lab = lab;
    link.onResponse = (response) => this.take(response);
    const { seed, profile, before } = options;
    this.journal = new Journal(before?.deeds);
    if (before) {
      this.last = before.last;
      for (const { request } of before.deeds) if (request.type === "start") this.orphan(request);
    }
    link.send({
      type: "open",
      seed,
      profile,
      files: lab.files,
      ...(lab.main ? { main: lab.main } : {}),
      ...(before ? { before: [...before.deeds] } : {}),
    });
  }

  /** What was done to the lab so far, to be done again in another life. */
  get before(): Before {
    return { deeds: this.journal.deeds, last: this.last };
  }

  /** Takes over the jobs of an earlier life that `isMine` knows; gives the last one's number. */
  adopt(isMine: (start: RequestOf<"start">) => boolean, handlers: JobHandlers): number | undefined {
    let found: number | undefined;
    for (const [job, orphan] of this.orphans) {
      if (!isMine(orphan.start)) continue;
      found = job;
      this.orphans.delete(job);
      if (orphan.output !== "") handlers.onOutput(orphan.output, "stdout", () => {});
      if (orphan.status !== undefined) handlers.onEnd(orphan.status);
      else this.jobs.set(job, handlers);
    }
    return found;
  }

  private orphan(start: RequestOf<"start">): void {
    const orphan: Orphan = { start, output: "", status: undefined };
    this.orphans.set(start.job, orphan);
    this.running.value++;
    this.jobs.set(start.job, {
      onOutput: (data, _, shown) => {
        shown();
        orphan.output = (orphan.output + data).slice(-ORPHAN_OUTPUT);
      },
      onEnd: (status) => {
        orphan.status = status;
      },
    });
  }

  private do(request: DeedRequest): void {
    this.journal.send(request);
    this.link.send(request);
  }

  /** Starts a program; with a terminal its keys go in by `write`. */
  start(
    argv: string[],
    handlers: JobHandlers,
    where: { ns?: string; terminal?: TerminalSize; env?: Record<string, string> } = {},
  ): number {
    const job = ++this.last;
    this.jobs.set(job, handlers);
    this.running.value++;
    this.do({ type: "start", job, argv, ...where });
    return job;
  }

  write(job: number, data: string): void {
    this.do({ type: "write", job, data });
  }

  resize(job: number, size: TerminalSize): void {
    this.do({ type: "resize", job, size });
  }

  /** Simulated time goes on by this much at once. */
  skip(ms: number): void {
    this.link.send({ type: "skip", ms });
  }

  put(path: string, text: string): void {
    this.do({ type: "put", path, text });
  }

  /** What a command that only looks prints; `at`: as it was after the event of that order. */
  async query(argv: string[], ns?: string, at?: number): Promise<QueryAnswer> {
    const answer = await this.ask((id) =>
      this.link.send({
        type: "query",
        id,
        argv,
        ...(ns === undefined ? {} : { ns }),
        ...(at === undefined ? {} : { at }),
      }),
    );
    return answer.type === "answer" ? answer.answer : { stdout: "", stderr: "", status: 1 };
  }

  async check(text: string): Promise<readonly ScriptFault[]> {
    const answer = await this.ask((id) => this.link.send({ type: "check", id, text }));
    return answer.type === "checked" ? answer.faults : [];
  }

  /** Words that may stand at the end of a line, and where they begin in it. */
  async complete(line: string, table: string | null): Promise<{ from: number; offers: readonly Offer[] }> {
    const answer = await this.ask((id) => this.link.send({ type: "complete", id, line, table }));
    return answer.type === "completed" ? answer : { from: line.length, offers: [] };
  }

  async capture(): Promise<Uint8Array<ArrayBuffer>> {
    const answer = await this.ask((id) => this.link.send({ type: "capture", id }));
    return answer.type === "captured" ? answer.bytes : new Uint8Array(0);
  }

  /** Why a packet died or a send was refused; undefined for any other event. */
  why(event: WalkEvent | undefined): Diagnosis | undefined {
    return event && this.reasons.get(event.seq);
  }

  close(): void {
    this.link.onResponse = () => {};
    this.link.close();
  }

  private ask(send: (id: number) => void): Promise<Response> {
    const id = ++this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      send(id);
    });
  }

  private take(response: Response): void {
    switch (response.type) {
      case "events":
        for (const event of response.events) this.tell(event);
        this.count.value = this.events.length;
        return;
      case "opened":
        this.engine.value = response.facts;
        return;
      case "noted":
        this.journal.noted(response.time);
        return;
      case "output": {
        const { job, data, stream } = response;
        this.jobs.get(job)?.onOutput(data, stream, () => this.haveShown(job, data.length));
        return;
      }
      case "end":
        this.jobs.get(response.job)?.onEnd(response.status);
        this.jobs.delete(response.job);
        this.shown.delete(response.job);
        this.running.value--;
        return;
      case "notice":
        this.notices.value = [...this.notices.value, response.line].slice(-20);
        return;
      case "answer":
      case "checked":
      case "completed":
      case "captured":
        this.waiting.get(response.id)?.(response);
        this.waiting.delete(response.id);
        return;
      case "failed":
        this.failed.value = response.message;
    }
  }

  private haveShown(job: number, length: number): void {
    if (!this.jobs.has(job)) return;
    const all = (this.shown.get(job) ?? 0) + length;
    if (all >= SHOWN) this.link.send({ type: "shown", job, length: all });
    this.shown.set(job, all >= SHOWN ? 0 : all);
  }

  private tell(event: WalkEvent): void {
    this.events.push(event);
    this.memory.tell(event);
    const known = this.teller.packets.size;
    const story = this.teller.tell(event);
    if (story && this.teller.packets.size > known) this.packets.push(story);
    if (event.kind === "refused") this.reasons.set(event.seq, explainRefused(event, this.memory));
    if (event.kind === "drop" && story) {
      const { packets } = this.teller;
      this.reasons.set(event.seq, explainDeath({ story, drop: event, lab: this.memory, packets }));
    }
  }
}
