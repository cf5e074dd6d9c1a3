import type { Machine } from "./machine.ts";
import type { Process } from "./process.ts";

/** What a top-level command may use up before it counts as a run-away. */
export interface Allowance {
  readonly processes: number;
  readonly packets: number;
}

/**
 * Counts what the present top-level command of the main shell has used. Beyond the allowance the run says so, and
 * the command is interrupted as by Ctrl-C; if it does not heed that, killed.
 */
export class Spending {
  /** Set by the engine, with the time limit. */
  allowance: Allowance = { processes: 50_000, packets: 200_000 };
  private readonly machine: Machine;
  private readonly spent = { processes: 0, packets: 0 };
  /** Who used something last: a packet may be made when no process runs. */
  private culprit: Process | null = null;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** A new top-level command begins. */
  begin(): void {
    this.spent.processes = 0;
    this.spent.packets = 0;
    this.culprit = null;
  }

  count(what: keyof Allowance): void {
    this.culprit = this.machine.current ?? this.culprit;
    const spent = ++this.spent[what];
    const allowed = this.allowance[what];
    if (spent < allowed) return;
    const over = spent - allowed;
    // Each hundredth beyond it asks again, from the third on with SIGKILL.
    const step = Math.max(1, Math.floor(allowed / 100));
    if (over % step !== 0) return;
    if (over === 0) this.tell(what);
    const { culprit } = this;
    const kill = over >= 2 * step;
    this.machine.softirq(() => this.stop(culprit, kill));
  }

  private tell(what: keyof Allowance): void {
    const { culprit, machine } = this;
    const place = machine.foreground;
    const by = culprit ? `, the last by ${culprit.name} (pid ${culprit.pid})` : "";
    const made = what === "packets" ? "packets were sent" : "processes were started";
    machine.reportRunaway(
      culprit ?? machine.init,
      `${this.allowance[what]} ${made} by one command${by}: interrupted, as by Ctrl-C (a longer --time-limit allows more)`,
      place?.file,
      place?.line,
    );
  }

  private stop(culprit: Process | null, kill: boolean): void {
    const { machine } = this;
    const group = machine.foreground?.proc.pgid;
    if (group !== undefined) machine.signalGroup(group, kill ? "KILL" : "INT");
    // A background job ignores SIGINT.
    const deaf = culprit?.handlerOf("INT") === "ignore" && culprit !== machine.init;
    if (culprit && deaf && !culprit.exit) culprit.signal(kill ? "KILL" : "TERM");
  }
}
