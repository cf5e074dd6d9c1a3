import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { HostFileInfo, HostFolder } from "../machine/host-folder.ts";

/** A folder of this computer, read only. */
export interface DiskFolder extends HostFolder {
  /** Absolute: where the machine shows it. */
  readonly path: string;
}

/**
 * The folder of a lab on disk. Times and owners are not shown: the same lab gives the same run on every
 * computer. What is no file, folder or link (a socket, a device) is not there.
 */
export function diskFolder(path: string): DiskFolder {
  return {
    path,
    list: (at) => readdirSync(join(path, at)),
    stat: (at) => info(join(path, at)),
    read: (at) => new Uint8Array(readFileSync(join(path, at))),
  };
}

/** The folders that a script's run sees: those of `paths` that lie in no other, but for the root of the disk. */
export function labFolders(...paths: readonly string[]): DiskFolder[] {
  const all = [...new Set(paths.map((p) => resolve(p)))].filter((p) => p !== "/");
  const inside = (a: string, b: string) => a !== b && !relative(b, a).startsWith("..");
  return all.filter((a) => !all.some((b) => inside(a, b))).map(diskFolder);
}

function info(path: string): HostFileInfo | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  const mtime = Date.UTC(2026, 0, 1) * 1e6;
  if (stat.isSymbolicLink())
    return { type: "symlink", size: stat.size, mode: 0o777, mtime, target: readlinkSync(path) };
  if (stat.isDirectory()) return { type: "directory", size: 4096, mode: 0o755, mtime };
  if (stat.isFile()) return { type: "file", size: stat.size, mode: stat.mode & 0o111 ? 0o755 : 0o644, mtime };
  return undefined;
}
