import type { Nanoseconds } from "../../base/clock.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Process } from "../../machine/process.ts";

/**
 * Ends foreground commands that would never end, as a person would: with Ctrl-C, and a word about it.
 */
export class TimeLimit {
  private readonly machine: Machine;
  private readonly notice: (line: string) => void;

  constructor(machine: Machine, limit: Nanoseconds | undefined, notice: (line: string) => void) {
    this.machine = machine;
    this.notice = notice;
    if (limit !== undefined) this.watch(limit);
  }

  private watch(limit: Nanoseconds): void {
    const look = () => {
      const foreground = this.machine.foreground;
      if (!foreground) {
        this.machine.after(limit, look);
        return;
      }
      const due = foreground.since + limit;
      if (this.machine.now < due) {
        this.machine.at(due, look);
        return;
      }
      const sleeper = this.sleepsUntil(foreground.proc);
      if (sleeper !== undefined) {
        this.machine.at(sleeper + 1, look);
        return;
      }
      this.notice(
        `${foreground.file}: line ${foreground.line}: "${short(foreground.text)}" still ran after ${limit / 1e9} simulated seconds and was interrupted, as by Ctrl-C (see --time-limit)`,
      );
      this.machine.signalGroup(foreground.proc.pgid, "INT");
      this.machine.after(limit / 10, look);
    };
    this.machine.after(limit, look);
  }

  /** The end of a foreground `sleep`, the one command that is meant to last: waited out, however long. */
  private sleepsUntil(shell: Process): Nanoseconds | undefined {
    for (const child of shell.children) {
      if (child.exit === null && child.pgid === shell.pgid && child.name === "sleep") return child.waitsUntil;
    }
    return undefined;
  }

  /** Every process waits for something that can never come. */
  breakDeadlock(proc: Process): void {
    const foreground = this.machine.foreground;
    const what = foreground
      ? `${foreground.file}: line ${foreground.line}: "${short(foreground.text)}"`
      : proc.name;
    this.notice(`${what} waits for something that can never come; interrupted, as by Ctrl-C`);
    for (let tries = 0; tries < 3 && proc.exit === null; tries++) {
      this.machine.signalGroup(proc.pgid, tries < 2 ? "INT" : "KILL");
      this.machine.run({ until: () => proc.exit !== null });
    }
  }
}

function short(command: string): string {
  const line = command.replace(/\s*\\\n\s*/g, " ").split("\n")[0];
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
