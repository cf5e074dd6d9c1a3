import { createReadStream, fstatSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { isatty } from "node:tty";

/**
 * This process's standard input for a script in a sandbox. A pipe, a socket or a terminal is handed on as it is: the
 * script takes as much of it as it reads, and prompts where there is somebody. (It cannot type on the terminal: TIOCSTI
 * is for those whose controlling terminal it is.) A file is not, for /proc/self/fd/0 would let the script open it
 * again, for writing, on this side: it is copied, from where it has been read to, and stays there for whoever reads on.
 */
export function standardInput(): number | Readable | undefined {
  try {
    const stat = fstatSync(0);
    if (stat.isFIFO() || stat.isSocket() || isatty(0)) return 0;
    if (!stat.isFile()) return undefined;
    const start = Number(/^pos:\s*(\d+)/m.exec(readFileSync("/proc/self/fdinfo/0", "utf8"))?.[1] ?? 0);
    return createReadStream("/proc/self/fd/0", { start }).on("error", () => {});
  } catch {
    // Closed from the start.
    return undefined;
  }
}
