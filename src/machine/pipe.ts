import { KernelError } from "../base/errno.ts";
import { concat } from "../base/text.ts";
import type { WaitQueue } from "../base/wait.ts";
import { WaitQueue as Queue } from "../base/wait.ts";
import { AGAIN, BaseFile, NOTHING } from "./file.ts";

/** pipe(7): the capacity of a pipe, and the size up to which writes are atomic. */
export const PIPE_CAPACITY = 65536;
export const PIPE_BUF = 4096;

/** The buffer between the two ends of a pipe or FIFO. */
export class PipeBuffer {
  readonly readable: WaitQueue = new Queue();
  readonly writable: WaitQueue = new Queue();
  readers = 0;
  writers = 0;
  /** A FIFO that nobody has opened for writing yet is not at its end. */
  hadWriter = false;
  private chunks: Uint8Array[] = [];
  private head = 0;
  /** Bytes that wait to be read. */
  length = 0;

  read(max: number): Uint8Array | typeof AGAIN {
    if (this.length === 0) return this.writers === 0 && this.hadWriter ? NOTHING : AGAIN;
    const parts: Uint8Array[] = [];
    let want = max;
    while (want > 0 && this.head < this.chunks.length) {
      const chunk = this.chunks[this.head];
      if (chunk.length <= want) {
        parts.push(chunk);
        want -= chunk.length;
        this.head++;
      } else {
        parts.push(chunk.subarray(0, want));
        this.chunks[this.head] = chunk.subarray(want);
        want = 0;
      }
    }
    if (this.head === this.chunks.length) {
      this.chunks = [];
      this.head = 0;
    } else if (this.head > 64) {
      this.chunks = this.chunks.slice(this.head);
      this.head = 0;
    }
    const data = parts.length === 0 ? NOTHING : concat(parts);
    this.length -= data.length;
    this.writable.wake();
    return data;
  }

  write(data: Uint8Array): number | typeof AGAIN {
    if (this.readers === 0) throw new KernelError("EPIPE");
    const room = PIPE_CAPACITY - this.length;
    if (room <= 0 || (data.length <= PIPE_BUF && room < data.length)) return AGAIN;
    const taken = data.length <= room ? data : data.subarray(0, room);
    this.force(taken);
    return taken.length;
  }

  /** Takes the data whatever the capacity. */
  force(data: Uint8Array): void {
    if (data.length === 0) return;
    this.chunks.push(data.slice());
    this.length += data.length;
    this.readable.wake();
  }
}

/** One end of a pipe. */
export class PipeEnd extends BaseFile {
  readonly kind: string = "pipe";
  readonly buffer: PipeBuffer;
  readonly reads: boolean;
  readonly writes: boolean;
  override readonly path: string;

  constructor(buffer: PipeBuffer, mode: "r" | "w" | "rw", path = "pipe:") {
    super(buffer.readable, buffer.writable);
    this.buffer = buffer;
    this.reads = mode !== "w";
    this.writes = mode !== "r";
    this.path = path;
    if (this.reads) buffer.readers++;
    if (this.writes) {
      buffer.writers++;
      buffer.hadWriter = true;
    }
  }

  override read(max: number): Uint8Array | typeof AGAIN {
    if (!this.reads) throw new KernelError("EBADF");
    return this.buffer.read(max);
  }

  override write(data: Uint8Array): number | typeof AGAIN {
    if (!this.writes) throw new KernelError("EBADF");
    return this.buffer.write(data);
  }

  force(data: Uint8Array): void {
    if (this.buffer.readers === 0) throw new KernelError("EPIPE");
    this.buffer.force(data);
  }

  protected override close(): void {
    if (this.reads && --this.buffer.readers === 0) this.buffer.writable.wake();
    if (this.writes && --this.buffer.writers === 0) this.buffer.readable.wake();
  }
}

/** pipe(2). Neither end is held yet: `setFd` and `addFd` hold. */
export function makePipe(): { reader: PipeEnd; writer: PipeEnd } {
  const buffer = new PipeBuffer();
  return { reader: new PipeEnd(buffer, "r"), writer: new PipeEnd(buffer, "w") };
}
