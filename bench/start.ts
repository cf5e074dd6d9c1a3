import { spawnSync } from "node:child_process";
import { heading, repeat, report } from "./measure.ts";

/** Cold starts of the built command line. */
export function start(): void {
  heading("Cold start of the bundled command line");
  const time = (args: readonly string[]) =>
    repeat(9, () => {
      const begin = performance.now();
      const { status } = spawnSync(process.execPath, [...args], { stdio: "ignore" });
      if (status !== 0) throw new Error(`${args.join(" ")} failed`);
      return performance.now() - begin;
    });
  report("node alone (node -e 0)", `${time(["-e", "0"]).toFixed(0)} ms`, "");
  report("packetwalk --version", `${time(["bin/packetwalk.js", "--version"]).toFixed(0)} ms`, "");
  report(
    "the virtual router lab",
    `${time(["bin/packetwalk.js", "run", "examples/virtual-router/story.sh"]).toFixed(0)} ms`,
    "",
  );
}
