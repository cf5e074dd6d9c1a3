import { dirname, resolve } from "node:path";
import { labFolders } from "../lab/disk-folder.ts";
import { attach, terminalSize } from "./attach.ts";
import { CommandLineError } from "./command-line-error.ts";
import type { LabFileRun } from "./lab-file.ts";
import { loadEngine } from "./load-engine.ts";
import { isLabFile, mainJob } from "./main-job.ts";
import { checkFile, parseOptions, type RunOptions } from "./options.ts";
import { print } from "./out.ts";
import { listen, type ShellListener } from "./shell-listener.ts";

/** `packetwalk shell [FILE]`: a terminal on the box, after the script has run. */
export async function main(words: readonly string[]): Promise<number> {
  let options: RunOptions;
  let lab: LabFileRun | undefined;
  let listener: ShellListener;
  try {
    options = parseOptions("shell", words);
    if (options.file !== undefined) checkFile(options.file);
    if (options.file !== undefined && isLabFile(options.file))
      lab = (await import("./lab-file.ts")).readLabFile(options.file);
    listener = await listen(options, process.stdin.isTTY === true);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    process.stderr.write(`packetwalk: ${error.message}\n`);
    return 2;
  }
  if (options.engine === "kernel")
    return (await import("./shell-kernel.ts")).shellOnKernel(options, lab, listener);
  const { SimulatedEngine } = loadEngine();
  const folder = options.file === undefined ? process.cwd() : dirname(resolve(options.file));
  const terminal = process.stdin.isTTY ? terminalSize() : undefined;
  const { onEvent, onFrame, teller } = listener;
  const engine = new SimulatedEngine({
    seed: options.seed,
    profile: options.profile,
    folders: labFolders(process.cwd(), folder),
    pace: "real",
    onEvent,
    onFrame,
    onNotice: (line) => process.stderr.write(`packetwalk: ${line}\r\n`),
  });
  const output = (bytes: Uint8Array, stream: "stdout" | "stderr") => {
    print(stream, bytes);
  };
  try {
    const failure = lab && (await (await import("./lab-file.ts")).buildLab(engine, lab));
    if (failure !== undefined) {
      process.stderr.write(`packetwalk: ${failure}\n`);
      return 1;
    }
    const script = mainJob(options, lab);
    if (script) {
      const { status } = await attach(
        engine.start({
          ...script,
          output,
          ...(terminal ? { terminal } : { input: true }),
        }),
        { raw: terminal !== undefined, keys: true },
      );
      if (status !== 0) process.stderr.write(`packetwalk: ${options.file} ended with status ${status}\r\n`);
    }
    if (teller) teller.silent = false;
    if (terminal) process.stderr.write(greeting(options));
    const job = engine.start({
      argv: ["bash", "-i"],
      cwd: folder,
      output,
      ...(terminal ? { terminal } : { input: true }),
    });
    return (await attach(job, { raw: terminal !== undefined, keys: true })).status;
  } finally {
    listener.close();
    await engine.close();
    process.stdin.unref();
  }
}

function greeting({ walk }: RunOptions): string {
  const walks = walk
    ? "Under each command stand its packets' walks"
    : "With --walk, each packet's walk stands under its command";
  return `A simulated Linux: nothing here touches your own. ${walks}. Leave with exit or Ctrl-D.\r\n`;
}
