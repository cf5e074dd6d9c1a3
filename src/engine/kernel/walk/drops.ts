import { type ChildProcess, spawn } from "node:child_process";
import { traceInstance } from "../trace-instance.ts";

/** A packet that the kernel freed with a reason (skb:kfree_skb). Times are ns since 1970. */
export interface KernelDrop {
  readonly time: bigint;
  /** The reason's name without its prefix: "IP_RPFILTER". */
  readonly reason: string;
  /** The kernel function that freed it. */
  readonly place: string;
  /** Where it was last seen by a device: name, direction, and when. Absent: nowhere. */
  readonly seen:
    | { readonly dev: string; readonly direction: "in" | "out"; readonly time: bigint }
    | undefined;
}

/** The instance's events come through a `cat` of trace_pipe, which ends before the instance does. */
const HELPER = traceInstance(
  `
echo tai > trace_clock
echo 'reason > 2' > events/skb/kfree_skb/filter
# A send that finds no route: the main table has none (-EAGAIN) for what comes from here (iif 1, the loopback).
echo 'err == -11 && iif == 1 && tb_id == 254' > events/fib/fib_table_lookup/filter && echo 1 > events/fib/fib_table_lookup/enable
for event in skb/kfree_skb net/netif_receive_skb net/net_dev_queue; do
  echo 1 > events/$event/enable || fail
done`,
  `
cat trace_pipe &
echo "realtime $EPOCHREALTIME" > trace_marker
while read -r mark; do echo "$mark" > trace_marker; done
kill -9 $!
wait $! 2>/dev/null`,
);

const EVENT = / (\d+)\.(\d+): (kfree_skb|netif_receive_skb|net_dev_queue): (.*)$/;

/** A program that looked for a route and found none in the main table. */
export interface NoRoute {
  readonly time: bigint;
  /** The program's name (comm). */
  readonly process: string;
  readonly dst: string;
}

const LOOKUP = /^\s*(.+)-\d+\s+\[\d+\] .* (\d+)\.(\d+): fib_table_lookup: .* -> ([\d.]+)\/\d+ /;

export class DropWatch {
  private readonly child: ChildProcess;
  private readonly seen = new Map<string, NonNullable<KernelDrop["seen"]>>();
  private rest = "";
  private fences = 0;
  /** Who waits for a fence, by its number. */
  private readonly waiting = new Map<number, () => void>();
  /** CLOCK_TAI is CLOCK_REALTIME and a number of whole seconds; the helper's mark says how many. */
  private offset = 0n;
  drops: KernelDrop[] = [];
  noRoutes: NoRoute[] = [];

  private constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on("data", (bytes: Buffer) => this.push(bytes.toString("latin1")));
    child.once("exit", () => {
      for (const over of [...this.waiting.values()]) over();
    });
  }

  /** Undefined where the kernel gives no tracing: then drops are told by rules alone. */
  static open(): Promise<DropWatch | undefined> {
    const child = spawn("unshare", ["--mount", "--propagation", "private", "bash", "--norc", "-c", HELPER], {
      stdio: ["pipe", "pipe", "ignore"],
      detached: true,
    });
    child.stdin?.on("error", () => {});
    return new Promise((resolve) => {
      child.stdout?.once("data", (bytes: Buffer) => {
        const watch = new DropWatch(child);
        watch.push(bytes.toString("latin1"));
        resolve(watch);
      });
      child.once("error", () => resolve(undefined));
      child.once("exit", () => resolve(undefined));
    });
  }

  private push(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.line(line);
  }

  /**
   * Resolves when all that has happened by now is taken in: a mark of ours has come through the same pipe, which
   * gives events in the order of their times. On a machine too busy for that, after `longest` ms.
   */
  fence(longest: number): Promise<void> {
    const number = ++this.fences;
    return new Promise((resolve) => {
      const over = () => {
        clearTimeout(timer);
        this.waiting.delete(number);
        resolve();
      };
      const timer = setTimeout(over, longest);
      this.waiting.set(number, over);
      this.child.stdin?.write(`fence ${number}\n`);
    });
  }

  private line(line: string): void {
    const fence = / tracing_mark_write: fence (\d+)/.exec(line);
    if (fence) this.waiting.get(Number(fence[1]))?.();
    const mark = / (\d+\.\d+): tracing_mark_write: realtime (\d+\.\d+)/.exec(line);
    if (mark) this.offset = BigInt(Math.round(Number(mark[1]) - Number(mark[2])));
    const lookup = LOOKUP.exec(line);
    if (lookup) {
      const time = (BigInt(lookup[2]) - this.offset) * 1_000_000_000n + BigInt(lookup[3].padEnd(9, "0"));
      this.noRoutes.push({ time, process: lookup[1], dst: lookup[4] });
    }
    const m = EVENT.exec(line);
    if (!m) return;
    const time = (BigInt(m[1]) - this.offset) * 1_000_000_000n + BigInt(m[2].padEnd(9, "0"));
    const skb = /skbaddr=(\S+)/.exec(m[4])?.[1] ?? "";
    if (m[3] !== "kfree_skb") {
      const dev = /dev=(\S+)/.exec(m[4])?.[1] ?? "";
      this.seen.set(skb, { dev, direction: m[3] === "net_dev_queue" ? "out" : "in", time });
      return;
    }
    const reason = /reason: (\S+)/.exec(m[4])?.[1] ?? "";
    const place = /location=([^+ ]+)/.exec(m[4])?.[1] ?? "";
    this.drops.push({ time, reason, place, seen: this.seen.get(skb) });
    this.seen.delete(skb);
    if (this.seen.size > 50_000) this.seen.clear();
  }

  close(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      if (this.child.exitCode !== null) resolve();
      this.child.once("exit", () => resolve());
    });
    this.child.stdin?.end();
    return ended;
  }
}
