import { findProgram, spawnAt } from "../../machine/exec.ts";
import { type Running, shellStatus } from "../../machine/process.ts";
import { waitForeground } from "../foreground.ts";
import { functionText } from "../function-text.ts";
import { singleQuote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { cannotRun, locate } from "../simple.ts";
import { type Builtin, badOption, quick } from "./builtin.ts";
import { BUILTINS } from "./index.ts";

const KEYWORDS = new Set(
  "if then elif else fi time for in until while do done case esac coproc select function { } [[ ]] !".split(
    " ",
  ),
);

type Kind = "alias" | "keyword" | "function" | "builtin" | "file";

function kinds(sh: Shell, name: string, skipFunctions = false): { kind: Kind; text: string }[] {
  const out: { kind: Kind; text: string }[] = [];
  const alias = sh.aliases.get(name);
  if (alias !== undefined && sh.shopt("expand_aliases")) out.push({ kind: "alias", text: alias });
  if (KEYWORDS.has(name)) out.push({ kind: "keyword", text: name });
  if (!skipFunctions && sh.functions.has(name)) out.push({ kind: "function", text: name });
  if (BUILTINS.has(name) && !sh.disabled.has(name)) out.push({ kind: "builtin", text: name });
  const file = name.includes("/") ? (locateFile(sh, name) ?? undefined) : locateFile(sh, name);
  if (file) out.push({ kind: "file", text: file });
  return out;
}

function locateFile(sh: Shell, name: string): string | undefined {
  const found = findProgram(sh.proc, name, sh.get("PATH") ?? "");
  if (found === undefined) return undefined;
  return sh.executable(found) ? found : undefined;
}

const type = quick((sh, words) => {
  let mode = "";
  let all = false;
  let i = 1;
  for (; i < words.length && /^-[afptP]+$/.test(words[i]); i++)
    for (const c of words[i].slice(1)) {
      if (c === "a") all = true;
      else mode = c;
    }
  let status = 0;
  for (const name of words.slice(i)) {
    let found = kinds(sh, name, mode === "f");
    if (mode === "P") found = found.filter((f) => f.kind === "file");
    if (found.length === 0) {
      status = sh.dash ? 127 : 1;
      if (sh.dash) sh.proc.out(`${name}: not found\n`);
      else if (mode !== "t" && mode !== "p" && mode !== "P") sh.complain(`type: ${name}: not found`);
      continue;
    }
    for (const f of all ? found : found.slice(0, 1)) {
      if (mode === "t") sh.proc.out(`${f.kind}\n`);
      else if (mode === "p" || mode === "P") {
        if (f.kind === "file") sh.proc.out(`${f.text}\n`);
      } else if (f.kind === "alias") sh.proc.out(`${name} is aliased to \`${f.text}'\n`);
      else if (f.kind === "keyword") sh.proc.out(`${name} is a shell keyword\n`);
      else if (f.kind === "function") {
        const fn = sh.functions.get(name);
        sh.proc.out(`${name} is a function\n${fn ? functionText(fn) : ""}\n`);
      } else if (f.kind === "builtin")
        sh.proc.out(
          `${name} is a ${sh.options.posix && BUILTINS.get(name)?.special ? "special " : ""}shell builtin\n`,
        );
      else sh.proc.out(sh.hashed.has(name) ? `${name} is hashed (${f.text})\n` : `${name} is ${f.text}\n`);
    }
  }
  return status;
});

const command: Builtin = {
  *run(sh, words) {
    let mode = "";
    let standard = false;
    let i = 1;
    for (; i < words.length && /^-./.test(words[i]); i++) {
      if (words[i] === "--") {
        i++;
        break;
      }
      for (const c of words[i].slice(1)) {
        if (c === "p") standard = true;
        else if (c === "v" || c === "V") mode = c;
        else return badOption(sh, "command", `-${c}`, "command [-pVv] command [arg ...]");
      }
    }
    const rest = words.slice(i);
    if (rest.length === 0) return 0;
    if (mode !== "") {
      let status = 1;
      for (const name of sh.dash ? rest.slice(0, 1) : rest) {
        const found = kinds(sh, name)[0];
        if (!found) {
          if (mode === "V") sh.complain(`command: ${name}: not found`);
          continue;
        }
        status = 0;
        if (mode === "V") yield* type.run(sh, ["type", name]);
        else if (found.kind === "alias") sh.proc.out(`alias ${name}=${singleQuote(found.text)}\n`);
        else sh.proc.out(`${found.kind === "file" ? found.text : name}\n`);
      }
      return status;
    }
    const builtin = BUILTINS.get(rest[0]);
    if (builtin) return yield* builtin.run(sh, rest);
    return yield* runProgram(sh, rest, standard ? "/usr/sbin:/usr/bin:/sbin:/bin" : undefined);
  },
};

function* runProgram(sh: Shell, words: readonly string[], path?: string): Running {
  const file = path === undefined ? locate(sh, words[0]) : findProgram(sh.proc, words[0], path);
  if (file === undefined) return cannotRun(sh, words[0], undefined, new Error("not found"));
  const number = sh.beginCommand(sh.currentNode, false);
  try {
    const child = spawnAt(sh.proc, file, words, {
      env: sh.vars.environment(),
      ...(sh.options.monitor ? { pgid: 0 } : {}),
      ...(sh.interactive ? { defaultSignals: sh.ownSignals } : {}),
      ...(number === 0 ? {} : { command: number }),
    });
    const status = yield* waitForeground(sh, [child], words.join(" "));
    sh.endCommand(number, child.pid, child.exit ? shellStatus(child.exit) : status);
    return status;
  } catch (error) {
    return cannotRun(sh, words[0], file, error);
  }
}

const alias = quick((sh, words) => {
  const args = words.slice(1).filter((w) => w !== "-p");
  if (args.length === 0) {
    for (const name of [...sh.aliases.keys()].sort())
      sh.proc.out(`alias ${name}=${singleQuote(sh.aliases.get(name) as string)}\n`);
    return 0;
  }
  let status = 0;
  for (const arg of args) {
    const at = arg.indexOf("=", 1);
    if (at > 0) sh.aliases.set(arg.slice(0, at), arg.slice(at + 1));
    else if (sh.aliases.has(arg)) sh.proc.out(`alias ${arg}=${singleQuote(sh.aliases.get(arg) as string)}\n`);
    else {
      sh.complain(`alias: ${arg}: not found`);
      status = 1;
    }
  }
  return status;
});

export const LOOKUP: Record<string, Builtin> = {
  type,
  command,
  alias,
  unalias: quick((sh, words) => {
    if (words[1] === "-a") {
      sh.aliases.clear();
      return 0;
    }
    let status = 0;
    for (const name of words.slice(1))
      if (!sh.aliases.delete(name)) {
        sh.complain(`unalias: ${name}: not found`);
        status = 1;
      }
    return status;
  }),
  builtin: {
    *run(sh, words) {
      if (words.length < 2) return 0;
      const found = BUILTINS.get(words[1]);
      if (!found) {
        sh.complain(`builtin: ${words[1]}: not a shell builtin`);
        return 1;
      }
      return yield* found.run(sh, words.slice(1));
    },
  },
  hash: quick((sh, words) => {
    if (words[1] === "-r") {
      sh.hashed.clear();
      return 0;
    }
    if (words.length === 1) {
      if (sh.hashed.size === 0) sh.proc.out("hash: hash table empty\n");
      else {
        sh.proc.out("hits\tcommand\n");
        for (const path of sh.hashed.values()) sh.proc.out(`   1\t${path}\n`);
      }
      return 0;
    }
    let status = 0;
    for (const name of words.slice(1))
      if (locate(sh, name) === undefined) {
        sh.complain(`hash: ${name}: not found`);
        status = 1;
      }
    return status;
  }),
  enable: quick((sh, words) => {
    const off = words[1] === "-n";
    const names = words.slice(off ? 2 : 1);
    if (names.length === 0)
      for (const name of [...BUILTINS.keys()].sort())
        if (sh.disabled.has(name) === off) sh.proc.out(`enable ${off ? "-n " : ""}${name}\n`);
    let status = 0;
    for (const name of names) {
      if (!BUILTINS.has(name)) {
        sh.complain(`enable: ${name}: not a shell builtin`);
        status = 1;
      } else if (off) sh.disabled.add(name);
      else sh.disabled.delete(name);
    }
    return status;
  }),
};
