import type { Nanoseconds } from "../base/clock.ts";
import { WaitQueue } from "../base/wait.ts";

export interface LogRecord {
  /** 0 (emerg) … 7 (debug). */
  readonly level: number;
  /** Syslog facility: 0 is the kernel's own. */
  readonly facility: number;
  readonly sequence: number;
  readonly time: Nanoseconds;
  readonly text: string;
}

/** The ring that printk writes and dmesg reads (kernel/printk/printk.c). */
export class KernelLog {
  /** Woken by each new record. */
  readonly changed = new WaitQueue();
  private ring: LogRecord[] = [];
  private sequence = 0;
  private cleared = 0;
  private bytes = 0;
  /** CONFIG_LOG_BUF_SHIFT=18. */
  private readonly capacity = 1 << 18;

  append(level: number, text: string, time: Nanoseconds, facility = 0): LogRecord {
    const record: LogRecord = { level, facility, sequence: this.sequence++, time, text };
    this.ring.push(record);
    this.bytes += text.length + 64;
    while (this.bytes > this.capacity) this.bytes -= (this.ring.shift() as LogRecord).text.length + 64;
    this.changed.wake();
    return record;
  }

  /** Everything still in the ring, or (syslog's READ_ALL) what came after the last clear. */
  records(all = false): readonly LogRecord[] {
    return all ? this.ring : this.ring.filter((r) => r.sequence >= this.cleared);
  }

  /** Records from a sequence number on: how /dev/kmsg and `dmesg -w` follow. */
  since(sequence: number): readonly LogRecord[] {
    return this.ring.filter((r) => r.sequence >= sequence);
  }

  /** The number that the next record will have. */
  get next(): number {
    return this.sequence;
  }

  /** SYSLOG_ACTION_CLEAR: later `records()` start after what is here now. */
  clear(): void {
    this.cleared = this.sequence;
  }
}

/** "[    5.216449] text": how dmesg prints a record's time. */
export function stamp(time: Nanoseconds): string {
  const micro = Math.floor(time / 1000);
  const seconds = Math.floor(micro / 1_000_000);
  return `[${String(seconds).padStart(5)}.${String(micro % 1_000_000).padStart(6, "0")}]`;
}
