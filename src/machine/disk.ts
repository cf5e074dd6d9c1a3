import type { Clock } from "../base/clock.ts";
import { KernelError } from "../base/errno.ts";

/** What the machine's disk holds: a script that fills it meets ENOSPC before the host's memory is gone. */
export class Disk {
  private used = 0;
  /** Bytes of all files' contents. What only the lab's folders hold is not counted. */
  capacity = 2 ** 28;

  /** Takes `bytes` more, or gives them back when negative. */
  take(bytes: number): void {
    if (bytes > 0 && this.used + bytes > this.capacity) throw new KernelError("ENOSPC");
    this.used += bytes;
  }
}

/** What a file in memory needs of its machine. */
export interface DiskHost extends Clock {
  readonly disk: Disk;
}
