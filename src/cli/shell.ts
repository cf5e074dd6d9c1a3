import { dirname, resolve } from "node:path";
import type { RunningJob, TerminalSize } from "../engine/engine.ts";
import { CommandLineError, checkFile, parseOptions, type RunOptions } from "./options.ts";

/** `packetwalk shell [FILE]`: a terminal on the box, after the script has run. */
export async function main(words: readonly string[]): Promise<number> {
  let options: RunOptions;
  try {
    options = parseOptions("shell", words);
    if (options.file !== undefined) checkFile(options.file);
    if (options.engine === "kernel") throw new CommandLineError("shell has no --engine kernel; run has.");
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    process.stderr.write(`packetwalk: ${error.message}\n`);
    return 2;
  }
  const { SimulatedEngine } = await import("../engine/simulated/engine.ts");
  const { labFolders } = await import("../lab/disk-folder.ts");
  const folder = options.file === undefined ? process.cwd() : dirname(resolve(options.file));
  const engine = new SimulatedEngine({
    seed: options.seed,
    profile: options.profile,
    folders: labFolders(process.cwd(), folder),
    pace: "real",
    onNotice: (line) => process.stderr.write(`packetwalk: ${line}\r\n`),
  });
  const terminal = process.stdin.isTTY ? size() : undefined;
  const output = (bytes: Uint8Array, stream: "stdout" | "stderr") => {
    (stream === "stdout" ? process.stdout : process.stderr).write(bytes);
  };
  try {
    if (options.file !== undefined) {
      const { status } = await attach(
        engine.start({
          argv: ["bash", options.file, ...options.args],
          cwd: process.cwd(),
          output,
          ...(terminal ? { terminal } : { input: true }),
        }),
        terminal !== undefined,
      );
      if (status !== 0) process.stderr.write(`packetwalk: ${options.file} ended with status ${status}\r\n`);
    }
    const job = engine.start({
      argv: ["bash", "-i"],
      cwd: folder,
      output,
      ...(terminal ? { terminal } : { input: true }),
    });
    return (await attach(job, terminal !== undefined)).status;
  } finally {
    await engine.close();
    process.stdin.unref();
  }
}

function size(): TerminalSize {
  return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
}

/** Ties this terminal to a job until the job ends: keys go in raw, so Ctrl-C is the box's. */
async function attach(job: RunningJob, raw: boolean): Promise<{ status: number }> {
  const { stdin } = process;
  const keys = (bytes: Uint8Array) => job.write(bytes);
  const end = () => job.endInput();
  const resized = () => job.resize(size());
  if (raw) stdin.setRawMode(true);
  stdin.on("data", keys);
  stdin.on("end", end);
  process.stdout.on("resize", resized);
  stdin.resume();
  try {
    return await job.done;
  } finally {
    if (raw) stdin.setRawMode(false);
    stdin.off("data", keys);
    stdin.off("end", end);
    process.stdout.off("resize", resized);
    stdin.pause();
  }
}
