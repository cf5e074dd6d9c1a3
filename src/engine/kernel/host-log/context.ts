import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { traceInstance } from "../trace-instance.ts";
import { parsePlace } from "./belongs.ts";

/** Under which circumstances a line of ours was printed. */
export interface Context {
  /** In a softirq, on top of whichever process ran: it may have been another's packet. */
  readonly softirq: boolean;
}

const EVENT = /^.{16}-\d+ +\[\d+\] (..)(.)\S* +[\d.]+: console: (.*)$/;

/** One line of trace_pipe with the event printk:console. */
export function parseConsole(line: string): { text: string; softirq: boolean } | undefined {
  const m = EVENT.exec(line);
  return m ? { text: m[3], softirq: m[2] !== "." } : undefined;
}

/**
 * What our processes print to the kernel log: the event printk:console is made where printk is called, and a trace
 * instance with set_event_pid and event-fork sees those of one process, of all that it starts, and of nobody else.
 */
export class ContextWatch {
  private readonly child: ChildProcess;
  private readonly fd: number;
  private readonly buffer = Buffer.alloc(65536);
  private rest = "";
  private readonly heard = new Map<string, Context>();

  private constructor(child: ChildProcess, fd: number) {
    this.child = child;
    this.fd = fd;
  }

  /** Undefined where the kernel gives no tracing. */
  static open(): Promise<ContextWatch | undefined> {
    const setup = `
echo ${process.pid} > set_event_pid && echo 1 > options/event-fork || fail
echo 1 > events/printk/console/enable || fail
echo "$PWD"`;
    const child = spawn(
      "unshare",
      ["--mount", "--propagation", "private", "bash", "-c", traceInstance(setup, "cat > /dev/null")],
      { stdio: ["pipe", "pipe", "ignore"], detached: true },
    );
    child.stdin?.on("error", () => {});
    return new Promise((resolve) => {
      child.stdout?.once("data", (bytes: Buffer) => {
        const pipe = `/proc/${child.pid}/root${bytes.toString().trim()}/trace_pipe`;
        resolve(new ContextWatch(child, openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)));
      });
      child.once("error", () => resolve(undefined));
      child.once("exit", () => resolve(undefined));
    });
  }

  /** Takes in what has come. */
  take(): void {
    for (;;) {
      try {
        const size = readSync(this.fd, this.buffer);
        if (size === 0) return;
        const lines = (this.rest + this.buffer.toString("utf8", 0, size)).split("\n");
        this.rest = lines.pop() ?? "";
        for (const line of lines) {
          const event = parseConsole(line);
          if (event && parsePlace(event.text)) this.heard.set(event.text, { softirq: event.softirq });
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EAGAIN") return;
        throw error;
      }
    }
  }

  /** The context of a line that one of our processes caused; undefined for all others. */
  of(text: string): Context | undefined {
    const context = this.heard.get(text);
    this.heard.delete(text);
    return context;
  }

  close(): Promise<void> {
    closeSync(this.fd);
    const ended = new Promise<void>((resolve) => {
      if (this.child.exitCode !== null) resolve();
      this.child.once("exit", () => resolve());
    });
    this.child.stdin?.end();
    return ended;
  }
}
