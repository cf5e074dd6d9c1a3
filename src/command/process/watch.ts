import { KernelError } from "../../base/errno.ts";
import { spawn, waitChild } from "../../machine/exec.ts";
import { shellStatus } from "../../machine/process.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { defineTool } from "../tool/tool.ts";
import { strftime } from "./calendar.ts";

/**
 * Runs a command every few seconds. The real one draws on the whole terminal; here each round is printed
 * below the last one when the output is no terminal, and the screen is cleared when it is one.
 */
export const watch = defineTool({
  names: ["watch"],
  summary: "run a command again and again",
  buffering: "none",
  *main(tool) {
    const { proc } = tool;
    const opts = getopt(tool.args, "+bcCd::egn:pqtwxrs", {
      beep: "b",
      color: "c",
      "differences::": "d",
      errexit: "e",
      chgexit: "g",
      "interval:": "n",
      precise: "p",
      "no-title": "t",
      exec: "x",
      "no-wrap": "w",
    });
    if (opts.rest.length === 0) throw new UsageError("no command given", true);
    if (opts.has("g")) throw new UsageError("--chgexit is not modelled by Packetwalk", true);
    const seconds = opts.has("n") ? Number(opts.get("n")) : 2;
    if (Number.isNaN(seconds)) throw new UsageError(`failed to parse argument: '${opts.get("n")}'`, true);
    const period = Math.max(0.1, seconds);
    const argv = opts.has("x") ? opts.rest : ["sh", "-c", opts.rest.join(" ")];
    const tty = proc.fds.get(1)?.isTty === true;
    const width = proc.fds.get(1)?.columns ?? 80;
    for (;;) {
      if (tty) yield* tool.print("\x1b[H\x1b[2J");
      if (!opts.has("t")) {
        const left = `Every ${period.toFixed(1)}s: ${opts.rest.join(" ")}`;
        const right = `${proc.machine.hostname}: ${strftime("%c", proc.machine.epoch + proc.machine.now)}`;
        yield* tool.print(`${left.padEnd(Math.max(left.length + 1, width - right.length))}${right}\n\n`);
      }
      let status: number;
      try {
        status = shellStatus(yield* waitChild(proc, spawn(proc, argv)));
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        // The child that could not exec says so, and ends with 4 (watch.c run_command).
        yield* tool.print(`watch: unable to execute '${argv[0]}': ${error.message}\n`);
        status = 4;
      }
      if (opts.has("e") && status !== 0) return status;
      yield* proc.sleep(period * 1e9);
    }
  },
});
