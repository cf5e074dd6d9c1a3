import type { Profile, QueryAnswer, TerminalSize } from "../../engine/engine.ts";
import type { WalkEvent } from "../../walk/event.ts";

/** A lab as the page holds it: its files by path ("story.sh", "www/index.html"), in one folder. */
export type LabFiles = Readonly<Record<string, string>>;

/** One mistake in a script, by line (from 1). */
export interface ScriptFault {
  readonly line: number;
  readonly message: string;
}

/** What the page asks of the engine behind it. */
export type Request =
  /** A fresh machine. Everything before is gone. */
  | { type: "open"; seed: number; profile: Profile; files: LabFiles }
  | {
      type: "start";
      job: number;
      argv: string[];
      ns?: string;
      terminal?: TerminalSize;
      env?: Record<string, string>;
    }
  | { type: "write"; job: number; data: string }
  | { type: "signal"; job: number; name: string }
  | { type: "resize"; job: number; size: TerminalSize }
  /** A file of the lab was changed or added; the machine sees it at once. */
  | { type: "put"; path: string; text: string }
  /** Simulated time goes on by this much at once: waiting that nobody wants to watch. */
  | { type: "skip"; ms: number }
  /** A command that only looks; answered by "answer" with the same id. `at`: as it was after the event of that order. */
  | { type: "query"; id: number; argv: string[]; ns?: string; at?: number }
  /** What is wrong with a script, by the shell's and iptables' own parsers. */
  | { type: "check"; id: number; text: string }
  /** Every frame so far, as one pcapng file. */
  | { type: "capture"; id: number };

/** What the engine tells the page. */
export type Response =
  | { type: "opened" }
  | { type: "output"; job: number; data: string; stream: "stdout" | "stderr" }
  | { type: "end"; job: number; status: number }
  /** In batches, in order. */
  | { type: "events"; events: WalkEvent[] }
  | { type: "notice"; line: string }
  | { type: "answer"; id: number; answer: QueryAnswer }
  | { type: "checked"; id: number; faults: ScriptFault[] }
  | { type: "captured"; id: number; bytes: Uint8Array<ArrayBuffer> }
  /** Something went wrong in the engine itself. */
  | { type: "failed"; message: string };

/** A way to an engine. */
export interface Link {
  send(request: Request): void;
  onResponse: (response: Response) => void;
  close(): void;
}
