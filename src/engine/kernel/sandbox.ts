import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { Profile } from "../engine.ts";
import { HOME, initScript } from "./init.ts";

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
  /** The lab's folder: visible at its own path, copy-on-write. */
  readonly folder?: string;
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
  private readonly rootless: boolean;
  readonly ended: Promise<void>;

  private constructor(child: ChildProcess, pid: number, rootless: boolean) {
    this.child = child;
    this.pid = pid;
    this.rootless = rootless;
    this.ended = new Promise((resolve) => child.once("exit", () => resolve()));
  }

  static async open(options: SandboxOptions): Promise<Sandbox> {
    const rootless = process.getuid?.() !== 0;
    const flags = ["--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc"];
    if (rootless) flags.unshift("--user", "--map-root-user");
    const script = initScript({ profile: options.profile, folder: options.folder });
    const child = spawn("unshare", [...flags, "--propagation", "private", "bash", "-c", script], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: process.env.PATH ?? "", HOME: "/root", LANG: "C.UTF-8" },
    });
    const said = await firstLine(child);
    if (said !== "READY") {
      child.kill("SIGKILL");
      throw new SandboxError(
        `the kernel gives no sandbox: ${said || "unshare failed"}`,
        rootless
          ? "run as root, or allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1)"
          : "packetwalk doctor says what is missing",
      );
    }
    return new Sandbox(child, firstChild(child.pid as number), rootless);
  }

  /** The command that runs `argv` inside: to spawn with any stdio, or on a pseudo terminal. */
  command(
    argv: readonly string[],
    options: { cwd?: string | undefined; ns?: string | undefined } = {},
  ): string[] {
    const enter = ["nsenter", "--target", String(this.pid), "--net", "--mount", "--pid", "--uts", "--ipc"];
    if (this.rootless) enter.push("--user", "--preserve-credentials");
    if (options.cwd !== undefined) enter.push(`--wdns=${options.cwd}`);
    const ns = options.ns === undefined || options.ns === "host" ? [] : ["ip", "netns", "exec", options.ns];
    return [...enter, "--", ...ns, ...argv];
  }

  /** What a program inside gets as its environment. */
  environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      PATH: `${HOME}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
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
