import { text } from "../../base/text.ts";
import { COMMANDS } from "../../command/registry.ts";
import { BytesFile, type OpenFile, PulledFile, SinkFile } from "../../machine/file.ts";
import type { HostFolder } from "../../machine/host-folder.ts";
import { Machine } from "../../machine/machine.ts";
import { PipeBuffer, PipeEnd } from "../../machine/pipe.ts";
import { type Process, shellStatus } from "../../machine/process.ts";
import { signalByName } from "../../machine/signal.ts";
import { Tty } from "../../machine/tty.ts";
import type { NetNamespace } from "../../network/namespace.ts";
import { BASH } from "../../shell/command.ts";
import type { Engine, EngineOptions, Job, JobEnd, QueryAnswer, RunningJob, TerminalSize } from "../engine.ts";
import { Capture } from "./capture.ts";
import { Pump } from "./pump.ts";
import { query } from "./query.ts";
import { Recorder } from "./recorder.ts";
import { TimeLimit } from "./time-limit.ts";

export interface SimulatedOptions extends EngineOptions {
  /** The lab's folders: readable at their own paths, copy-on-write. None lies in another. */
  readonly folders?: readonly (HostFolder & { readonly path: string })[];
}

/** 2026-01-05 09:00:00 UTC: the moment that every simulated machine boots. */
const BOOT = Date.UTC(2026, 0, 5, 9) * 1e6;

/** Real milliseconds of a run between two looks at the outside. */
const SLICE = 20;

const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  USER: "root",
  LOGNAME: "root",
  SHELL: "/bin/bash",
  LANG: "C.UTF-8",
};

/** The simulated Linux behind the Engine seam. */
export class SimulatedEngine implements Engine {
  readonly kind = "simulated";
  readonly machine: Machine;
  private readonly pump: Pump;
  private readonly timeLimit: TimeLimit;

  constructor(options: SimulatedOptions = {}) {
    const notice = options.onNotice ?? (() => {});
    this.machine = new Machine({
      seed: options.seed ?? 1,
      epoch: BOOT,
      profile: options.profile ?? "ubuntu",
      ...(options.folders ? { folders: options.folders } : {}),
    });
    this.machine.programs.register(BASH, ...COMMANDS);
    if (options.onEvent) this.machine.walk = new Recorder(this.machine, options.onEvent);
    if (options.onFrame) new Capture(this.machine, options.onFrame);
    this.machine.onStorm = (storm) => {
      const place = storm.file === undefined ? "" : `${storm.file}: line ${storm.line ?? "?"}: `;
      notice(`${place}${storm.what} (in ${storm.namespace})`);
    };
    this.timeLimit = new TimeLimit(this.machine, options.timeLimit, notice);
    this.pump = new Pump(this.machine, options.pace ?? "jump");
  }

  /** Runs a job to its end at once; gives its exit status. */
  runToEnd(job: Job): number {
    const { proc } = this.spawn(job);
    const end = this.machine.run({ until: () => proc.exit !== null });
    // Every process waits for what can never come: the real one would hang until somebody pressed Ctrl-C.
    if (end === "idle") this.timeLimit.breakDeadlock(proc);
    this.settle();
    return proc.exit ? shellStatus(proc.exit) : 130;
  }

  /**
   * The same in slices, with `pause` between them, so that the outside gets in: it is told how to send the job a
   * signal, and `pause` gives false to leave the job where it is.
   */
  async runInSlices(
    job: Job,
    begun: (signal: (name: string) => void) => void,
    pause: () => Promise<boolean>,
  ): Promise<number> {
    const { proc } = this.spawn(job);
    begun((name) => {
      const signal = signalByName(name);
      if (signal && !proc.exit) this.machine.signalGroup(proc.pgid, signal);
    });
    for (;;) {
      const until = performance.now() + SLICE;
      let turns = 0;
      const end = this.machine.run({
        until: () => proc.exit !== null || ((++turns & 127) === 0 && performance.now() > until),
      });
      if (end === "idle") this.timeLimit.breakDeadlock(proc);
      if (proc.exit) break;
      if (!(await pause())) return 130;
    }
    this.settle();
    return shellStatus(proc.exit);
  }

  /** Packets that are on their way when the last command ends still arrive. */
  private settle(): void {
    const until = this.machine.now + 10e6;
    this.machine.run({ limit: until });
  }

  start(job: Job): RunningJob {
    const { proc, terminal, input } = this.spawn(job);
    const done = new Promise<JobEnd>((resolve) => {
      this.pump.whenEnded(proc, () => resolve({ status: proc.exit ? shellStatus(proc.exit) : 130 }));
    });
    const wake = () => this.pump.wake();
    wake();
    return {
      done,
      write: (bytes) => {
        if (terminal) terminal.input(text(bytes));
        else input?.write(bytes);
        wake();
      },
      endInput: () => {
        input?.release();
        wake();
      },
      signal: (name) => {
        const signal = signalByName(name);
        if (signal && !proc.exit) this.machine.signalGroup(proc.pgid, signal);
        wake();
      },
      resize: (size) => {
        if (terminal) resize(terminal, size);
        this.machine.signalGroup(terminal?.foreground ?? proc.pgid, "WINCH");
        wake();
      },
    };
  }

  private spawn(job: Job): { proc: Process; terminal: Tty | undefined; input: PipeEnd | undefined } {
    const { machine } = this;
    let terminal: Tty | undefined;
    let input: PipeEnd | undefined;
    let fds: [number, OpenFile][];
    if (job.terminal) {
      terminal = new Tty(machine, (bytes) => job.output(bytes, "stdout"));
      resize(terminal, job.terminal);
      fds = [0, 1, 2].map((n) => [n, terminal as Tty]);
    } else {
      const stdout = new SinkFile((bytes) => job.output(bytes.slice(), "stdout"));
      const stderr = new SinkFile((bytes) => job.output(bytes.slice(), "stderr"));
      let stdin: OpenFile = job.pull ? new PulledFile(job.pull) : new BytesFile(new Uint8Array(0));
      if (job.input) {
        const buffer = new PipeBuffer();
        stdin = new PipeEnd(buffer, "r");
        input = new PipeEnd(buffer, "w");
        input.hold();
      }
      fds = [
        [0, stdin],
        [1, stdout],
        [2, stderr],
      ];
    }
    const env = new Map(
      Object.entries({ ...ENVIRONMENT, ...(terminal ? { TERM: "xterm-256color" } : {}), ...job.env }),
    );
    const net = this.namespace(job.ns);
    const proc = machine.spawn(machine.init, [...job.argv], {
      fds,
      onlyFds: true,
      env,
      net,
      cwd: job.cwd ?? "/root",
      newSession: true,
    });
    if (terminal) {
      terminal.sid = proc.sid;
      terminal.foreground = proc.pgid;
      proc.tty = terminal;
    }
    return { proc, terminal, input };
  }

  async query(argv: readonly string[], ns?: string): Promise<QueryAnswer> {
    return query(this.machine, argv, this.namespace(ns));
  }

  private namespace(name: string | undefined): NetNamespace {
    const { machine } = this;
    const net =
      name === undefined || name === "host" ? machine.initialNamespace : machine.namespaceNamed(name);
    if (!net) throw new Error(`there is no network namespace "${name}"`);
    return net;
  }

  /** At pace "real": lets this much simulated time (ms) pass at once. */
  skip(ms: number): void {
    this.pump.skip(ms);
  }

  async close(): Promise<void> {
    this.pump.stop();
  }
}

function resize(terminal: Tty, size: TerminalSize): void {
  terminal.columns = size.columns;
  terminal.rows = size.rows;
}
