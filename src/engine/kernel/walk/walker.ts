import { constants, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { WalkEvent, WalkStep } from "../../../walk/event.ts";
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
  parseCommand,
  parseWaiting,
  type ShellCommand,
  startScript,
  words,
} from "./script-trace.ts";

/** All watchers have said what they have when nothing came for so many milliseconds. */
const QUIET = 12;
const LONGEST = 250;

/** A command in the foreground. */
interface Running {
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
 */
export class KernelWalker {
  private readonly sandbox: Sandbox;
  private readonly emitEvent: (event: WalkEvent) => void;
  private readonly agent: Agent;
  private readonly spaces = new Map<string, WatchedNamespace>();
  private readonly assembler = new Assembler();
  private readonly drops: DropWatch | undefined;
  private readonly functions: ReadonlySet<string>;
  private readonly booted = realtime();
  private seq = 0;
  private commands = 0;
  private mainShell = 0;
  private running: Running[] = [];
  private inBackground: { command: number; pid: number }[] = [];
  private work: Promise<void> = Promise.resolve();
  private closed = false;
  /** A shell has been let go and has not yet said what it runs: what it prints comes after that. */
  private held: (() => void)[] | undefined;
  /** Shells at the gate. */
  private readonly waiting = new Set<number>();
  private readonly sources = new Map<string, string[]>();

  private constructor(
    sandbox: Sandbox,
    agent: Agent,
    drops: DropWatch | undefined,
    script: string,
    emit: (event: WalkEvent) => void,
  ) {
    this.sandbox = sandbox;
    this.agent = agent;
    this.drops = drops;
    this.emitEvent = emit;
    this.functions = new Set(
      [...script.matchAll(/^\s*(?:function\s+([\w-]+)|([\w-]+)\s*\(\s*\))/gm)].map((m) => m[1] ?? m[2]),
    );
  }

  static async open(
    sandbox: Sandbox,
    script: string,
    emit: (event: WalkEvent) => void,
  ): Promise<KernelWalker> {
    const agent = new Agent(sandbox);
    const drops = process.getuid?.() === 0 ? await DropWatch.open() : undefined;
    const walker = new KernelWalker(sandbox, agent, drops, script, emit);
    await agent.ask(startScript());
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
    return { BASH_ENV };
  }

  private listen(): void {
    const reader = spawnBeside(this.sandbox, ["cat", COMMANDS], ["ignore", "pipe", "ignore"]);
    let rest = "";
    reader.stdout?.on("data", (bytes: Buffer) => {
      const lines = (rest + bytes.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.hear(line);
    });
    reader.unref();
  }

  private hear(line: string): void {
    const waiting = parseWaiting(line);
    if (waiting) {
      this.waiting.add(waiting.pid);
      if (this.mainShell === 0) this.mainShell = waiting.shell;
      const next = !waiting.forked && waiting.shell === this.mainShell;
      this.work = this.work.then(() => this.pause(next)).then(() => this.openGate(waiting.pid));
      return;
    }
    const command = parseCommand(line);
    if (!command) return;
    this.waiting.delete(command.pid);
    if (command.shell === this.mainShell) this.work = this.work.then(() => this.begin(command));
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

  /** Lets whoever waits at the gate go on. */
  private async openGate(pid: number): Promise<void> {
    const path = `/proc/${this.sandbox.pid}/root${GATE}`;
    for (let tries = 0; tries < 200 && !this.closed; tries++) {
      // Who came to the gate together with another went through with it.
      if (!this.waiting.has(pid)) return;
      try {
        const gate = await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
        this.held ??= [];
        setTimeout(() => this.release(), 100);
        await gate.close();
        return;
      } catch {
        // ENXIO: the shell has said that it will wait, and does not yet.
        await sleep(1);
      }
    }
  }

  /** Between two commands: everything that happened is told. `next`: the script's own shell goes on. */
  private async pause(next: boolean): Promise<void> {
    if (this.closed) return;
    if (!next) {
      // A script in the script, or a part of a pipeline: all that cannot wait is a watch on a new namespace.
      await this.findNamespaces();
      return;
    }
    await this.quiet();
    await this.gather();
    for (const background of this.inBackground.splice(0)) {
      if (await this.isAlive(background.pid)) this.inBackground.push(background);
      else this.emit("host", { kind: "command-end", ...background, status: 0 });
    }
    this.endRunning();
  }

  private endRunning(): void {
    for (const ended of this.running.splice(0))
      this.emit("host", { kind: "command-end", ...ended, status: 0 });
  }

  private async isAlive(pid: number): Promise<boolean> {
    return (await this.agent.ask(`[ -d /proc/${pid} ] && echo yes`)).includes("yes");
  }

  private begin(command: ShellCommand): void {
    if (!isProgram(command.text, this.functions)) return;
    const background = command.pid !== this.mainShell && this.isBackground(command);
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
    else this.running.push({ command: id, pid: command.pid, argv, ...placeOf(argv) });
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
      lines = readFileSync(isAbsolute(file) ? file : join(process.cwd(), file), "utf8").split("\n");
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
      const last = Math.max(begun, ...[...this.spaces.values()].map((ns) => ns.heard));
      if (now - last >= QUIET || now - begun >= LONGEST) return;
    }
  }

  private async gather(): Promise<void> {
    for (const ns of this.spaces.values()) {
      if (ns.traces.some((line) => line.kind === "rule" || line.kind === "policy")) await ns.learnRules();
    }
    await this.lookAround();
    for (const { ns, time, step } of this.assembler.take(this.spaces.values(), this.drops?.drops.splice(0))) {
      this.emit(ns, step, time);
    }
    this.tellRefused();
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
        const ns = new WatchedNamespace(name, this.agent);
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
    this.emitEvent({ seq: ++this.seq, time: Number(time - this.booted), ns, ...step } as WalkEvent);
  }

  /** The script has ended: tells what is left and lets go of all watchers. */
  async close(): Promise<void> {
    await this.work;
    await this.quiet();
    await this.gather();
    this.endRunning();
    await this.abort();
  }

  /** Lets go without telling more. */
  async abort(): Promise<void> {
    this.closed = true;
    for (const ns of this.spaces.values()) ns.close();
    this.agent.close();
    await this.drops?.close();
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function realtime(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
