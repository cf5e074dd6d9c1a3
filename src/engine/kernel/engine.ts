import { type ChildProcess, spawn } from "node:child_process";
import type { Engine, EngineOptions, Job, JobEnd, QueryAnswer, RunningJob } from "../engine.ts";
import { Sandbox } from "./sandbox.ts";

export interface KernelOptions extends EngineOptions {
  readonly folder?: string;
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGTERM: 15,
};

/** The real kernel behind the Engine seam: real bash and real tools in a sandbox. */
export class KernelEngine implements Engine {
  readonly kind = "kernel";
  readonly sandbox: Sandbox;
  private readonly jobs = new Set<ChildProcess>();

  private constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
  }

  static async open(options: KernelOptions = {}): Promise<KernelEngine> {
    const sandbox = await Sandbox.open({
      profile: options.profile ?? "ubuntu",
      ...(options.folder === undefined ? {} : { folder: options.folder }),
    });
    return new KernelEngine(sandbox);
  }

  start(job: Job): RunningJob {
    if (job.terminal) throw new Error("the kernel engine has no terminals yet");
    const [command, ...args] = this.sandbox.command(job.argv, { cwd: job.cwd, ns: job.ns });
    const child = spawn(command, args, {
      stdio: [job.input ? "pipe" : "ignore", "pipe", "pipe"],
      env: this.sandbox.environment(job.env),
    });
    this.jobs.add(child);
    child.stdout?.on("data", (bytes: Buffer) => job.output(bytes, "stdout"));
    child.stderr?.on("data", (bytes: Buffer) => job.output(bytes, "stderr"));
    const done = new Promise<JobEnd>((resolve) => {
      child.once("close", (code, signal) => {
        this.jobs.delete(child);
        resolve({ status: code ?? 128 + (SIGNAL_NUMBERS[signal ?? ""] ?? 0) });
      });
    });
    return {
      done,
      write: (bytes) => void child.stdin?.write(bytes),
      endInput: () => void child.stdin?.end(),
      signal: (name) => void child.kill(`SIG${name}` as NodeJS.Signals),
      resize: () => {},
    };
  }

  async query(argv: readonly string[], ns?: string): Promise<QueryAnswer> {
    const answer = { stdout: "", stderr: "", status: 0 };
    const job = this.start({
      argv,
      ...(ns === undefined ? {} : { ns }),
      output: (bytes, stream) => {
        answer[stream] += Buffer.from(bytes).toString();
      },
    });
    answer.status = (await job.done).status;
    return answer;
  }

  async close(): Promise<void> {
    await this.sandbox.close();
  }
}
