import { readFileSync } from "node:fs";
import type { CapturedFrame } from "../engine/engine.ts";
import type { KernelWalker } from "../engine/kernel/walk/walker.ts";
import type { WalkEvent } from "../walk/event.ts";
import { buildLab, type LabFileRun } from "./lab-file.ts";
import { mainJob } from "./main-job.ts";
import { closeKernel, openKernel } from "./open-kernel.ts";
import type { RunOptions } from "./options.ts";
import { print } from "./out.ts";
import { standardInput } from "./stdin-kernel.ts";
import { canWatch, openWalker } from "./watch-kernel.ts";

/** How long an interrupted script may take to end by itself. */
const GRACE = 2000;

/** Runs a lab script, or a lab file's lab, on this machine's kernel, in a sandbox; gives its exit status. */
export async function runOnKernel(
  options: RunOptions,
  lab: LabFileRun | undefined,
  onEvent?: (event: WalkEvent) => void,
  onFrame?: (frame: CapturedFrame) => void,
): Promise<number> {
  const say = (line: string) => process.stderr.write(`packetwalk: ${line}\n`);
  const watched = onEvent !== undefined || onFrame !== undefined;
  if (watched && !(await canWatch(say))) return 2;
  const file = options.file as string;
  const engine = await openKernel(options, say);
  if (!engine) return 1;
  const main = mainJob(options, lab);
  const failure = lab && (await buildLab(engine, lab));
  if (failure !== undefined) say(failure);
  if (failure !== undefined || !main) {
    await engine.close();
    return failure === undefined ? 0 : 1;
  }
  let walker: KernelWalker | undefined;
  if (watched) {
    const script = lab?.plan.run?.text ?? readFileSync(file, "utf8");
    walker = await openWalker(engine, { script, onEvent, onFrame, onNotice: say });
  }
  const job = engine.start({
    ...main,
    from: standardInput(),
    ...(walker ? { env: walker.environment } : {}),
    output: (bytes, stream) => {
      const say = () => print(stream, bytes);
      if (walker) walker.output(say);
      else say();
    },
  });
  let ending: NodeJS.Timeout | undefined;
  const stop = (signal: string) => {
    // A second Ctrl-C does not wait.
    if (ending !== undefined) void engine.close();
    job.signal(signal);
    ending ??= setTimeout(() => void engine.close(), GRACE);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const handlers = signals.map((name) => [name, () => stop(name.slice(3))] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    say(`the run still went on after ${options.timeLimit / 1e9} seconds (--time-limit): it is interrupted.`);
    stop("INT");
  }, options.timeLimit / 1e6);
  try {
    const { status } = await job.done;
    if (status === 137 && ending === undefined) {
      const over = engine.sandbox.ended.then(() => true);
      if (await Promise.race([over, new Promise<boolean>((r) => setTimeout(() => r(false), 100))]))
        say(
          "the sandbox ended before the script did: it was rebooted, its process 1 was killed, or the machine's memory ran out.",
        );
    }
    if (!late) await walker?.close(status);
    return late && status === 0 ? 130 : status;
  } finally {
    clearTimeout(limit);
    clearTimeout(ending);
    for (const [name, handler] of handlers) process.off(name, handler);
    await walker?.abort();
    await closeKernel(engine, say);
  }
}
