import { readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { WalkEvent, WalkStep } from "../../../walk/event.ts";
import type { CapturedFrame } from "../../engine.ts";
import type { HostLog } from "../host-log/host-log.ts";
import type { Sandbox } from "../sandbox.ts";
import { Agent } from "./agent.ts";
import { Assembler } from "./assemble.ts";
import { Commands } from "./commands.ts";
import { DropWatch } from "./drops.ts";
import { Gate } from "./gate.ts";
import { LogLines } from "./log-lines.ts";
import { BASH_ENV, MAIN, startScript } from "./script-trace.ts";
import { Spaces } from "./spaces.ts";
import { startTerminals, TERMINAL_RC } from "./terminal-trace.ts";

/** All watchers have said what they have when nothing came for so many milliseconds. */
const QUIET = 12;
const LONGEST = 250;

/** While a lab is watched as it goes on, what was seen is told so often, in ms. */
const BEAT = 60;

export interface WalkerOptions {
  readonly onEvent: (event: WalkEvent) => void;
  readonly onFrame?: (frame: CapturedFrame) => void;
  /** One line for the person. */
  readonly onNotice?: (line: string) => void;
  /** The script, or all that may be run. */
  readonly script: string;
  /** The text of a script's file; absent: it is read where the engine was started. */
  readonly source?: (file: string) => string | undefined;
  /** Resolves when the terminal's output is shown up to the next MARK (terminal-trace.ts). */
  readonly shown?: () => Promise<void>;
}

/**
 * Watches a script on the real kernel and tells its walk. Before each command the script's shell waits at a gate;
 * meanwhile what the command before has caused is taken in, joined and told, and new namespaces get watchers.
 * Lines that are typed on a terminal go through the same gate; and with `follow` what goes on between is told too.
 */
export class KernelWalker {
  private readonly options: WalkerOptions;
  private readonly agent: Agent;
  private readonly drops: DropWatch | undefined;
  private readonly hostLog: HostLog | undefined;
  private readonly assembler: Assembler;
  private readonly commands: Commands;
  private readonly spaces: Spaces;
  private gate: Gate | undefined;
  private readonly booted = realtime();
  private seq = 0;
  private beat: NodeJS.Timeout | undefined;
  private beating = false;
  /** When what was heard was last told. */
  private gathered = 0;
  private closed = false;

  private constructor(sandbox: Sandbox, agent: Agent, drops: DropWatch | undefined, options: WalkerOptions) {
    this.agent = agent;
    this.drops = drops;
    this.options = options;
    const logs = sandbox.hostLog && new LogLines();
    this.hostLog = sandbox.hostLog;
    if (this.hostLog) this.hostLog.onLine = ({ text }) => logs?.hear(text);
    this.assembler = new Assembler(logs);
    const emit = (ns: string, step: WalkStep) => this.emit(ns, step);
    this.commands = new Commands(options.script, options.source ?? readSource, emit);
    this.spaces = new Spaces(sandbox, agent, emit, options.onFrame);
  }

  static async open(sandbox: Sandbox, options: WalkerOptions): Promise<KernelWalker> {
    const agent = new Agent(sandbox);
    const drops = process.getuid?.() === 0 ? await DropWatch.open() : undefined;
    const walker = new KernelWalker(sandbox, agent, drops, options);
    await agent.ask(`${startScript()}${startTerminals()}`);
    await walker.spaces.lookAround();
    walker.gate = walker.keepGate(sandbox);
    return walker;
  }

  /** Whether the kernel tells why it drops. */
  get hasReasons(): boolean {
    return this.drops !== undefined;
  }

  /** What the script's bash needs in its environment. */
  get environment(): Record<string, string> {
    return { BASH_ENV, [MAIN]: "1" };
  }

  /** The words of a script on a terminal. Not in the job's environment: whoever starts it may be a bash itself. */
  script(argv: readonly string[]): string[] {
    return withEnvironment(this.environment, argv);
  }

  /**
   * The words of an interactive bash on a terminal in `ns`, whose lines are told. With `shown`
   * (WalkerOptions) its prompt waits until the walk of what was typed has been told.
   */
  terminal(ns: string): string[] {
    const PACKETWALK_HOLDS = this.options.shown ? "1" : "";
    const env = { ...this.environment, PACKETWALK_NS: ns, PACKETWALK_HOLDS };
    return withEnvironment(env, ["bash", "--rcfile", TERMINAL_RC, "-i"]);
  }

  /** From now on what is seen is told also while no shell is at the gate. */
  follow(): void {
    this.beat ??= setInterval(() => {
      const { heard } = this.spaces;
      const now = performance.now();
      if (this.beating || heard <= this.gathered) return;
      if (now - heard < QUIET && now - this.gathered < LONGEST) return;
      this.beating = true;
      void this.gate?.after(() => this.gather()).finally(() => (this.beating = false));
    }, BEAT);
  }

  /** Passes the script's output on, in its order with the commands. */
  output(say: () => void): void {
    if (this.gate) this.gate.output(say);
    else say();
  }

  private keepGate(sandbox: Sandbox): Gate {
    return new Gate(sandbox, {
      pause: (next) => this.pause(next),
      begin: (command) => this.commands.begin(command),
      typed: async (line) => {
        if (this.closed || line.text === "") return;
        await this.spaces.find();
        this.commands.typed(line);
      },
      prompted: async ({ shell, status, holds }) => {
        if (this.closed) return;
        await this.settle();
        if (holds) await this.options.shown?.();
        this.commands.end(shell, status);
      },
      isAlive: (pid) => this.isAlive(pid),
    });
  }

  /** Between two commands: everything that happened is told. `next`: the script's own shell, if that goes on. */
  private async pause(next: { readonly shell: number; readonly status: number } | undefined): Promise<void> {
    if (this.closed) return;
    if (next === undefined) {
      // A script in the script, or a part of a pipeline: all that cannot wait is a watch on a new namespace.
      await this.spaces.find();
      return;
    }
    await this.settle();
    this.commands.end(next.shell, next.status);
  }

  /** Everything that happened is told, also what ended in the background. */
  private async settle(): Promise<void> {
    await this.quiet();
    await this.gather();
    await this.commands.endBackground((pid) => this.isAlive(pid));
  }

  private async isAlive(pid: number): Promise<boolean> {
    return (await this.agent.ask(`[ -d /proc/${pid} ] && echo yes`)).includes("yes");
  }

  /** Waits until the watchers have nothing more to say. */
  private async quiet(): Promise<void> {
    const begun = performance.now();
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, QUIET / 2));
      const now = performance.now();
      const last = Math.max(begun, this.spaces.heard);
      if (now - last >= QUIET || now - begun >= LONGEST) break;
    }
    await this.drops?.fence(4 * LONGEST);
  }

  private async gather(): Promise<void> {
    if (this.closed) return;
    this.gathered = performance.now();
    this.forgetFlood();
    for (const ns of this.spaces.all) {
      if (ns.traces.some((line) => line.kind === "rule" || line.kind === "policy")) await ns.learnRules();
    }
    await this.spaces.lookAround();
    this.hostLog?.take();
    for (const { ns, time, step } of this.assembler.take(this.spaces.all, this.drops?.drops.splice(0))) {
      this.emit(ns, step, time);
    }
    for (const ns of this.spaces.all) for (const step of ns.counted.splice(0)) this.emit(ns.name, step);
    this.commands.refused(this.drops?.noRoutes.splice(0) ?? []);
  }

  private forgetFlood(): void {
    const frames = this.spaces.forgetFlood();
    if (frames === 0) return;
    this.drops?.drops.splice(0);
    this.options.onNotice?.(
      `a flood: ${frames} frames came faster than their walk can be told, and are left out.`,
    );
  }

  private emit(ns: string, step: WalkStep, time = realtime()): void {
    if (this.closed) return;
    this.options.onEvent({ seq: ++this.seq, time: Number(time - this.booted), ns, ...step } as WalkEvent);
  }

  /** A script has ended with this status, and the lab goes on: tells what is left of it. */
  async ended(status: number): Promise<void> {
    await this.gate?.after(() => this.settle());
    this.commands.end("scripts", status);
  }

  /** The lab has ended, its last command with this status: tells what is left and lets go of all watchers. */
  async close(status = 0): Promise<void> {
    await this.gate?.after(() => {});
    await this.quiet();
    await this.gather();
    this.commands.end(undefined, status);
    await this.abort();
  }

  /** Lets go without telling more. */
  async abort(): Promise<void> {
    this.closed = true;
    clearInterval(this.beat);
    this.gate?.close();
    this.spaces.close();
    this.agent.close();
    await this.drops?.close();
  }
}

/** A script's file, where the engine was started. */
function readSource(file: string): string | undefined {
  try {
    return readFileSync(isAbsolute(file) ? file : join(process.cwd(), file), "utf8");
  } catch {
    // Written by the script itself, or named from another folder: it counts as the foreground.
    return undefined;
  }
}

function withEnvironment(env: Readonly<Record<string, string>>, argv: readonly string[]): string[] {
  return ["env", ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...argv];
}

function realtime(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
