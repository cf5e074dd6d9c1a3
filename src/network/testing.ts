import type { Nanoseconds, Timer } from "../base/clock.ts";
import { Random } from "../base/random.ts";
import type { WalkSink, WalkStep } from "../walk/event.ts";
import type { NetworkHost } from "./host.ts";
import { type HostProfile, NetNamespace } from "./namespace.ts";

/** A machine for tests: a clock, softirqs, and namespaces by name. */
export class TestHost implements NetworkHost {
  now: Nanoseconds = 0;
  readonly epoch: Nanoseconds = 1_700_000_000_000_000_000;
  readonly random = new Random(1);
  walk: WalkSink | null = null;
  readonly log: string[] = [];
  readonly storms: string[] = [];
  readonly events: (WalkStep & { ns: string })[] = [];
  readonly initialNamespace: NetNamespace;
  private readonly all = new Set<NetNamespace>();
  private timers: { at: Nanoseconds; order: number; run: (() => void) | null }[] = [];
  private order = 0;
  private readonly soft: (() => void)[] = [];
  private packets = 0;

  constructor(profile: HostProfile = "kernel") {
    this.initialNamespace = new NetNamespace(this, 1, "host", { initial: profile });
    this.all.add(this.initialNamespace);
  }

  /** Records walk events from now on. */
  listen(): this {
    this.walk = { emit: (ns, step) => void this.events.push({ ...step, ns }) };
    return this;
  }

  netns(name: string): NetNamespace {
    const ns = new NetNamespace(this, this.all.size + 1, name);
    this.all.add(ns);
    return ns;
  }

  at(time: Nanoseconds, run: () => void): Timer {
    const timer = { at: time, order: this.order++, run: run as (() => void) | null };
    this.timers.push(timer);
    return {
      at: time,
      get pending() {
        return timer.run !== null;
      },
      cancel() {
        timer.run = null;
      },
    };
  }
  after(delay: Nanoseconds, run: () => void): Timer {
    return this.at(this.now + delay, run);
  }
  charge(cost: Nanoseconds): void {
    this.now += cost;
  }
  nextPacketId(): number {
    return ++this.packets;
  }
  softirq(work: () => void): void {
    this.soft.push(work);
  }
  get softirqBacklog(): number {
    return this.soft.length;
  }
  printk(_level: number, line: string): void {
    this.log.push(line);
  }
  allNamespaces(): Iterable<NetNamespace> {
    return this.all;
  }
  reportStorm(_ns: NetNamespace, what: string): void {
    this.storms.push(what);
  }

  /** Does all packet work that is due now. */
  settle(): void {
    for (let work = this.soft.shift(); work; work = this.soft.shift()) work();
  }

  /** Lets `span` pass, with its timers and packets. */
  run(span: Nanoseconds): void {
    const until = this.now + span;
    this.settle();
    for (;;) {
      this.timers = this.timers
        .filter((t) => t.run !== null)
        .sort((a, b) => a.at - b.at || a.order - b.order);
      const next = this.timers[0];
      if (!next || next.at > until) break;
      this.now = Math.max(this.now, next.at);
      const run = next.run;
      next.run = null;
      run?.();
      this.settle();
    }
    this.now = Math.max(this.now, until);
  }
}
