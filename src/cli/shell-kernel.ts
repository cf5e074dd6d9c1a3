import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Job } from "../engine/engine.ts";
import type { KernelEngine } from "../engine/kernel/engine.ts";
import type { KernelWalker } from "../engine/kernel/walk/walker.ts";
import { attach, terminalSize } from "./attach.ts";
import { buildLab, type LabFileRun } from "./lab-file.ts";
import { mainJob } from "./main-job.ts";
import { Marks } from "./marks.ts";
import { closeKernel, openKernel } from "./open-kernel.ts";
import type { RunOptions } from "./options.ts";
import { print } from "./out.ts";
import type { ShellListener } from "./shell-listener.ts";
import { canWatch, openWalker } from "./watch-kernel.ts";

/** How long a shell that is hung up on may take to end by itself. */
const GRACE = 2000;

const GREETING =
  "A real Linux, in a sandbox: what happens here stays here and ends with it. Leave with exit or Ctrl-D.\r\n";

/** `packetwalk shell --engine kernel [FILE]`: a terminal in a sandbox on this machine's kernel, after the script. */
export async function shellOnKernel(
  options: RunOptions,
  lab: LabFileRun | undefined,
  listener: ShellListener,
): Promise<number> {
  const raw = process.stdin.isTTY === true;
  const say = (line: string) => process.stderr.write(`packetwalk: ${line}${raw ? "\r" : ""}\n`);
  const watched = listener.onEvent !== undefined || listener.onFrame !== undefined;
  if (watched && !(await canWatch(say))) return 2;
  const engine = await openKernel(options, say);
  if (!engine) {
    listener.close();
    return 1;
  }
  const marks = raw && listener.teller ? new Marks() : undefined;
  let walker: KernelWalker | undefined;
  let hung: NodeJS.Timeout | undefined;
  const run = (job: Pick<Job, "argv" | "cwd" | "input" | "env">) => {
    const write = (bytes: Uint8Array, stream: "stdout" | "stderr") =>
      print(stream, marks?.take(bytes) ?? bytes);
    const running = engine.start({
      ...job,
      env: { PS1: "\\u@\\h:\\w\\$ ", TERM: process.env.TERM ?? "dumb", ...job.env },
      ...(raw ? { terminal: terminalSize() } : {}),
      output: (bytes, stream) => {
        if (walker && !raw) walker.output(() => void write(bytes, stream));
        else write(bytes, stream);
      },
    });
    const hangUp = () => {
      running.signal("HUP");
      hung ??= setTimeout(() => void engine.close(), GRACE);
    };
    return attach(running, { raw, keys: raw || job.input === true, hangUp });
  };
  try {
    const failure = lab && (await buildLab(engine, lab));
    if (failure !== undefined) {
      say(failure);
      return 1;
    }
    if (watched) walker = await watch(engine, options, lab, listener, say, marks);
    const status = await script(options, lab, walker, raw, run);
    if (hung) return status;
    if (status !== 0) say(`${options.file} ended with status ${status}`);
    if (listener.teller) listener.teller.silent = false;
    if (raw) process.stderr.write(GREETING);
    const cwd = options.file === undefined ? process.cwd() : dirname(resolve(options.file));
    // A pipe's commands are for the shell, not for the script before; and there is nobody to prompt.
    const ended = raw
      ? await run({ argv: walker?.terminal("host") ?? ["bash", "-i"], cwd, input: true })
      : await run({ argv: ["bash"], cwd, input: true, ...(walker ? { env: walker.environment } : {}) });
    if (!hung) await walker?.close(ended.status);
    listener.teller?.finish();
    return ended.status;
  } finally {
    clearTimeout(hung);
    await walker?.abort();
    listener.close();
    await closeKernel(engine, say);
    process.stdin.unref();
  }
}

async function watch(
  engine: KernelEngine,
  options: RunOptions,
  lab: LabFileRun | undefined,
  { onEvent, onFrame }: ShellListener,
  onNotice: (line: string) => void,
  marks: Marks | undefined,
): Promise<KernelWalker> {
  const { file } = options;
  const walker = await openWalker(engine, {
    script: lab?.plan.run?.text ?? (file === undefined ? "" : readFileSync(file, "utf8")),
    onEvent,
    onFrame,
    onNotice,
    ...(marks ? { shown: () => marks.next() } : {}),
  });
  walker.follow();
  return walker;
}

/** Runs the script before the shell; gives its status. */
async function script(
  options: RunOptions,
  lab: LabFileRun | undefined,
  walker: KernelWalker | undefined,
  raw: boolean,
  run: (job: Pick<Job, "argv" | "cwd" | "env">) => Promise<{ status: number }>,
): Promise<number> {
  const job = mainJob(options, lab);
  if (!job) return 0;
  if (!walker) return (await run(job)).status;
  const told = raw ? { ...job, argv: walker.script(job.argv) } : { ...job, env: walker.environment };
  const { status } = await run(told);
  await walker.ended(status);
  return status;
}
