import { SECOND } from "../../base/clock.ts";
import type { Process } from "../../machine/process.ts";

/** A size in five characters (max5data of curl's progress.c). */
export function max5(bytes: number): string {
  const K = 1024;
  const M = K * 1024;
  const G = M * 1024;
  if (bytes < 100000) return String(bytes).padStart(5);
  if (bytes < 10000 * K) return `${String(Math.floor(bytes / K)).padStart(4)}k`;
  if (bytes < 100 * M)
    return `${String(Math.floor(bytes / M)).padStart(2)}.${Math.floor((bytes % M) / (M / 10))}M`;
  if (bytes < 10000 * M) return `${String(Math.floor(bytes / M)).padStart(4)}M`;
  if (bytes < 100 * G)
    return `${String(Math.floor(bytes / G)).padStart(2)}.${Math.floor((bytes % G) / (G / 10))}G`;
  return `${String(Math.floor(bytes / G)).padStart(4)}G`;
}

/** time2str. */
function clockText(seconds: number): string {
  if (seconds <= 0) return "--:--:--";
  const h = Math.floor(seconds / 3600);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${String(h).padStart(2)}:${two(Math.floor(seconds / 60) % 60)}:${two(Math.floor(seconds) % 60)}`;
}

/** curl's progress meter on standard error; `shown` false keeps the figures and prints nothing. */
export class Meter {
  private readonly proc: Process;
  private readonly shown: boolean;
  private headed = false;
  readonly start: number;
  private nextAt: number;
  received = 0;
  uploaded = 0;
  /** Content-Length, or −1. */
  expected = -1;
  expectedUpload = -1;

  constructor(proc: Process, shown: boolean) {
    this.proc = proc;
    this.shown = shown;
    this.start = proc.machine.now;
    this.nextAt = this.start + SECOND;
  }

  /** When the next line is due. */
  get due(): number {
    return this.shown ? this.nextAt : Number.POSITIVE_INFINITY;
  }

  begin(): void {
    if (!this.shown || this.headed) return;
    this.headed = true;
    this.proc.err(
      "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n" +
        "                                 Dload  Upload   Total   Spent    Left  Speed\n",
    );
    this.line();
  }

  tick(): void {
    if (!this.shown || this.proc.machine.now < this.nextAt) return;
    while (this.nextAt <= this.proc.machine.now) this.nextAt += SECOND;
    this.line();
  }

  end(): void {
    if (!this.shown || !this.headed) return;
    // A line that this second already has is not repeated, but for the very first.
    const spent = Math.floor((this.proc.machine.now - this.start) / SECOND);
    if (spent === 0 || spent !== this.lastSpent || this.received !== this.lastReceived) this.line();
    this.proc.err("\n");
  }

  private lastSpent = -1;
  private lastReceived = 0;

  private line(): void {
    const elapsed = Math.max(1000, this.proc.machine.now - this.start);
    const spent = Math.floor((this.proc.machine.now - this.start) / SECOND);
    this.lastSpent = spent;
    this.lastReceived = this.received;
    const down = Math.floor((this.received * SECOND) / elapsed);
    const up = Math.floor((this.uploaded * SECOND) / elapsed);
    const total = Math.max(0, this.expected) + Math.max(0, this.expectedUpload);
    const done = this.received + this.uploaded;
    const size = total > 0 ? total : done;
    const percent = (n: number, of: number) => (of > 0 ? Math.floor((n * 100) / of) : 0);
    const estimate = this.expected > 0 && down > 0 ? Math.floor(this.expected / down) : 0;
    this.proc.err(
      `\r${String(percent(done, total)).padStart(3)} ${max5(size)}  ` +
        `${String(percent(this.received, this.expected)).padStart(3)} ${max5(this.received)}  ` +
        `${String(percent(this.uploaded, this.expectedUpload)).padStart(3)} ${max5(this.uploaded)}  ` +
        `${max5(down)}  ${max5(up)} ${clockText(estimate)} ${clockText(spent)} ${clockText(estimate > spent ? estimate - spent : 0)} ` +
        `${max5(done > 0 ? down + up : 0)}`,
    );
  }
}
