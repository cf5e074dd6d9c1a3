import { KernelError } from "../base/errno.ts";
import { Directory, DirectoryInode, type Inode, LiveDirectory, TextFile } from "./inode.ts";
import type { Machine } from "./machine.ts";
import type { Process } from "./process.ts";

/** /proc/sys: net/ is the live tree of the namespace that the reader is in. */
export function makeProcSys(machine: Machine, hostname: string): DirectoryInode {
  const kernel = new Directory(machine, 0o555);
  const value = (name: string, initial: string, writable = false) => {
    let now = initial;
    const take = (_: Process, text: string) => {
      now = text.replace(/\n$/, "");
    };
    kernel.add(name, new TextFile(() => `${now}\n`, writable ? take : undefined));
  };
  value("randomize_va_space", "2", true);
  value("printk", "4\t4\t1\t7", true);
  value("pid_max", "32768", true);
  value("panic", "0", true);
  value("dmesg_restrict", "0", true);
  value("domainname", "(none)", true);
  value("version", "#1 SMP PREEMPT_DYNAMIC");
  value("ostype", "Linux");
  value("osrelease", "6.18.0");
  kernel.add(
    "hostname",
    new TextFile(
      () => `${machine.hostname}\n`,
      (_, text) => {
        machine.hostname = text.replace(/\n$/, "");
      },
    ),
  );
  machine.hostname = hostname;
  const fixed: Record<string, Inode> = { kernel, net: sysctlDirectory("net") };
  for (const name of ["fs", "vm", "debug", "dev", "user"]) fixed[name] = new Directory(machine, 0o555);
  return new LiveDirectory(
    (name) => (Object.hasOwn(fixed, name) ? fixed[name] : undefined),
    () => Object.keys(fixed).sort(),
  );
}

function sysctlDirectory(folder: string): DirectoryInode {
  return new SysctlDirectory(folder);
}

class SysctlDirectory extends DirectoryInode {
  private readonly folder: string;

  constructor(folder: string) {
    super(0o555, 0);
    this.folder = folder;
  }

  lookup(name: string, proc: Process): Inode | undefined {
    const path = `${this.folder}/${name}`;
    const { sysctl } = proc.net;
    if (sysctl.has(path)) return leaf(path, sysctl.mode(path));
    return sysctl.children(path) ? new SysctlDirectory(path) : undefined;
  }

  names(proc: Process): string[] {
    return (proc.net.sysctl.children(this.folder) ?? []).map(([name]) => name).sort();
  }

  override add(): void {
    throw new KernelError("ENOENT");
  }

  override get size(): number {
    return 0;
  }
}

/** sysctls refuse an opener that the mode forbids even to root (proc_sys_permission). */
function leaf(path: string, mode: number): Inode {
  const inode = new TextFile(
    (proc) => `${proc.net.sysctl.get(path)}\n`,
    (proc, text) => {
      if ((mode & 0o200) === 0) throw new KernelError("EACCES");
      proc.net.sysctl.set(path, text.replace(/\n$/, ""));
    },
    mode,
  );
  const open = inode.open.bind(inode);
  inode.open = (proc, how, at) => {
    if (how.write && (mode & 0o222) === 0) throw new KernelError("EACCES");
    if ((how.read || !how.write) && (mode & 0o444) === 0) throw new KernelError("EACCES");
    return open(proc, how, at);
  };
  return inode;
}
