import { text, utf8 } from "../../base/text.ts";
import { BytesFile, SinkFile } from "../../machine/file.ts";
import { Machine } from "../../machine/machine.ts";
import { shellStatus } from "../../machine/process.ts";
import type { Command } from "../../machine/program.ts";
import { mkdir, writeText } from "../../machine/vfs.ts";

export interface Outcome {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

/** Runs one program on a fresh machine, in a folder that holds `files`: for tests. */
export function runCommand(
  commands: readonly Command[],
  argv: readonly string[],
  given: { stdin?: string; files?: Readonly<Record<string, string>>; epoch?: number } = {},
): Outcome {
  const machine = new Machine({ seed: 1, epoch: given.epoch ?? 1_767_603_600e9 });
  machine.programs.register(...commands);
  const { init } = machine;
  init.env = new Map([
    ["PATH", "/usr/sbin:/usr/bin"],
    ["HOME", "/root"],
    ["LANG", "C.UTF-8"],
  ]);
  mkdir(init, "/tmp/work");
  for (const [name, content] of Object.entries(given.files ?? {}))
    writeText(init, `/tmp/work/${name}`, content);
  let out = "";
  let err = "";
  const proc = machine.spawn(init, argv, {
    cwd: "/tmp/work",
    fds: [
      [0, new BytesFile(utf8(given.stdin ?? ""))],
      [1, new SinkFile((data) => (out += text(data)))],
      [2, new SinkFile((data) => (err += text(data)))],
    ],
  });
  machine.run({ until: () => proc.exit !== null, limit: 1000e9 });
  return { out, err, status: proc.exit ? shellStatus(proc.exit) : -1 };
}
