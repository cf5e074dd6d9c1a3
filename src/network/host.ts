import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { WalkSink } from "../walk/event.ts";
import type { NetNamespace } from "./namespace.ts";

/** What a network namespace needs of the machine it is on; machine/ implements it. */
export interface NetworkHost extends Clock {
  readonly random: Random;
  readonly walk: WalkSink | null;
  /** A new packet's walk id: 1, 2, 3 … */
  nextPacketId(): number;
  /** Queues packet work that runs before any process does (netif_rx → NET_RX_SOFTIRQ). */
  softirq(work: () => void): void;
  /** Work queued so far: over net.core.netdev_max_backlog (1000) packets are dropped, CPU_BACKLOG. */
  readonly softirqBacklog: number;
  /**
   * The end of a system call that sent something (local_bh_enable → do_softirq): the packet work that waits is done before
   * the call returns, answers that come at once included.
   */
  settle(): void;
  /** A line for the kernel log; level 0 (emerg) … 7 (debug). */
  printk(level: number, line: string): void;
  /** The initial namespace. */
  readonly initialNamespace: NetNamespace;
  /** Every live namespace, in order of making. */
  allNamespaces(): Iterable<NetNamespace>;
  /** A run-away packet was stopped: told to the person who runs the lab, once a storm. */
  reportStorm(ns: NetNamespace, what: string): void;
}
