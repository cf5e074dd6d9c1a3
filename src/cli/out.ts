import { openSync, writeSync } from "node:fs";
import { CommandLineError } from "./options.ts";
import { why } from "./why.ts";

/** Opens a file that an option names for writing. A file that cannot be made is a mistake on the command line. */
export function openOut(option: string, path: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw new CommandLineError(`${option} ${path}: ${why(error)}`);
  }
}

/** Writes all of it: a pipe that is not blocking takes a part, or nothing for now. */
export function writeOut(fd: number, data: Uint8Array): void {
  for (let at = 0; at < data.length; ) {
    try {
      at += writeSync(fd, data, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") Atomics.wait(PAUSE, 0, 0, 1);
      else if (code === "EPIPE") process.exit(141);
      else throw new CommandLineError(`cannot write: ${why(error)}`);
    }
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));
