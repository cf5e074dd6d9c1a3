import type { ChildProcess } from "node:child_process";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { Sandbox } from "../sandbox.ts";
import { spawnBeside } from "./agent.ts";
import { COMMANDS, GATE, parseCommand, parseMain, parseWaiting, type ShellCommand } from "./script-trace.ts";
import { type Prompt, parsePrompt, parseThrough, parseTyped, type TypedLine } from "./terminal-trace.ts";

/** What is done with what shells say, one after the other. */
export interface GateKeeper {
  /** A shell waits before a command. `next`: a script's own shell, if it is that which goes on, and its last command's status. */
  pause(next: { readonly shell: number; readonly status: number } | undefined): Promise<void>;
  /** It runs a command. */
  begin(command: ShellCommand): void;
  /** A line of a terminal waits to be run. */
  typed(line: TypedLine): Promise<void>;
  /** A terminal's shell is back at its prompt. */
  prompted(prompt: Prompt): Promise<void>;
  isAlive(pid: number): Promise<boolean>;
}

/**
 * The gate at which the shells of a lab wait before each command (script-trace.ts, terminal-trace.ts): hears which
 * they are and what they run, and lets each go on when the keeper has done its part.
 */
export class Gate {
  private readonly sandbox: Sandbox;
  private readonly keeper: GateKeeper;
  private readonly reader: ChildProcess;
  /** The shells whose commands are told: a script's own, not those of its scripts. */
  private readonly mainShells = new Set<number>();
  /** Shells at the gate. */
  private readonly waiting = new Set<number>();
  /** A shell has been let go and has not yet said what it runs: what it prints comes after that. */
  private held: (() => void)[] | undefined;
  private work: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(sandbox: Sandbox, keeper: GateKeeper) {
    this.sandbox = sandbox;
    this.keeper = keeper;
    // Open for writing too: shells that say something come and go.
    this.reader = spawnBeside(sandbox, ["sh", "-c", `exec cat <> ${COMMANDS}`], ["ignore", "pipe", "ignore"]);
    let rest = "";
    this.reader.stdout?.on("data", (bytes: Buffer) => {
      const lines = (rest + bytes.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.hear(line);
    });
  }

  /** Does this when all that was heard before has been worked off. */
  after(task: () => Promise<void> | void): Promise<void> {
    this.work = this.work.then(task);
    return this.work;
  }

  /** Passes the script's output on, in its order with the commands. */
  output(say: () => void): void {
    if (this.held) this.held.push(say);
    else say();
  }

  close(): void {
    this.closed = true;
    this.reader.kill("SIGKILL");
  }

  private hear(line: string): void {
    const waiting = parseWaiting(line);
    if (waiting) {
      const { pid, shell, forked } = waiting;
      this.waiting.add(pid);
      const next = !forked && this.mainShells.has(shell) ? waiting : undefined;
      void this.after(() => this.keeper.pause(next));
      void this.after(() => this.open(pid));
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
      void this.after(() => this.keeper.typed(typed));
      void this.after(() => this.open(typed.shell, false));
    } else if (prompt) {
      if (prompt.holds) this.waiting.add(prompt.shell);
      else this.waiting.delete(prompt.shell);
      void this.after(() => this.keeper.prompted(prompt));
      if (prompt.holds) void this.after(() => this.open(prompt.shell, false));
    } else if (through !== undefined) this.waiting.delete(through);
    return typed !== undefined || prompt !== undefined || through !== undefined;
  }

  private hearCommand(line: string): void {
    const command = parseCommand(line);
    if (!command) return;
    this.waiting.delete(command.pid);
    if (this.mainShells.has(command.shell)) void this.after(() => this.keeper.begin(command));
    void this.after(() => this.release());
  }

  private release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const say of held) say();
  }

  /** Lets whoever waits at the gate go on. `holds`: the script's output waits until it has said what it runs. */
  private async open(pid: number, holds = true): Promise<void> {
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
        await new Promise((resolve) => setTimeout(resolve, tries < 50 ? 1 : 20));
        if (tries % 100 === 0 && !(await this.keeper.isAlive(pid))) this.waiting.delete(pid);
      }
    }
  }
}
