import type { Running } from "../machine/process.ts";
import { leavesLoop, runList, wordList } from "./execute.ts";
import { pattern, text } from "./expand.ts";
import { readLineFrom } from "./input.ts";
import type { Ast } from "./parse.ts";
import { matchPattern } from "./pattern.ts";
import type { Shell } from "./shell.ts";
import { driven } from "./subshell.ts";
import { parseWord } from "./word.ts";

export function* caseCommand(sh: Shell, node: Ast.Case): Running {
  sh.pos = node.pos;
  const word = parseWord(node.word.text);
  const value = word.waits ? yield* driven(sh, () => text(sh, word.parts)) : text(sh, word.parts);
  if (sh.options.xtrace && !sh.dash) sh.trace(`case ${node.word.text} in`);
  // The body finds the status of the command before; without a body it is 0 (execute_case_command).
  let status = 0;
  let through = false;
  for (const item of node.items) {
    let hit = through;
    for (const p of hit ? [] : item.pattern) {
      const parsed = parseWord(p.text);
      const pat = parsed.waits
        ? yield* driven(sh, () => pattern(sh, parsed.parts))
        : pattern(sh, parsed.parts);
      if (matchPattern(pat, value, { nocase: sh.shopt("nocasematch") })) {
        hit = true;
        break;
      }
    }
    if (!hit) continue;
    through = false;
    status = item.body.commands.length === 0 ? 0 : yield* runList(sh, item.body);
    if (sh.jump) return sh.status;
    if (item.terminator === ";&") through = true;
    else if (item.terminator !== ";;&") break;
  }
  sh.status = status;
  return status;
}

/** select: a menu on standard error, a number from standard input. */
export function* selectCommand(sh: Shell, node: Ast.Select): Running {
  sh.pos = node.pos;
  const items = node.wordlist ? yield* wordList(sh, node.wordlist) : [...sh.positional];
  if (items.length === 0) return 0;
  const width = String(items.length).length;
  const menu = () =>
    sh.proc.err(items.map((item, i) => `${String(i + 1).padStart(width)}) ${item}\n`).join(""));
  sh.loopDepth++;
  try {
    menu();
    for (;;) {
      sh.proc.err(sh.get("PS3") ?? "#? ");
      const line = yield* readLineFrom(sh, 0);
      if (line === undefined) {
        sh.proc.out("\n");
        return 1;
      }
      if (line === "") {
        menu();
        continue;
      }
      sh.set("REPLY", line);
      sh.set(node.name.text, /^\d+$/.test(line) ? (items[Number(line) - 1] ?? "") : "");
      yield* runList(sh, node.body);
      if (sh.jump && leavesLoop(sh)) break;
    }
  } finally {
    sh.loopDepth--;
  }
  return sh.status;
}
