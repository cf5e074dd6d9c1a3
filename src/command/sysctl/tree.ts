import { KernelError } from "../../base/errno.ts";
import type { Process } from "../../machine/process.ts";
import { readdir, readText, tryLookup, writeText } from "../../machine/vfs.ts";
import { SysctlTree } from "../../network/sysctl.ts";

/** What stands at a path below /proc/sys. */
export type Kind = "value" | "folder" | undefined;

/**
 * /proc/sys as a process sees it: "net" is its namespace's tree, the rest is files. Paths have slashes:
 * "net/ipv4/ip_forward".
 */
export class ProcSys {
  private readonly proc: Process;

  constructor(proc: Process) {
    this.proc = proc;
  }

  /** "net.ipv4.ip_forward" → "net/ipv4/ip_forward"; a "/" in the dotted form stands for a dot in a name. */
  static path(key: string): string {
    return SysctlTree.path(key);
  }

  /** The dotted spelling, as it is printed. */
  static dotted(path: string): string {
    return path.replace(/[./]/g, (c) => (c === "/" ? "." : "/"));
  }

  kind(path: string): Kind {
    if (path === "net" || path.startsWith("net/")) {
      const tree = this.proc.net.sysctl;
      if (tree.has(path)) return "value";
      return path === "net" || tree.children(path) ? "folder" : undefined;
    }
    const inode = tryLookup(this.proc, `/proc/sys/${path}`);
    if (!inode) return undefined;
    return inode.type === "directory" ? "folder" : "value";
  }

  /** Names in a folder, sorted. */
  children(path: string): string[] {
    if (path === "net" || path.startsWith("net/")) {
      return (this.proc.net.sysctl.children(path) ?? []).map(([name]) => name).sort();
    }
    return readdir(this.proc, `/proc/sys/${path}`).sort();
  }

  mode(path: string): number {
    if (path.startsWith("net/")) return this.proc.net.sysctl.mode(path);
    return tryLookup(this.proc, `/proc/sys/${path}`)?.mode ?? 0;
  }

  read(path: string): string {
    if (path.startsWith("net/")) return this.proc.net.sysctl.get(path);
    return readText(this.proc, `/proc/sys/${path}`).replace(/\n$/, "");
  }

  write(path: string, value: string): void {
    if (path.startsWith("net/")) this.proc.net.sysctl.set(path, value);
    else writeText(this.proc, `/proc/sys/${path}`, `${value}\n`);
  }

  /** Why a write failed, in strerror's words. */
  static reason(error: unknown): string {
    if (error instanceof KernelError) return error.message;
    throw error;
  }
}
