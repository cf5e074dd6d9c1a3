import { text as decode } from "../base/text.ts";
import { fork } from "../machine/exec.ts";
import type { Process, Running } from "../machine/process.ts";
import { readBytes } from "../machine/vfs.ts";
import type { Redirections } from "./redirect.ts";
import { Shell } from "./shell.ts";
import { readStartup, runText } from "./source.ts";
import { shellMain } from "./subshell.ts";
import { installSignals } from "./trap.ts";

/** A file of commands without a "#!" line: a child shell runs it (execute_shell_script). */
export function runScriptFile(
  sh: Shell,
  path: string,
  words: readonly string[],
  env: ReadonlyMap<string, string>,
  made: Redirections | null,
  command: number,
): Process {
  return fork(sh.proc, (proc) => script(proc, path, words.slice(1)), {
    ...(made ? { fds: made.fds } : {}),
    env,
    argv: [...words],
    ...(command === 0 ? {} : { command }),
  });
}

/** A script in a shell of its own: `bash FILE args`. */
export function* script(
  proc: Process,
  path: string,
  args: readonly string[],
  set?: (sh: Shell) => void,
): Running {
  const sh = new Shell(proc);
  sh.arg0 = path;
  sh.positional = [...args];
  sh.frames = [{ name: "main", file: path, callLine: 0, positional: [] }];
  set?.(sh);
  installSignals(sh);
  sh.topLevel = sh.isMain;
  const content = decode(readBytes(proc, path));
  return yield* shellMain(sh, function* () {
    yield* readStartup(sh);
    return yield* runText(sh, content, path, 1);
  });
}
