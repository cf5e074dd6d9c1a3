import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { Profile } from "../engine.ts";
import { HOME } from "./home.ts";
import { Guard } from "./host-log/guard.ts";
import { HostLog } from "./host-log/host-log.ts";
import { initScript } from "./init.ts";
import { REAL } from "./namespace-tools.ts";

/** Debian keeps network tools where an ordinary user's PATH does not look. */
export const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Where the engine's own programs in the sandbox look: the real `ip`, not the one that hands on the profile. */
export const OWN_PATH = `${REAL}:${SYSTEM_PATH}`;

/** Memory that one process of a lab may have, in KiB. */
const MOST_DATA = 1 << 20;

/** What a program of the lab is started by: limits its memory, and when the machine's is gone the lab's are killed. */
const WITH_LIMITS = [
  "sh",
  "-c",
  `echo 1000 > /proc/self/oom_score_adj; ulimit -d ${MOST_DATA}; exec "$@"`,
  "sh",
];

/** The kernel refused the sandbox, or a tool is missing: `cure` says what to do. */
export class SandboxError extends Error {
  readonly cure: string;
  constructor(message: string, cure: string) {
    super(message);
    this.cure = cure;
  }
}

export interface SandboxOptions {
  readonly profile: Profile;
  /** The lab's folders: visible at their own paths, copy-on-write. */
  readonly folders?: readonly string[];
  /** As root: LOG rules log for as long as the sandbox is there (the host's nf_log_all_netns), and `dmesg` shows it. */
  readonly hostLog?: boolean;
}

/**
 * A process tree in network, mount, PID, UTS and IPC namespaces of its own (and a user namespace when we are
 * not root). Nothing in it is reachable from outside or outlives it: its process 1 ends when our end of its
 * standard input closes, and takes everything along.
 */
export class Sandbox {
  /** Process 1 of the sandbox, as numbered outside. */
  readonly pid: number;
  private readonly child: ChildProcess;
  /** Made by an ordinary user: 0 inside is that user outside, and nobody else is there. */
  readonly rootless: boolean;
  readonly ended: Promise<void>;
  readonly hostLog: HostLog | undefined;

  private constructor(child: ChildProcess, pid: number, rootless: boolean, hostLog: HostLog | undefined) {
    this.hostLog = hostLog;
    this.child = child;
    this.pid = pid;
    this.rootless = rootless;
    this.ended = new Promise((resolve) => child.once("exit", () => resolve()));
  }

  static async open(options: SandboxOptions): Promise<Sandbox> {
    const rootless = process.getuid?.() !== 0;
    Guard.repair();
    const hostLog = options.hostLog ? await HostLog.open() : undefined;
    // As root the init script makes the other namespaces itself, below a user namespace of its own.
    const flags = rootless
      ? ["--user", "--map-root-user", "--net", "--mount", "--pid", "--uts", "--ipc"]
      : ["--mount", "--pid"];
    const script = initScript({ profile: options.profile, folders: options.folders ?? [], rootless });
    // --norc: Node's pipes are sockets, and a bash whose standard input is one takes itself to be run by rshd and
    // reads ~/.bashrc, whatever that may print or wait for (pyenv's waits up to a minute for a lock).
    const child = spawn(
      "unshare",
      [
        ...flags,
        "--fork",
        "--kill-child",
        "--mount-proc",
        "--propagation",
        "private",
        "bash",
        "--norc",
        "-c",
        script,
      ],
      {
        stdio: ["pipe", "pipe", "pipe"],
        env: { PATH: SYSTEM_PATH, HOME: "/root", LANG: "C.UTF-8" },
        // Ctrl-C on our terminal is for the script, not for what holds its world together.
        detached: true,
      },
    );
    child.stdin?.on("error", () => {});
    const said = await firstLine(child);
    if (said !== "READY") {
      child.kill("SIGKILL");
      await hostLog?.close();
      throw new SandboxError(
        `the kernel gives no sandbox: ${said.replace(/^FAIL /, "").replaceAll("\n", "; ") || "unshare failed"}`,
        rootless
          ? "run as root, or allow unprivileged user namespaces; packetwalk doctor says how"
          : "packetwalk doctor says what is missing",
      );
    }
    const init = firstChild(child.pid as number);
    hostLog?.attach(init);
    return new Sandbox(child, init, rootless, hostLog);
  }

  /** The command that runs `argv` inside: to spawn with any stdio, or on a pseudo terminal. */
  command(
    argv: readonly string[],
    options: {
      cwd?: string | undefined;
      ns?: string | undefined;
      /** Outside the sandbox's PID namespace. */
      beside?: boolean;
    } = {},
  ): string[] {
    const enter = ["nsenter", "--target", String(this.pid)];
    enter.push("--user", "--net", "--mount", "--uts", "--ipc");
    if (options.beside !== true) enter.push("--pid");
    if (this.rootless) enter.push("--preserve-credentials");
    if (options.cwd !== undefined) enter.push(`--wdns=${options.cwd}`);
    const ns = options.ns === undefined || options.ns === "host" ? [] : ["ip", "netns", "exec", options.ns];
    return [...enter, "--", ...(options.beside ? [] : WITH_LIMITS), ...ns, ...argv];
  }

  /** What a program inside gets as its environment. */
  environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      PATH: `${HOME}/bin:${SYSTEM_PATH}`,
      HOME: "/root",
      USER: "root",
      LOGNAME: "root",
      SHELL: "/bin/bash",
      LANG: "C.UTF-8",
      ...extra,
    };
  }

  /** Ends everything inside. */
  async close(): Promise<void> {
    this.child.stdin?.end();
    this.child.kill("SIGKILL");
    await this.ended;
    await this.hostLog?.close();
  }
}

/** The first line that the child prints on standard output; what it complained about when it ends first. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let out = "";
    let err = "";
    child.stdout?.on("data", (bytes: Buffer) => {
      out += bytes.toString();
      const end = out.indexOf("\n");
      if (end >= 0) resolve(out.slice(0, end));
    });
    child.stderr?.on("data", (bytes: Buffer) => {
      err += bytes.toString();
    });
    child.once("error", (error) => resolve(error.message));
    child.once("exit", () => resolve(err.trim()));
  });
}

function firstChild(pid: number): number {
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(path) ? readFileSync(path, "utf8").trim().split(" ") : [];
  return Number(children[0]);
}
