import { KernelError } from "../base/errno.ts";
import { AGAIN, WaitQueue } from "../base/wait.ts";
import type { Inode } from "./inode.ts";

export { AGAIN };

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
  /** What the file system knows of it, when it was opened by a path. */
  readonly inode?: Inode;
}

/** No bytes: what a read at the end gives. */
export const NOTHING = new Uint8Array(0);

/** Counts holders and calls `close` when the last has let go. Reads at once meet the end; writes vanish. */
export abstract class BaseFile implements OpenFile {
  abstract readonly kind: string;
  readonly readable: WaitQueue;
  readonly writable: WaitQueue;
  readonly isTty: boolean = false;
  readonly path?: string;
  readonly inode?: Inode;
  private holders = 0;

  constructor(readable: WaitQueue = new WaitQueue(), writable: WaitQueue = new WaitQueue()) {
    this.readable = readable;
    this.writable = writable;
  }

  read(_max: number): Uint8Array | typeof AGAIN {
    return NOTHING;
  }

  write(data: Uint8Array): number | typeof AGAIN {
    return data.length;
  }

  hold(): void {
    this.holders++;
  }

  release(): void {
    if (--this.holders === 0) this.close();
  }

  protected close(): void {}
}

/** /dev/null, opened. */
export class NullFile extends BaseFile {
  readonly kind = "null";
  override readonly path = "/dev/null";
}

/** Where a run's output goes: each write is handed to `take`. Reading it meets the end. */
export class SinkFile extends BaseFile {
  readonly kind: string;
  override readonly isTty: boolean;
  private readonly take: (data: Uint8Array) => void;

  constructor(take: (data: Uint8Array) => void, options: { isTty?: boolean; kind?: string } = {}) {
    super();
    this.take = take;
    this.isTty = options.isTty ?? false;
    this.kind = options.kind ?? "pipe";
  }

  override write(data: Uint8Array): number {
    this.take(data);
    return data.length;
  }
}

/** Bytes that come from outside when they are asked for: a run's standard input. */
export class PulledFile extends BaseFile {
  readonly kind = "pipe";
  private readonly pull: (max: number) => Uint8Array;

  constructor(pull: (max: number) => Uint8Array) {
    super();
    this.pull = pull;
  }

  override read(max: number): Uint8Array {
    return this.pull(max);
  }
}

/** Fixed bytes to read: a given standard input, a here-document. */
export class BytesFile extends BaseFile {
  readonly kind: string = "pipe";
  private readonly data: Uint8Array;
  private at = 0;

  constructor(data: Uint8Array) {
    super();
    this.data = data;
  }

  override read(max: number): Uint8Array {
    const part = this.data.subarray(this.at, this.at + max);
    this.at += part.length;
    return part;
  }

  override write(_data: Uint8Array): number {
    throw new KernelError("EBADF");
  }

  seek(offset: number, whence: "set" | "end" | "current"): number {
    this.at = Math.max(0, offset + (whence === "set" ? 0 : whence === "end" ? this.data.length : this.at));
    return this.at;
  }
}
