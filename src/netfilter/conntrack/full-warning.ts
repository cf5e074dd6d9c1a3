import { type Nanoseconds, SECOND } from "../../base/clock.ts";
import type { NetfilterHost } from "../hooks.ts";

/** "table full, dropping packet" in the kernel's log, as net_warn_ratelimited lets it: ten lines in five seconds. */
export class FullWarning {
  private readonly host: NetfilterHost;
  private since: Nanoseconds = -Infinity;
  private said = 0;

  constructor(host: NetfilterHost) {
    this.host = host;
  }

  say(): void {
    const now = this.host.clock.now;
    if (now - this.since >= 5 * SECOND) {
      if (this.said > 10) this.host.printk(4, `net_ratelimit: ${this.said - 10} callbacks suppressed`);
      this.since = now;
      this.said = 0;
    }
    if (this.said++ < 10) {
      const where = this.host.initial ? "" : ` in netns ${this.host.id}`;
      this.host.printk(4, `nf_conntrack: nf_conntrack: table full${where}, dropping packet`);
    }
  }
}
