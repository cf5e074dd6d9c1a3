import type { Clock, Nanoseconds } from "../base/clock.ts";
import { type Errno, KernelError } from "../base/errno.ts";
import { text, utf8 } from "../base/text.ts";
import type { NetNamespace } from "../network/namespace.ts";
import type { DiskHost } from "./disk.ts";
import { AGAIN, BaseFile, NOTHING, type OpenFile } from "./file.ts";
import { PipeBuffer, PipeEnd } from "./pipe.ts";
import type { Process } from "./process.ts";
import type { Command } from "./program.ts";

export type FileType = "file" | "directory" | "symlink" | "fifo" | "character" | "socket";

/** How a file is opened: open(2)'s flags. Neither `read` nor `write` means reading. */
export interface OpenHow {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly append?: boolean;
  readonly create?: boolean;
  readonly truncate?: boolean;
  readonly exclusive?: boolean;
  /** Permission bits of a file that is made, before the umask; 0o666 by default. */
  readonly mode?: number;
}

let lastInode = 1000;

/** Anything that a path can name. */
export abstract class Inode {
  abstract readonly type: FileType;
  readonly ino: number = ++lastInode;
  /** Permission bits. */
  mode: number;
  uid = 0;
  gid = 0;
  nlink = 1;
  /** Wall-clock time of the last change, ns since 1970. */
  mtime: Nanoseconds;

  constructor(mode: number, mtime: Nanoseconds) {
    this.mode = mode;
    this.mtime = mtime;
  }

  /** A name of it is gone. */
  unlinked(): void {}

  get size(): number {
    return 0;
  }

  /** Opens it; the path is what messages and /proc show. */
  abstract open(proc: Process, how: OpenHow, path: string): OpenFile;
}

/** A directory of any kind. Unless it says otherwise it is read-only. */
export abstract class DirectoryInode extends Inode {
  readonly type = "directory";

  abstract lookup(name: string, proc: Process): Inode | undefined;
  /** Names in the order that readdir gives. */
  abstract names(proc: Process): string[];

  add(_name: string, _inode: Inode): void {
    throw new KernelError("EPERM");
  }

  remove(_name: string): void {
    throw new KernelError("EPERM");
  }

  override get size(): number {
    return 4096;
  }

  override open(_proc: Process, how: OpenHow, path: string): OpenFile {
    if (how.write) throw new KernelError("EISDIR");
    return new DirectoryFile(this, path);
  }
}

class DirectoryFile extends BaseFile {
  readonly kind = "directory";
  override readonly inode: Inode;
  override readonly path: string;

  constructor(inode: Inode, path: string) {
    super();
    this.inode = inode;
    this.path = path;
  }

  override read(): Uint8Array {
    throw new KernelError("EISDIR");
  }
}

/** A directory in memory (tmpfs). */
export class Directory extends DirectoryInode {
  private readonly entries = new Map<string, Inode>();
  private readonly clock: Clock;

  constructor(clock: Clock, mode = 0o755) {
    super(mode, clock.epoch + clock.now);
    this.clock = clock;
  }

  lookup(name: string, _proc?: Process): Inode | undefined {
    return this.entries.get(name);
  }

  /** tmpfs lists the newest entry first. */
  names(_proc?: Process): string[] {
    return [...this.entries.keys()].reverse();
  }

  override add(name: string, inode: Inode): void {
    this.entries.set(name, inode);
    this.mtime = this.clock.epoch + this.clock.now;
  }

  override remove(name: string): void {
    this.entries.delete(name);
    this.mtime = this.clock.epoch + this.clock.now;
  }
}

/** A directory that is made up as it is looked at: /proc/sys/net, /sys/class/net, /dev/fd. */
export class LiveDirectory extends DirectoryInode {
  private readonly find: (name: string, proc: Process) => Inode | undefined;
  private readonly list: (proc: Process) => string[];
  private readonly refusal: Errno;

  /** `refusal`: what making a file here meets: ENOENT as in /proc, EACCES as in /sys. */
  constructor(
    find: (name: string, proc: Process) => Inode | undefined,
    list: (proc: Process) => string[],
    refusal: Errno = "ENOENT",
  ) {
    super(0o555, 0);
    this.find = find;
    this.list = list;
    this.refusal = refusal;
  }

  override add(): void {
    throw new KernelError(this.refusal);
  }

  lookup(name: string, proc: Process): Inode | undefined {
    return this.find(name, proc);
  }

  names(proc: Process): string[] {
    return this.list(proc);
  }

  override get size(): number {
    return 0;
  }
}

/** A regular file in memory. `load` brings the content when it is first wanted (a lab's folder). */
/** Where a file that grows without end meets a full disk. */
const MAX_FILE = 2 ** 28;

export class RegularFile extends Inode {
  readonly type = "file";
  private bytes: Uint8Array;
  private used: number;
  private load: (() => Uint8Array) | null;
  private readonly knownSize: number;
  private readonly host: DiskHost;
  /** Bytes that the disk counts as this file's. */
  private counted = 0;
  private opened = 0;

  constructor(
    host: DiskHost,
    mode = 0o644,
    content: Uint8Array | { size: number; load: () => Uint8Array } = NOTHING,
  ) {
    super(mode, host.epoch + host.now);
    this.host = host;
    if (content instanceof Uint8Array) {
      this.bytes = content;
      this.used = content.length;
      this.load = null;
      this.knownSize = 0;
    } else {
      this.bytes = NOTHING;
      this.used = 0;
      this.load = content.load;
      this.knownSize = content.size;
    }
  }

  override get size(): number {
    return this.load ? this.knownSize : this.used;
  }

  private ready(): void {
    if (!this.load) return;
    const load = this.load;
    this.load = null;
    this.bytes = load();
    this.used = this.bytes.length;
  }

  get data(): Uint8Array {
    this.ready();
    return this.bytes.subarray(0, this.used);
  }

  truncate(size = 0): void {
    this.ready();
    if (size > MAX_FILE) throw new KernelError("EFBIG");
    this.count(size);
    const kept = new Uint8Array(size);
    kept.set(this.bytes.subarray(0, Math.min(size, this.used)));
    this.bytes = kept;
    this.used = size;
    this.touch();
  }

  writeAt(at: number, data: Uint8Array): void {
    this.ready();
    const end = at + data.length;
    if (end > MAX_FILE) throw new KernelError("ENOSPC");
    this.count(Math.max(end, this.used));
    // Capacity may be shared with what a lab's folder gave, so growth and the first write copy.
    const grown = new Uint8Array(end > this.bytes.length ? Math.max(end, this.bytes.length * 2, 256) : 0);
    if (grown.length > 0) {
      grown.set(this.bytes.subarray(0, this.used));
      this.bytes = grown;
    } else if (!this.owned) this.bytes = this.bytes.slice();
    this.owned = true;
    this.bytes.set(data, at);
    if (end > this.used) this.used = end;
    this.touch();
  }
  private owned = false;

  touch(): void {
    this.mtime = this.host.epoch + this.host.now;
  }

  override open(_proc: Process, how: OpenHow, path: string): OpenFile {
    if (how.truncate && how.write) this.truncate();
    this.opened++;
    return new OpenRegular(this, how, path);
  }

  closed(): void {
    this.opened--;
    this.unlinked();
  }

  /** Without a name, and open nowhere, it takes no room any more. */
  override unlinked(): void {
    if (this.nlink <= 0 && this.opened === 0) this.count(0);
  }

  private count(size: number): void {
    this.host.disk.take(size - this.counted);
    this.counted = size;
  }
}

class OpenRegular extends BaseFile {
  readonly kind = "file";
  override readonly inode: RegularFile;
  override readonly path: string;
  private readonly how: OpenHow;
  private at = 0;

  constructor(inode: RegularFile, how: OpenHow, path: string) {
    super();
    this.inode = inode;
    this.how = how;
    this.path = path;
  }

  override read(max: number): Uint8Array {
    if (this.how.write && !this.how.read) throw new KernelError("EBADF");
    const part = this.inode.data.slice(this.at, this.at + max);
    this.at += part.length;
    return part;
  }

  override write(data: Uint8Array): number {
    if (!this.how.write) throw new KernelError("EBADF");
    if (this.how.append) this.at = this.inode.size;
    this.inode.writeAt(this.at, data);
    this.at += data.length;
    return data.length;
  }

  protected override close(): void {
    this.inode.closed();
  }

  seek(offset: number, whence: "set" | "end" | "current"): number {
    const to = offset + (whence === "set" ? 0 : whence === "end" ? this.inode.size : this.at);
    if (to < 0) throw new KernelError("EINVAL");
    this.at = to;
    return to;
  }
}

export class Symlink extends Inode {
  readonly type = "symlink";
  private readonly to: string | ((proc: Process) => string);

  constructor(to: string | ((proc: Process) => string), mtime: Nanoseconds = 0) {
    super(0o777, mtime);
    this.to = to;
  }

  target(proc: Process): string {
    return typeof this.to === "string" ? this.to : this.to(proc);
  }

  override get size(): number {
    return typeof this.to === "string" ? this.to.length : 0;
  }

  override open(): OpenFile {
    throw new KernelError("ELOOP");
  }
}

export class Fifo extends Inode {
  readonly type = "fifo";
  private readonly buffer = new PipeBuffer();

  override open(_proc: Process, how: OpenHow, path: string): OpenFile {
    return new PipeEnd(this.buffer, how.write ? (how.read ? "rw" : "w") : "r", path);
  }
}

/** A file whose text is made when it is opened and whose writes are acted on: /proc and /sys. */
export class TextFile extends Inode {
  readonly type = "file";
  readonly make: (proc: Process) => string;
  readonly take: ((proc: Process, text: string) => void) | undefined;

  constructor(make: (proc: Process) => string, take?: (proc: Process, text: string) => void, mode?: number) {
    super(mode ?? (take ? 0o644 : 0o444), 0);
    this.make = make;
    this.take = take;
  }

  override open(proc: Process, how: OpenHow, path: string): OpenFile {
    return new OpenText(this, proc, how, path);
  }
}

class OpenText extends BaseFile {
  readonly kind = "proc";
  override readonly inode: TextFile;
  override readonly path: string;
  private readonly proc: Process;
  private readonly how: OpenHow;
  private data: Uint8Array | null = null;
  private at = 0;

  constructor(inode: TextFile, proc: Process, how: OpenHow, path: string) {
    super();
    this.inode = inode;
    this.proc = proc;
    this.how = how;
    this.path = path;
  }

  override read(max: number): Uint8Array {
    if (this.how.write && !this.how.read) throw new KernelError("EBADF");
    this.data ??= utf8(this.inode.make(this.proc));
    const part = this.data.subarray(this.at, this.at + max);
    this.at += part.length;
    return part;
  }

  override write(data: Uint8Array): number {
    if (!this.how.write) throw new KernelError("EBADF");
    if (!this.inode.take) throw new KernelError("EIO");
    this.inode.take(this.proc, text(data));
    return data.length;
  }

  seek(offset: number, whence: "set" | "end" | "current"): number {
    this.at = Math.max(0, offset + (whence === "current" ? this.at : 0));
    return this.at;
  }
}

/** A character device: `open` says what it does. */
export class Device extends Inode {
  readonly type = "character";
  private readonly opener: (proc: Process, how: OpenHow) => OpenFile;

  constructor(opener: (proc: Process, how: OpenHow) => OpenFile, mode = 0o666) {
    super(mode, 0);
    this.opener = opener;
  }

  override open(proc: Process, how: OpenHow): OpenFile {
    return this.opener(proc, how);
  }
}

/** A simulated program, as the file system shows it: an executable under /usr/bin or /usr/sbin. */
export class ProgramFile extends Inode {
  readonly type = "file";
  readonly command: Command;

  constructor(command: Command, mtime: Nanoseconds) {
    super(0o755, mtime);
    this.command = command;
  }

  override get size(): number {
    return 4;
  }

  override open(_proc: Process, how: OpenHow, path: string): OpenFile {
    if (how.write) throw new KernelError("EACCES");
    return new OpenText(new TextFile(() => "\x7fELF"), _proc, how, path);
  }
}

/** A namespace's handle: /run/netns/NAME and /proc/PID/ns/net. */
export class NamespaceFile extends Inode {
  readonly type = "file";
  readonly net: NetNamespace;

  constructor(net: NetNamespace, mtime: Nanoseconds = 0) {
    super(0o444, mtime);
    this.net = net;
  }

  override open(proc: Process, how: OpenHow, path: string): OpenFile {
    return new OpenText(
      new TextFile(() => {
        throw new KernelError("EINVAL");
      }),
      proc,
      how,
      path,
    );
  }
}

/** /dev/zero and its kin: endless bytes from `fill`. */
export class FillFile extends BaseFile {
  readonly kind = "character";
  private readonly fill: (bytes: Uint8Array) => void;

  constructor(fill: (bytes: Uint8Array) => void) {
    super();
    this.fill = fill;
  }

  override read(max: number): Uint8Array {
    const bytes = new Uint8Array(Math.min(max, 65536));
    this.fill(bytes);
    return bytes;
  }
}

export { AGAIN };
