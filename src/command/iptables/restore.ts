import { type Errno, KernelError, strerror } from "../../base/errno.ts";
import { UsageError } from "../../netfilter/extension.ts";
import type { Rule } from "../../netfilter/rule.ts";
import { BUILT_IN, Chain, Table } from "../../netfilter/table.ts";
import { execute, isTable, made, type Place } from "./execute.ts";
import { hooksByChain, refusal } from "./kernel.ts";
import { Parser } from "./parse.ts";
import { BatchFailure, banner, brand, Failure, Refusal, type Tool, VERSION } from "./tool.ts";
import { checkChainName } from "./words.ts";

export interface RestoreOptions {
  readonly counters: boolean;
  readonly noflush: boolean;
  readonly test: boolean;
  readonly verbose: boolean;
  readonly table: string | undefined;
}

/** A table being prepared: nothing of it is seen before COMMIT, and then all of it at once. */
class Draft implements Place {
  readonly table: Table;
  readonly later = true;
  readonly notes: { line: number; kind: string; chain: Chain; rule: Rule }[] = [];
  /** Jumps to chains that were not there; the tool complains of them at COMMIT, come what may between. */
  readonly missing = new Map<string, Chain>();
  line = 0;

  constructor(table: Table) {
    this.table = table;
  }

  insert(chain: Chain, rule: Rule, index: number): void {
    chain.insert(index, rule);
  }
  remove(chain: Chain, index: number): void {
    chain.remove(index);
  }
  replace(chain: Chain, index: number, rule: Rule): void {
    chain.replace(index, rule);
  }
  flush(chain: Chain): void {
    chain.flush();
  }
  chainsChanged(): void {}
  noChain(name: string): Chain {
    let chain = this.missing.get(name);
    if (chain === undefined) this.missing.set(name, (chain = new Chain(name, null)));
    return chain;
  }
  note(kind: string, chain: Chain, rule: Rule): void {
    this.notes.push({ line: this.line, kind, chain, rule });
  }
}

/** A copy of a table to change: rules are shared, but for those that point at chains. */
function copy(old: Table): Table {
  const table = new Table(old.family, old.name, []);
  const twins = new Map<Chain, Chain>();
  for (const chain of old.chains.values()) {
    const twin = new Chain(chain.name, chain.hook);
    twin.policy = chain.policy;
    twin.packets = chain.packets;
    twin.bytes = chain.bytes;
    twin.counted = chain.counted;
    twins.set(chain, twin);
    table.chains.set(twin.name, twin);
  }
  for (const [chain, twin] of twins)
    for (const rule of chain.rules) {
      const { action } = rule;
      const target = action.kind === "jump" || action.kind === "goto" ? twins.get(action.chain) : undefined;
      twin.rules.push(
        target === undefined
          ? rule
          : { ...rule, action: { kind: action.kind as "jump" | "goto", chain: target } },
      );
    }
  return table;
}

/** The words of a rule's line (add_param_to_argv): quotes group, a backslash inside them escapes. */
export function words(line: string): string[] {
  if (!line.includes('"') && !line.includes("\\") && !line.includes("\t")) {
    const parts = line.split(" ");
    return parts.includes("") ? parts.filter((part) => part !== "") : parts;
  }
  const found: string[] = [];
  let word = "";
  let started = false;
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (quoted) {
      if (c === "\\") word += line[++i] ?? "";
      else if (c === '"') {
        quoted = false;
        found.push(word);
        word = "";
        started = false;
      } else word += c;
    } else if (c === '"') quoted = started = true;
    else if (c === " " || c === "\t") {
      if (started) found.push(word);
      word = "";
      started = false;
    } else {
      word += c;
      started = true;
    }
  }
  if (quoted) word += "\n";
  if (started) found.push(word);
  return found;
}

/** Runs iptables-restore on a text; answers the exit status. */
export function restore(tool: Tool, input: string, options: RestoreOptions): number {
  let draft: Draft | null = null;
  let skipping = false;
  let number = 0;
  const { program } = tool;
  const hint = `Try \`${program} -h' or '${program} --help' for more information.\n`;
  const legacy = tool.variant === "legacy";
  try {
    let start = 0;
    while (start < input.length) {
      let end = input.indexOf("\n", start);
      if (end < 0) end = input.length;
      const line = input.slice(start, end);
      start = end + 1;
      number++;
      if (line === "") continue;
      const first = line.charCodeAt(0);
      if (first === 35 /* # */) {
        if (options.verbose) tool.out(`${line}\n`);
        continue;
      }
      if (skipping) {
        if (line === "COMMIT") skipping = false;
        continue;
      }
      if (draft === null) {
        if (first !== 42 /* * */) throw new Failure(`${program}: line ${number} failed\n`, 1);
        const name = line.slice(1).split(/[ \t]/)[0];
        if (name === "" || !isTable(name))
          throw new UsageError(
            legacy
              ? `${program}: unable to initialize table '${name}'`
              : `${program}: line ${number} table name '${name}' invalid`,
          );
        if (options.table !== undefined && options.table !== name) skipping = true;
        else draft = begin(tool, name, options);
        continue;
      }
      draft.line = number;
      if (line === "COMMIT") {
        if (!options.test) commit(tool, draft);
        draft = null;
      } else if (first === 58 /* : */) chainLine(tool, draft, line, number, options);
      else ruleLine(tool, draft, line, number, options);
    }
    if (draft !== null) throw new Failure(`${program}: COMMIT expected at line ${number + 1}\n`, 1);
    return 0;
  } catch (error) {
    const where = `Error occurred at line: ${number}\n`;
    if (error instanceof UsageError) {
      tool.err(`${banner(tool)}: ${error.message}\n${where}${error.status === 2 ? hint : ""}`);
      return error.status;
    }
    if (error instanceof Failure) {
      tool.err(error.hint ? `${error.message}${where}${hint}` : error.message);
      return error.status;
    }
    if (error instanceof Refusal) {
      tool.err(
        legacy
          ? `${program}: line ${number} failed\n`
          : `${program}: line ${number} failed: ${error.message}.\n`,
      );
      return 1;
    }
    if (error instanceof BatchFailure) {
      tool.err(`${banner(tool)}: \n${error.message}\n`);
      return 4;
    }
    throw error;
  }
}

function begin(tool: Tool, name: keyof typeof BUILT_IN, options: RestoreOptions): Draft {
  const { netfilter, variant, family } = tool;
  const old = netfilter.table(name, variant);
  if (options.verbose && !options.noflush)
    for (const chain of old?.chains.keys() ?? BUILT_IN[name]) tool.out(`Flushing chain \`${chain}'\n`);
  if (old !== undefined && options.noflush) return new Draft(copy(old));
  const table = new Table(family, name);
  if (variant === "nft") for (const chain of table.chains.values()) chain.counted = false;
  // The old interface empties chains; nf_tables starts over, policies included.
  if (old !== undefined && variant === "legacy")
    for (const chain of table.chains.values()) {
      const before = old.chains.get(chain.name);
      if (before) chain.policy = before.policy;
    }
  return new Draft(table);
}

/** ":INPUT DROP [5:6]" */
function chainLine(tool: Tool, draft: Draft, line: string, number: number, options: RestoreOptions): void {
  const { program } = tool;
  const [name, policy, counts] = line
    .slice(1)
    .trim()
    .split(/[ \t]+/);
  if (name === "") throw new UsageError(`${program}: line ${number} chain name invalid`);
  const { chains } = draft.table;
  let chain = chains.get(name);
  if (chain?.hook == null) {
    checkChainName(name);
    if (name.length >= 29) throw new UsageError(`Invalid chain name \`${name}' (28 chars max)`);
    if (chain === undefined) {
      chain = new Chain(name, null);
      chains.set(name, chain);
    } else chain.flush();
  }
  if (policy === undefined) throw new UsageError(`${program}: line ${number} policy invalid`);
  if (policy === "-" || chain === undefined || chain.hook === null) return;
  if (policy !== "ACCEPT" && policy !== "DROP") {
    if (tool.variant === "legacy")
      throw new Failure(
        `${program} v${VERSION} (${brand(tool.variant)}): Can't set policy \`${policy}' on \`${name}' line ${number}: Bad policy name\n`,
        1,
      );
    throw new Refusal("Bad policy name");
  }
  chain.policy = policy;
  made.add(chain);
  chain.counted = true;
  chain.packets = chain.bytes = 0;
  if (!options.counters) return;
  const counters = /^\[(\d+):(\d+)\]$/.exec(counts ?? "");
  if (!counters) throw new UsageError(`invalid policy counters for chain '${name}'\n`);
  chain.packets = Number(counters[1]);
  chain.bytes = Number(counters[2]);
}

function ruleLine(tool: Tool, draft: Draft, line: string, number: number, options: RestoreOptions): void {
  let text = line;
  let counts: RegExpExecArray | null = null;
  if (text[0] === "[") {
    const close = text.indexOf("]");
    if (close < 0) throw new UsageError(`Bad line ${number}: need ]`);
    counts = /^\[(\d+):(\d+)$/.exec(text.slice(0, close));
    text = text.slice(close + 1);
  }
  const argv = words(text);
  const request = new Parser(tool, argv, draft.table.name, true).parse();
  if (request.otherFamily) return;
  if (options.verbose) request.verbose = Math.max(1, request.verbose);
  if (options.counters && counts) request.counters = { packets: Number(counts[1]), bytes: Number(counts[2]) };
  execute(tool, request, draft);
}

/** Sends the batch: the kernel's checks, then the new table in place of the old one. */
function commit(tool: Tool, draft: Draft): void {
  const { table, notes, missing } = draft;
  const [unknown] = missing.keys();
  if (unknown !== undefined)
    throw new UsageError(
      tool.variant === "nft"
        ? `Chain '${unknown}' does not exist`
        : `Couldn't load target \`${unknown}':No such file or directory\n`,
    );
  const failed = (errno: Errno, which: readonly (typeof notes)[number][]) =>
    tool.variant === "legacy"
      ? new Refusal(strerror(errno))
      : new BatchFailure(
          which
            .map(
              (n) => `line ${n.line}: ${n.kind} failed (${strerror(errno)}): rule in chain ${n.chain.name}`,
            )
            .join("\n"),
        );
  if (notes.length > 0) {
    const hooks = hooksByChain(table);
    const bad = notes.filter(
      (n) => refusal(n.rule, table, n.chain, hooks.get(n.chain), tool.variant) !== undefined,
    );
    if (bad.length > 0) throw failed("EINVAL", bad);
  }
  try {
    tool.netfilter.commit(table, tool.variant);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const jumps = notes.filter(({ rule }) => rule.action.kind === "jump" || rule.action.kind === "goto");
    throw failed(error.code, jumps.slice(-1));
  }
}
