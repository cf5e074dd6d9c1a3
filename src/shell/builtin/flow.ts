import { KernelError } from "../../base/errno.ts";
import { text as decode } from "../../base/text.ts";
import { exec } from "../../machine/exec.ts";
import type { Running } from "../../machine/process.ts";
import { readBytes, tryLookup } from "../../machine/vfs.ts";
import { arithmetic } from "../execute.ts";
import { ShellExit } from "../fault.ts";
import { OPTIONS, type OptionName } from "../options.ts";
import { lineOf } from "../parse.ts";
import { quoteSet } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { cannotRun, locate } from "../simple.ts";
import { runText } from "../source.ts";
import { installSignals } from "../trap.ts";
import { type Builtin, badOption, quick } from "./builtin.ts";

function statusOf(sh: Shell, name: string, arg: string | undefined): number {
  if (arg === undefined) return sh.status;
  if (!(sh.dash ? /^\d+$/ : /^[-+]?\d+$/).test(arg)) {
    sh.complain(`${name}: ${arg}: numeric argument required`);
    return 2;
  }
  return Number(arg) & 255;
}

const jump = (kind: "break" | "continue"): Builtin =>
  quick((sh, words) => {
    if (sh.loopDepth === 0) {
      if (sh.dash) return 0;
      sh.complain(`${kind}: only meaningful in a \`for', \`while', or \`until' loop`);
      return 0;
    }
    const arg = words[1];
    if (arg !== undefined && !/^[-+]?\d+$/.test(arg)) {
      sh.complain(`${kind}: ${arg}: numeric argument required`);
      throw new ShellExit(128);
    }
    const count = Number(arg ?? 1);
    if (count < 1) {
      sh.complain(`${kind}: ${arg}: loop count out of range`);
      sh.jump = { kind: "break", count: sh.loopDepth };
      return 1;
    }
    sh.jump = { kind, count: Math.min(count, sh.loopDepth) };
    return 0;
  }, true);

function* sourceFile(sh: Shell, words: readonly string[]): Running {
  let args = words.slice(1);
  if (args[0] === "--") args = args.slice(1);
  const [name, ...rest] = args;
  if (name === undefined) {
    sh.complain(`${words[0]}: filename argument required`);
    sh.proc.err(`${words[0]}: usage: ${words[0]} filename [arguments]\n`);
    return 2;
  }
  let path = name;
  if (!name.includes("/") && !sh.options.posix) {
    const found = (sh.get("PATH") ?? "")
      .split(":")
      .map((d) => `${d}/${name}`)
      .find((p) => tryLookup(sh.proc, p)?.type === "file");
    if (found) path = found;
  }
  let content: string;
  try {
    if (tryLookup(sh.proc, path)?.type === "directory") throw new KernelError("EISDIR");
    if (path.startsWith("/dev/fd/")) {
      const fd = Number(path.slice(8));
      content = "";
      for (;;) {
        const data = yield* sh.proc.read(fd);
        if (data.length === 0) break;
        content += decode(data);
      }
    } else content = decode(readBytes(sh.proc, path));
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const verb =
      error.code === "EISDIR" ? `${words[0]}: ${name}: is a directory` : `${name}: ${error.message}`;
    if (sh.dash) {
      sh.complain(
        name.includes("/")
          ? `.: cannot open ${name}: ${error.code === "ENOENT" ? "No such file" : error.message}`
          : `.: ${name}: not found`,
      );
      throw new ShellExit(2);
    }
    sh.complain(verb);
    return 1;
  }
  const { positional } = sh;
  sh.frames.push({ name: "source", file: path, callLine: sh.line, positional });
  if (rest.length > 0) sh.positional = rest;
  const given = sh.positional;
  const depth = sh.loopDepth;
  try {
    const status = yield* runText(sh, content, path, 1);
    const finished = sh.jump as Shell["jump"];
    if (finished?.kind === "return") {
      sh.jump = null;
      return sh.status;
    }
    return status;
  } finally {
    sh.frames.pop();
    sh.loopDepth = depth;
    // `set --` in the file changes the caller's parameters unless it was given its own.
    if (rest.length > 0) sh.positional = positional;
    else if (sh.positional === given) sh.positional = positional;
  }
}

function listOptions(sh: Shell, reusable: boolean): void {
  for (const [name] of OPTIONS) {
    const on = sh.options[name];
    sh.proc.out(reusable ? `set ${on ? "-" : "+"}o ${name}\n` : `${name.padEnd(15)}\t${on ? "on" : "off"}\n`);
  }
}

/** One `-x`/`-o name` of `set` or of the command line; false when there is no such option. */
export function setOption(sh: Shell, letter: string, on: boolean): boolean {
  const found = OPTIONS.find(([, l]) => l === letter);
  if (!found) return false;
  sh.options[found[0]] = on;
  return true;
}

export function setNamedOption(sh: Shell, name: string, on: boolean): boolean {
  if (!OPTIONS.some(([n]) => n === name)) return false;
  sh.options[name as OptionName] = on;
  return true;
}

const set = quick((sh, words) => {
  if (words.length === 1) {
    for (const name of sh.vars.names()) {
      const v = sh.vars.find(name);
      if (!v) continue;
      if (v.indexed)
        sh.proc.out(
          `${name}=(${v
            .keys()
            .map((k) => `[${k}]="${v.indexed?.get(Number(k))}"`)
            .join(" ")})\n`,
        );
      else if (v.assoc) sh.proc.out(`${name}=(${[...v.assoc].map(([k, x]) => `[${k}]="${x}" `).join("")})\n`);
      else sh.proc.out(`${name}=${quoteSet(v.value ?? "")}\n`);
    }
    return 0;
  }
  let i = 1;
  for (; i < words.length; i++) {
    const word = words[i];
    if (word === "--") {
      sh.positional = words.slice(i + 1);
      return 0;
    }
    if (word === "-") {
      sh.options.xtrace = false;
      sh.options.verbose = false;
      if (i + 1 < words.length) sh.positional = words.slice(i + 1);
      return 0;
    }
    if (!/^[-+]./.test(word)) break;
    const on = word[0] === "-";
    for (const letter of word.slice(1)) {
      if (letter === "o") {
        const name = words[i + 1];
        if (name === undefined) {
          listOptions(sh, !on);
          return 0;
        }
        i++;
        if ((sh.dash && !DASH_OPTIONS.has(name)) || !setNamedOption(sh, name, on)) {
          sh.complain(`set: ${name}: invalid option name`);
          return 2;
        }
      } else if ((sh.dash && !"aefIimnsxvVECbu".includes(letter)) || !setOption(sh, letter, on))
        return badOption(
          sh,
          "set",
          `${word[0]}${letter}`,
          "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]",
        );
    }
  }
  if (i < words.length) sh.positional = words.slice(i);
  return 0;
}, true);

const DASH_OPTIONS: ReadonlySet<string> = new Set(
  "errexit noglob ignoreeof interactive monitor noexec stdin xtrace verbose vi emacs noclobber allexport notify nounset nolog debug".split(
    " ",
  ),
);

const shopt = quick((sh, words) => {
  let mode = "";
  let quiet = false;
  let asSet = false;
  let print = false;
  let i = 1;
  for (; i < words.length && /^-./.test(words[i]); i++)
    for (const c of words[i].slice(1)) {
      if (c === "s" || c === "u") mode = c;
      else if (c === "q") quiet = true;
      else if (c === "o") asSet = true;
      else if (c === "p") print = true;
      else return badOption(sh, "shopt", `-${c}`, "shopt [-pqsu] [-o] [optname ...]");
    }
  const names = words.slice(i);
  const value = (name: string) => (asSet ? sh.options[name as OptionName] : sh.shopt(name));
  const known = (name: string) =>
    asSet ? OPTIONS.some(([n]) => n === name) : sh.shoptNames().includes(name);
  const show = (name: string) => {
    if (quiet) return;
    const on = value(name);
    sh.proc.out(
      print
        ? `shopt ${asSet ? "-o " : ""}-${on ? "s" : "u"} ${name}\n`
        : `${name.padEnd(asSet ? 15 : 20)}\t${on ? "on" : "off"}\n`,
    );
  };
  if (names.length === 0) {
    for (const name of asSet ? OPTIONS.map(([n]) => n) : sh.shoptNames())
      if (mode === "" || value(name) === (mode === "s")) show(name);
    return 0;
  }
  let status = 0;
  for (const name of names) {
    if (!known(name)) {
      sh.complain(`shopt: ${name}: invalid shell option name`);
      status = 1;
    } else if (mode === "") {
      show(name);
      if (!value(name)) status = 1;
    } else if (asSet) setNamedOption(sh, name, mode === "s");
    else sh.setShopt(name, mode === "s");
  }
  return status;
});

export const FLOW: Record<string, Builtin> = {
  ":": quick(() => 0, true),
  true: quick(() => 0),
  false: quick(() => 1),
  break: jump("break"),
  continue: jump("continue"),
  return: quick((sh, words) => {
    if (sh.dash && sh.frames.every((f) => f.name === "main"))
      throw new ShellExit(statusOf(sh, "return", words[1]));
    if (sh.frames.every((f) => f.name === "main")) {
      sh.complain("return: can only `return' from a function or sourced script");
      return 2;
    }
    const status = statusOf(sh, "return", words[1]);
    sh.status = status;
    sh.jump = { kind: "return", count: 1 };
    return status;
  }, true),
  exit: quick((sh, words) => {
    if (sh.interactive) sh.proc.err("exit\n");
    if (words.length > 2 && /^[-+]?\d+$/.test(words[1])) {
      sh.complain("exit: too many arguments");
      return 1;
    }
    throw new ShellExit(statusOf(sh, "exit", words[1]));
  }, true),
  shift: quick((sh, words) => {
    const arg = words[1] ?? "1";
    if (!/^\d+$/.test(arg)) {
      sh.complain(
        `shift: ${arg}: ${/^-\d+$/.test(arg) ? "shift count out of range" : "numeric argument required"}`,
      );
      return 1;
    }
    const n = Number(arg);
    if (n > sh.positional.length) {
      if (sh.dash) sh.complain("shift: can't shift that many");
      return 1;
    }
    sh.positional = sh.positional.slice(n);
    return 0;
  }, true),
  set,
  shopt,
  eval: {
    special: true,
    *run(sh, words) {
      let args = words.slice(1);
      if (args[0] === "--") args = args.slice(1);
      const text = args.join(" ");
      if (text.trim() === "") return 0;
      const top = sh.topLevel;
      sh.topLevel = false;
      sh.traceDepth++;
      try {
        return yield* runText(sh, text, sh.source.file, lineOf(sh.source, sh.currentNode.end), "eval");
      } finally {
        sh.traceDepth--;
        sh.topLevel = top;
      }
    },
  },
  source: { run: sourceFile },
  ".": { special: true, run: sourceFile },
  exec: {
    special: true,
    *run(sh, words) {
      let i = 1;
      let argv0: string | undefined;
      let clear = false;
      for (; i < words.length && /^-[acl]/.test(words[i]); i++) {
        if (words[i] === "-a") argv0 = words[++i];
        else if (words[i] === "-c") clear = true;
      }
      if (words[i] === "--") i++;
      const rest = words.slice(i);
      if (rest.length === 0) return 0;
      const path = locate(sh, rest[0]);
      const env = clear ? new Map<string, string>() : sh.vars.environment();
      const before = sh.proc.env;
      try {
        if (path === undefined) throw new KernelError("ENOENT");
        sh.proc.env = env;
        return yield* replace(sh, path, argv0 === undefined ? rest : [argv0, ...rest.slice(1)]);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        sh.proc.env = before;
        installSignals(sh);
        if (path === undefined) sh.complain(`exec: ${rest[0]}: not found`);
        const status = path === undefined ? 127 : cannotRun(sh, rest[0], path, error);
        if (sh.interactive || sh.shopt("execfail")) return status;
        throw new ShellExit(status);
      }
    },
  },
  let: {
    *run(sh, words) {
      if (words.length < 2) {
        sh.complain("let: expression expected");
        return 1;
      }
      let value = 0n;
      for (const word of words.slice(1)) value = yield* arithmetic(sh, word);
      return value === 0n ? 1 : 0;
    },
  },
  caller: quick((sh, words) => {
    const n = Number(words[1] ?? 0);
    const frame = sh.frames[sh.frames.length - 1 - n];
    const outer = sh.frames[sh.frames.length - 2 - n];
    if (sh.frames.length <= 1) {
      if (words[1] === undefined) sh.proc.out("0 NULL\n");
      return words[1] === undefined ? 0 : 1;
    }
    if (!frame || !outer) return 1;
    sh.proc.out(
      words[1] === undefined
        ? `${frame.callLine} ${outer.file}\n`
        : `${frame.callLine} ${outer.name} ${outer.file}\n`,
    );
    return 0;
  }),
};

/** The shell's process becomes the program; its end is the shell's, without the EXIT trap. */
function* replace(sh: Shell, path: string, argv: readonly string[]): Running {
  const status = yield* exec(sh.proc, argv, path);
  sh.traps.clear();
  throw new ShellExit(status);
}
