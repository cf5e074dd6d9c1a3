import { KernelError } from "../base/errno.ts";
import { concat, utf8 } from "../base/text.ts";
import { AGAIN, BaseFile, NOTHING } from "./file.ts";
import type { Machine } from "./machine.ts";

/**
 * A terminal in canonical mode (drivers/tty/n_tty.c): lines, echo, and the characters that make signals.
 * The outside types with `input` and shows what `show` gets.
 */
export class Tty extends BaseFile {
  readonly kind = "tty";
  override readonly isTty = true;
  override readonly path = "/dev/pts/0";
  columns = 80;
  rows = 24;
  /** ECHO and ICANON: a line editor turns both off while it edits. */
  echo = true;
  canonical = true;
  /** ISIG: Ctrl-C, Ctrl-\\ and Ctrl-Z make signals. A line editor turns it off and sees them as keys. */
  isig = true;
  /** The session that it controls, and the group in the foreground. */
  sid = 0;
  foreground = 0;
  private readonly machine: Machine;
  private readonly show: (data: Uint8Array) => void;
  private line = "";
  private ready: Uint8Array[] = [];
  private atEnd = false;

  constructor(machine: Machine, show: (data: Uint8Array) => void) {
    super();
    this.machine = machine;
    this.show = show;
  }

  /** What a person types. */
  input(typed: string): void {
    for (const c of typed) this.key(c);
  }

  private key(c: string): void {
    const signal = !this.isig
      ? undefined
      : c === "\x03"
        ? "INT"
        : c === "\x1c"
          ? "QUIT"
          : c === "\x1a"
            ? "TSTP"
            : undefined;
    if (signal) {
      if (this.echo) this.print(signal === "INT" ? "^C" : signal === "QUIT" ? "^\\" : "^Z");
      this.line = "";
      this.machine.signalGroup(this.foreground, signal);
      return;
    }
    if (!this.canonical) {
      this.push(utf8(c));
      return;
    }
    if (c === "\x04") {
      if (this.line === "") {
        this.atEnd = true;
        this.readable.wake();
      } else this.flush("");
    } else if (c === "\r" || c === "\n") {
      if (this.echo) this.print("\r\n");
      this.flush("\n");
    } else if (c === "\x7f" || c === "\b") {
      if (this.line !== "" && this.echo) this.print("\b \b");
      this.line = this.line.slice(0, -1);
    } else if (c === "\x15") {
      if (this.echo) this.print("\b \b".repeat(this.line.length));
      this.line = "";
    } else {
      this.line += c;
      if (this.echo) this.print(c);
    }
  }

  private flush(end: string): void {
    this.push(utf8(this.line + end));
    this.line = "";
  }

  private push(data: Uint8Array): void {
    this.ready.push(data);
    this.readable.wake();
  }

  /** Puts back what was typed ahead, for whoever reads next. */
  unread(typed: string): void {
    if (typed === "") return;
    this.ready.unshift(utf8(typed));
    this.readable.wake();
  }

  private print(shown: string): void {
    this.show(utf8(shown));
  }

  /** A reader of a background group is stopped (SIGTTIN). */
  override read(max: number): Uint8Array | typeof AGAIN {
    const reader = this.machine.current;
    if (reader && this.foreground !== 0 && reader.sid === this.sid && reader.pgid !== this.foreground) {
      if (reader.handlerOf("TTIN") === "ignore") throw new KernelError("EIO");
      this.machine.signalGroup(reader.pgid, "TTIN");
      return AGAIN;
    }
    if (this.ready.length > 0) {
      const first = this.ready[0];
      if (first.length <= max) this.ready.shift();
      else this.ready[0] = first.subarray(max);
      return first.subarray(0, max);
    }
    if (this.atEnd) {
      this.atEnd = false;
      return NOTHING;
    }
    return AGAIN;
  }

  /** ONLCR: a newline goes out as carriage return and newline. */
  override write(data: Uint8Array): number {
    if (!data.includes(10)) this.show(data.slice());
    else {
      const parts: Uint8Array[] = [];
      let from = 0;
      for (let i = data.indexOf(10); i >= 0; i = data.indexOf(10, from)) {
        parts.push(data.subarray(from, i), utf8("\r\n"));
        from = i + 1;
      }
      parts.push(data.subarray(from));
      this.show(concat(parts));
    }
    return data.length;
  }
}
