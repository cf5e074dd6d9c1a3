import type { WalkSink } from "../walk/event.ts";
import {
  ChainProgram,
  DO_ACCEPT,
  DO_DROP,
  DO_GOTO,
  DO_JUMP,
  DO_NOTHING,
  DO_RETURN,
  DO_TARGET,
} from "./compile/program.ts";
import type { View } from "./compile/view.ts";
import { failedCondition } from "./explain.ts";
import { TARGET_ACCEPT, TARGET_CONTINUE, TARGET_DROP, TARGET_RETURN, TARGET_STOLEN } from "./extension.ts";
import {
  type Family,
  HOOK_NAMES,
  type HookState,
  NF_ACCEPT,
  NF_DROP,
  NF_STOLEN,
  type TableName,
} from "./hooks.ts";
import type { Packet } from "./packet.ts";
import { ruleText } from "./ruletext.ts";
import type { Chain } from "./table.ts";

/** Where a traversal goes back to after a jump. */
class Frame {
  program: ChainProgram;
  /** Linear: the next rule. Indexed: unused. */
  position = 0;
  /** Where this chain's cursors start, −1 when it is walked rule by rule. */
  base = -1;
  constructor(program: ChainProgram) {
    this.program = program;
  }
}

const programOf = (chain: Chain, family: Family, table: TableName): ChainProgram => {
  chain.program ??= new ChainProgram(chain, family, table);
  return chain.program;
};

/** Frames are reused; traversals nest (a target may send a packet), so each takes what is above `top`. */
const frames: Frame[] = [];
let top = 0;

function push(program: ChainProgram, position: number, base: number): void {
  if (top === frames.length) frames.push(new Frame(program));
  const frame = frames[top++];
  frame.program = program;
  frame.position = position;
  frame.base = base;
}

/** Runs a base chain over a packet (ipt_do_table, nft_do_chain): NF_ACCEPT, NF_DROP or NF_STOLEN. */
export function runChain(
  base: Chain,
  family: Family,
  table: TableName,
  pkt: Packet,
  state: HookState,
  view: View,
): number {
  if (base.rules.length === 0) return policy(base, pkt);
  const bottom = top;
  let program = programOf(base, family, table);
  let position = 0;
  let cursors = -1;
  // Cursors in use by chains further up.
  let used = 0;
  if (program.indexed(view)) {
    cursors = 0;
    program.index?.begin(view, 0);
  }
  for (;;) {
    const index = cursors >= 0 ? program.index : null;
    const i =
      index !== null
        ? program.nextIndexed(index, view, cursors, pkt, state)
        : program.next(position, view, pkt, state);
    if (state.hotdrop) {
      top = bottom;
      return NF_DROP;
    }
    if (i >= 0) {
      const rule = program.at(i);
      const counters = rule.rule;
      counters.packets++;
      counters.bytes += pkt.end - pkt.net;
      position = i + 1;
      let action = rule.action;
      if (action === DO_TARGET) {
        const verdict = rule.apply === null ? TARGET_CONTINUE : rule.apply(pkt, state);
        if (verdict === TARGET_CONTINUE) continue;
        if (verdict !== TARGET_RETURN) {
          top = bottom;
          return verdictOf(verdict);
        }
        action = DO_RETURN;
      }
      switch (action) {
        case DO_NOTHING:
          continue;
        case DO_ACCEPT:
          top = bottom;
          return NF_ACCEPT;
        case DO_DROP:
          top = bottom;
          return NF_DROP;
        case DO_JUMP:
        case DO_GOTO: {
          if (action === DO_JUMP) {
            push(program, position, cursors);
            if (index !== null) used = cursors + index.width;
          }
          program = programOf(rule.chain as Chain, family, table);
          position = 0;
          if (program.indexed(view)) {
            cursors = used;
            program.index?.begin(view, used);
          } else cursors = -1;
          continue;
        }
      }
    }
    // The chain's end, or RETURN.
    if (top === bottom) return policy(base, pkt);
    const frame = frames[--top];
    program = frame.program;
    position = frame.position;
    cursors = frame.base;
    if (cursors >= 0) used = cursors;
  }
}

function policy(base: Chain, pkt: Packet): number {
  if (base.counted) {
    base.packets++;
    base.bytes += pkt.end - pkt.net;
  }
  return base.policy === "ACCEPT" ? NF_ACCEPT : NF_DROP;
}

function verdictOf(target: number): number {
  if (target === TARGET_ACCEPT) return NF_ACCEPT;
  return target === TARGET_STOLEN ? NF_STOLEN : NF_DROP;
}

/** The same rule by rule, telling the walk of each one that is asked. */
export function walkChain(
  base: Chain,
  family: Family,
  table: TableName,
  pkt: Packet,
  state: HookState,
  view: View,
  walk: WalkSink,
): number {
  const ns = state.host.name;
  const hook = HOOK_NAMES[state.hook];
  const stack: { chain: Chain; position: number }[] = [];
  let chain = base;
  let position = 0;
  let asked = 0;
  const decided = (verdict: string, at?: { chain: Chain; index: number }): void =>
    walk.emit(ns, {
      kind: "verdict",
      packet: pkt.id,
      hook,
      table,
      chain: at?.chain.name ?? base.name,
      verdict,
      ...(at === undefined
        ? { policy: true }
        : { rule: at.index + 1, text: ruleText(at.chain.rules[at.index], family) }),
      asked,
    });
  for (;;) {
    if (position >= chain.rules.length) {
      const frame = stack.pop();
      if (frame === undefined) {
        decided(base.policy);
        return policy(base, pkt);
      }
      ({ chain, position } = frame);
      continue;
    }
    const index = position++;
    const rule = programOf(chain, family, table).at(index);
    const matched = rule.matches(view, pkt, state);
    asked++;
    const text = ruleText(rule.rule, family);
    const at = { packet: pkt.id, table, chain: chain.name, rule: index + 1, text };
    if (state.hotdrop) {
      walk.emit(ns, { kind: "rule", ...at, matched: false, verdict: "DROP" });
      decided("DROP", { chain, index });
      return NF_DROP;
    }
    if (!matched) {
      const failed = failedCondition(rule, view, pkt, state);
      walk.emit(ns, { kind: "rule", ...at, matched: false, ...(failed === undefined ? {} : { failed }) });
      continue;
    }
    rule.rule.packets++;
    rule.rule.bytes += pkt.end - pkt.net;
    let { action } = rule;
    // A rule is told before what it causes (a log line, a reset), its verdict with it.
    walk.emit(ns, { kind: "rule", ...at, matched: true, verdict: actionName(rule.rule.action) });
    if (action === DO_TARGET) {
      const verdict = rule.apply === null ? TARGET_CONTINUE : rule.apply(pkt, state);
      if (verdict === TARGET_CONTINUE) continue;
      if (verdict !== TARGET_RETURN) {
        decided(targetVerdict(verdict, rule.rule.action), { chain, index });
        return verdictOf(verdict);
      }
      action = DO_RETURN;
    }
    switch (action) {
      case DO_ACCEPT:
        decided("ACCEPT", { chain, index });
        return NF_ACCEPT;
      case DO_DROP:
        decided("DROP", { chain, index });
        return NF_DROP;
      case DO_JUMP:
      case DO_GOTO:
        if (action === DO_JUMP) stack.push({ chain, position });
        chain = rule.chain as Chain;
        position = 0;
        continue;
      case DO_RETURN:
        position = chain.rules.length;
        continue;
    }
  }
}

type Action = Chain["rules"][number]["action"];

/** "ACCEPT", "LOG", "jump web", "goto web", "" for a rule that only counts. */
function actionName(action: Action): string {
  switch (action.kind) {
    case "none":
      return "CONTINUE";
    case "verdict":
      return action.verdict;
    case "target":
      return action.bound.target.name;
    default:
      return `${action.kind} ${action.chain.name}`;
  }
}

/** A target that decides by itself is named (SNAT, REJECT). */
function targetVerdict(verdict: number, action: Action): string {
  const name = actionName(action);
  return verdict === TARGET_ACCEPT || verdict === TARGET_DROP || verdict === TARGET_STOLEN ? name : "DROP";
}
