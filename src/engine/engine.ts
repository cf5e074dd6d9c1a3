import type { Nanoseconds } from "../base/clock.ts";
import type { WalkEvent } from "../walk/event.ts";

/** The state of the initial namespace before the lab starts. */
export type Profile = "ubuntu" | "kernel";

/** A frame on a device, for captures. Times are ns since 1970. */
export interface CapturedFrame {
  readonly ns: string;
  readonly dev: string;
  readonly direction: "in" | "out";
  readonly time: bigint;
  readonly bytes: Uint8Array;
  /** LINKTYPE of the bytes' link layer. Default 1, Ethernet. */
  readonly linkType?: number;
}

export interface EngineOptions {
  /** Everything that chance decides follows from it. Default 1. */
  readonly seed?: number;
  /** Default "ubuntu". */
  readonly profile?: Profile;
  /** Simulated time after which a foreground command that does not end is interrupted, as by Ctrl-C. */
  readonly timeLimit?: Nanoseconds;
  /** Walk events, in order. Absent: nobody listens, and nothing is recorded. */
  readonly onEvent?: (event: WalkEvent) => void;
  /** Each frame that a device sends or receives. */
  readonly onFrame?: (frame: CapturedFrame) => void;
  /** What the engine itself has to say to the person: a limit reached, a storm stopped. One line, no newline. */
  readonly onNotice?: (line: string) => void;
  /** "jump": waiting takes no real time. "real": it takes the time that it would (terminals). Default "jump". */
  readonly pace?: "jump" | "real";
}

/** A terminal's size in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A program to run. */
export interface Job {
  /** "bash", "setup.sh", … */
  readonly argv: readonly string[];
  /** Network namespace by name; absent: the initial one. */
  readonly ns?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A terminal on 0, 1 and 2 (then `output` gets both streams). */
  readonly terminal?: TerminalSize;
  /** Standard input stays open for `write`; absent: it is empty. */
  readonly input?: boolean;
  /** Standard input by asking: up to `max` bytes, none at its end. The whole run waits while it is asked. */
  readonly pull?: (max: number) => Uint8Array;
  readonly output: (bytes: Uint8Array, stream: "stdout" | "stderr") => void;
}

/** How a job ended: as a shell would show it (128 + n for a signal). */
export interface JobEnd {
  readonly status: number;
}

/** What a query printed. */
export interface QueryAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** A started job. */
export interface RunningJob {
  readonly done: Promise<JobEnd>;
  /** Input, or keys on the terminal (Ctrl-C is \x03). */
  write(bytes: Uint8Array): void;
  endInput(): void;
  /** "INT", "TERM", "KILL" … to the job. */
  signal(name: string): void;
  resize(size: TerminalSize): void;
  /** Its output waits, as at a full pipe, until `resume`. Absent where output cannot wait. */
  pause?(): void;
  resume?(): void;
}

/**
 * The seam between what people use and what runs it: commands go in; output, exit statuses, walk events and
 * frames come out. Two stand behind it: the simulated Linux and the real kernel.
 */
export interface Engine {
  readonly kind: "simulated" | "kernel";
  start(job: Job): RunningJob;
  /**
   * What a command that only looks (`ip -j addr`, `iptables-save -c`) prints, without leaving a trace: no time
   * passes, no walk event is made. For panels that show the lab's state.
   */
  query(argv: readonly string[], ns?: string): Promise<QueryAnswer>;
  /** Ends everything that runs and lets go of everything held. */
  close(): Promise<void>;
}
