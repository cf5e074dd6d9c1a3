import { text } from "../../base/text.ts";
import { spawn } from "../../machine/exec.ts";
import { NullFile, SinkFile } from "../../machine/file.ts";
import { Machine } from "../../machine/machine.ts";
import { shellStatus } from "../../machine/process.ts";
import { mkdir, writeText } from "../../machine/vfs.ts";
import { BASH } from "../command.ts";
import { PROGRAMS } from "./programs.ts";

/** Runs `bash x.sh a1 "a b"` in an empty directory of a fresh machine. */
export function runScript(script: string, seed = 1): { out: string; err: string; status: number } {
  const machine = new Machine({ seed, epoch: 1_700_000_000_000_000_000 });
  machine.programs.register(BASH, ...PROGRAMS);
  const { init } = machine;
  mkdir(init, "/tmp/work");
  init.cwd = "/tmp/work";
  writeText(init, "x.sh", script);
  let out = "";
  let err = "";
  const proc = spawn(init, ["bash", "x.sh", "a1", "a b"], {
    fds: [
      [0, new NullFile()],
      [1, new SinkFile((data) => (out += text(data)))],
      [2, new SinkFile((data) => (err += text(data)))],
    ],
    env: new Map([
      ["PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      ["HOME", "/root"],
    ]),
    newSession: true,
  });
  machine.run({ until: () => proc.exit !== null, limit: 3600e9 });
  return { out, err, status: proc.exit ? shellStatus(proc.exit) : -1 };
}
