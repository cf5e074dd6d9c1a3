import { readSync } from "node:fs";

/**
 * This process's standard input, by asking. On a terminal there is none: a lab that wants to be typed to is
 * run by `packetwalk shell`.
 */
export function standardInput(): { pull: (max: number) => Uint8Array } {
  return {
    pull: (max) => {
      // Asked for late: it loads much, and few scripts read.
      if (process.stdin.isTTY) return new Uint8Array(0);
      const buffer = new Uint8Array(Math.min(max, 65536));
      try {
        return buffer.subarray(0, readSync(0, buffer));
      } catch (error) {
        // Closed from the start, or a folder: nothing to read.
        if (["EOF", "EBADF", "EISDIR", "ENXIO"].includes((error as NodeJS.ErrnoException).code ?? ""))
          return buffer.subarray(0, 0);
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        // A pipe that does not block and has nothing now: a moment's rest, then again.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        return standardInput().pull(max);
      }
    },
  };
}
