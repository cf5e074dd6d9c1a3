import { text } from "../../src/base/text.ts";
import { WalkTeller } from "../../src/cli/walk.ts";
import { SimulatedEngine } from "../../src/engine/simulated/engine.ts";
import { diskFolder } from "../../src/lab/disk-folder.ts";
import { PLAIN } from "../../src/walk/palette.ts";

/** Runs a script given as text as `packetwalk walk` does: its standard output with the walks among it, plain. */
export function told(script: string, folder: string, verbose = false): { stdout: string; status: number } {
  let stdout = "";
  const teller = new WalkTeller(PLAIN, verbose, (said) => {
    stdout += said;
  });
  const engine = new SimulatedEngine({
    seed: 1,
    profile: "ubuntu",
    timeLimit: 60e9,
    folders: [diskFolder(folder)],
    onEvent: (event) => teller.take(event),
  });
  const status = engine.runToEnd({
    argv: ["bash", "-c", script, "lab"],
    cwd: folder,
    output: (bytes, stream) => {
      if (stream === "stdout") stdout += text(bytes);
    },
  });
  teller.finish();
  return { stdout, status };
}
