import * as v from "valibot";
import type { QueryAnswer } from "../engine/engine.ts";
import type { WalkEvent } from "../walk/event.ts";

// What the page and the engine behind it say to each other: the same words whether the engine is in a worker of the
// page or at the other end of a WebSocket.

const text = v.string();
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
/** A job's or a question's number, which the page gives. */
const number = whole;
const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2000));
const size = v.object({ columns: side, rows: side });
/** A path in the lab's folder: it leads nowhere else. */
const path = v.pipe(
  text,
  v.regex(/^[^/\0][^\0]*$/),
  v.check((p) => !p.split("/").some((part) => part === "" || part === "." || part === "..")),
);
const argv = v.pipe(v.array(text), v.minLength(1));
const optional = v.optional;

/** What the page asks of the engine behind it. */
export const requestSchema = v.variant("type", [
  /** A fresh machine. Everything before is gone. */
  v.object({
    type: v.literal("open"),
    seed: whole,
    profile: v.picklist(["ubuntu", "kernel"]),
    files: v.record(path, text),
    /** The script that will build it: what it cannot have is said beforehand. */
    main: optional(text),
    /** What was done to it before, to be done again at the same times. */
    before: optional(v.array(v.object({ time: v.number(), request: v.unknown() }))),
  }),
  v.object({
    type: v.literal("start"),
    job: number,
    argv,
    ns: optional(text),
    terminal: optional(size),
    env: optional(v.record(text, text)),
  }),
  v.object({ type: v.literal("write"), job: number, data: text }),
  v.object({ type: v.literal("signal"), job: number, name: v.pipe(text, v.regex(/^[A-Z0-9]+$/)) }),
  v.object({ type: v.literal("resize"), job: number, size }),
  /** So many characters of a job's output have been shown: a flood waits for that. */
  v.object({ type: v.literal("shown"), job: number, length: whole }),
  /** A file of the lab was changed or added; the machine sees it at once. */
  v.object({ type: v.literal("put"), path, text }),
  /** Simulated time goes on by this much at once: waiting that nobody wants to watch. */
  v.object({ type: v.literal("skip"), ms: whole }),
  /** A command that only looks; answered by "answer" with the same id. `at`: as it was after the event of that order. */
  v.object({ type: v.literal("query"), id: number, argv, ns: optional(text), at: optional(whole) }),
  /** What is wrong with a script, by the shell's and iptables' own parsers. */
  v.object({ type: v.literal("check"), id: number, text }),
  /** Words that may stand at the end of a line; `table`: of a ruleset, in that table. Answered by "completed". */
  v.object({ type: v.literal("complete"), id: number, line: text, table: v.nullable(text) }),
  /** Every frame so far, as one pcapng file. */
  v.object({ type: v.literal("capture"), id: number }),
]);

export type Request = v.InferOutput<typeof requestSchema>;
export type RequestOf<T extends Request["type"]> = Extract<Request, { type: T }>;

/** A lab as the page holds it: its files by path ("story.sh", "www/index.html"), in one folder. */
export type LabFiles = Readonly<Record<string, string>>;

/** One mistake in a script, by line (from 1). */
export interface ScriptFault {
  readonly line: number;
  readonly message: string;
}

/** A word that may be typed, and what it is. */
export interface Offer {
  readonly label: string;
  readonly detail?: string;
}

/** What the page must know of the engine that it got. */
export interface EngineFacts {
  readonly kind: "simulated" | "kernel";
  /** "Linux 6.18.4", for people. */
  readonly name: string;
  /** Where the lab's files are on the machine. */
  readonly folder: string;
  /** Whether it can be asked how things were after an earlier event. */
  readonly past: boolean;
  /** Whether it tells walks at all. */
  readonly walk: boolean;
  /** Whether walks tell of rules that were asked and did not match. */
  readonly unmatched: boolean;
}

/** What the engine tells the page. */
export type Response =
  | { type: "opened"; facts: EngineFacts }
  /** What was asked to be done (start, write, …) is done, at this time of the machine: one for each, in order. */
  | { type: "noted"; time: number }
  | { type: "output"; job: number; data: string; stream: "stdout" | "stderr" }
  | { type: "end"; job: number; status: number }
  /** In batches, in order. */
  | { type: "events"; events: WalkEvent[] }
  | { type: "notice"; line: string }
  | { type: "answer"; id: number; answer: QueryAnswer }
  | { type: "checked"; id: number; faults: ScriptFault[] }
  | { type: "completed"; id: number; from: number; offers: readonly Offer[] }
  | { type: "captured"; id: number; bytes: Uint8Array<ArrayBuffer> }
  /** Something went wrong in the engine itself: the lab is gone. */
  | { type: "failed"; message: string };

/** A way to an engine. */
export interface Link {
  send(request: Request): void;
  onResponse: (response: Response) => void;
  close(): void;
}
