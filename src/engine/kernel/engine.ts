import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import type { Engine, EngineOptions, Job, JobEnd, QueryAnswer, RunningJob } from "../engine.ts";
import { HOME } from "./home.ts";
import { quote } from "./init.ts";
import { Sandbox } from "./sandbox.ts";
import { TerminalJob } from "./terminal.ts";
import { Agent } from "./walk/agent.ts";

export interface KernelOptions extends EngineOptions {
  /** Folders that the lab sees at their own paths. */
  readonly folders?: readonly string[];
  /** See SandboxOptions. */
  readonly hostLog?: boolean;
}

/** A job, maybe with a descriptor or a stream of ours as its standard input. */
export interface KernelJob extends Job {
  readonly from?: number | Readable | undefined;
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGTERM: 15,
};

/** Seconds after which a question has no answer. */
const PATIENCE = 10;

/** Milliseconds for the last output of a job that has ended. */
const DRAIN = 100;

/**
 * Signals the processes of a job as a terminal would, but not `nsenter`, which leads their group and waits for
 * them: it ends as the job ends, so the job's own answer to the signal counts.
 */
function signalGroup(leader: number, signal: NodeJS.Signals): void {
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === leader) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
      if (group === leader) process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** The real kernel behind the Engine seam: real bash and real tools in a sandbox. */
export class KernelEngine implements Engine {
  readonly kind = "kernel";
  readonly sandbox: Sandbox;
  private readonly jobs = new Set<ChildProcess>();
  /** A shell that is there already, for questions. */
  private agent: Agent | undefined;

  private constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
  }

  static async open(options: KernelOptions = {}): Promise<KernelEngine> {
    const sandbox = await Sandbox.open({
      profile: options.profile ?? "ubuntu",
      folders: options.folders ?? [],
      hostLog: options.hostLog ?? false,
    });
    return new KernelEngine(sandbox);
  }

  start(job: KernelJob): RunningJob {
    if (job.terminal) return new TerminalJob(this.sandbox, job, job.terminal);
    const [command, ...args] = this.sandbox.command(job.argv, { cwd: job.cwd, ns: job.ns });
    const child = spawn(command, args, {
      stdio: [
        typeof job.from === "number" ? job.from : job.input || job.from ? "pipe" : "ignore",
        "pipe",
        "pipe",
      ],
      env: this.sandbox.environment(job.env),
      // A process group of its own: an interrupt reaches the job's processes and nothing of ours.
      detached: true,
    });
    this.jobs.add(child);
    child.stdin?.on("error", () => {});
    if (job.from instanceof Readable && child.stdin) job.from.pipe(child.stdin);
    child.stdout?.on("data", (bytes: Buffer) => job.output(bytes, "stdout"));
    child.stderr?.on("data", (bytes: Buffer) => job.output(bytes, "stderr"));
    const done = new Promise<JobEnd>((resolve) => {
      const end = (code: number | null, signal: string | null) => {
        if (!this.jobs.delete(child)) return;
        resolve({ status: code ?? 128 + (SIGNAL_NUMBERS[signal ?? ""] ?? 0) });
      };
      child.once("error", () => end(127, null));
      // Whoever runs on in the background keeps the pipes open: what has been said by now is read, and that is all.
      child.once("exit", (code, signal) => {
        const drain = () => void setTimeout(() => end(code, signal), DRAIN);
        // Output that waits to be taken is waited for.
        if (child.stdout?.isPaused()) child.stdout.once("resume", drain);
        else drain();
      });
      child.once("close", end);
    });
    return {
      done,
      write: (bytes) => void child.stdin?.write(bytes),
      endInput: () => void child.stdin?.end(),
      signal: (name) => signalGroup(child.pid as number, `SIG${name}` as NodeJS.Signals),
      resize: () => {},
      pause: () => {
        child.stdout?.pause();
        child.stderr?.pause();
      },
      resume: () => {
        child.stdout?.resume();
        child.stderr?.resume();
      },
    };
  }

  async query(argv: readonly string[], ns?: string): Promise<QueryAnswer> {
    this.agent ??= new Agent(this.sandbox);
    // nsenter costs less than `ip netns exec`, which mounts /sys; what only looks needs none.
    const enter = ns === undefined || ns === "host" ? "" : `nsenter --net=/run/netns/${quote(ns)} -- `;
    const command = `timeout ${PATIENCE} ${enter}${argv.map(quote).join(" ")}`;
    const answer = await this.agent.ask(
      `{ e=$( { ${command}; echo $? >&3; } 2>&1 >&4 4>&- ); } 3>${HOME}/status 4>&1; printf '\\002%s\\002' "$e"; cat ${HOME}/status`,
    );
    const [stdout = "", stderr = "", status = "1"] = answer.split("\u0002");
    return { stdout, stderr: stderr === "" ? "" : `${stderr}\n`, status: Number(status) };
  }

  async close(): Promise<void> {
    this.agent?.close();
    await this.sandbox.close();
  }
}
