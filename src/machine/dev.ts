import { KernelError } from "../base/errno.ts";
import { text, utf8 } from "../base/text.ts";
import { AGAIN, BaseFile, NullFile, type OpenFile } from "./file.ts";
import { Device, Directory, FillFile, type Inode, LiveDirectory, Symlink } from "./inode.ts";
import type { LogRecord } from "./kernel-log.ts";
import type { Machine } from "./machine.ts";
import type { Process } from "./process.ts";

/** /dev/full: reads as zeros, and is full. */
class FullFile extends FillFile {
  override write(): number {
    throw new KernelError("ENOSPC");
  }
}

/** /dev/kmsg: one record a read, from where the reader is; writes go into the log. */
class KmsgFile extends BaseFile {
  readonly kind = "kmsg";
  override readonly path = "/dev/kmsg";
  private readonly machine: Machine;
  private next: number;

  constructor(machine: Machine) {
    super(machine.log.changed);
    this.machine = machine;
    this.next = machine.log.records(true)[0]?.sequence ?? machine.log.next;
  }

  override read(): Uint8Array | typeof AGAIN {
    const record: LogRecord | undefined = this.machine.log.since(this.next)[0];
    if (!record) return AGAIN;
    this.next = record.sequence + 1;
    const head = [record.facility * 8 + record.level, record.sequence, Math.floor(record.time / 1000), "-"];
    return utf8(`${head.join(",")};${record.text}\n`);
  }

  override write(data: Uint8Array): number {
    const line = text(data).replace(/\n$/, "");
    const prefix = /^<(\d+)>/.exec(line);
    const priority = prefix ? Number(prefix[1]) : 4;
    // Facility 0 is the kernel's own; what comes from outside is LOG_USER.
    const facility = priority >> 3 || 1;
    const { log, now } = this.machine;
    log.append(priority & 7, prefix ? line.slice(prefix[0].length) : line, now, facility);
    return data.length;
  }
}

/** A descriptor of the process itself, by number: opening it duplicates it. */
function descriptor(n: number): Inode {
  return new Device((proc) => {
    const file = proc.fds.get(n);
    if (!file) throw new KernelError("ENXIO");
    return file;
  }, 0o777);
}

/** /dev/fd and /proc/self/fd. */
export function descriptors(of: (proc: Process) => Process | undefined): LiveDirectory {
  return new LiveDirectory(
    (name, proc) =>
      /^\d+$/.test(name) && of(proc)?.fds.has(Number(name)) ? descriptor(Number(name)) : undefined,
    (proc) => [...(of(proc)?.fds.keys() ?? [])].sort((a, b) => a - b).map(String),
  );
}

export function makeDev(machine: Machine): Directory {
  const dev = new Directory(machine);
  const random = machine.random.fork("/dev/urandom");
  const add = (name: string, open: (proc: Process) => OpenFile, mode?: number) =>
    dev.add(name, new Device((proc) => open(proc), mode));
  const noise = () =>
    new FillFile((bytes) => {
      for (let i = 0; i < bytes.length; i++) bytes[i] = random.u32() & 255;
    });
  add("null", () => new NullFile());
  add("zero", () => new FillFile(() => {}));
  add("full", () => new FullFile(() => {}));
  add("random", noise);
  add("urandom", noise);
  add("kmsg", () => new KmsgFile(machine), 0o644);
  add("tty", (proc) => {
    if (!proc.tty) throw new KernelError("ENXIO");
    return proc.tty;
  });
  dev.add("fd", new Symlink("/proc/self/fd"));
  dev.add("stdin", new Symlink("/proc/self/fd/0"));
  dev.add("stdout", new Symlink("/proc/self/fd/1"));
  dev.add("stderr", new Symlink("/proc/self/fd/2"));
  dev.add("shm", new Directory(machine, 0o1777));
  dev.add("net", new Directory(machine));
  return dev;
}
