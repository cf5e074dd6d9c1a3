import { KernelError } from "../../base/errno.ts";
import { concat, utf8 } from "../../base/text.ts";
import type { Process, Running } from "../../machine/process.ts";

/**
 * Standard output took nothing more (a full disk, a closed descriptor). No KernelError: what a tool says of a file that
 * it cannot read is not meant for this.
 */
export class WriteError extends Error {}

/** glibc's buffer for a pipe or a file: st_blksize. */
const BLOCK = 4096;
/** What a print counts for beside its bytes (Process.works). */
const PRINT_COST = 32;

/**
 * Standard output as stdio keeps it: a terminal is written line by line, a pipe or file in blocks of 4096
 * bytes. What is still in the buffer when a signal kills the program is lost, as with the real one.
 */
export class Stdio {
  readonly proc: Process;
  private held: Uint8Array[] = [];
  private heldBytes = 0;
  private text = "";
  private mode: "none" | "line" | "full";
  private failed: string | undefined;

  constructor(proc: Process, mode?: "none" | "line" | "full") {
    this.proc = proc;
    this.mode = mode ?? (proc.fds.get(1)?.isTty ? "line" : "full");
  }

  /** setvbuf: what `--line-buffered` and `-u` ask for. */
  buffering(mode: "none" | "line" | "full"): void {
    this.mode = mode;
  }

  /** Prints; waits only when the buffer must be written and the reader is slow. */
  *print(text: string): Running<void> {
    this.proc.works(PRINT_COST);
    this.text += text;
    if (this.mode === "none" || (this.mode === "line" && text.includes("\n"))) yield* this.flush();
    else if (this.text.length >= BLOCK) yield* this.spill();
  }

  *printBytes(data: Uint8Array): Running<void> {
    this.settle();
    this.held.push(data);
    this.heldBytes += data.length;
    if (this.mode === "none" || (this.mode === "line" && data.includes(10))) yield* this.flush();
    else if (this.heldBytes >= BLOCK) yield* this.spill();
  }

  *flush(): Running<void> {
    this.settle();
    if (this.heldBytes === 0) return;
    const all = concat(this.held);
    this.held = [];
    this.heldBytes = 0;
    yield* this.write(all);
  }

  private *write(data: Uint8Array): Running<void> {
    try {
      yield* this.proc.write(1, data);
    } catch (error) {
      if (error instanceof KernelError) throw new WriteError(error.message);
      throw error;
    }
  }

  /** Throws the WriteError of an earlier write that nobody waited for. */
  check(): void {
    if (this.failed !== undefined) throw new WriteError(this.failed);
  }

  /** Writes everything without waiting, as error(3) does before it says anything on standard error. */
  flushNow(): void {
    this.settle();
    if (this.heldBytes === 0) return;
    let rest = concat(this.held);
    this.held = [];
    this.heldBytes = 0;
    const file = this.proc.fds.get(1);
    if (!file) return;
    while (rest.length > 0) {
      let taken: ReturnType<typeof file.write>;
      try {
        taken = file.write(rest);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        this.failed = error.message;
        return;
      }
      if (typeof taken === "symbol") {
        const { force } = file as { force?: (data: Uint8Array) => void };
        force?.call(file, rest);
        return;
      }
      rest = rest.subarray(taken);
    }
  }

  /** Text to bytes. */
  private settle(): void {
    if (this.text === "") return;
    const data = utf8(this.text);
    this.text = "";
    this.held.push(data);
    this.heldBytes += data.length;
  }

  /** Writes the whole blocks and keeps the rest. */
  private *spill(): Running<void> {
    this.settle();
    const whole = this.heldBytes - (this.heldBytes % BLOCK);
    if (whole === 0) return;
    const all = concat(this.held);
    this.held = all.length > whole ? [all.subarray(whole)] : [];
    this.heldBytes = all.length - whole;
    yield* this.write(all.subarray(0, whole));
  }
}
