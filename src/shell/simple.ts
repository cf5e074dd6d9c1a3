import { KernelError } from "../base/errno.ts";
import { noteWork } from "../base/work.ts";
import { exec, findProgram, spawnAt } from "../machine/exec.ts";
import { missingProgram } from "../machine/not-simulated.ts";
import { MAX_MEMORY, MemoryExhausted, type Process, type Running } from "../machine/process.ts";
import { tryLookup } from "../machine/vfs.ts";
import { assignArray } from "./array.ts";
import { BUILTINS, DECLARATIONS } from "./builtin/index.ts";
import { statusOf } from "./dash/dash.ts";
import { runNode, tick } from "./execute.ts";
import { bracedWords, fieldsOf, text } from "./expand.ts";
import { CommandFault, Fault, ShellExit } from "./fault.ts";
import { waitForeground } from "./foreground.ts";
import type { Ast } from "./parse.ts";
import { quoteTrace } from "./quote.ts";
import { apply, openRedirections, type Redirections } from "./redirect.ts";
import { runScriptFile } from "./script.ts";
import type { Shell, ShellFunction } from "./shell.ts";
import { driven } from "./subshell.ts";
import { runTrap } from "./trap.ts";
import { Variable } from "./variables.ts";
import { parseWord } from "./word.ts";

/** A word of a declaration builtin: plain, or an assignment with its value ready. */
export type DeclarationWord =
  | string
  | { readonly assignment: Ast.Assignment; readonly value: string | undefined };

/** A simple command: assignments, redirections, words. `last`: it may take the process over. */
export function* simpleCommand(sh: Shell, cmd: Ast.Command, last: boolean): Running {
  sh.pos = linePosition(cmd);
  sh.currentNode = cmd;
  const debug = sh.traps.get("DEBUG");
  if (debug && !sh.inTrap) {
    sh.currentCommand = printedCommand(sh, cmd);
    yield* runTrap(sh, "DEBUG", debug);
    sh.pos = linePosition(cmd);
  }
  // Within a trap's action $BASH_COMMAND stays what the trap is about (the_printed_command_except_trap).
  if (sh.traps.size > 0 && !sh.inTrap) sh.currentCommand = printedCommand(sh, cmd);
  try {
    return yield* run(sh, cmd, last);
  } catch (error) {
    if (!(error instanceof CommandFault)) throw error;
    sh.complain(error.message);
    // A special builtin's redirection that fails ends dash.
    if (sh.dash && BUILTINS.get(cmd.name?.text ?? "")?.special) throw new ShellExit(2);
    return error.status;
  } finally {
    if (sh.processFds.length > 0) closeProcessFds(sh);
  }
}

/** print_simple_command: its words, then its redirections. */
export function printedCommand(sh: Shell, cmd: Ast.Command): string {
  if (cmd.redirects.length === 0) return sh.source.text.slice(cmd.pos, cmd.end);
  const slice = (node: { readonly pos: number; readonly end: number }) =>
    sh.source.text.slice(node.pos, node.end);
  const words = [...cmd.prefix, ...(cmd.name ? [cmd.name] : []), ...cmd.suffix]
    .filter((node) => cmd.redirects.every((r) => r.pos !== node.pos))
    .map(slice);
  return [...words, ...cmd.redirects.map((r) => printedRedirection(slice(r)))].join(" ");
}

/** print_redirection: a file's name stands apart from the operator. */
export function printedRedirection(text: string): string {
  return text.replace(/^(\d*|\{\w+\})(&>>|&>|>>|<<<|<>|>\||>|<)[ \t]*(?![&<(\s])/, "$1$2 ");
}

/** Where bash counts a command's line: it has read the second word by then (make_simple_command). */
function linePosition(cmd: Ast.Command): number {
  const { prefix, suffix } = cmd;
  if (prefix.length > 1) return prefix[1].end - 1;
  const second = prefix.length === 1 ? cmd.name : suffix[0];
  return second && second.type !== "HereDoc" ? second.end - 1 : cmd.pos;
}

function closeProcessFds(sh: Shell): void {
  for (const n of sh.processFds) if (sh.proc.fds.has(n)) sh.proc.closeFd(n);
  sh.processFds.length = 0;
}

function* run(sh: Shell, cmd: Ast.Command, last: boolean): Running {
  const words: string[] = [];
  let declared: DeclarationWord[] | null = null;
  sh.substitutionStatus = 0;
  const assignments: Ast.Assignment[] = [];
  if (cmd.prefix.length > 0) for (const p of cmd.prefix) if (p.type === "Assignment") assignments.push(p);
  if (cmd.name) {
    yield* expandInto(sh, cmd.name, words);
    if (words.length === 1 && sh.aliases.size > 0 && sh.shopt("expand_aliases")) {
      const alias = sh.aliases.get(cmd.name.text);
      if (alias !== undefined && !sh.expandingAliases.has(cmd.name.text))
        return yield* sh.runAlias(sh, cmd, alias);
    }
    const declares = words.length > 0 && DECLARATIONS.has(words[0]) && !sh.functions.has(words[0]);
    if (declares) declared = [words[0]];
    for (const arg of cmd.suffix) {
      if (arg.type === "Word") {
        const before = words.length;
        yield* expandInto(sh, arg, words);
        if (declared) for (let i = before; i < words.length; i++) declared.push(words[i]);
      } else if (arg.type === "Assignment") {
        if (declared) {
          const value = arg.value.type === "Word" ? yield* assignedText(sh, arg.value.text) : undefined;
          declared.push({ assignment: arg, value });
          words.push(
            `${arg.name}${arg.index ? `[${arg.index.text}]` : ""}${arg.append ? "+" : ""}=${value ?? sh.source.text.slice(arg.value.pos, arg.value.end)}`,
          );
        } else for (const parsed of bracedWords(sh, arg.text)) yield* expandParsed(sh, parsed, words);
      }
    }
  }
  const redirects = cmd.redirects;
  if (words.length === 0) {
    for (const a of assignments) yield* assignOne(sh, a, null);
    if (redirects.length > 0) apply(sh, yield* openRedirections(sh, redirects))();
    yield* tick(sh);
    return sh.substitutionStatus;
  }
  const [name] = words;
  const fn = sh.functions.get(name);
  const builtin = fn ? undefined : BUILTINS.get(name);
  if (builtin && sh.disabled.has(name))
    return yield* external(sh, cmd, words, assignments, yield* openRedirections(sh, redirects), last);
  if (!fn && !builtin) {
    const extra = yield* temporaryValues(sh, assignments);
    if (sh.options.xtrace) traceCommand(sh, words);
    const made = yield* openRedirections(sh, redirects);
    return yield* external(sh, cmd, words, extra, made, last);
  }
  const persists = builtin?.special === true && sh.options.posix;
  const scope = assignments.length > 0 && !persists ? new Map<string, Variable>() : null;
  for (const a of assignments) yield* assignOne(sh, a, scope);
  if (sh.options.xtrace) traceCommand(sh, words);
  const made = redirects.length > 0 ? yield* openRedirections(sh, redirects) : null;
  // exec without a command keeps its redirections.
  const keep = name === "exec" && words.length === 1;
  const undo = made ? apply(sh, made) : null;
  if (scope) sh.vars.scopes.push(scope);
  sh.lastArgument = words[words.length - 1];
  const { complaints } = sh;
  try {
    if (fn) return yield* callFunction(sh, fn, words);
    yield* tick(sh);
    if (!builtin) return 0;
    const status = yield* builtin.run(sh, declared ? (declared as string[]) : words);
    return sh.dash && status !== 0 && sh.complaints !== complaints ? statusOf(name, status) : status;
  } catch (error) {
    if (builtin && error instanceof Fault && !error.fatal) {
      sh.complain(name === "let" ? `let: ${error.message}` : error.message);
      return sh.dash ? statusOf(name, 2) : error.status;
    }
    if (error instanceof KernelError) {
      if (error.code === "EPIPE") throw error;
      sh.complain(`${name}: write error: ${error.message}`);
      return 1;
    }
    throw error;
  } finally {
    if (scope) sh.vars.scopes.splice(sh.vars.scopes.indexOf(scope), 1);
    undo?.(keep);
  }
}

/** Words that one command may get: more than the kernel's ARG_MAX lets pass. */
const MAX_WORDS = 2 ** 21;

function* expandInto(sh: Shell, word: Ast.Word, out: string[]): Running<void> {
  for (const parsed of bracedWords(sh, word.text)) yield* expandParsed(sh, parsed, out);
  if (out.length > MAX_WORDS) throw new MemoryExhausted();
}

function* expandParsed(sh: Shell, parsed: ReturnType<typeof parseWord>, out: string[]): Running<void> {
  if (!parsed.waits) return fieldsOf(sh, parsed, out);
  const fields = yield* driven(sh, () => {
    const made: string[] = [];
    fieldsOf(sh, parsed, made);
    return made;
  });
  for (const f of fields) out.push(f);
}

/** The value of an assignment: tildes after "=" and ":", no splitting, no globs. */
export function* assignedText(sh: Shell, raw: string): Running<string> {
  const word = parseWord(raw, "assign");
  const value = word.waits ? yield* driven(sh, () => text(sh, word.parts)) : text(sh, word.parts);
  noteWork(value.length);
  if (value.length > MAX_MEMORY) throw new MemoryExhausted();
  return value;
}

/** One assignment; into `scope` when it is for one command only. */
function* assignOne(sh: Shell, a: Ast.Assignment, scope: Map<string, Variable> | null): Running<void> {
  if (a.value.type === "ArrayValue") {
    if (sh.options.xtrace) sh.trace(a.text);
    yield* assignArray(sh, sh.vars.make(a.name), a.name, a.value, a.append ?? false);
    return;
  }
  const value = yield* assignedText(sh, a.value.text);
  if (sh.options.xtrace) {
    const index = a.index ? `[${a.index.text}]` : "";
    const shown = value === "" || sh.dash ? value : quoteTrace(value);
    sh.trace(`${a.name}${index}${a.append ? "+" : ""}=${shown}`);
  }
  if (scope) {
    const old = sh.vars.get(a.name);
    if (old?.readonly) throw new (sh.dash ? Fault : CommandFault)(`${a.name}: readonly variable`);
    const v = new Variable(a.append ? (old?.scalar ?? "") + value : value);
    v.exported = true;
    scope.set(a.name, v);
  } else sh.assign(a.name, a.index?.text, value, a.append ?? false);
}

function* temporaryValues(sh: Shell, assignments: readonly Ast.Assignment[]): Running<Map<string, Variable>> {
  const scope = new Map<string, Variable>();
  for (const a of assignments) yield* assignOne(sh, a, scope);
  return scope;
}

function traceCommand(sh: Shell, words: readonly string[]): void {
  sh.trace((sh.dash ? words : words.map(quoteTrace)).join(" "));
}

const MAX_CALLS = 200;

export function* callFunction(sh: Shell, fn: ShellFunction, words: readonly string[]): Running {
  // The real shell's stack ends in a segmentation fault after some ten thousand calls; here it is said.
  if (sh.frames.length > MAX_CALLS)
    throw new Fault(`${fn.name}: maximum function nesting level exceeded (${MAX_CALLS})`, true, 139);
  const { positional, source, pos, loopDepth } = sh;
  sh.frames.push({ name: fn.name, file: fn.source.file, callLine: sh.line, positional });
  sh.positional = words.slice(1);
  sh.source = fn.source;
  sh.loopDepth = 0;
  const scope = new Map<string, Variable>();
  sh.vars.scopes.push(scope);
  const top = sh.topLevel;
  sh.topLevel = false;
  const outerReturn = sh.traps.get("RETURN");
  try {
    yield* tick(sh);
    if (!sh.options.functrace) sh.traps.delete("RETURN");
    let status = yield* runNode(sh, fn.body);
    if (sh.jump?.kind === "return") {
      sh.jump = null;
      status = sh.status;
    }
    const trap = sh.traps.get("RETURN");
    if (trap && !sh.inTrap) yield* runTrap(sh, "RETURN", trap);
    return status;
  } finally {
    if (outerReturn !== undefined && !sh.traps.has("RETURN")) sh.traps.set("RETURN", outerReturn);
    sh.topLevel = top;
    sh.vars.scopes.splice(sh.vars.scopes.indexOf(scope), 1);
    sh.frames.pop();
    sh.positional = positional;
    sh.source = source;
    sh.pos = pos;
    sh.loopDepth = loopDepth;
  }
}

/** The file that a name means, with bash's hash table; undefined when there is none. */
export function locate(sh: Shell, name: string, path = sh.get("PATH") ?? ""): string | undefined {
  if (name.includes("/")) return name;
  const known = sh.hashed.get(name);
  if (known !== undefined && tryLookup(sh.proc, known)) return known;
  const found = findProgram(sh.proc, name, path);
  if (found !== undefined) sh.hashed.set(name, found);
  return found;
}

/** Says why a program cannot be run; gives 126 or 127. */
export function cannotRun(sh: Shell, name: string, path: string | undefined, error: unknown): number {
  if (
    path === undefined ||
    (error instanceof KernelError && error.code === "ENOENT" && !name.includes("/"))
  ) {
    if (!sh.get("PATH")) {
      sh.complain(`${name}: No such file or directory`);
      return 127;
    }
    if (!name.includes("/") || path === undefined) {
      sh.complain(`${/[\x00-\x1f\x7f]/.test(name) ? quoteTrace(name) : name}: ${missingProgram(name)}`);
      return 127;
    }
  }
  if (!(error instanceof KernelError)) throw error;
  if (error.code === "ENOENT") {
    const inode = tryLookup(sh.proc, path ?? name);
    // The file is there, so it is its interpreter that is not.
    if (inode) {
      sh.complain(`${name}: cannot execute: required file not found`);
      return 127;
    }
    sh.complain(`${name}: No such file or directory`);
    return 127;
  }
  if (error.code === "EACCES" && tryLookup(sh.proc, path ?? name)?.type === "directory") {
    sh.complain(`${name}: Is a directory`);
    return 126;
  }
  sh.complain(`${name}: ${error.message}`);
  return 126;
}

function* external(
  sh: Shell,
  cmd: Ast.Command,
  words: readonly string[],
  extra: ReadonlyMap<string, Variable> | readonly Ast.Assignment[],
  made: Redirections,
  last: boolean,
): Running {
  const [name] = words;
  sh.lastArgument = words[words.length - 1];
  const env = sh.vars.environment();
  if (extra instanceof Map)
    for (const [key, v] of extra as Map<string, Variable>) env.set(key, v.value ?? "");
  const pathVariable = extra instanceof Map ? (extra as Map<string, Variable>).get("PATH")?.value : undefined;
  const path = pathVariable !== undefined ? findProgram(sh.proc, name, pathVariable) : locate(sh, name);
  if (path === undefined) {
    const handler = sh.functions.get("command_not_found_handle");
    if (handler) {
      const undo = apply(sh, made);
      try {
        return yield* callFunction(sh, handler, [handler.name, ...words]);
      } finally {
        undo();
      }
    }
  }
  env.set("_", path ?? name);
  if (path === undefined) {
    const undo = apply(sh, made);
    const status = cannotRun(sh, name, undefined, new KernelError("ENOENT"));
    undo();
    yield* tick(sh);
    return status;
  }
  const command = sh.beginCommand(cmd, sh.background, words);
  sh.busy = 0;
  if (last && !sh.interactive) return yield* takeOver(sh, path, words, env, made, command);
  let child: Process;
  try {
    child = spawnAt(sh.proc, path, words, {
      fds: made.fds,
      env,
      ...(sh.options.monitor ? { pgid: 0 } : {}),
      ...(sh.interactive ? { defaultSignals: sh.ownSignals } : {}),
      ...(command === 0 ? {} : { command }),
    });
  } catch (error) {
    if (error instanceof KernelError && error.code === "ENOEXEC") {
      child = runScriptFile(sh, path, words, env, made, command);
    } else {
      const undo = apply(sh, made);
      const status = cannotRun(sh, name, path, error);
      undo();
      sh.endCommand(command, sh.proc.pid, status);
      return status;
    }
  } finally {
    made.release();
  }
  const status = yield* waitForeground(sh, [child], sh.source.text.slice(cmd.pos, cmd.end));
  sh.endCommand(command, child.pid, status);
  return status;
}

/** exec instead of fork: this process becomes the program. */
function* takeOver(
  sh: Shell,
  path: string,
  words: readonly string[],
  env: Map<string, string>,
  made: Redirections,
  command: number,
): Running {
  const { proc } = sh;
  apply(sh, made)(true);
  let status = 0;
  const before = proc.env;
  proc.env = env;
  if (command !== 0) proc.command = command;
  try {
    status = yield* exec(proc, words, path);
    return status;
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    proc.env = before;
    if (error.code === "ENOEXEC") {
      const child = runScriptFile(sh, path, words, env, null, command);
      status = yield* waitForeground(sh, [child], words.join(" "));
    } else status = cannotRun(sh, words[0], path, error);
    return status;
  } finally {
    sh.endCommand(command, proc.pid, status);
  }
}
