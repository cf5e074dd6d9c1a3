import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { obstacle } from "../../src/engine/kernel/doctor.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BIN = join(ROOT, "bin/packetwalk.js");

const found = obstacle();
/** The kernel engine works here and we are root, whose sandboxes are tested; otherwise one line says why not. */
export const HAS_KERNEL = found === undefined && process.getuid?.() === 0;
if (!HAS_KERNEL) console.log(`kernel engine tests skipped: ${found?.what ?? "they need root"}`);

/** A folder of the test's own with script files. */
export class Scripts {
  readonly folder = mkdtempSync(join(tmpdir(), "packetwalk-kernel-"));

  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Runs the command line to its end. */
export function packetwalk(...args: string[]) {
  const run = spawnSync(process.execPath, [BIN, ...args], { cwd: ROOT, encoding: "utf8", timeout: 170_000 });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** Starts the command line. */
export function start(args: readonly string[]) {
  return spawn(process.execPath, [BIN, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
}

/** Network namespaces that some process is in. */
export function namespaces(): Set<string> {
  const all = new Set<string>();
  for (const pid of pids()) {
    try {
      all.add(readlinkSync(`/proc/${pid}/ns/net`));
    } catch {
      // It has ended.
    }
  }
  return all;
}

/** Every process below one. */
export function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const pid of pids()) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      parents.set(pid, Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It has ended.
    }
  }
  const below = new Set([root]);
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const [pid, parent] of parents) if (below.has(parent)) below.add(pid);
  }
  below.delete(root);
  return [...below];
}

export function pids(): number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

/** What a run must not change, each by its hash, so that a difference names itself. */
export function hostState(): Record<string, string> {
  const looks: Record<string, string> = {
    link: "ip -o link | sed 's/ \\(state\\|qlen\\) .*//'",
    addr: "ip -o -4 addr",
    route: "ip route show table all",
    rule: "ip rule",
    rules: "iptables-save | grep -v '^#' | sed 's/\\[[0-9:]*\\]//'",
    nft: "nft list ruleset | sed 's/packets [0-9]* bytes [0-9]*//; s/# handle.*//'",
    // Counters and clocks of their own are not settings; nf_log_all_netns has tests of its own, maybe beside these.
    sysctl:
      "sysctl -a 2>/dev/null | grep -E '^(net|kernel|vm|fs)\\.' | grep -vE 'random|quota|nf_conntrack_count|-nr|_state|ns_last_pid|nf_log_all_netns|inode|dentry|pty.nr'",
    netns: "ls -la /run/netns 2>&1",
    mounts: "cat /proc/self/mounts",
    // Those that the machine's own services make come and go.
    cgroups:
      "find /sys/fs/cgroup -type d 2>/dev/null | grep -vE '[.](scope|service|slice|mount|socket)|/user@' | sort",
    modes: "stat -c '%n %a' /proc/sys/kernel /sys /dev/null /run /tmp",
    tracing: "ls /sys/kernel/tracing/instances /sys/kernel/debug/tracing/instances 2>&1",
  };
  const state: Record<string, string> = {};
  for (const [name, command] of Object.entries(looks)) {
    const { stdout } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    state[name] = createHash("sha256").update(stdout).digest("hex");
  }
  return state;
}

/** Waits until `holds`, at most `ms`; says whether it came to hold. */
export async function eventually(holds: () => boolean, ms: number): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; ) {
    if (holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return holds();
}

/** Whether a process runs: what is dead and not yet reaped does not. */
export function isThere(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

export function commandOf(pid: number): string {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").slice(0, 80)}`;
  } catch {
    return String(pid);
  }
}

/** `packetwalk shell --engine kernel` on a terminal of this machine, then `stty -a`, as a person's shell would. */
export class Person {
  text = "";
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  /** `as`: what goes before the command, to be another user. */
  constructor(as: readonly string[], ...args: string[]) {
    const command = [...as, process.execPath, BIN, "shell", "--engine", "kernel", ...args];
    const words = command.map((word) => `'${word}'`).join(" ");
    const line = `stty sane cols 91 rows 34; tty; ${words}; code=$?; stty -a; exit $code`;
    this.child = spawn("script", ["-qec", line, "/dev/null"], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, HOME: "/", TERM: "dumb", SHELL: "/bin/sh" },
    });
    this.child.stdout?.on("data", (bytes: Buffer) => {
      this.text += bytes.toString();
    });
    this.ended = new Promise((resolve) => this.child.once("close", resolve));
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  async shows(what: RegExp): Promise<RegExpExecArray> {
    await eventually(() => what.test(this.text), 50_000);
    const found = what.exec(this.text);
    if (!found) {
      this.child.kill();
      throw new Error(`${what} never came:\n${this.text}`);
    }
    this.text = this.text.slice(found.index + found[0].length);
    return found;
  }
}
