import { Killed, type Running } from "../machine/process.ts";
import { SIGNALS, type Signal } from "../machine/signal.ts";
import { runStatements } from "./execute.ts";
import { ShellExit } from "./fault.ts";
import { parseScript } from "./parse.ts";
import type { Shell } from "./shell.ts";
import { reportSyntax } from "./source.ts";

/** Sets up what the process does on the signals that the shell has a say in. */
export function installSignals(sh: Shell): void {
  const { proc } = sh;
  const note = (signal: Signal) => {
    sh.pending.push(signal);
    // A trapped signal waits for the foreground child; `wait` and `read` are interrupted.
    return sh.waitingForChild && (signal === "INT" || sh.traps.has(signal)) ? "continue" : "interrupt";
  };
  const noteOnly = (signal: Signal) => {
    sh.pending.push(signal);
    return "continue" as const;
  };
  const deadly: Signal[] = ["HUP", "INT", "TERM"];
  for (const signal of Object.keys(SIGNALS) as Signal[]) {
    const trap = sh.traps.get(signal);
    if (trap === "") proc.handle(signal, "ignore");
    else if (trap !== undefined) proc.handle(signal, signal === "CHLD" ? noteOnly : note);
    else if (signal === "INT" && !sh.background) {
      if (proc.handlerOf("INT") !== "ignore") proc.handle("INT", note);
    } else if (deadly.includes(signal) && sh.traps.has("EXIT") && proc.handlerOf(signal) !== "ignore")
      proc.handle(signal, note);
    else if (
      sh.interactive &&
      (signal === "TERM" || signal === "TSTP" || signal === "TTIN" || signal === "TTOU")
    )
      proc.handle(signal, "ignore");
    else if (proc.handlerOf(signal) !== "ignore") proc.handle(signal, undefined);
  }
}

/** Runs an action of `trap`; $? is as it was before. */
export function* runTrap(sh: Shell, name: string, action: string): Running<void> {
  const { status, source, pos, inTrap } = sh;
  const parsed = parseScript(action, sh.source.file, sh.line);
  sh.inTrap = true;
  try {
    if (parsed.fault) reportSyntax(sh, parsed, `${name} trap`);
    // Within a trap $LINENO stays that of the command (bash counts the action's lines from there).
    sh.source = parsed.source;
    sh.pos = 0;
    yield* runStatements(sh, parsed.statements);
  } finally {
    sh.source = source;
    sh.pos = pos;
    sh.inTrap = inTrap;
  }
  sh.status = status;
}

/** Acts on the signals that came: traps, or (without one) the shell's end. */
export function* runPending(sh: Shell): Running<void> {
  while (sh.pending.length > 0) {
    const signal = sh.pending.shift() as Signal;
    const action = sh.traps.get(signal);
    if (action !== undefined) {
      if (action !== "") yield* runTrap(sh, signal, action);
    } else if (!sh.interactive) {
      const exit = sh.traps.get("EXIT");
      sh.traps.delete("EXIT");
      if (exit) {
        sh.status = 128 + SIGNALS[signal];
        try {
          yield* runTrap(sh, "EXIT", exit);
        } catch (error) {
          if (!(error instanceof ShellExit)) throw error;
        }
      }
      throw new Killed(signal);
    }
  }
}

/** The EXIT trap, once; gives the status that the shell ends with. */
export function* runExitTrap(sh: Shell, status: number): Running {
  const action = sh.traps.get("EXIT");
  sh.traps.delete("EXIT");
  sh.status = status;
  if (!action) return status;
  sh.jump = null;
  sh.ignoring = 0;
  try {
    yield* runTrap(sh, "EXIT", action);
  } catch (error) {
    if (error instanceof ShellExit) return error.status;
    throw error;
  }
  return status;
}
