import type { WaitQueue } from "../base/wait.ts";

/** The answer of a read or write that would have to wait. */
export const AGAIN = Symbol("EAGAIN");

/**
 * An open file description: what a descriptor points to. Shared by `dup` and across `fork`, so it counts
 * its holders; the last one to let go closes it. Reads and writes never block here: processes wait on the
 * queues (see `readFd` and `writeFd` in process.ts).
 */
export interface OpenFile {
  /** "pipe", "file", "tty", "socket", "null", "proc" … */
  readonly kind: string;
  /** The path it was opened by, for /proc and messages. */
  readonly path?: string;
  /** Up to `max` bytes; empty at the end of the file. Throws KernelError (EBADF when not open for reading). */
  read(max: number): Uint8Array | typeof AGAIN;
  /** How many bytes were taken. Throws KernelError (EPIPE …). */
  write(data: Uint8Array): number | typeof AGAIN;
  readonly readable: WaitQueue;
  readonly writable: WaitQueue;
  /** Terminal: programs colour and buffer by it, and Ctrl-C comes from it. */
  readonly isTty: boolean;
  hold(): void;
  release(): void;
  /** Repositions (regular files only; others throw ESPIPE). */
  seek?(offset: number, whence: "set" | "end" | "current"): number;
  /** Terminal size, for a tty. */
  readonly columns?: number;
  readonly rows?: number;
}
