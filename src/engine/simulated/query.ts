import { text } from "../../base/text.ts";
import { SinkFile } from "../../machine/file.ts";
import type { Machine } from "../../machine/machine.ts";
import { Exit, Killed, Process } from "../../machine/process.ts";
import type { NetNamespace } from "../../network/namespace.ts";
import type { QueryAnswer } from "../engine.ts";

/**
 * Runs a program that only looks, beside the machine: in a process that the machine does not know, with the
 * clock put back and nobody listening. A program that would wait cannot be asked in this way.
 */
export function query(machine: Machine, argv: readonly string[], net: NetNamespace): QueryAnswer {
  const command = machine.programs.get(argv[0]);
  if (!command) return { stdout: "", stderr: `${argv[0]}: command not found\n`, status: 127 };
  const answer = { stdout: "", stderr: "", status: 0 };
  const proc = new Process(machine, 0, machine.init, net, machine.initialMounts);
  proc.argv = [...argv];
  proc.cwd = "/root";
  proc.setFd(1, new SinkFile((bytes) => void (answer.stdout += text(bytes))));
  proc.setFd(2, new SinkFile((bytes) => void (answer.stderr += text(bytes))));
  const { now, walk } = machine;
  machine.walk = null;
  try {
    const step = command.run(proc).next(-1);
    if (!step.done) throw new Error(`"${argv.join(" ")}" waits: it cannot be a query`);
    answer.status = step.value;
  } catch (error) {
    if (error instanceof Exit) answer.status = error.status;
    else if (!(error instanceof Killed)) throw error;
  } finally {
    machine.now = now;
    machine.walk = walk;
  }
  return answer;
}
