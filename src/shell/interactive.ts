import { Killed, type Running } from "../machine/process.ts";
import { Interrupted } from "../machine/signal.ts";
import { readText, tryLookup } from "../machine/vfs.ts";
import { reapJobs } from "./builtin/jobs.ts";
import { complete } from "./complete.ts";
import { runStatements } from "./execute.ts";
import { Discard, ShellExit } from "./fault.ts";
import { readLineFrom } from "./input.ts";
import { parseScript } from "./parse.ts";
import { expandPrompt } from "./prompt.ts";
import { readLine } from "./readline.ts";
import type { Shell } from "./shell.ts";
import { reportSyntax, runText } from "./source.ts";
import { wantsMore } from "./stdin.ts";
import { installSignals } from "./trap.ts";

/** A shell at a terminal: prompts, history, jobs. Ends with `exit` or Ctrl-D. */
export function* interactiveShell(sh: Shell): Running {
  const { proc } = sh;
  sh.interactive = true;
  sh.setShopt("expand_aliases", true);
  sh.options.history = true;
  sh.options.histexpand = true;
  sh.options.emacs = true;
  const { tty } = proc;
  if (tty) {
    sh.options.monitor = true;
    tty.sid = proc.sid;
    tty.foreground = proc.pgid;
  }
  if (sh.get("PS1") === undefined) sh.set("PS1", "\\u@\\h:\\w\\$ ");
  if (sh.get("PS2") === undefined) sh.set("PS2", "> ");
  installSignals(sh);
  const rc = `${sh.get("HOME") ?? "/root"}/.bashrc`;
  if (tryLookup(proc, rc)?.type === "file") yield* runText(sh, readText(proc, rc), rc, 1);
  for (;;) {
    reapJobs(sh, true);
    const line = yield* readCommand(sh);
    if (line === "interrupted") {
      sh.status = 130;
      continue;
    }
    if (line === undefined) {
      sh.proc.err("exit\n");
      return sh.status;
    }
    if (line.trim() === "") continue;
    if (sh.history[sh.history.length - 1] !== line) sh.history.push(line.replace(/\n$/, ""));
    yield* executeLine(sh, line);
  }
}

/** Runs one complete command as the prompt does: faults are said and the shell goes on. */
export function* executeLine(sh: Shell, line: string): Running {
  const parsed = parseScript(line, sh.arg0, 1);
  sh.source = parsed.source;
  sh.pos = 0;
  sh.jump = null;
  sh.ignoring = 0;
  sh.loopDepth = 0;
  sh.pending.length = 0;
  try {
    if (parsed.fault) {
      reportSyntax(sh, parsed);
      sh.status = 2;
    } else yield* runStatements(sh, parsed.statements);
  } catch (error) {
    if (error instanceof Discard) sh.status = error.status;
    else if (error instanceof Interrupted || (error instanceof Killed && error.signal === "INT")) {
      sh.proc.err("\n");
      sh.status = 130;
    } else if (
      error instanceof ShellExit &&
      sh.options.errexit === false &&
      error.status === 130 &&
      !sh.exiting
    ) {
      sh.status = 130;
    } else throw error;
  }
  return sh.status;
}

/** Reads lines until they make a complete command. */
function* readCommand(sh: Shell): Running<string | "interrupted" | undefined> {
  let held = "";
  const { tty } = sh.proc;
  for (;;) {
    const prompt = expandPrompt(sh, sh.get(held === "" ? "PS1" : "PS2") ?? "");
    let line: string | undefined;
    if (tty && sh.proc.fds.get(0)?.isTty) {
      const read = yield* readLine(sh.proc, tty, {
        prompt,
        history: sh.history,
        complete: (typed, cursor) => complete(sh, typed, cursor),
      });
      if (read === "interrupted") return "interrupted";
      line = read === "end" ? undefined : read.line;
    } else {
      sh.proc.err(prompt);
      line = yield* readLineFrom(sh, 0);
    }
    if (line === undefined) {
      if (held === "") return undefined;
      return held;
    }
    held += `${line}\n`;
    if (!wantsMore(held)) return held;
  }
}
