import type { ChildProcess } from "node:child_process";
import { constants, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { WalkEvent, WalkStep } from "../../../walk/event.ts";
import type { CapturedFrame } from "../../engine.ts";
import type { Sandbox } from "../sandbox.ts";
import { Agent, spawnBeside } from "./agent.ts";
import { Assembler } from "./assemble.ts";
import { DropWatch } from "./drops.ts";
import { EMPTY, type Snapshot, WatchedNamespace } from "./namespace.ts";
import {
  BASH_ENV,
  COMMANDS,
  GATE,
  isProgram,
  MAIN,
  parseCommand,
  parseMain,
  parseWaiting,
  type ShellCommand,
  startScript,
  words,
} from "./script-trace.ts";
import {
  isSimple,
  parsePrompt,
  parseThrough,
  parseTyped,
  partsOf,
  startTerminals,
  TERMINAL_RC,
  type TypedLine,
} from "./terminal-trace.ts";

/** All watchers have said what they have when nothing came for so many milliseconds. */
const QUIET = 12;
const LONGEST = 250;

/** While a lab is watched as it goes on, what was seen is told so often, in ms. */
const BEAT = 60;
/** More frames than this between two tellings are a flood: it is not told. */
const FLOOD = 4000;

export interface WalkerOptions {
  readonly onEvent: (event: WalkEvent) => void;
  readonly onFrame?: (frame: CapturedFrame) => void;
  /** One line for the person. */
  readonly onNotice?: (line: string) => void;
  /** The script, or all that may be run. */
  readonly script: string;
  /** The text of a script's file; absent: it is read where the engine was started. */
  readonly source?: (file: string) => string | undefined;
}

/** A command in the foreground, or one of those on a line that was typed. */
interface Running {
  readonly shell: number;
  readonly command: number;
  readonly pid: number;
  /** The namespace that its words name, and the program there. */
  readonly ns: string;
  readonly program: string;
  readonly argv: readonly string[];
}

/** "sudo ip netns exec boxA ping -c 1 …": ping in boxA. */
function placeOf(argv: readonly string[]): { ns: string; program: string } {
  const start = argv[0] === "sudo" ? 1 : 0;
  const enters =
    argv[start] === "ip" && /^net/.test(argv[start + 1] ?? "") && /^e/.test(argv[start + 2] ?? "");
  const program = argv[enters ? start + 4 : start] ?? "";
  return { ns: enters ? argv[start + 3] : "host", program: program.slice(program.lastIndexOf("/") + 1) };
}

/**
 * Watches a script on the real kernel and tells its walk. Before each command the script's shell waits at a gate;
 * meanwhile what the command before has caused is taken in, joined and told, and new namespaces get watchers.
 * Lines that are typed on a terminal go through the same gate; and with `follow` what goes on between is told too.
 */
export class KernelWalker {
  private readonly sandbox: Sandbox;
  private readonly options: WalkerOptions;
  private readonly agent: Agent;
  private readonly spaces = new Map<string, WatchedNamespace>();
  private readonly assembler = new Assembler();
  private readonly drops: DropWatch | undefined;
  private readonly functions: ReadonlySet<string>;
  private readonly booted = realtime();
  private seq = 0;
  private commands = 0;
  /** The shells whose commands are told: a script's own, not those of its scripts. */
  private readonly mainShells = new Set<number>();
  private reader: ChildProcess | undefined;
  private beat: NodeJS.Timeout | undefined;
  private beating = false;
  /** When what was heard was last told. */
  private gathered = 0;
  private running: Running[] = [];
  private inBackground: { command: number; pid: number }[] = [];
  private work: Promise<void> = Promise.resolve();
  private closed = false;
  /** A shell has been let go and has not yet said what it runs: what it prints comes after that. */
  private held: (() => void)[] | undefined;
  /** Shells at the gate. */
  private readonly waiting = new Set<number>();
  private readonly sources = new Map<string, string[]>();

  private constructor(sandbox: Sandbox, agent: Agent, drops: DropWatch | undefined, options: WalkerOptions) {
    this.sandbox = sandbox;
    this.agent = agent;
    this.drops = drops;
    this.options = options;
    this.functions = new Set(
      [...options.script.matchAll(/^\s*(?:function\s+([\w-]+)|([\w-]+)\s*\(\s*\))/gm)].map(
        (m) => m[1] ?? m[2],
      ),
    );
  }

  static async open(sandbox: Sandbox, options: WalkerOptions): Promise<KernelWalker> {
    const agent = new Agent(sandbox);
    const drops = process.getuid?.() === 0 ? await DropWatch.open() : undefined;
    const walker = new KernelWalker(sandbox, agent, drops, options);
    await agent.ask(`${startScript()}${startTerminals()}`);
    await walker.lookAround();
    walker.listen();
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

  /** The words of an interactive bash on a terminal in `ns`, whose lines are told. */
  terminal(ns: string): string[] {
    const env = { ...this.environment, PACKETWALK_NS: ns };
    // Not in the job's environment: whoever starts the shell may be a bash itself.
    return [
      "env",
      ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
      "bash",
      "--rcfile",
      TERMINAL_RC,
      "-i",
    ];
  }

  /** From now on what is seen is told also while no shell is at the gate. */
  follow(): void {
    this.beat ??= setInterval(() => {
      const heard = this.lastHeard();
      const quiet = performance.now() - heard;
      if (
        this.beating ||
        heard <= this.gathered ||
        (quiet < QUIET && performance.now() - this.gathered < LONGEST)
      )
        return;
      this.beating = true;
      this.work = this.work.then(() => this.gather()).finally(() => (this.beating = false));
    }, BEAT);
  }

  private listen(): void {
    // Open for writing too: shells that say something come and go.
    this.reader = spawnBeside(
      this.sandbox,
      ["sh", "-c", `exec cat <> ${COMMANDS}`],
      ["ignore", "pipe", "ignore"],
    );
    let rest = "";
    this.reader.stdout?.on("data", (bytes: Buffer) => {
      const lines = (rest + bytes.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.hear(line);
    });
  }

  private hear(line: string): void {
    const waiting = parseWaiting(line);
    if (waiting) {
      const { pid, shell, forked } = waiting;
      this.waiting.add(pid);
      const next = !forked && this.mainShells.has(shell) ? shell : undefined;
      this.work = this.work.then(() => this.pause(next)).then(() => this.openGate(pid));
      return;
    }
    const main = parseMain(line);
    if (main !== undefined) this.mainShells.add(main);
    else if (!this.hearTerminal(line)) this.hearCommand(line);
  }

  private hearTerminal(line: string): boolean {
    const typed = parseTyped(line);
    const prompt = parsePrompt(line);
    const through = parseThrough(line);
    if (typed) {
      this.waiting.add(typed.shell);
      this.work = this.work.then(() => this.typed(typed)).then(() => this.openGate(typed.shell, false));
    } else if (prompt) {
      this.waiting.delete(prompt.shell);
      this.work = this.work.then(() => this.prompted(prompt));
    } else if (through !== undefined) this.waiting.delete(through);
    return typed !== undefined || prompt !== undefined || through !== undefined;
  }

  private hearCommand(line: string): void {
    const command = parseCommand(line);
    if (!command) return;
    this.waiting.delete(command.pid);
    if (this.mainShells.has(command.shell)) this.work = this.work.then(() => this.begin(command));
    this.work = this.work.then(() => this.release());
  }

  /** Passes the script's output on, in its order with the commands. */
  output(say: () => void): void {
    if (this.held) this.held.push(say);
    else say();
  }

  private release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const say of held) say();
  }

  /** Lets whoever waits at the gate go on. `holds`: the script's output waits until it has said what it runs. */
  private async openGate(pid: number, holds = true): Promise<void> {
    const path = `/proc/${this.sandbox.pid}/root${GATE}`;
    for (let tries = 1; !this.closed; tries++) {
      // Who came to the gate together with another went through with it.
      if (!this.waiting.has(pid)) return;
      try {
        const gate = await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
        if (holds) {
          this.held ??= [];
          setTimeout(() => this.release(), 100);
        }
        await gate.close();
        return;
      } catch {
        // ENXIO: the shell has said that it will wait, and does not yet; or it was killed.
        await sleep(tries < 50 ? 1 : 20);
        if (tries % 100 === 0 && !(await this.isAlive(pid))) this.waiting.delete(pid);
      }
    }
  }

  /** Between two commands: everything that happened is told. `next`: the script's own shell, if that goes on. */
  private async pause(next: number | undefined): Promise<void> {
    if (this.closed) return;
    if (next === undefined) {
      // A script in the script, or a part of a pipeline: all that cannot wait is a watch on a new namespace.
      await this.findNamespaces();
      return;
    }
    await this.settle();
    this.endRunning(next, 0);
  }

  /** Everything that happened is told, also what ended in the background. */
  private async settle(): Promise<void> {
    await this.quiet();
    await this.gather();
    for (const background of this.inBackground.splice(0)) {
      if (await this.isAlive(background.pid)) this.inBackground.push(background);
      else this.emit("host", { kind: "command-end", ...background, status: 0 });
    }
  }

  /** A line of a terminal is about to run. */
  private async typed({ shell, ns, text }: TypedLine): Promise<void> {
    if (this.closed || text === "") return;
    await this.findNamespaces();
    const command = ++this.commands;
    const background = /(^|[^&])&$/.test(text);
    this.emit(ns, {
      kind: "command",
      command,
      text: background ? text.replace(/\s*&$/, "") : text,
      ...(isSimple(text) ? { argv: words(text.replace(/&$/, "")) } : {}),
      pid: shell,
      ...(background ? { background } : {}),
    });
    for (const part of partsOf(text)) {
      const argv = words(part);
      const place = placeOf(argv);
      this.running.push({
        shell,
        command,
        pid: shell,
        argv,
        ...place,
        ns: place.ns === "host" ? ns : place.ns,
      });
    }
  }

  /** A terminal's shell is at its prompt: what was typed has ended, or goes on in the background. */
  private async prompted(prompt: { shell: number; status: number; background: number }): Promise<void> {
    if (this.closed) return;
    await this.settle();
    this.endRunning(prompt.shell, prompt.status);
  }

  private endRunning(shell: number | undefined, status: number): void {
    const ended = new Set<number>();
    for (const running of this.running) {
      if (shell !== undefined && running.shell !== shell) continue;
      if (!ended.has(running.command))
        this.emit("host", { kind: "command-end", command: running.command, pid: running.pid, status });
      ended.add(running.command);
    }
    this.running = this.running.filter((running) => !ended.has(running.command));
  }

  private async isAlive(pid: number): Promise<boolean> {
    return (await this.agent.ask(`[ -d /proc/${pid} ] && echo yes`)).includes("yes");
  }

  private begin(command: ShellCommand): void {
    if (!isProgram(command.text, this.functions)) return;
    const background = command.pid !== command.shell && this.isBackground(command);
    const argv = words(command.text);
    const id = ++this.commands;
    this.emit("host", {
      kind: "command",
      command: id,
      text: command.text,
      argv,
      file: command.file,
      line: command.line,
      pid: command.pid,
      ...(background ? { background } : {}),
    });
    if (background) this.inBackground.push({ command: id, pid: command.pid });
    else this.running.push({ shell: command.shell, command: id, pid: command.pid, argv, ...placeOf(argv) });
  }

  /** Whether the command stands before an "&" in its file: other forks are parts of pipelines and "$(…)". */
  private isBackground({ file, line }: ShellCommand): boolean {
    const lines = this.sources.get(file) ?? this.read(file);
    let text = lines[line - 1] ?? "";
    for (let i = line; text.endsWith("\\") && i < lines.length; i++) text = text.slice(0, -1) + lines[i];
    return /(^|[^&>|])&\s*(#.*|\)|;|done|$)/.test(text.replaceAll("&&", ""));
  }

  private read(file: string): string[] {
    let lines: string[] = [];
    try {
      const { source } = this.options;
      const text = source
        ? source(file)
        : readFileSync(isAbsolute(file) ? file : join(process.cwd(), file), "utf8");
      lines = text?.split("\n") ?? [];
    } catch {
      // Written by the script itself, or named from another folder: it counts as the foreground.
    }
    this.sources.set(file, lines);
    return lines;
  }

  /** Waits until the watchers have nothing more to say. */
  private async quiet(): Promise<void> {
    const begun = performance.now();
    for (;;) {
      await sleep(QUIET / 2);
      const now = performance.now();
      const last = Math.max(begun, this.lastHeard());
      if (now - last >= QUIET || now - begun >= LONGEST) break;
    }
    await this.drops?.fence(4 * LONGEST);
  }

  private lastHeard(): number {
    return Math.max(0, ...[...this.spaces.values()].map((ns) => ns.heard));
  }

  private async gather(): Promise<void> {
    if (this.closed) return;
    this.gathered = performance.now();
    this.forgetFlood();
    for (const ns of this.spaces.values()) {
      if (ns.traces.some((line) => line.kind === "rule" || line.kind === "policy")) await ns.learnRules();
    }
    await this.lookAround();
    for (const { ns, time, step } of this.assembler.take(this.spaces.values(), this.drops?.drops.splice(0))) {
      this.emit(ns, step, time);
    }
    for (const ns of this.spaces.values()) for (const step of ns.counted.splice(0)) this.emit(ns.name, step);
    this.tellRefused();
  }

  /** What comes faster than it can be told is let go of as a whole: a part would tell of packets that vanish. */
  private forgetFlood(): void {
    const spaces = [...this.spaces.values()];
    const frames = spaces.reduce((sum, ns) => sum + ns.frames.length + ns.missed, 0);
    if (frames <= FLOOD) return;
    for (const ns of spaces) ns.forget();
    this.drops?.drops.splice(0);
    this.options.onNotice?.(
      `a flood: ${frames} frames came faster than their walk can be told, and are left out.`,
    );
  }

  /**
   * Sends that found no route: the kernel names the program, the command says where it runs. The reverse path
   * check asks the table in the same way, maybe while that program runs: only what the command names is told.
   */
  private tellRefused(): void {
    const told = new Set<string>();
    for (const { process, dst } of this.drops?.noRoutes.splice(0) ?? []) {
      const running = this.running.find(
        ({ program, argv }) => program === process && argv.some((word) => word.includes(dst)),
      );
      if (!running || told.has(dst)) continue;
      told.add(dst);
      this.emit(running.ns, { kind: "refused", dst, errno: "ENETUNREACH", why: "no-route", process });
    }
  }

  /** Finds namespaces that came and went. */
  private async findNamespaces(): Promise<void> {
    const listing = await this.agent.ask("cd /run/netns && echo *");
    const names = new Set([
      "host",
      ...listing
        .trim()
        .split(" ")
        .filter((name) => name !== "*" && name !== ""),
    ]);
    for (const [name, ns] of this.spaces) {
      if (names.has(name)) continue;
      ns.close();
      this.spaces.delete(name);
      this.emit("host", { kind: "netns", op: "delete", name });
    }
    const fresh = [...names].filter((name) => !this.spaces.has(name));
    await Promise.all(
      fresh.map(async (name) => {
        const ns = new WatchedNamespace(name, this.agent, this.options.onFrame);
        this.spaces.set(name, ns);
        await ns.watch(this.sandbox);
        await ns.look();
        if (name !== "host") {
          const forward = Number(ns.snapshot.sysctls.get("net.ipv4.ip_forward") ?? 0);
          this.emit("host", { kind: "netns", op: "add", name, forward });
        }
        this.tellChanges(name, EMPTY, ns.snapshot);
      }),
    );
  }

  /** What came and went, and what changed in what stayed. */
  private async lookAround(): Promise<void> {
    await this.findNamespaces();
    await Promise.all(
      [...this.spaces.values()].map(async (ns) => {
        const before = ns.snapshot;
        await ns.look();
        this.tellChanges(ns.name, before, ns.snapshot);
      }),
    );
  }

  private tellChanges(ns: string, before: Snapshot, now: Snapshot): void {
    const split = (entry: string) => ({ dev: entry.split(" ")[0], address: entry.split(" ")[1] });
    for (const [dev, up] of now.up) {
      if (before.up.get(dev) !== up) this.emit(ns, { kind: "link", dev, op: up ? "up" : "down" });
    }
    for (const dev of before.up.keys())
      if (!now.up.has(dev)) this.emit(ns, { kind: "link", dev, op: "deleted" });
    for (const entry of before.addresses)
      if (!now.addresses.has(entry)) this.emit(ns, { kind: "address", op: "delete", ...split(entry) });
    for (const entry of now.addresses)
      if (!before.addresses.has(entry)) this.emit(ns, { kind: "address", op: "add", ...split(entry) });
    for (const [key, value] of now.sysctls) {
      const old = before.sysctls.get(key);
      if (old !== undefined && old !== value) this.emit(ns, { kind: "sysctl", key, value, old });
    }
  }

  private emit(ns: string, step: WalkStep, time = realtime()): void {
    if (this.closed) return;
    this.options.onEvent({ seq: ++this.seq, time: Number(time - this.booted), ns, ...step } as WalkEvent);
  }

  /** The script has ended: tells what is left and lets go of all watchers. */
  async close(): Promise<void> {
    await this.work;
    await this.quiet();
    await this.gather();
    this.endRunning(undefined, 0);
    await this.abort();
  }

  /** Lets go without telling more. */
  async abort(): Promise<void> {
    this.closed = true;
    clearInterval(this.beat);
    this.reader?.kill("SIGKILL");
    for (const ns of this.spaces.values()) ns.close();
    this.agent.close();
    await this.drops?.close();
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function realtime(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
