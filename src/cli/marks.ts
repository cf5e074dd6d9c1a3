import { MARK } from "../engine/kernel/walk/terminal-trace.ts";

/** A prompt waits so long at most, in ms, for a mark that a program may have eaten. */
const LONGEST = 1000;

/** Takes the marks of a terminal whose prompt is held out of what it prints, and says when they come by. */
export class Marks {
  private held: Buffer = Buffer.alloc(0);
  private seen = 0;
  private waiting: (() => void) | undefined;

  /** What is to be shown of these bytes; the beginning of a mark is kept until more comes. */
  take(bytes: Uint8Array): Uint8Array {
    const all = this.held.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.held, bytes]);
    const parts = all.toString("latin1").split(MARK);
    const last = parts[parts.length - 1];
    let kept = Math.min(last.length, MARK.length - 1);
    while (kept > 0 && !MARK.startsWith(last.slice(last.length - kept))) kept--;
    this.held = Buffer.from(last.slice(last.length - kept), "latin1");
    this.seen += parts.length - 1;
    // What stands before a mark is written before whoever waits for it goes on.
    if (parts.length > 1) setImmediate(() => this.waiting?.());
    const text = parts.join("");
    return Buffer.from(text.slice(0, text.length - kept), "latin1");
  }

  /** Resolves when the next mark has come by. */
  async next(): Promise<void> {
    if (this.seen === 0) {
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
        setTimeout(resolve, LONGEST);
      });
      this.waiting = undefined;
    }
    this.seen = 0;
  }
}
