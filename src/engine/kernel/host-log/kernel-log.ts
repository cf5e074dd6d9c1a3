import { closeSync, constants, openSync, readSync } from "node:fs";

/** A record of the kernel log, as /dev/kmsg gives it (Documentation/ABI/testing/dev-kmsg). */
export interface LogRecord {
  /** Facility × 8 + level. */
  readonly priority: number;
  /** Microseconds since the host booted. */
  readonly time: number;
  readonly text: string;
}

export function parseRecord(raw: string): LogRecord | undefined {
  const m = /^(\d+),\d+,(\d+),[^;]*;([^\n]*)/.exec(raw);
  if (!m) return undefined;
  // What is not printable is written "\x0a"; so is the backslash itself.
  const text = m[3].replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return { priority: Number(m[1]), time: Number(m[2]), text };
}

/** The record as syslog(2) gives it, which is what `dmesg -F` reads. */
export function syslogLine({ priority, time, text }: LogRecord): string {
  const seconds = String(Math.floor(time / 1e6)).padStart(5);
  return `<${priority}>[${seconds}.${String(time % 1e6).padStart(6, "0")}] ${text.replaceAll("\n", "\\x0a")}\n`;
}

/** Reads the host's kernel log from the moment of its making on. */
export class KernelLogReader {
  private readonly fd: number;
  private readonly buffer = Buffer.alloc(8192);
  /** Records were overwritten before they were read. */
  overrun = false;

  constructor() {
    this.fd = openSync("/dev/kmsg", constants.O_RDONLY | constants.O_NONBLOCK);
    this.take();
    this.overrun = false;
  }

  /** What has come since the last time. */
  take(): LogRecord[] {
    const records: LogRecord[] = [];
    for (;;) {
      try {
        const size = readSync(this.fd, this.buffer);
        const record = parseRecord(this.buffer.toString("utf8", 0, size));
        if (record) records.push(record);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "EAGAIN") return records;
        if (code !== "EPIPE") throw error;
        this.overrun = true;
      }
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}
