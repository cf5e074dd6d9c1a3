import { dirname } from "node:path";
import { labFolders } from "../lab/disk-folder.ts";
import type { WalkEvent } from "../walk/event.ts";
import { CommandLineError } from "./command-line-error.ts";
import { EventFile } from "./event-file.ts";
import type { LabFileRun } from "./lab-file.ts";
import { loadEngine } from "./load-engine.ts";
import { isLabFile, mainJob } from "./main-job.ts";
import { checkFile, parseOptions, type RunOptions, workingFolder } from "./options.ts";
import { print } from "./out.ts";
import { PcapFolder } from "./pcap-folder.ts";
import { Signals } from "./signals.ts";
import { standardInput } from "./stdin.ts";

/** What a verb adds to a run. */
export interface Listener {
  onEvent?: (event: WalkEvent) => void;
  onEnd?: () => void;
  /** True while a lab file's lab is built: what happens then is not the run. */
  building?: (on: boolean) => void;
}

/** Runs a lab script to its end on the chosen engine; gives its exit status. */
export async function runScript(
  verb: string,
  words: readonly string[],
  listen: (options: RunOptions) => Listener,
): Promise<number> {
  let options: RunOptions;
  let cwd: string;
  let lab: LabFileRun | undefined;
  try {
    options = parseOptions(verb, words);
    if (options.file === undefined)
      throw new CommandLineError(`${verb} needs a script: packetwalk ${verb} FILE`);
    checkFile(options.file);
    cwd = workingFolder();
    if (isLabFile(options.file)) lab = (await import("./lab-file.ts")).readLabFile(options.file);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    process.stderr.write(`packetwalk: ${error.message}\n`);
    return 2;
  }
  const file = options.file as string;
  const listener = listen(options);
  let events: EventFile | undefined;
  let captures: PcapFolder | undefined;
  try {
    events = options.events === undefined ? undefined : new EventFile(options.events);
    captures = options.pcap === undefined ? undefined : new PcapFolder(options.pcap);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    process.stderr.write(`packetwalk: ${error.message}\n`);
    return 2;
  }
  if (options.engine === "kernel") {
    const { runOnKernel } = await import("./run-kernel.ts");
    const take = (event: WalkEvent) => {
      events?.add(event);
      listener.onEvent?.(event);
    };
    try {
      const status = await runOnKernel(
        options,
        lab,
        events || listener.onEvent ? take : undefined,
        captures ? (frame) => captures?.add(frame) : undefined,
      );
      listener.onEnd?.();
      return status;
    } finally {
      events?.close();
      captures?.close();
    }
  }
  const { SimulatedEngine } = loadEngine();
  const listening = events || listener.onEvent;
  const engine = new SimulatedEngine({
    seed: options.seed,
    profile: options.profile,
    timeLimit: options.timeLimit,
    folders: labFolders(cwd, dirname(file)),
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
    if (lab) {
      listener.building?.(true);
      const { buildLab } = await import("./lab-file.ts");
      const failure = await buildLab(engine, lab);
      listener.building?.(false);
      if (failure !== undefined) {
        process.stderr.write(`packetwalk: ${failure}\n`);
        return 1;
      }
    }
    const job = mainJob(options, lab, cwd);
    if (!job) return 0;
    const signals = new Signals();
    const status = await engine.runInSlices(
      {
        ...job,
        ...standardInput(),
        output: (bytes, stream) => print(stream, bytes),
      },
      (signal) => signals.take(signal),
      () => signals.pause(),
    );
    signals.close();
    listener.onEnd?.();
    events?.close();
    captures?.close();
    return signals.status ?? status;
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    process.stderr.write(`packetwalk: ${error.message}\n`);
    return 2;
  } finally {
    await engine.close();
  }
}
