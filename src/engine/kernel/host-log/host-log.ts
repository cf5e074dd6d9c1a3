import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readdirSync, readlinkSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { Belongings, type LogPlace, parsePlace } from "./belongs.ts";
import { ContextWatch } from "./context.ts";
import { LOG_ANSWER, LOG_ASK, LOG_FILE } from "./dmesg.ts";
import { Guard, HostLogError } from "./guard.ts";
import { KernelLogReader, type LogRecord, syslogLine } from "./kernel-log.ts";

/** Milliseconds between two looks at the kernel log: its ring holds some hundred lines. */
const PERIOD = 50;
/** Bytes of LOG lines that a sandbox may collect: it keeps them in its memory. */
const MOST = 32 << 20;

/**
 * The lab's own LOG lines, out of the host's kernel log, for the sandbox's dmesg.
 *
 * A line says no namespace, so whose it is follows from three things. Of the lines of LOG rules, those belong to
 * the sandbox that (1) were printed while one of its processes sent, which the kernel tells; or (2) fit its devices
 * and its random MAC addresses; or (3) have no MAC address, fit its devices and IP addresses, and were printed on top
 * of one of its processes, or while no other run could have caused them.
 */
export class HostLog {
  private readonly guard: Guard;
  private readonly reader: KernelLogReader;
  private readonly context: ContextWatch | undefined;
  private readonly lab = new Belongings();
  private init = 0;
  private file = -1;
  private asked: Socket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private written = 0;
  private closing: Promise<void> | undefined;
  /** Lines that fit this lab and, as far as can be known, another run's as well. */
  unclear = 0;
  /** The kernel log's ring was overwritten before it was read, or there were more lines than a sandbox keeps. */
  lost = false;
  /** Each line as it is found to be the lab's. */
  onLine: ((record: LogRecord) => void) | undefined;

  private constructor(guard: Guard, reader: KernelLogReader, context: ContextWatch | undefined) {
    this.guard = guard;
    this.reader = reader;
    this.context = context;
  }

  /** Before the sandbox starts: what this process starts from now on is the lab's. */
  static async open(): Promise<HostLog> {
    const guard = await Guard.open();
    try {
      return new HostLog(guard, new KernelLogReader(), await ContextWatch.open());
    } catch (error) {
      await guard.close();
      throw new HostLogError(
        `--host-log cannot read the kernel log: ${(error as Error).message}`,
        "it takes CAP_SYSLOG and /dev/kmsg: in a container, run packetwalk on the host",
      );
    }
  }

  /**
   * The sandbox whose process 1 is `init` is there, and no script runs in it yet. All its files are opened now:
   * a script may put links in their places later, which would lead a process outside to files of the host.
   */
  attach(init: number): void {
    this.init = init;
    const root = `/proc/${init}/root`;
    const fifo = spawnSync("mkfifo", ["-m", "666", `${root}${LOG_ASK}`, `${root}${LOG_ANSWER}`]);
    if (fifo.status !== 0) throw new Error(`mkfifo: ${fifo.stderr}`);
    const { O_NOFOLLOW, O_NONBLOCK, O_RDWR, O_APPEND, O_CREAT, O_WRONLY } = constants;
    this.file = openSync(`${root}${LOG_FILE}`, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o644);
    const answer = openSync(`${root}${LOG_ANSWER}`, O_RDWR | O_NONBLOCK | O_NOFOLLOW);
    this.asked = new Socket({
      fd: openSync(`${root}${LOG_ASK}`, O_RDWR | O_NONBLOCK | O_NOFOLLOW),
      readable: true,
      writable: false,
    });
    this.asked.on("error", () => {});
    this.asked.on("close", () => closeSync(answer));
    this.asked.on("data", (bytes: Buffer) => {
      this.take();
      try {
        writeSync(answer, bytes);
      } catch {
        // Nobody reads the answers.
      }
    });
    this.asked.unref();
    this.timer = setInterval(() => this.take(), PERIOD);
    this.timer.unref();
  }

  /** Takes in what the kernel has logged by now. */
  take(): void {
    // In this order: printk makes the event of a line before the line can be read.
    const records = this.reader.take();
    this.lost ||= this.reader.overrun;
    this.context?.take();
    const lines = records.flatMap((record) => {
      const place = parsePlace(record.text);
      return place ? [{ record, place }] : [];
    });
    if (lines.some(({ place }) => !this.lab.fits(place))) this.look();
    let others: number | undefined;
    for (const { record, place } of lines) {
      others ??= Guard.others(this.guard.pid);
      if (this.isOurs(record, place, others)) this.keep(record);
    }
  }

  private isOurs(record: LogRecord, place: LogPlace, others: number): boolean {
    const context = this.context?.of(record.text);
    if (context && !context.softirq) return true;
    if (!this.lab.fits(place)) return false;
    if (place.macs.length > 0 || context || others === 0) return true;
    this.unclear++;
    return false;
  }

  private keep(record: LogRecord): void {
    this.onLine?.(record);
    const line = Buffer.from(syslogLine(record));
    if (this.written + line.length > MOST) {
      this.lost = true;
      return;
    }
    try {
      this.written += writeSync(this.file, line);
    } catch {
      this.lost = true;
    }
  }

  /** Looks at the devices and addresses of all the sandbox's namespaces, also of those without a name. */
  private look(): void {
    const spaces = new Map<string, string>();
    let inside = "";
    try {
      inside = readlinkSync(`/proc/${this.init}/ns/pid`);
      const named = `/proc/${this.init}/root/run/netns`;
      for (const name of readdirSync(named)) spaces.set(`named ${name}`, `${named}/${name}`);
    } catch {
      // It ends, or has no named namespaces.
    }
    for (const pid of readdirSync("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        if (readlinkSync(`/proc/${pid}/ns/pid`) === inside)
          spaces.set(readlinkSync(`/proc/${pid}/ns/net`), `/proc/${pid}/ns/net`);
      } catch {
        // It has ended.
      }
    }
    const names = [...spaces];
    const script = `for f; do nsenter --net="$f" sh -c 'ip -o link; ip -o addr' 2>/dev/null; printf '\\001'; done`;
    const { stdout } = spawnSync("sh", ["-c", script, "sh", ...names.map(([, path]) => path)], {
      encoding: "utf8",
      maxBuffer: 64 << 20,
    });
    (stdout ?? "").split("\u0001").forEach((listing, i) => {
      if (i < names.length) this.lab.learn(names[i][0], listing);
    });
  }

  /** The run is over. Resolves when the host's switch is back, or still held by another run. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    clearInterval(this.timer);
    if (this.file >= 0) {
      this.take();
      closeSync(this.file);
      this.file = -1;
    }
    this.asked?.destroy();
    this.reader.close();
    await this.context?.close();
    await this.guard.close();
  }
}
