import { type Clock, MILLISECOND, type Nanoseconds, SECOND, type Timer } from "../../base/clock.ts";
import { type Connection, IPS_ASSURED } from "./connection.ts";
import type { ConntrackLimits } from "./settings.ts";
import type { ConnectionTable } from "./store.ts";
import { mayDropEarly } from "./tcp/packet.ts";

/** The kernel counts timeouts in jiffies; Debian's kernel has HZ = 250. */
const JIFFY: Nanoseconds = 4 * MILLISECOND;

/** Now on the jiffies' grid. */
export function jiffies(clock: Clock): Nanoseconds {
  const now = clock.now;
  return now - (now % JIFFY);
}

const GC_INTERVAL_MAX = 60 * SECOND;
const GC_INTERVAL_MIN = SECOND;
const GC_CLAMP = 300 * SECOND;
const GC_INITIAL_COUNT = 100;

/** gc_worker: expired entries leave (and report) at its next round; how soon follows from their timeouts. */
export class Collector {
  /** The table was full: the next round drops what is not assured, above 95 % of the limit. */
  dropsEarly = false;
  private readonly clock: Clock;
  private readonly table: ConnectionTable;
  private readonly limits: ConntrackLimits;
  private readonly kill: (ct: Connection) => void;
  private timer: Timer | null = null;

  constructor(clock: Clock, table: ConnectionTable, limits: ConntrackLimits, kill: (ct: Connection) => void) {
    this.clock = clock;
    this.table = table;
    this.limits = limits;
    this.kill = kill;
  }

  /** An entry was made: a round is due. */
  arm(): void {
    if (this.timer?.pending) return;
    this.timer = this.clock.after(GC_INTERVAL_MAX, () => this.collect());
  }

  private collect(): void {
    this.timer = null;
    let next = GC_INTERVAL_MAX;
    let count = GC_INITIAL_COUNT;
    const now = jiffies(this.clock);
    // nf_conntrack_max95; whole hundreds only.
    const crowded = this.dropsEarly ? Math.floor(this.limits.max / 100) * 95 : 0;
    this.dropsEarly = false;
    this.table.forEach((ct) => {
      const early =
        crowded > 0 &&
        this.table.count > crowded &&
        (!(ct.status & IPS_ASSURED) || (ct.tcp !== null && mayDropEarly(ct.tcp)));
      if (ct.timeout <= now || early) this.kill(ct);
      else {
        const left = Math.min(Math.max(ct.timeout - now, GC_INTERVAL_MIN), GC_CLAMP);
        next += (left - next) / ++count;
      }
    });
    if (this.table.count > 0)
      this.timer = this.clock.after(Math.min(Math.max(next, GC_INTERVAL_MIN), GC_INTERVAL_MAX), () =>
        this.collect(),
      );
  }
}
