import { openSync, writeSync } from "node:fs";
import { CommandLineError } from "./command-line-error.ts";
import { why } from "./why.ts";

/** Opens a file that an option names for writing. A file that cannot be made is a mistake on the command line. */
export function openOut(option: string, path: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EISDIR")
      throw new CommandLineError(`${option} ${path}: it is a folder; name a file.`);
    throw new CommandLineError(`${option} ${path}: ${why(error)}`);
  }
}

/** Writes all of it: a pipe that is not blocking takes a part, or nothing for now. `what` names it where it fails. */
export function writeOut(fd: number, what: string, data: Uint8Array): void {
  for (let at = 0; at < data.length; ) {
    try {
      at += writeSync(fd, data, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") Atomics.wait(PAUSE, 0, 0, 1);
      else if (code === "EPIPE") process.exit(141);
      else throw new CommandLineError(`cannot write ${what}: ${why(error)}`);
    }
  }
}

/**
 * Prints at once. `process.stdout` would load streams and sockets first, which takes longer than many a run. A reader that
 * went away (`packetwalk … | head`) ends the run without a fuss.
 */
export function print(stream: "stdout" | "stderr", data: string | Uint8Array): void {
  const [fd, what] = stream === "stdout" ? [1, "to standard output"] : [2, "to standard error"];
  try {
    writeOut(fd, what, typeof data === "string" ? Buffer.from(data) : data);
  } catch (error) {
    if (fd === 1) print("stderr", `packetwalk: ${(error as Error).message}\n`);
    process.exit(1);
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));
