import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Job, JobEnd, RunningJob, TerminalSize } from "../engine.ts";
import { quote } from "./init.ts";
import type { Sandbox } from "./sandbox.ts";

/**
 * A job on a terminal: a pseudo terminal of the sandbox's own devpts, held by `script` (util-linux) inside the
 * sandbox. So the terminal has a name there (`tty`, tmux), the job leads a session of the sandbox's PID namespace
 * (job control: a session that was led from outside would show as 0), and nothing of it outlives the sandbox.
 * A terminal opened by us would be one of the host's.
 *
 * Bytes that are written are keys: \x03 interrupts what runs in the foreground. The size is set with `stty` from
 * beside the sandbox's PID namespace, and the kernel tells the foreground job (SIGWINCH).
 */
export class TerminalJob implements RunningJob {
  readonly done: Promise<JobEnd>;
  private readonly sandbox: Sandbox;
  private readonly child: ChildProcess;
  /** The terminal's name inside, once it is there: /dev/pts/0. */
  private name: string | undefined;
  private size: TerminalSize;
  /** A `stty` is on its way. */
  private sizing = false;
  /** Keys that were pressed before the terminal was there. */
  private early: Uint8Array[] = [];
  private ending = false;

  constructor(sandbox: Sandbox, job: Job, size: TerminalSize) {
    this.sandbox = sandbox;
    this.size = size;
    const ns = job.ns === undefined || job.ns === "host" ? [] : ["ip", "netns", "exec", job.ns];
    // A shell that is not interactive, as script's is, drops PS1 from its environment.
    const prompt = job.env?.PS1 === undefined ? [] : ["env", `PS1=${job.env.PS1}`];
    const words = [...prompt, ...ns, ...job.argv].map(quote).join(" ");
    // The first line is for us. script's own standard input is no terminal, so it sets none of this by itself.
    const start = `stty sane iutf8 cols ${size.columns} rows ${size.rows}; tty; exec ${words}`;
    const [command, ...args] = sandbox.command(["script", "-qec", start, "/dev/null"], { cwd: job.cwd });
    this.child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: sandbox.environment({ TERM: "xterm-256color", ...job.env }),
      detached: true,
    });
    this.child.stdin?.on("error", () => {});
    const take = this.taker((bytes) => job.output(bytes, "stdout"));
    this.child.stdout?.on("data", take);
    // What nsenter or script itself complains about; the job's errors come on the terminal.
    this.child.stderr?.on("data", (bytes: Buffer) => job.output(bytes, "stderr"));
    this.done = new Promise((resolve) => {
      this.child.once("error", () => resolve({ status: 127 }));
      this.child.once("close", (code) => resolve({ status: code ?? 129 }));
    });
  }

  /** Takes the first line off what the terminal prints: its name. */
  private taker(output: (bytes: Uint8Array) => void): (bytes: Buffer) => void {
    const made = this.size;
    let held = Buffer.alloc(0);
    return (bytes) => {
      if (this.name !== undefined) return output(bytes);
      held = Buffer.concat([held, bytes]);
      const end = held.indexOf("\n");
      if (end < 0) return;
      this.name = held.subarray(0, end).toString().trim();
      for (const keys of this.early.splice(0)) this.write(keys);
      if (this.ending) this.endInput();
      if (this.size !== made) this.resize(this.size);
      if (end + 1 < held.length) output(held.subarray(end + 1));
    };
  }

  write(bytes: Uint8Array): void {
    if (this.name === undefined) this.early.push(bytes);
    else this.child.stdin?.write(bytes);
  }

  /** Ctrl-D, as often as whoever reads there needs it. */
  endInput(): void {
    this.ending = true;
    if (this.name !== undefined) this.child.stdin?.end();
  }

  /** To the job's own process group. "HUP" is what the end of a terminal window sends. */
  signal(name: string): void {
    const leader = this.leader();
    if (leader === undefined) return void this.child.kill("SIGKILL");
    try {
      process.kill(-leader, `SIG${name}` as NodeJS.Signals);
    } catch {
      // It has ended.
    }
  }

  pause(): void {
    this.child.stdout?.pause();
  }

  resume(): void {
    this.child.stdout?.resume();
  }

  resize(size: TerminalSize): void {
    this.size = size;
    if (this.name === undefined || this.sizing) return;
    this.sizing = true;
    const argv = ["stty", "-F", this.name, "cols", String(size.columns), "rows", String(size.rows)];
    const [command, ...args] = this.sandbox.command(argv, { beside: true });
    const stty = spawn(command, args, { stdio: "ignore", env: this.sandbox.environment(), detached: true });
    const over = () => {
      this.sizing = false;
      // A window that is pulled by its edge has many sizes on the way: the last one counts.
      if (this.size !== size) this.resize(this.size);
    };
    stty.once("error", over);
    stty.once("exit", over);
  }

  /** The process, as numbered outside, that leads the session on the terminal: nsenter's child's child. */
  private leader(): number | undefined {
    const script = children(this.child.pid as number)[0];
    return script === undefined ? undefined : children(script)[0];
  }
}

function children(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    if (text !== "") return text.split(" ").map(Number);
  } catch {
    // It has ended, or the kernel is without CONFIG_PROC_CHILDREN.
  }
  return readdirSync("/proc")
    .map(Number)
    .filter((other) => Number.isInteger(other) && parent(other) === pid);
}

function parent(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
