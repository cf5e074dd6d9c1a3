import { takeWork } from "../base/work.ts";
import type { Running } from "../machine/process.ts";
import { evaluate } from "./arithmetic.ts";
import { backgroundJob } from "./background.ts";
import { caseCommand, selectCommand } from "./case.ts";
import { conditional } from "./conditional.ts";
import { bracedWords, fieldsOf, text } from "./expand.ts";
import { CommandFault, Discard, Fault, ShellExit } from "./fault.ts";
import { waitForeground } from "./foreground.ts";
import { type Ast, lineOf, type Statement } from "./parse.ts";
import { coprocess, pipeline, timed } from "./pipeline.ts";
import { apply, openRedirections } from "./redirect.ts";
import type { Shell } from "./shell.ts";
import { printedRedirection, simpleCommand } from "./simple.ts";
import { driven, forkShell } from "./subshell.ts";
import { runPending, runTrap } from "./trap.ts";
import { parseWord } from "./word.ts";

/** Runs statements in order. `last`: the process has nothing to do after them, so the last simple command may
 *  take its place (exec without fork). Gives the status; `sh.jump` says when something broke off. */
export function* runStatements(sh: Shell, statements: readonly Statement[], last = false): Running {
  for (let i = 0; i < statements.length; i++) {
    const statement = statements[i];
    if (sh.options.noexec) continue;
    if (statement.background) yield* backgroundJob(sh, statement);
    else {
      const foreground = sh.topLevel ? beginForeground(sh, statement) : null;
      try {
        sh.status = yield* runNode(
          sh,
          statement.command,
          last && i === statements.length - 1 && sh.traps.size === 0,
        );
      } catch (error) {
        throw failure(sh, error);
      }
      if (foreground) sh.machine.foreground = null;
    }
    if (sh.pending.length > 0) yield* runPending(sh);
    if (sh.jump) break;
  }
  return sh.status;
}

/** What a fault of an expansion becomes once it is told: the end of the shell, or of the line. */
function failure(sh: Shell, error: unknown): unknown {
  if (!(error instanceof Fault)) return error;
  sh.complain(error.message);
  sh.status = error.status;
  sh.ignoring = 0;
  if (sh.dash && !sh.interactive) return new ShellExit(2);
  if (!error.fatal || sh.interactive) return new Discard(error.status);
  return new ShellExit(sh.executionString === undefined ? error.status : 127);
}

/** A top-level command of the main script starts: the engine's time limit looks at this. */
function beginForeground(sh: Shell, statement: Statement): true {
  sh.machine.spending.begin();
  sh.machine.foreground = {
    proc: sh.proc,
    since: sh.machine.now,
    text: sh.source.text.slice(statement.pos, statement.end),
    file: sh.source.file,
    line: lineOf(sh.source, statement.pos),
  };
  return true;
}

export function* runList(sh: Shell, list: Ast.CompoundList): Running {
  const top = sh.topLevel;
  sh.topLevel = false;
  const status = yield* runStatements(sh, list.commands);
  sh.topLevel = top;
  return status;
}

/** A command failed where nobody asks: the ERR trap, and set -e's end. */
export function* failed(sh: Shell, status: number): Running<void> {
  if (status === 0 || sh.ignoring > 0) return;
  sh.status = status;
  const action = sh.traps.get("ERR");
  if (action && !sh.inTrap && (sh.frames.length <= sh.errFrames || sh.options.errtrace))
    yield* runTrap(sh, "ERR", action);
  if (sh.options.errexit) throw new ShellExit(status);
}

export function* runNode(
  sh: Shell,
  node: Ast.PipelineNode | Ast.AndOr | Ast.CompoundList,
  last = false,
): Running {
  switch (node.type) {
    case "Command": {
      const status = yield* simpleCommand(sh, node, last);
      sh.status = status;
      if (sh.pipeStatus.length !== 1 || sh.pipeStatus[0] !== String(status)) sh.pipeStatus = [String(status)];
      // `return 1` is not what failed: the function's caller is.
      if (status !== 0 && sh.jump === null) yield* failed(sh, status);
      return status;
    }
    case "AndOr":
      return yield* andOr(sh, node);
    case "Pipeline":
      return yield* pipelineNode(sh, node);
    case "CompoundList":
      return yield* runList(sh, node);
    case "Function": {
      const name = node.name.text;
      const old = sh.functions.get(name);
      // bash -c has no file: what is defined there says that it comes from the environment.
      const nowhere = sh.executionString !== undefined && !sh.dash && sh.source.file === sh.arg0;
      sh.functions.set(name, {
        name,
        body: node.body,
        source: nowhere ? { ...sh.source, file: "environment" } : sh.source,
        line: lineOf(sh.source, node.pos),
        exported: old?.exported ?? false,
      });
      return 0;
    }
    case "Coproc":
      return yield* coprocess(sh, node);
    case "Redirected":
      return yield* redirected(sh, node);
    default:
      return yield* compound(sh, node);
  }
}

/** What a background job or a member of a pipeline does in its process: a ( ) there needs no second one. */
export function* runMember(sh: Shell, node: Statement["command"]): Running {
  if (node.type === "Subshell") return yield* runStatements(sh, node.body.commands, true);
  // Its failure is its process's end: the ERR trap is for the parent to run.
  if (node.type === "Command") return yield* simpleCommand(sh, node, true);
  if (node.type !== "Redirected" || node.command.type !== "Subshell") return yield* runNode(sh, node, true);
  sh.pos = node.pos;
  try {
    apply(sh, yield* openRedirections(sh, node.redirects))(true);
  } catch (error) {
    if (!(error instanceof CommandFault)) throw error;
    sh.complain(error.message);
    return error.status;
  }
  return yield* runStatements(sh, node.command.body.commands, true);
}

/** ( … ) in a process of its own, which also does its redirections. */
function* subshell(sh: Shell, node: Ast.Subshell | Ast.Redirected): Running {
  sh.pos = node.pos;
  const slice = (part: { readonly pos: number; readonly end: number }) =>
    sh.source.text.slice(part.pos, part.end);
  const inner = node.type === "Redirected" ? (node.command as Ast.Subshell) : node;
  const redirects = node.type === "Redirected" ? node.redirects : [];
  const text = [
    `( ${slice(inner.body).trim()} )`,
    ...redirects.map((r) => printedRedirection(slice(r))),
  ].join(" ");
  if (sh.traps.size > 0 && !sh.inTrap) sh.currentCommand = text;
  const child = forkShell(sh, (copy) => runMember(copy, node), sh.options.monitor ? { pgid: 0 } : {});
  const status = yield* waitForeground(sh, [child], text);
  sh.status = status;
  sh.pipeStatus = [String(status)];
  yield* failed(sh, status);
  return status;
}

function* redirected(sh: Shell, node: Ast.Redirected): Running {
  if (node.command.type === "Subshell") return yield* subshell(sh, node);
  sh.pos = node.pos;
  let undo: () => void;
  try {
    undo = apply(sh, yield* openRedirections(sh, node.redirects));
  } catch (error) {
    if (!(error instanceof CommandFault)) throw error;
    sh.complain(error.message);
    yield* failed(sh, error.status);
    return error.status;
  }
  try {
    return yield* compound(sh, node.command);
  } finally {
    undo();
  }
}

/** Compound commands whose own status set -e looks at: ( ), (( )), [[ ]]. */
function* compound(sh: Shell, node: Ast.CompoundCommand): Running {
  switch (node.type) {
    case "BraceGroup":
      return yield* runList(sh, node.body);
    case "If":
      return yield* ifCommand(sh, node);
    case "While":
      return yield* whileCommand(sh, node);
    case "For":
      return yield* forCommand(sh, node);
    case "ArithmeticFor":
      return yield* arithmeticFor(sh, node);
    case "Case":
      return yield* caseCommand(sh, node);
    case "Select":
      return yield* selectCommand(sh, node);
    case "Subshell":
      return yield* subshell(sh, node);
    case "ArithmeticCommand": {
      sh.pos = node.pos;
      if (!sh.inTrap) sh.currentCommand = `((${node.body}))`;
      let status: number;
      try {
        const value = yield* arithmetic(sh, node.body, "((", "))");
        status = value === 0n ? 1 : 0;
      } catch (error) {
        if (!(error instanceof Fault) || error.fatal) throw error;
        sh.complain(`((: ${error.message}`);
        status = 1;
      }
      yield* tick(sh);
      yield* failed(sh, status);
      return status;
    }
    case "TestCommand": {
      sh.pos = node.pos;
      const status = yield* conditional(sh, node);
      yield* tick(sh);
      yield* failed(sh, status);
      return status;
    }
  }
}

/** Arithmetic text that may hold expansions. */
export function* arithmetic(sh: Shell, raw: string, open = "", close = ""): Running<bigint> {
  let expression = raw;
  if (/[$`"'\\]/.test(raw)) {
    const word = parseWord(raw, "double");
    const strip = (s: string) => s.replace(/["]/g, "");
    expression = word.waits
      ? strip(yield* driven(sh, () => text(sh, word.parts, true)))
      : strip(text(sh, word.parts, true));
  }
  if (sh.options.xtrace && open !== "") sh.trace(`${open} ${expression} ${close}`);
  return evaluate(expression, sh);
}

/** A step without another process: takes a microsecond, lets others go on now and then, and counts. */
export function* tick(sh: Shell): Running<void> {
  const { machine } = sh;
  machine.charge(1000);
  sh.proc.works(takeWork());
  if ((++sh.busy & 127) !== 0) return;
  if (sh.busy >= machine.stepBudget) {
    machine.reportRunaway(
      sh.proc,
      `${machine.stepBudget} steps without waiting for anything: an endless loop`,
      sh.source.file,
      sh.line,
    );
    sh.busy = 0;
    throw new ShellExit(130);
  }
  yield { until: machine.now };
  if (sh.pending.length > 0) yield* runPending(sh);
}

function* andOr(sh: Shell, node: Ast.AndOr): Running {
  let status = 0;
  const n = node.commands.length;
  for (let i = 0; i < n; i++) {
    if (i > 0) {
      const operator = node.operators[i - 1];
      if ((operator === "&&") !== (status === 0)) continue;
    }
    if (i < n - 1) {
      sh.ignoring++;
      try {
        status = yield* runNode(sh, node.commands[i]);
      } finally {
        sh.ignoring--;
      }
    } else status = yield* runNode(sh, node.commands[i]);
    sh.status = status;
    if (sh.jump) break;
  }
  return status;
}

function* pipelineNode(sh: Shell, node: Ast.Pipeline): Running {
  const negated = node.prefixes.filter((p) => p.type === "Negation").length % 2 === 1;
  const time = node.prefixes.find((p) => p.type === "Time");
  if (negated) sh.ignoring++;
  let status: number;
  try {
    const run = () => pipelineBody(sh, node);
    status = time ? yield* timed(sh, run, time.posix !== undefined) : yield* run();
  } finally {
    if (negated) sh.ignoring--;
  }
  if (negated) status = status === 0 ? 1 : 0;
  sh.status = status;
  return status;
}

function* pipelineBody(sh: Shell, node: Ast.Pipeline): Running {
  if (node.commands.length === 0) return 0;
  if (node.commands.length === 1) return yield* runNode(sh, node.commands[0]);
  const status = yield* pipeline(sh, node);
  yield* failed(sh, status);
  return status;
}

function* condition(sh: Shell, list: Ast.CompoundList): Running<boolean> {
  sh.ignoring++;
  try {
    return (yield* runList(sh, list)) === 0;
  } finally {
    sh.ignoring--;
  }
}

function* ifCommand(sh: Shell, node: Ast.If): Running {
  if (yield* condition(sh, node.clause)) return sh.jump ? sh.status : yield* runList(sh, node.then);
  if (sh.jump) return sh.status;
  for (const elif of node.elif) {
    const yes = yield* condition(sh, elif.clause);
    if (sh.jump) return sh.status;
    if (yes) return yield* runList(sh, elif.then);
  }
  if (node.else) return yield* runList(sh, node.else);
  sh.status = 0;
  return 0;
}

/** After a loop's body: whether the loop ends. */
export function leavesLoop(sh: Shell): boolean {
  const { jump } = sh;
  if (!jump) return false;
  if (jump.kind === "return") return true;
  if (jump.count > 1) {
    jump.count--;
    return true;
  }
  sh.jump = null;
  return jump.kind === "break";
}

function* whileCommand(sh: Shell, node: Ast.While): Running {
  const until = node.kind === "until";
  let status = 0;
  sh.loopDepth++;
  try {
    for (;;) {
      const holds = yield* condition(sh, node.clause);
      if (sh.jump) {
        if (leavesLoop(sh)) break;
        continue;
      }
      if (holds === until) break;
      status = yield* runList(sh, node.body);
      if (sh.jump && leavesLoop(sh)) break;
      status = sh.status;
    }
  } finally {
    sh.loopDepth--;
  }
  return sh.jump ? sh.status : status;
}

export function* wordList(sh: Shell, list: readonly Ast.Word[]): Running<string[]> {
  const out: string[] = [];
  for (const word of list)
    for (const parsed of bracedWords(sh, word.text)) {
      if (parsed.waits) for (const field of yield* driven(sh, () => fresh(sh, parsed))) out.push(field);
      else fieldsOf(sh, parsed, out);
    }
  return out;
}

function fresh(sh: Shell, parsed: Parameters<typeof fieldsOf>[1]): string[] {
  const out: string[] = [];
  fieldsOf(sh, parsed, out);
  return out;
}

function* forCommand(sh: Shell, node: Ast.For): Running {
  sh.pos = node.pos;
  const items = node.wordlist ? yield* wordList(sh, node.wordlist) : [...sh.positional];
  const name = node.name.text;
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    sh.complain(`\`${name}': not a valid identifier`);
    return 1;
  }
  let status = 0;
  sh.loopDepth++;
  try {
    for (const item of items) {
      sh.pos = node.pos;
      if (sh.options.xtrace) {
        const list = node.wordlist ? node.wordlist.map((w) => w.text).join(" ") : '"$@"';
        if (!sh.dash) sh.trace(`for ${name} in ${list}`);
      }
      const target = sh.vars.find(name);
      if (target?.nameref) target.value = item;
      else sh.set(name, item);
      status = yield* runList(sh, node.body);
      if (sh.jump && leavesLoop(sh)) break;
      status = sh.status;
    }
  } finally {
    sh.loopDepth--;
  }
  return sh.jump ? sh.status : status;
}

function* arithmeticFor(sh: Shell, node: Ast.ArithmeticFor): Running {
  const raw = (e: Ast.ArithmeticExpression | undefined) =>
    e ? sh.source.text.slice(e.pos, e.end) : undefined;
  const [init, test, update] = [raw(node.initialize), raw(node.test), raw(node.update)];
  let status = 0;
  sh.loopDepth++;
  try {
    sh.pos = node.pos;
    if (init !== undefined) yield* arithmetic(sh, init, "((", "))");
    for (;;) {
      if (test !== undefined && (yield* arithmetic(sh, test, "((", "))")) === 0n) break;
      status = yield* runList(sh, node.body);
      if (sh.jump && leavesLoop(sh)) break;
      status = sh.status;
      sh.pos = node.pos;
      if (update !== undefined) yield* arithmetic(sh, update, "((", "))");
      yield* tick(sh);
    }
  } catch (error) {
    if (!(error instanceof Fault) || error.fatal) throw error;
    sh.complain(`((: ${error.message}`);
    status = 1;
  } finally {
    sh.loopDepth--;
  }
  return sh.jump ? sh.status : status;
}
