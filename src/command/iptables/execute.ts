import { type Errno, KernelError, strerror } from "../../base/errno.ts";
import { UsageError } from "../../netfilter/extension.ts";
import type { TableName } from "../../netfilter/hooks.ts";
import { leadsNowhere } from "../../netfilter/netfilter.ts";
import type { Action, AddressMatch4, Rule } from "../../netfilter/rule.ts";
import { ruleText } from "../../netfilter/ruletext.ts";
import { BUILT_IN, Chain, Table } from "../../netfilter/table.ts";
import { hooksByChain, isPicky, legacyText, refusal, tableRefusal } from "./kernel.ts";
import { type Format, header, ONE_LINE, ruleLine } from "./list.ts";
import type { Request, RuleSpec } from "./request.ts";
import { chainsOf, listRules } from "./save.ts";
import { BAD_RULE, BatchFailure, Failure, NO_CHAIN, Refusal, type Tool } from "./tool.ts";
import { VERDICTS } from "./words.ts";

/** Where a command's changes go: the live ruleset, or the table that iptables-restore is preparing. */
export interface Place {
  readonly table: Table;
  insert(chain: Chain, rule: Rule, index: number): void;
  remove(chain: Chain, index: number): void;
  replace(chain: Chain, index: number, rule: Rule): void;
  flush(chain: Chain): void;
  /** Chains were added, removed or renamed. */
  chainsChanged(): void;
  /** A rule that jumps where no chain is. */
  noChain(name: string, isGoto: boolean): Chain;
  /** True while the kernel's checks wait for COMMIT. */
  readonly later: boolean;
  /** Notes a rule that is to be checked at COMMIT. */
  note(kind: string, chain: Chain, rule: Rule): void;
}

/** Does what was asked, on `place`. */
export function execute(tool: Tool, request: Request, place: Place): void {
  for (const op of request.ops) one(tool, request, place, op);
}

function one(tool: Tool, request: Request, place: Place, op: Request["ops"][number]): void {
  const { table } = place;
  const nft = tool.variant === "nft";
  switch (op) {
    case "A":
    case "I":
    case "R":
      add(tool, request, place, op);
      return;
    case "D":
    case "C":
      find(tool, request, place, op);
      return;
    case "d": {
      const chain = need(table, request.chain);
      if (nft && !there(chain)) throw new Refusal(NO_CHAIN);
      if (request.rulenum > chain.rules.length) throw new Refusal("Index of deletion too big");
      place.remove(chain, request.rulenum - 1);
      return;
    }
    case "L":
      list(tool, request, table);
      return;
    case "S": {
      const chains = chosen(tool, request, table, true);
      tool.out(listRules(chains, tool.family, { counters: request.verbose > 0, number: request.rulenum }));
      return;
    }
    case "F":
      for (const chain of chosen(tool, request, table, false)) {
        if (request.verbose > 0 && request.chain === undefined) tool.out(`Flushing chain \`${chain.name}'\n`);
        place.flush(chain);
        if (request.chain !== undefined && chain.hook !== null) made.add(chain);
      }
      return;
    case "Z":
      for (const chain of chosen(tool, request, table, false)) {
        if (nft && request.chain !== undefined && !there(chain)) {
          if (request.ops.length === 1) throw new Refusal(NO_CHAIN);
          // Listed before (-L -Z), it is taken to be there.
          if (tool.netfilter.table(table.name) === undefined)
            throw new BatchFailure(`CHAIN_ZERO failed (No such file or directory): chain ${chain.name}`);
          made.add(chain);
        }
        if (request.verbose > 0) tool.out(`Zeroing chain \`${chain.name}'\n`);
        tool.netfilter.zero(chain);
      }
      return;
    case "z": {
      const chain = need(table, request.chain);
      if (request.rulenum > chain.rules.length) {
        // nf_tables says nothing to a number beyond the last.
        if (!nft) throw new Refusal("Index of counter too big");
        return;
      }
      tool.netfilter.zero(chain, request.rulenum - 1);
      return;
    }
    case "N": {
      const name = request.chain as string;
      if (table.chains.has(name)) throw new Refusal("Chain already exists");
      table.chains.set(name, new Chain(name, null));
      place.chainsChanged();
      return;
    }
    case "X":
      removeChains(tool, request, place);
      return;
    case "E": {
      const name = request.newName as string;
      if (table.chains.has(name)) throw new Refusal("File exists");
      const chain = table.chains.get(request.chain as string);
      if (chain === undefined || chain.hook !== null) throw new Refusal(NO_CHAIN);
      table.chains.delete(chain.name);
      chain.name = name;
      table.chains.set(name, chain);
      place.chainsChanged();
      return;
    }
    case "P":
      setPolicy(table, request, !nft);
  }
}

function setPolicy(table: Table, request: Request, legacy: boolean): void {
  const { policy, counters } = request;
  const chain = table.chains.get(request.chain as string);
  if (policy !== "ACCEPT" && policy !== "DROP")
    throw new Refusal("Bad policy name. Run `dmesg' for more information");
  if (chain === undefined || chain.hook === null) throw new Refusal("Bad built-in chain name");
  chain.policy = policy;
  made.add(chain);
  // The counters start anew; iptables-nft does not pass given ones on.
  chain.counted = true;
  chain.packets = (legacy && counters?.packets) || 0;
  chain.bytes = (legacy && counters?.bytes) || 0;
}

function need(table: Table, name: string | undefined): Chain {
  const chain = name === undefined ? undefined : table.chains.get(name);
  if (chain === undefined) throw new Refusal(NO_CHAIN);
  return chain;
}

/** The chain that was named, or all. */
function chosen(tool: Tool, request: Request, table: Table, reading: boolean): Chain[] {
  if (request.chain === undefined) return chainsOf(table);
  const chain = table.chains.get(request.chain);
  if (chain !== undefined) return [chain];
  if (reading && tool.variant === "nft")
    throw new Failure(
      `iptables v1.8.9 (nf_tables): chain \`${request.chain}' in table \`${table.name}' is incompatible, use 'nft' tool.\n`,
      1,
    );
  throw new Refusal(NO_CHAIN);
}

// ── rules ────────────────────────────────────────────────────────────────────────────────────────────────

const VERDICT_ACTIONS = {
  ACCEPT: { kind: "verdict", verdict: "ACCEPT" },
  DROP: { kind: "verdict", verdict: "DROP" },
  RETURN: { kind: "verdict", verdict: "RETURN" },
  QUEUE: { kind: "verdict", verdict: "QUEUE" },
} as const satisfies Record<string, Action>;
const NO_ACTION: Action = { kind: "none" };

function actionOf(spec: RuleSpec, place: Place): Action {
  if (spec.target) return { kind: "target", bound: spec.target };
  const { jump } = spec;
  if (jump === "") return NO_ACTION;
  if (!spec.isGoto && VERDICTS.has(jump)) return VERDICT_ACTIONS[jump as keyof typeof VERDICT_ACTIONS];
  const chain = place.table.chains.get(jump) ?? place.noChain(jump, spec.isGoto);
  return { kind: spec.isGoto ? "goto" : "jump", chain };
}

function ruleOf(
  request: Request,
  src: AddressMatch4 | null,
  dst: AddressMatch4 | null,
  action: Action,
): Rule {
  const { spec } = request;
  return {
    src,
    dst,
    in: spec.in,
    out: spec.out,
    protocol: spec.protocol,
    protocolInverted: spec.protocolInverted,
    fragment: spec.fragment,
    matches: spec.matches,
    action,
    packets: request.counters?.packets ?? 0,
    bytes: request.counters?.bytes ?? 0,
  };
}

const NAMES = { A: "RULE_APPEND", I: "RULE_INSERT", R: "RULE_REPLACE" } as const;

/** What a rule that the kernel does not take is answered with. */
function refused(tool: Tool, kind: string, chain: Chain, errno: Errno): Error {
  if (tool.variant === "legacy") return new Refusal(legacyText(errno));
  return new BatchFailure(`${kind} failed (${strerror(errno)}): rule in chain ${chain.name}`);
}

function add(tool: Tool, request: Request, place: Place, op: "A" | "I" | "R"): void {
  const { table } = place;
  const { spec, rulenum } = request;
  if (request.chain !== undefined && !table.chains.has(request.chain)) throw new Refusal(NO_CHAIN);
  const action = actionOf(spec, place);
  const chain = need(table, request.chain);
  if (op === "I" && rulenum > chain.rules.length + 1) throw new Refusal("Index of insertion too big");
  if (op === "R" && rulenum > chain.rules.length)
    throw new Refusal(tool.variant === "nft" && !there(chain) ? NO_CHAIN : "Index of replacement too big");
  const kind = NAMES[op];
  if (action.kind === "verdict" && action.verdict === "QUEUE") throw refused(tool, kind, chain, "ENOENT");
  if ((action.kind === "jump" || action.kind === "goto") && action.chain.hook !== null) {
    // The rule's own chain is made before it.
    const errno = action.chain === chain || there(action.chain) ? "EOPNOTSUPP" : "ENOENT";
    throw refused(tool, kind, chain, tool.variant === "nft" ? errno : "EINVAL");
  }
  let at = op === "A" ? chain.rules.length : rulenum - 1;
  for (const src of spec.src)
    for (const dst of spec.dst) {
      const rule = ruleOf(request, src, dst, action);
      if (request.verbose > 0) show(tool, table, chain, rule);
      put(tool, place, op, kind, chain, rule, at);
      // -I puts the later ones before the earlier ones.
      if (op === "A") at++;
    }
  if (chain.hook !== null) made.add(chain);
}

function put(
  tool: Tool,
  place: Place,
  op: "A" | "I" | "R",
  kind: string,
  chain: Chain,
  rule: Rule,
  at: number,
): void {
  const { table } = place;
  const jumps = rule.action.kind === "jump" || rule.action.kind === "goto";
  const picky = isPicky(rule, tool.variant);
  if (place.later) {
    if (jumps || picky) place.note(kind, chain, rule);
  } else if (picky) {
    const errno = refusal(rule, table, chain, hooksByChain(table).get(chain), tool.variant);
    if (errno !== undefined) throw refused(tool, kind, chain, errno);
  }
  const old = chain.rules[at];
  try {
    if (op === "R") place.replace(chain, at, rule);
    else place.insert(chain, rule, at);
  } catch (error) {
    if (error instanceof KernelError) throw refused(tool, kind, chain, error.code);
    throw error;
  }
  if (!jumps || leadsNowhere(rule) || place.later) return;
  const errno = tableRefusal(table, tool.variant);
  if (errno === undefined) return;
  if (op === "R") place.replace(chain, at, old);
  else place.remove(chain, at);
  throw refused(tool, kind, chain, errno);
}

function show(tool: Tool, table: Table, chain: Chain, rule: Rule): void {
  tool.out(
    ruleLine(rule, 0, ONE_LINE, { netfilter: tool.netfilter, table, chain: chain.name, hosts: tool.hosts }),
  );
}

/** -D and -C by what the rule says: the first that says the same. */
function find(tool: Tool, request: Request, place: Place, op: "D" | "C"): void {
  const { table } = place;
  const { spec } = request;
  const action = actionOf(spec, place);
  const chain = request.chain === undefined ? undefined : table.chains.get(request.chain);
  if (chain === undefined) throw new Refusal(tool.variant === "nft" ? BAD_RULE.replace(/\.$/, "") : NO_CHAIN);
  for (const src of spec.src)
    for (const dst of spec.dst) {
      const wanted = ruleOf(request, src, dst, action);
      const text = ruleText(wanted, tool.family);
      const index = chain.rules.findIndex(
        (rule) =>
          rule.protocol === wanted.protocol &&
          rule.matches.length === wanted.matches.length &&
          rule.action.kind === action.kind &&
          ruleText(rule, tool.family) === text,
      );
      if (index < 0) throw new Refusal(BAD_RULE);
      if (request.verbose > 0) show(tool, table, chain, wanted);
      if (op === "D") place.remove(chain, index);
    }
}

// ── chains ───────────────────────────────────────────────────────────────────────────────────────────────

function removeChains(tool: Tool, request: Request, place: Place): void {
  const { table } = place;
  const nft = tool.variant === "nft";
  const doomed =
    request.chain === undefined
      ? chainsOf(table).filter((chain) => chain.hook === null)
      : [need(table, request.chain)];
  const gone = new Set(doomed);
  for (const chain of doomed) {
    if (chain.hook !== null) {
      if (!nft) throw new Refusal("Invalid argument. Run `dmesg' for more information");
      if (chain.policy === "DROP") throw new Refusal("Directory not empty");
      if (chain.rules.length > 0) throw busy(chain);
      // An empty base chain goes, and comes back when it is needed.
      if (!there(chain)) throw new Refusal(NO_CHAIN);
      made.delete(chain);
      return;
    }
    if (!nft && chain.rules.length > 0) throw new Refusal("Directory not empty");
    if (request.verbose > 0) tool.out(`Deleting chain \`${chain.name}'\n`);
    if (nft && chain.rules.length > 0) throw busy(chain);
    if (pointedAt(table, chain, gone)) {
      if (!nft) throw new Refusal("Too many links");
      throw busy(chain);
    }
  }
  for (const chain of doomed) {
    place.flush(chain);
    table.chains.delete(chain.name);
  }
  place.chainsChanged();
}

/** NLM_F_NONREC: a chain in use, be it by its own rules, is not deleted (nf_tables_delchain). */
const busy = (chain: Chain): Error =>
  new BatchFailure(`CHAIN_DEL failed (Device or resource busy): chain ${chain.name}`);

/** Base chains that a command has made in the kernel: iptables-nft makes each when it needs it. */
export const made = new WeakSet<Chain>();
const there = (chain: Chain): boolean => chain.hook === null || chain.rules.length > 0 || made.has(chain);

/** True when a rule outside `gone` goes to the chain. */
function pointedAt(table: Table, target: Chain, gone: ReadonlySet<Chain>): boolean {
  for (const chain of table.chains.values()) {
    if (gone.has(chain)) continue;
    for (const { action } of chain.rules)
      if ((action.kind === "jump" || action.kind === "goto") && action.chain === target) return true;
  }
  return false;
}

function list(tool: Tool, request: Request, table: Table): void {
  const how: Format = {
    numeric: request.numeric,
    verbose: request.verbose > 0,
    exact: request.exact,
    lineNumbers: request.lineNumbers,
    table: true,
  };
  const where = (chain: Chain) => ({
    netfilter: tool.netfilter,
    table,
    chain: chain.name,
    hosts: tool.hosts,
  });
  chosen(tool, request, table, true).forEach((chain, i) => {
    if (request.rulenum > 0) {
      const rule = chain.rules[request.rulenum - 1];
      if (rule) tool.out(ruleLine(rule, request.rulenum, how, where(chain)));
      return;
    }
    let text = i > 0 ? "\n" : "";
    text += header(chain, table, how);
    chain.rules.forEach((rule, n) => {
      text += ruleLine(rule, n + 1, how, where(chain));
    });
    tool.out(text);
  });
}

/** The live ruleset as a place for changes. */
export function livePlace(tool: Tool, table: Table): Place {
  const { netfilter, variant } = tool;
  return {
    table,
    later: false,
    note() {},
    insert: (chain, rule, index) => netfilter.insertRule(table, chain, rule, index, variant),
    remove: (chain, index) => netfilter.removeRule(table, chain, index),
    replace: (chain, index, rule) => netfilter.replaceRule(table, chain, index, rule, variant),
    flush: (chain) => netfilter.flushChain(table, chain),
    chainsChanged: () => netfilter.chainsChanged(table),
    noChain(name, isGoto) {
      if (variant === "nft") throw new UsageError(`Chain '${name}' does not exist`);
      if (isGoto) throw new UsageError(`goto '${name}' is not a chain`);
      throw new UsageError(`Couldn't load target \`${name}':No such file or directory\n`);
    },
  };
}

/** What iptables-nft answers from the chains that would be there, without making them. */
function looksOnly(op: Request["ops"][number], request: Request): boolean {
  if (op === "F") return request.chain === undefined && request.verbose === 0;
  return "LSZzCDdXER".includes(op);
}

/** The table, made when this is its first use. Base chains that iptables-nft makes by itself do not count. */
export function liveTable(tool: Tool, name: TableName, request?: Request): Table {
  const { netfilter, variant } = tool;
  const known = netfilter.table(name, variant);
  if (known !== undefined) return known;
  if (variant === "nft" && request?.ops.every((op) => looksOnly(op, request))) {
    const shown = new Table(tool.family, name);
    for (const chain of shown.chains.values()) chain.counted = false;
    return shown;
  }
  const table = netfilter.makeTable(name, variant);
  if (variant === "nft") for (const chain of table.chains.values()) chain.counted = false;
  return table;
}

export const isTable = (name: string): name is keyof typeof BUILT_IN => Object.hasOwn(BUILT_IN, name);
