import type { DiskHost } from "./disk.ts";
import { Directory, DirectoryInode, type Inode, RegularFile, Symlink } from "./inode.ts";

/** What the outside says of one file of a folder. */
export interface HostFileInfo {
  readonly type: "file" | "directory" | "symlink";
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** ns since 1970. */
  readonly mtime: number;
  /** Where a link points. */
  readonly target?: string;
}

/**
 * A folder outside the machine (a lab's, on disk or in a browser's store), read only. Paths are relative to
 * it, with "/" between names and "" for the folder itself. The machine writes to its own copy.
 */
export interface HostFolder {
  list(path: string): readonly string[];
  stat(path: string): HostFileInfo | undefined;
  read(path: string): Uint8Array;
}

/** A folder from outside, copy-on-write: looked at when first wanted, changed only in memory. */
export class HostDirectory extends DirectoryInode {
  private readonly folder: HostFolder;
  private readonly at: string;
  private readonly host: DiskHost;
  private content: Directory | null = null;

  constructor(host: DiskHost, folder: HostFolder, at = "") {
    const info = folder.stat(at);
    super(info?.mode ?? 0o755, info?.mtime ?? host.epoch);
    this.host = host;
    this.folder = folder;
    this.at = at;
  }

  private entries(): Directory {
    if (this.content) return this.content;
    const content = new Directory(this.host);
    this.content = content;
    for (const name of [...this.folder.list(this.at)].sort().reverse()) {
      const inode = this.bring(this.at === "" ? name : `${this.at}/${name}`);
      if (inode) content.add(name, inode);
    }
    return content;
  }

  private bring(path: string): Inode | undefined {
    const info = this.folder.stat(path);
    if (!info) return undefined;
    if (info.type === "directory") return new HostDirectory(this.host, this.folder, path);
    if (info.type === "symlink") return new Symlink(info.target ?? "", info.mtime);
    const file = new RegularFile(this.host, info.mode, {
      size: info.size,
      load: () => this.folder.read(path),
    });
    file.mtime = info.mtime;
    return file;
  }

  lookup(name: string): Inode | undefined {
    return this.entries().lookup(name);
  }

  names(): string[] {
    return this.entries().names();
  }

  override add(name: string, inode: Inode): void {
    this.entries().add(name, inode);
  }

  override remove(name: string): void {
    this.entries().remove(name);
  }
}
