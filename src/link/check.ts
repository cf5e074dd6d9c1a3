import { words } from "../command/iptables/restore.ts";
import type { QueryAnswer } from "../engine/engine.ts";
import { SimulatedEngine } from "../engine/simulated/engine.ts";
import { BUILTINS } from "../shell/builtin/index.ts";
import { type Ast, lineOf, parseScript } from "../shell/parse.ts";
import type { ScriptFault } from "./protocol.ts";

/** Words that stand before a command and leave it what it is. */
const PREFIX = /^(sudo|command|exec|ip netns exec \S+)\s+/;

/**
 * What is wrong with a script, before it runs: the shell's grammar, names that nothing answers to, and each
 * iptables and ip command that is written out in full, given to the tool itself on a machine made for the purpose.
 */
export async function checkScript(text: string): Promise<ScriptFault[]> {
  if (/^\*\w+\s*$/m.test(text) && /^COMMIT\s*$/m.test(text)) return checkRules(text);
  const { source, fault, statements } = parseScript(text, "script");
  const faults: ScriptFault[] = [];
  if (fault) faults.push({ line: fault.line, message: fault.message });
  const scratch = new SimulatedEngine();
  for (const { words: argv, pos } of literalCommands(statements)) {
    const message = await complaint(scratch, argv, text);
    if (message) faults.push({ line: lineOf(source, pos), message });
  }
  await scratch.close();
  return faults.sort((a, b) => a.line - b.line);
}

/** What is wrong with a command as it is written, whatever the lab holds when it runs. */
async function complaint(
  scratch: SimulatedEngine,
  argv: string[],
  script: string,
): Promise<string | undefined> {
  const [name] = argv;
  if (name === undefined) return undefined;
  const isRules = /^ip6?tables(-nft|-legacy)?$/.test(name);
  if (!isRules && name !== "ip")
    return isKnown(scratch, name, script) ? undefined : `${name}: command not found`;
  // A command that would wait (ip monitor) cannot be asked.
  const answer = await scratch.query(argv).catch(() => undefined);
  if (!answer || !(isRules ? answer.status === 2 : isUsage(answer))) return undefined;
  const said = answer.stderr.split("\n");
  return said.find((l) => l.includes(": ") && !l.startsWith("#")) ?? said.find((l) => l !== "");
}

/** ip's own complaint about its words (255; 1 for an object that it does not know), not about what the lab lacks. */
function isUsage({ status, stderr }: QueryAnswer): boolean {
  if (stderr.startsWith('Object "')) return true;
  return status === 255 && !stderr.startsWith("Cannot open network namespace");
}

/** Whether a name can be run: a program, the shell's own, or something that the script defines or brings. */
function isKnown({ machine }: SimulatedEngine, name: string, script: string): boolean {
  if (name.includes("/") || machine.programs.get(name) || BUILTINS.has(name)) return true;
  const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(
    `\\b(function|alias)\\s+${quoted}\\b|(^|[\\s;])${quoted}\\s*\\(\\)|(^|\\s)(source|\\.)\\s`,
    "m",
  ).test(script);
}

/** A ruleset as iptables-save prints it: each line is given to iptables, in order. */
async function checkRules(text: string): Promise<ScriptFault[]> {
  const scratch = new SimulatedEngine();
  const faults: ScriptFault[] = [];
  let table = "filter";
  for (const [i, raw] of text.split("\n").entries()) {
    const line = raw.trim().replace(/^\[\d+:\d+\]\s*/, "");
    if (line === "" || line.startsWith("#") || line === "COMMIT") continue;
    const chain = /^:(\S+) (\S+)/.exec(line);
    const begin = /^\*(\S+)$/.exec(line);
    let argv: string[] = [];
    if (begin) table = begin[1];
    else if (chain) argv = chain[2] === "-" ? ["-N", chain[1]] : ["-P", chain[1], chain[2]];
    else argv = words(line);
    const { status, stderr } = await scratch.query([
      "iptables",
      "-t",
      table,
      ...(argv.length > 0 ? argv : ["-S"]),
    ]);
    const message = stderr.split("\n").find((l) => l.includes(": ") && !l.startsWith("#"));
    if (status !== 0 && message) faults.push({ line: i + 1, message });
  }
  await scratch.close();
  return faults;
}

interface Literal {
  readonly words: string[];
  readonly pos: number;
}

/** Simple commands whose every word stands in the script as it is. */
function literalCommands(nodes: readonly unknown[]): Literal[] {
  const found: Literal[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    if (node === null || typeof node !== "object") return;
    const entry = node as { type?: string };
    if (entry.type === "Command") {
      const literal = literalOf(node as Ast.Command);
      if (literal) found.push(literal);
      return;
    }
    // Loops and functions run with values that only a run knows.
    if (entry.type === "For" || entry.type === "While" || entry.type === "Function") return;
    for (const value of Object.values(node)) if (value !== null && typeof value === "object") visit(value);
  };
  visit(nodes);
  return found;
}

function literalOf(command: Ast.Command): Literal | undefined {
  const words: string[] = [];
  if (!command.name) return undefined;
  for (const word of [command.name, ...command.args]) {
    if (!("text" in word && "value" in word) || typeof word.value !== "string") return undefined;
    if (/[$`*?[{~]/.test(word.text)) return undefined;
    words.push(word.value);
  }
  let line = words.join(" ");
  let skipped = 0;
  for (let m = PREFIX.exec(line); m; m = PREFIX.exec(line)) {
    skipped += m[1].split(/\s+/).length;
    line = line.slice(m[0].length);
  }
  const own = words.slice(skipped);
  // The namespace may not be there yet.
  if (own[0] === "ip" && (own[1] === "-n" || own[1] === "-netns")) own.splice(1, 2);
  return { words: own, pos: command.pos };
}
