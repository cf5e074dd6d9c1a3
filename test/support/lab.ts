import { dirname } from "node:path";
import { text } from "../../src/base/text.ts";
import type { Profile } from "../../src/engine/engine.ts";
import { SimulatedEngine } from "../../src/engine/simulated/engine.ts";
import { diskFolder } from "../../src/lab/disk-folder.ts";
import type { WalkEvent } from "../../src/walk/event.ts";

export interface LabRun {
  stdout: string;
  stderr: string;
  status: number;
  events: WalkEvent[];
  notices: string[];
}

export interface LabOptions {
  seed?: number;
  profile?: Profile;
  /** Record walk events (default: no). */
  walk?: boolean;
  /** Simulated seconds (default 60). */
  timeLimit?: number;
  /** The script's folder, shown at its own path. */
  folder?: string;
}

/** Runs argv on a fresh simulated machine, to its end. */
export function runArgv(argv: readonly string[], options: LabOptions = {}): LabRun {
  const run: LabRun = { stdout: "", stderr: "", status: -1, events: [], notices: [] };
  const engine = new SimulatedEngine({
    seed: options.seed ?? 1,
    profile: options.profile ?? "ubuntu",
    timeLimit: (options.timeLimit ?? 60) * 1e9,
    onNotice: (line) => run.notices.push(line),
    ...(options.walk ? { onEvent: (event: WalkEvent) => void run.events.push(event) } : {}),
    ...(options.folder ? { folders: [diskFolder(options.folder)] } : {}),
  });
  run.status = engine.runToEnd({
    argv,
    cwd: options.folder ?? "/root",
    output: (bytes, stream) => {
      run[stream] += text(bytes);
    },
  });
  return run;
}

/** Runs a script given as text, as `bash -c` would. */
export function runLab(script: string, options: LabOptions = {}): LabRun {
  return runArgv(["bash", "-c", script, "lab"], options);
}

/** Runs a script file of this computer. */
export function runFile(path: string, options: LabOptions = {}): LabRun {
  return runArgv(["bash", path], { folder: dirname(path), ...options });
}
