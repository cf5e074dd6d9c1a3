import { dirname } from "node:path";
import type { WalkEvent } from "../walk/event.ts";
import { EventFile } from "./event-file.ts";
import { CommandLineError, checkFile, parseOptions, type RunOptions } from "./options.ts";
import { PcapFolder } from "./pcap-folder.ts";

/** What a verb adds to a run. */
export interface Listener {
  onEvent?: (event: WalkEvent) => void;
  onEnd?: () => void;
}

/** Runs a lab script to its end on the chosen engine; gives its exit status. */
export async function runScript(
  verb: string,
  words: readonly string[],
  listen: (options: RunOptions) => Listener,
): Promise<number> {
  let options: RunOptions;
  try {
    options = parseOptions(verb, words);
    if (options.file === undefined)
      throw new CommandLineError(`${verb} needs a script: packetwalk ${verb} FILE`);
    checkFile(options.file);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    process.stderr.write(`packetwalk: ${error.message}\n`);
    return 2;
  }
  const file = options.file as string;
  if (options.engine === "kernel") {
    if (verb !== "run") {
      process.stderr.write(`packetwalk: ${verb} has no --engine kernel; run has.\n`);
      return 2;
    }
    return (await import("./run-kernel.ts")).runOnKernel(options);
  }
  const listener = listen(options);
  const events = options.events === undefined ? undefined : new EventFile(options.events);
  const captures = options.pcap === undefined ? undefined : new PcapFolder(options.pcap);
  const { SimulatedEngine } = (await import("./load-engine.ts")).loadEngine();
  const { labFolders } = await import("../lab/disk-folder.ts");
  const listening = events || listener.onEvent;
  const engine = new SimulatedEngine({
    seed: options.seed,
    profile: options.profile,
    timeLimit: options.timeLimit,
    folders: labFolders(process.cwd(), dirname(file)),
    onEvent: listening
      ? (event) => {
          events?.add(event);
          listener.onEvent?.(event);
        }
      : undefined,
    onFrame: captures ? (frame) => captures.add(frame) : undefined,
    onNotice: (line) => process.stderr.write(`packetwalk: ${line}\n`),
  });
  try {
    const status = engine.runToEnd({
      argv: ["bash", file, ...options.args],
      cwd: process.cwd(),
      output: (bytes, stream) => (stream === "stdout" ? process.stdout : process.stderr).write(bytes),
    });
    listener.onEnd?.();
    return status;
  } finally {
    events?.close();
    captures?.close();
    await engine.close();
  }
}
