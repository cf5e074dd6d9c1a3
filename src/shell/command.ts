import { KernelError } from "../base/errno.ts";
import { text as decode } from "../base/text.ts";
import { findProgram } from "../machine/exec.ts";
import type { Process, Running } from "../machine/process.ts";
import type { Command } from "../machine/program.ts";
import { readBytes, tryLookup } from "../machine/vfs.ts";
import { setNamedOption, setOption } from "./builtin/flow.ts";
import { BUILTINS } from "./builtin/index.ts";
import { becomeDash } from "./dash/dash.ts";
import { interactiveShell } from "./interactive.ts";
import { Shell } from "./shell.ts";
import { readStartup, runText } from "./source.ts";
import { stdinScript } from "./stdin.ts";
import { shellMain } from "./subshell.ts";
import { installSignals } from "./trap.ts";

interface Invocation {
  command: string | undefined;
  interactive: boolean;
  stdin: boolean;
  login: boolean;
  options: { name: string; on: boolean; long: boolean; shopt?: boolean }[];
  rest: string[];
}

const INVALID = Symbol("invalid");

function parseArguments(proc: Process, name: string, dash: boolean): Invocation | typeof INVALID | string {
  const args = proc.argv.slice(1);
  const made: Invocation = {
    command: undefined,
    interactive: false,
    stdin: false,
    login: false,
    options: [],
    rest: [],
  };
  let i = 0;
  let wantsCommand = false;
  for (; i < args.length; i++) {
    const word = args[i];
    if (word === "--" || word === "-") {
      i++;
      break;
    }
    if (dash && word.startsWith("--")) {
      proc.err(`${name}: 0: Illegal option --\n`);
      return INVALID;
    }
    if (word.startsWith("--")) {
      if (word === "--version")
        return "GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\nCopyright (C) 2022 Free Software Foundation, Inc.\nLicense GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>\n\nThis is free software; you are free to change and redistribute it.\nThere is NO WARRANTY, to the extent permitted by law.\n";
      if (word === "--login") made.login = true;
      else if (word === "--posix") made.options.push({ name: "posix", on: true, long: true });
      else if (word === "--verbose") made.options.push({ name: "v", on: true, long: false });
      else if (word === "--rcfile" || word === "--init-file") i++;
      else if (!["--norc", "--noprofile", "--noediting", "--restricted"].includes(word)) {
        proc.err(`${name}: ${word}: invalid option\n`);
        return INVALID;
      }
      continue;
    }
    if (!/^[-+]./.test(word)) break;
    const on = word[0] === "-";
    for (const c of word.slice(1)) {
      if (c === "c" && on) wantsCommand = true;
      else if (c === "i") made.interactive = on;
      else if (c === "s") made.stdin = on;
      else if (c === "l") made.login = on;
      else if (c === "o" || c === "O") {
        const option = args[++i] ?? "";
        made.options.push({ name: option, on, long: true, shopt: c === "O" });
      } else made.options.push({ name: c, on, long: false });
    }
  }
  made.rest = args.slice(i);
  if (wantsCommand) {
    const command = made.rest.shift();
    if (command === undefined) {
      proc.err(`${name}: ${dash ? "0: -c requires an argument" : "-c: option requires an argument"}\n`);
      return INVALID;
    }
    made.command = command;
  }
  return made;
}

function* bash(proc: Process): Running {
  const called = proc.argv[0] ?? "bash";
  const name = called.slice(called.lastIndexOf("/") + 1);
  const dash = name === "sh" || name === "dash";
  const parsed = parseArguments(proc, called, dash);
  if (parsed === INVALID) return 2;
  if (typeof parsed === "string") {
    proc.out(parsed);
    return 0;
  }
  const sh = new Shell(proc);
  sh.arg0 = called;
  if (dash) becomeDash(sh, BUILTINS.keys());
  for (const option of parsed.options) {
    const known = option.shopt
      ? sh.setShopt(option.name, option.on)
      : option.long
        ? setNamedOption(sh, option.name, option.on)
        : setOption(sh, option.name, option.on);
    if (known) continue;
    if (dash) {
      proc.err(
        `${called}: 0: Illegal option ${option.long ? `-o ${option.name}` : `${option.on ? "-" : "+"}${option.name}`}\n`,
      );
      return 2;
    }
    if (option.long) {
      proc.err(`${called}: ${option.name}: invalid ${option.shopt ? "shell option name" : "option name"}\n`);
      return 2;
    }
    proc.err(`${called}: ${option.on ? "-" : "+"}${option.name}: invalid option\n`);
    proc.err(
      "Usage:\tbash [GNU long option] [option] ...\n\tbash [GNU long option] [option] script-file ...\n",
    );
    return 2;
  }
  const main = proc.machine.mainPid === 0;
  if (main) proc.machine.mainPid = proc.pid;
  try {
    return yield* start(sh, parsed, called, main);
  } finally {
    if (main) {
      proc.machine.mainPid = 0;
      proc.machine.brokenOff = proc.machine.foreground;
      proc.machine.foreground = null;
    }
  }
}

function* start(sh: Shell, given: Invocation, called: string, main: boolean): Running {
  const { proc } = sh;
  const begin = (file: string) => {
    sh.frames = [{ name: "main", file, callLine: 0, positional: [] }];
    sh.topLevel = main;
    installSignals(sh);
  };
  if (given.command !== undefined) {
    const [zero, ...args] = given.rest;
    if (zero !== undefined) sh.arg0 = zero;
    sh.positional = args;
    sh.executionString = given.command;
    const text = given.command;
    begin("");
    sh.frames = [];
    return yield* shellMain(sh, function* () {
      yield* readStartup(sh);
      return yield* runText(sh, text, sh.arg0, 1, "-c", true);
    });
  }
  if (!given.stdin && given.rest.length > 0) {
    const [file, ...args] = given.rest;
    let path = file;
    if (!file.includes("/") && tryLookup(proc, file) === undefined)
      path = findProgram(proc, file, sh.get("PATH") ?? "") ?? file;
    let content: string;
    try {
      const inode = tryLookup(proc, path);
      if (inode?.type === "directory") throw new KernelError("EISDIR");
      content = decode(readBytes(proc, path));
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      if (sh.dash) {
        proc.err(
          `${called}: 0: cannot open ${file}: ${error.code === "ENOENT" ? "No such file" : error.message}\n`,
        );
        return 2;
      }
      if (error.code === "EISDIR") {
        proc.err(`${file}: ${file}: Is a directory\n`);
        return 126;
      }
      proc.err(`${called}: ${file}: ${error.message}\n`);
      return error.code === "ENOENT" ? 127 : 126;
    }
    if (content.slice(0, 80).includes("\x7fELF")) {
      proc.err(`${file}: ${file}: cannot execute binary file\n`);
      return 126;
    }
    sh.arg0 = file;
    sh.positional = args;
    begin(path);
    return yield* shellMain(sh, function* () {
      yield* readStartup(sh);
      return yield* runText(sh, content, path, 1);
    });
  }
  sh.positional = given.rest;
  const stdin = proc.fds.get(0);
  if (given.interactive || (stdin?.isTty && proc.fds.get(2)?.isTty)) {
    sh.frames = [{ name: "main", file: called, callLine: 0, positional: [] }];
    return yield* shellMain(sh, () => interactiveShell(sh));
  }
  sh.readsStdin = true;
  begin(called);
  sh.frames = [];
  return yield* shellMain(sh, function* () {
    yield* readStartup(sh);
    return yield* stdinScript(sh, called);
  });
}

/** bash; as sh or dash it is dash, as on Debian and Ubuntu. */
export const BASH: Command = {
  names: ["bash", "sh", "dash", "rbash"],
  directory: "/usr/bin",
  summary: "the shell: bash, and dash as /bin/sh",
  run: bash,
};
