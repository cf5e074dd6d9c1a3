import type { Nanoseconds } from "../../base/clock.ts";
import type { Foreground, Machine } from "../../machine/machine.ts";
import type { Process } from "../../machine/process.ts";

/** A whole command of the script (a loop of pings, say) may last this many times as long as one program. */
const WHOLE = 10;
/** A command that traps or ignores SIGINT is asked so often before it is killed. */
const PATIENCE = 3;
/** The time limit at which a command may use what Spending allows; a longer one allows more. */
const MINUTE = 60e9;

/**
 * Ends foreground commands that would never end, as a person would: with Ctrl-C, and a word about it. A
 * program has `limit` of simulated time, a whole top-level command ten times as much; a `sleep` is waited out
 * however long it is, since it is meant to last.
 */
export class TimeLimit {
  private readonly machine: Machine;
  private readonly notice: (line: string) => void;

  constructor(machine: Machine, limit: Nanoseconds | undefined, notice: (line: string) => void) {
    this.machine = machine;
    this.notice = notice;
    if (limit === undefined) return;
    this.watch(limit);
    const scale = Math.max(1, limit / MINUTE);
    machine.spending.allowance = { processes: 50_000 * scale, packets: 200_000 * scale };
  }

  private watch(limit: Nanoseconds): void {
    const { machine } = this;
    let heedless: Process | null = null;
    let since = -1;
    let asked = 0;
    const look = () => {
      const { foreground } = machine;
      let due = machine.now + limit;
      if (foreground) {
        const programs = innermost(foreground.proc).filter((p) => p !== foreground.proc && !sleeps(p));
        due = Math.min(due, this.whole(foreground, limit), ...programs.map((p) => p.startTime + limit));
      }
      if (!foreground || machine.now < due) {
        machine.at(due, look);
        return;
      }
      if (foreground.proc !== heedless || foreground.since !== since) asked = 0;
      heedless = foreground.proc;
      since = foreground.since;
      const place = `${foreground.file}: line ${foreground.line}`;
      if (++asked > PATIENCE) {
        this.notice(`${place}: "${short(foreground.text)}" did not heed Ctrl-C and was killed`);
        machine.signalGroup(foreground.proc.pgid, "KILL");
        machine.after(limit / 10, look);
        return;
      }
      const lasted = Math.round((machine.now - foreground.since) / 1e9);
      this.notice(
        `${place}: "${short(foreground.text)}" still ran after ${lasted} simulated seconds and was interrupted, as by Ctrl-C (see --time-limit)`,
      );
      machine.signalGroup(foreground.proc.pgid, "INT");
      machine.after(limit / 10, look);
    };
    machine.after(limit, look);
  }

  /** When a whole command's time is up; a sleep that has begun by then is slept out. */
  private whole(foreground: Foreground, limit: Nanoseconds): Nanoseconds {
    const due = foreground.since + WHOLE * limit;
    const sleeping = innermost(foreground.proc);
    if (!sleeping.every((p) => sleeps(p) && p.startTime < due)) return due;
    return Math.max(due, ...sleeping.map((p) => (p.waitsUntil ?? 0) + 1));
  }

  /** Every process waits for something that can never come. */
  breakDeadlock(proc: Process): void {
    const { foreground } = this.machine;
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

/** The programs at the end of a chain of shells that wait for each other; the shell itself when it waits for none. */
function innermost(shell: Process): Process[] {
  const running = (shell.waitsFor ?? [...shell.children]).filter((p) => p.exit === null);
  const waited = shell.waitsFor === null && shell.parent?.pid === 1 ? [] : running;
  return waited.length === 0 ? [shell] : waited.flatMap(innermost);
}

function sleeps(proc: Process): boolean {
  return proc.name === "sleep" && proc.waitsUntil !== undefined && proc.waitsUntil < Number.POSITIVE_INFINITY;
}

function short(command: string): string {
  const line = command.replace(/\s*\\\n\s*/g, " ").split("\n")[0];
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
