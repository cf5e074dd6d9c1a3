import { KernelError } from "../base/errno.ts";
import { utf8 } from "../base/text.ts";
import { makeDev } from "./dev.ts";
import { HOST_FILES } from "./etc.ts";
import { Directory, type Inode, RegularFile, Symlink } from "./inode.ts";
import type { Machine } from "./machine.ts";
import { makeProc } from "./proc.ts";
import { makeSys } from "./sysfs.ts";

/** What the host is called and how its files read. */
export interface HostSettings {
  readonly hostname?: string;
  /** Files by absolute path, over those that every host has. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Puts an inode at an absolute path of a tree in memory, making the directories on the way. */
export function plant(machine: Machine, root: Directory, path: string, inode: Inode): void {
  const names = path.split("/").filter((n) => n !== "");
  const last = names.pop();
  if (last === undefined) throw new KernelError("EEXIST");
  let at = root;
  for (const name of names) {
    let next = at.lookup(name);
    if (!next) {
      next = new Directory(machine);
      at.add(name, next);
    }
    if (!(next instanceof Directory)) throw new KernelError("ENOTDIR");
    at = next;
  }
  at.add(last, inode);
}

/** The root file system of a Debian host, as far as labs look at it. */
export function makeRoot(
  machine: Machine,
  host: HostSettings,
): { directory: Directory; bin: Directory; sbin: Directory } {
  const root = new Directory(machine);
  const bin = new Directory(machine);
  const sbin = new Directory(machine);
  const put = (path: string, inode: Inode) => plant(machine, root, path, inode);
  const dir = (path: string, mode = 0o755) => put(path, new Directory(machine, mode));
  for (const path of ["/var/tmp", "/tmp"]) dir(path, 0o1777);
  put("/sys", makeSys());
  dir("/srv");
  put("/sbin", new Symlink("usr/sbin"));
  dir("/run/lock");
  dir("/root", 0o700);
  put("/proc", makeProc(machine, host.hostname ?? "host"));
  for (const path of ["/opt", "/mnt", "/media", "/home", "/boot"]) dir(path);
  put("/lib64", new Symlink("usr/lib64"));
  put("/lib", new Symlink("usr/lib"));
  put("/dev", makeDev(machine));
  put("/bin", new Symlink("usr/bin"));
  put("/usr/sbin", sbin);
  put("/usr/bin", bin);
  for (const path of ["/usr/local/sbin", "/usr/local/bin", "/usr/lib", "/usr/lib64", "/usr/share"]) dir(path);
  for (const path of ["/var/log", "/var/lib", "/var/cache"]) dir(path);
  put("/var/run", new Symlink("/run"));
  const files = { ...HOST_FILES(host.hostname ?? "host"), ...host.files };
  for (const [path, content] of Object.entries(files))
    put(path, new RegularFile(machine, 0o644, utf8(content)));
  put("/etc/mtab", new Symlink("../proc/self/mounts"));
  return { directory: root, bin, sbin };
}
