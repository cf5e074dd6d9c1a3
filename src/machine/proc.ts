import { SECOND } from "../base/clock.ts";
import { descriptors } from "./dev.ts";
import type { OpenFile } from "./file.ts";
import { DirectoryInode, type Inode, LiveDirectory, NamespaceFile, Symlink, TextFile } from "./inode.ts";
import type { Machine } from "./machine.ts";
import { netDirectory } from "./proc-net.ts";
import { makeProcSys } from "./proc-sys.ts";
import type { Process } from "./process.ts";
import { SIGNALS, type Signal } from "./signal.ts";

export const KERNEL_RELEASE = "6.18.0";
export const KERNEL_VERSION = "#1 SMP PREEMPT_DYNAMIC";

const seconds = (ns: number) => (ns / SECOND).toFixed(2);

export function makeProc(machine: Machine, hostname: string): DirectoryInode {
  const fixed = new Map<string, Inode>();
  fixed.set("self", new Symlink((proc) => String(proc.pid)));
  fixed.set("thread-self", new Symlink((proc) => `${proc.pid}/task/${proc.pid}`));
  fixed.set("net", new Symlink("self/net"));
  fixed.set("mounts", new Symlink("self/mounts"));
  fixed.set("sys", makeProcSys(machine, hostname));
  fixed.set("uptime", new TextFile(() => `${seconds(machine.now)} ${seconds(machine.now)}\n`));
  fixed.set(
    "loadavg",
    new TextFile(() => `0.00 0.00 0.00 1/${machine.processes.size} ${machine.newestPid}\n`),
  );
  fixed.set(
    "version",
    new TextFile(() => `Linux version ${KERNEL_RELEASE} (packetwalk) (simulated) ${KERNEL_VERSION}\n`),
  );
  fixed.set("cmdline", new TextFile(() => "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro\n"));
  fixed.set("modules", new TextFile(() => ""));
  fixed.set(
    "filesystems",
    new TextFile(() => "nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevtmpfs\n\text4\n"),
  );
  const find = (name: string, proc: Process): Inode | undefined => {
    const known = fixed.get(name);
    if (known) return known;
    if (!/^[1-9]\d*$/.test(name)) return undefined;
    const target = proc.machine.processes.get(Number(name));
    return target ? processDirectory(target) : undefined;
  };
  return new LiveDirectory(find, () => [
    ...[...machine.processes.keys()].sort((a, b) => a - b).map(String),
    ...fixed.keys(),
  ]);
}

/** "R", "S", "T" or "Z", as ps shows it. */
export function processState(proc: Process): "R" | "S" | "T" | "Z" {
  if (proc.exit) return "Z";
  if (proc.stopped) return "T";
  return proc.machine.current === proc || proc.runnable ? "R" : "S";
}

const STATE_NAMES = { R: "running", S: "sleeping", T: "stopped", Z: "zombie" } as const;

/** The kernel's 15-character name of a process (task->comm): the file it runs. */
export function comm(proc: Process): string {
  const of = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  return (proc.path === "" ? proc.name : of(proc.path)).slice(0, 15);
}

function processDirectory(proc: Process): DirectoryInode {
  const files: Record<string, () => Inode> = {
    cmdline: () => new TextFile(() => (proc.exit ? "" : proc.argv.map((a) => `${a}\0`).join(""))),
    comm: () => new TextFile(() => `${comm(proc)}\n`),
    cwd: () => new Symlink(() => proc.cwd),
    environ: () =>
      new TextFile(() => [...proc.env].map(([k, v]) => `${k}=${v}\0`).join(""), undefined, 0o400),
    exe: () => new Symlink(() => proc.path),
    fd: () => descriptors(() => proc),
    mounts: () => new TextFile(mounts),
    net: () => netDirectory(() => proc.net),
    ns: () => namespaces(proc),
    root: () => new Symlink("/"),
    stat: () => new TextFile(() => statLine(proc)),
    status: () => new TextFile(() => statusText(proc)),
    task: () =>
      new LiveDirectory(
        (name) => (name === String(proc.pid) ? processDirectory(proc) : undefined),
        () => [String(proc.pid)],
      ),
  };
  return new LiveDirectory(
    (name) => (Object.hasOwn(files, name) ? files[name]() : undefined),
    () => Object.keys(files),
  );
}

function namespaces(proc: Process): DirectoryInode {
  const of: Record<string, () => Inode> = {
    mnt: () => new Symlink(`mnt:[${proc.mounts.id}]`),
    net: () => new NamespaceFile(proc.net),
    pid: () => new Symlink("pid:[4026531836]"),
    uts: () => new Symlink("uts:[4026531838]"),
  };
  return new LiveDirectory(
    (name) => (Object.hasOwn(of, name) ? of[name]() : undefined),
    () => Object.keys(of),
  );
}

function statLine(proc: Process): string {
  const ticks = Math.floor(proc.startTime / (SECOND / 100));
  const tty = proc.tty ? 34816 : 0;
  const parent = proc.parent?.pid ?? 0;
  const head = [
    proc.pid,
    `(${comm(proc)})`,
    processState(proc),
    parent,
    proc.pgid,
    proc.sid,
    tty,
    proc.tty?.foreground ?? -1,
  ];
  const rest = [4194304, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 1, 0, ticks, 0, 0];
  return `${[...head, ...rest].join(" ")}\n`;
}

function mask(proc: Process, want: (handler: unknown) => boolean): string {
  let bits = 0n;
  for (const name of Object.keys(SIGNALS) as Signal[]) {
    if (want(proc.handlerOf(name))) bits |= 1n << BigInt(SIGNALS[name] - 1);
  }
  return bits.toString(16).padStart(16, "0");
}

function statusText(proc: Process): string {
  const state = processState(proc);
  const lines: [string, string][] = [
    ["Name", comm(proc)],
    ["Umask", proc.umask.toString(8).padStart(4, "0")],
    ["State", `${state} (${STATE_NAMES[state]})`],
    ["Tgid", String(proc.pid)],
    ["Ngid", "0"],
    ["Pid", String(proc.pid)],
    ["PPid", String(proc.parent?.pid ?? 0)],
    ["TracerPid", "0"],
    ["Uid", Array(4).fill(proc.uid).join("\t")],
    ["Gid", Array(4).fill(0).join("\t")],
    ["FDSize", "256"],
    ["Groups", "0 "],
    ["NStgid", String(proc.pid)],
    ["NSpid", String(proc.pid)],
    ["NSpgid", String(proc.pgid)],
    ["NSsid", String(proc.sid)],
    ["Threads", "1"],
    ["SigPnd", "0".repeat(16)],
    ["SigBlk", "0".repeat(16)],
    ["SigIgn", mask(proc, (h) => h === "ignore")],
    ["SigCgt", mask(proc, (h) => h !== undefined && h !== "ignore")],
  ];
  return lines.map(([k, v]) => `${k}:\t${v}\n`).join("");
}

function mounts(proc: Process): string {
  const lines = [
    "/dev/sda1 / ext4 rw,relatime 0 0",
    "proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0",
    "sysfs /sys sysfs rw,nosuid,nodev,noexec,relatime 0 0",
    "udev /dev devtmpfs rw,nosuid,relatime,mode=755 0 0",
    "tmpfs /run tmpfs rw,nosuid,nodev,noexec,relatime,mode=755 0 0",
  ];
  const names = proc.mounts.root.lookup("run");
  const netns = names instanceof DirectoryInode ? names.lookup("netns", proc) : undefined;
  if (netns instanceof DirectoryInode)
    for (const name of netns.names(proc).reverse()) lines.push(`nsfs /run/netns/${name} nsfs rw 0 0`);
  for (const path of proc.mounts.binds.keys()) lines.push(`/dev/sda1 ${path} ext4 rw,relatime 0 0`);
  return lines.map((l) => `${l}\n`).join("");
}

/** What `readlink /proc/PID/fd/N` says. */
export function describeFile(file: OpenFile): string {
  return file.path ?? `${file.kind}:[0]`;
}
