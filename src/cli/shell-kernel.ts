import { dirname, resolve } from "node:path";
import type { Job } from "../engine/engine.ts";
import { attach, terminalSize } from "./attach.ts";
import { buildLab, type LabFileRun } from "./lab-file.ts";
import { mainJob } from "./main-job.ts";
import { closeKernel, openKernel } from "./open-kernel.ts";
import type { RunOptions } from "./options.ts";
import { print } from "./out.ts";

/** How long a shell that is hung up on may take to end by itself. */
const GRACE = 2000;

const GREETING =
  "A real Linux, in a sandbox: what happens here stays here and ends with it. Leave with exit or Ctrl-D.\r\n";

/** `packetwalk shell --engine kernel [FILE]`: a terminal in a sandbox on this machine's kernel, after the script. */
export async function shellOnKernel(options: RunOptions, lab: LabFileRun | undefined): Promise<number> {
  const raw = process.stdin.isTTY === true;
  const say = (line: string) => process.stderr.write(`packetwalk: ${line}\n`);
  for (const [given, name] of [
    [options.walk, "--walk"],
    [options.events !== undefined, "--events"],
    [options.pcap !== undefined, "--pcap"],
  ] as const) {
    if (!given) continue;
    say(
      `shell has no ${name} with --engine kernel: packetwalk walk --engine kernel FILE tells a script's walk.`,
    );
    return 2;
  }
  const engine = await openKernel(options, say);
  if (!engine) return 1;
  const { file } = options;
  let hung: NodeJS.Timeout | undefined;
  const run = (job: Pick<Job, "argv" | "cwd" | "input">) => {
    const running = engine.start({
      ...job,
      env: { PS1: "\\u@\\h:\\w\\$ ", TERM: process.env.TERM ?? "dumb" },
      ...(raw ? { terminal: terminalSize() } : {}),
      output: (bytes, stream) => print(stream, bytes),
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
    const script = mainJob(options, lab);
    if (script) {
      const { status } = await run(script);
      if (hung) return status;
      if (status !== 0) say(`${file} ended with status ${status}`);
    }
    if (raw) process.stderr.write(GREETING);
    const cwd = file === undefined ? process.cwd() : dirname(resolve(file));
    // A pipe's commands are for the shell, not for the script before; and there is nobody to prompt.
    return (await run({ argv: raw ? ["bash", "-i"] : ["bash"], cwd, input: true })).status;
  } finally {
    clearTimeout(hung);
    await closeKernel(engine, say);
    process.stdin.unref();
  }
}
