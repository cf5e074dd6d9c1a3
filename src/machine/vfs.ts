import { KernelError } from "../base/errno.ts";
import { concat, text, utf8 } from "../base/text.ts";
import { AGAIN, type OpenFile } from "./file.ts";
import { Directory, DirectoryInode, Fifo, type Inode, type OpenHow, RegularFile, Symlink } from "./inode.ts";
import type { Process } from "./process.ts";

/** A mount namespace: a root and what is mounted over paths of it. `unshare` copies it. */
export class MountNamespace {
  readonly id: number;
  readonly root: Directory;
  /** Bind mounts: canonical path → what stands there instead. */
  readonly binds: Map<string, Inode>;

  constructor(id: number, root: Directory, binds?: ReadonlyMap<string, Inode>) {
    this.id = id;
    this.root = root;
    this.binds = new Map(binds);
  }

  /** unshare(CLONE_NEWNS): the same files, mounts of its own from now on. */
  clone(id: number): MountNamespace {
    return new MountNamespace(id, this.root, this.binds);
  }

  /** mount --bind: what `inode` is now stands at `path` (canonical). */
  bind(path: string, inode: Inode): void {
    this.binds.set(path, inode);
  }
}

/** Where a path leads. `inode` is undefined when only the last component is missing. */
export interface Resolved {
  readonly inode: Inode | undefined;
  readonly parent: DirectoryInode;
  readonly name: string;
  /** Canonical: absolute, no links, no dots. */
  readonly path: string;
}

const MAX_LINKS = 40;

/** Walks a path from the process's cwd (path_lookupat). `follow`: whether a link at the end is followed. */
export function resolve(proc: Process, path: string, follow = true): Resolved {
  if (path === "") throw new KernelError("ENOENT");
  const mounts = proc.mounts;
  const todo = components(path.startsWith("/") ? path : `${proc.cwd}/${path}`);
  // The directories on the way, each with its canonical path; the root's is empty.
  const stack: { inode: DirectoryInode; name: string; path: string }[] = [
    { inode: mounts.root, name: "", path: "" },
  ];
  const mustBeDirectory = path.endsWith("/") || path.endsWith("/.");
  let links = 0;
  while (todo.length > 0) {
    const name = todo.pop() as string;
    if (name === "..") {
      if (stack.length > 1) stack.pop();
      continue;
    }
    if (name.length > 255) throw new KernelError("ENAMETOOLONG");
    const { inode: parent, path: above } = stack[stack.length - 1];
    const full = `${above}/${name}`;
    const inode = (mounts.binds.size > 0 ? mounts.binds.get(full) : undefined) ?? parent.lookup(name, proc);
    const last = todo.length === 0;
    if (inode === undefined) {
      if (last) return { inode: undefined, parent, name, path: full };
      throw new KernelError("ENOENT");
    }
    if (inode instanceof Symlink && (!last || follow || mustBeDirectory)) {
      if (++links > MAX_LINKS) throw new KernelError("ELOOP");
      const target = inode.target(proc);
      // /proc/self/fd/N of a pipe names nothing that can be walked to.
      if (target.startsWith("/")) stack.length = 1;
      todo.push(...components(target));
      continue;
    }
    if (inode instanceof DirectoryInode) stack.push({ inode, name, path: full });
    else {
      if (!last || mustBeDirectory) throw new KernelError("ENOTDIR");
      return { inode, parent, name, path: full };
    }
  }
  const end = stack[stack.length - 1];
  const parent = stack[Math.max(0, stack.length - 2)].inode;
  return { inode: end.inode, parent, name: end.name, path: end.path || "/" };
}

/** A path's names, the last first. */
function components(path: string): string[] {
  return path
    .split("/")
    .filter((name) => name !== "" && name !== ".")
    .reverse();
}

/** The inode that a path names; ENOENT when there is none. */
export function lookup(proc: Process, path: string, follow = true): Inode {
  const { inode } = resolve(proc, path, follow);
  if (!inode) throw new KernelError("ENOENT");
  return inode;
}

export const stat = (proc: Process, path: string): Inode => lookup(proc, path);
export const lstat = (proc: Process, path: string): Inode => lookup(proc, path, false);

export function exists(proc: Process, path: string): boolean {
  return tryLookup(proc, path) !== undefined;
}

/** The inode, or undefined for any failure: what `[ -e` and completion want. */
export function tryLookup(proc: Process, path: string, follow = true): Inode | undefined {
  try {
    return resolve(proc, path, follow).inode;
  } catch {
    return undefined;
  }
}

/** access(2), as root: reading and writing always pass, execution needs one x bit (or a directory). */
export function access(proc: Process, path: string, mode: "r" | "w" | "x"): boolean {
  const inode = tryLookup(proc, path);
  if (!inode) return false;
  return mode !== "x" || inode.type === "directory" || (inode.mode & 0o111) !== 0;
}

/** open(2). The file is not held yet: give it to `setFd` or `addFd`, or hold and release it. */
export function open(proc: Process, path: string, how: OpenHow = {}): OpenFile {
  const found = resolve(proc, path);
  let inode = found.inode;
  if (!inode) {
    if (!how.create) throw new KernelError("ENOENT");
    if (path.endsWith("/")) throw new KernelError("EISDIR");
    inode = new RegularFile(proc.machine, (how.mode ?? 0o666) & ~proc.umask);
    found.parent.add(found.name, inode);
  } else if (how.create && how.exclusive) throw new KernelError("EEXIST");
  if (inode.type === "directory" && (how.write || how.create)) throw new KernelError("EISDIR");
  return inode.open(proc, how, found.path);
}

export function readdir(proc: Process, path: string): string[] {
  const inode = lookup(proc, path);
  if (!(inode instanceof DirectoryInode)) throw new KernelError("ENOTDIR");
  return inode.names(proc);
}

export function mkdir(proc: Process, path: string, mode = 0o777): void {
  const at = resolve(proc, path);
  if (at.inode) throw new KernelError("EEXIST");
  at.parent.add(at.name, new Directory(proc.machine, mode & ~proc.umask));
}

export function rmdir(proc: Process, path: string): void {
  const at = resolve(proc, path, false);
  if (!at.inode) throw new KernelError("ENOENT");
  if (!(at.inode instanceof DirectoryInode)) throw new KernelError("ENOTDIR");
  if (at.inode.names(proc).length > 0) throw new KernelError("ENOTEMPTY");
  if (at.path === "/" || proc.mounts.binds.has(at.path)) throw new KernelError("EBUSY");
  at.parent.remove(at.name);
}

export function unlink(proc: Process, path: string): void {
  const at = resolve(proc, path, false);
  if (!at.inode) throw new KernelError("ENOENT");
  if (at.inode.type === "directory") throw new KernelError("EISDIR");
  if (proc.mounts.binds.has(at.path)) throw new KernelError("EBUSY");
  at.parent.remove(at.name);
  at.inode.nlink--;
  at.inode.unlinked();
}

export function rename(proc: Process, from: string, to: string): void {
  const source = resolve(proc, from, false);
  const target = resolve(proc, to, false);
  if (!source.inode) throw new KernelError("ENOENT");
  if (source.inode === target.inode) return;
  if (target.path.startsWith(`${source.path}/`)) throw new KernelError("EINVAL");
  if (target.inode?.type === "directory") {
    if (source.inode.type !== "directory") throw new KernelError("EISDIR");
    if ((target.inode as DirectoryInode).names(proc).length > 0) throw new KernelError("ENOTEMPTY");
  } else if (target.inode && source.inode.type === "directory") throw new KernelError("ENOTDIR");
  target.parent.add(target.name, source.inode);
  if (target.inode) {
    target.inode.nlink--;
    target.inode.unlinked();
  }
  source.parent.remove(source.name);
}

export function chmod(proc: Process, path: string, mode: number): void {
  lookup(proc, path).mode = mode & 0o7777;
}

export function chown(proc: Process, path: string, uid: number, gid: number): void {
  const inode = lookup(proc, path);
  if (uid >= 0) inode.uid = uid;
  if (gid >= 0) inode.gid = gid;
}

export function symlink(proc: Process, target: string, path: string): void {
  const at = resolve(proc, path, false);
  if (at.inode) throw new KernelError("EEXIST");
  at.parent.add(at.name, new Symlink(target, proc.machine.epoch + proc.machine.now));
}

export function link(proc: Process, target: string, path: string): void {
  const inode = lookup(proc, target, false);
  if (inode.type === "directory") throw new KernelError("EPERM");
  const at = resolve(proc, path, false);
  if (at.inode) throw new KernelError("EEXIST");
  at.parent.add(at.name, inode);
  inode.nlink++;
}

export function mkfifo(proc: Process, path: string, mode = 0o666): void {
  const at = resolve(proc, path);
  if (at.inode) throw new KernelError("EEXIST");
  at.parent.add(at.name, new Fifo(mode & ~proc.umask, proc.machine.epoch + proc.machine.now));
}

export function readlink(proc: Process, path: string): string {
  const inode = lookup(proc, path, false);
  if (!(inode instanceof Symlink)) throw new KernelError("EINVAL");
  return inode.target(proc);
}

/** The canonical path; ENOENT when it does not exist. */
export function realpath(proc: Process, path: string): string {
  const found = resolve(proc, path);
  if (!found.inode) throw new KernelError("ENOENT");
  return found.path;
}

/** chdir(2); the canonical path becomes the cwd. */
export function chdir(proc: Process, path: string): void {
  const found = resolve(proc, path);
  if (!found.inode) throw new KernelError("ENOENT");
  if (found.inode.type !== "directory") throw new KernelError("ENOTDIR");
  proc.cwd = found.path;
}

/** A file's bytes, read to the end without waiting (a FIFO gives what it holds). */
export function readBytes(proc: Process, path: string): Uint8Array {
  const file = open(proc, path);
  file.hold();
  try {
    const parts: Uint8Array[] = [];
    for (;;) {
      const data = file.read(65536);
      if (data === AGAIN || data.length === 0) break;
      parts.push(data);
    }
    return parts.length === 0 ? new Uint8Array(0) : concat(parts);
  } finally {
    file.release();
  }
}

/** A file's text, as a C program reads its configuration. */
export function readText(proc: Process, path: string): string {
  return text(readBytes(proc, path));
}

/** Writes a file in one go. */
export function writeText(proc: Process, path: string, content: string, how: OpenHow = {}): void {
  const file = open(proc, path, { write: true, create: true, truncate: !how.append, ...how });
  file.hold();
  try {
    file.write(utf8(content));
  } finally {
    file.release();
  }
}
