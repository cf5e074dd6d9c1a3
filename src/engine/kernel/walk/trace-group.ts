import type { WalkStep } from "../../../walk/event.ts";
import { TABLE, type WatchedNamespace } from "./namespace.ts";
import type { TracedHeaders, TraceLine } from "./nft-trace.ts";

const HOOKS = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"] as const;
type Hook = (typeof HOOKS)[number];
const TABLES = ["raw", "mangle", "nat", "filter", "security"] as const;
type Table = (typeof TABLES)[number];

const isHook = (name: string): name is Hook => (HOOKS as readonly string[]).includes(name);
const isTable = (name: string): name is Table => (TABLES as readonly string[]).includes(name);

/** What netfilter did to one packet during one stay in a namespace. */
export interface TraceGroup {
  readonly ns: string;
  /** As it came to the first hook. */
  readonly first: TracedHeaders;
  /** As the last hook saw it. */
  readonly last: TracedHeaders;
  readonly hooks: readonly Hook[];
  /** Events in order, without the packet's number. */
  readonly steps: readonly Step[];
  readonly dropped: { readonly hook: Hook; readonly facts: Record<string, string> } | undefined;
}

type Unnumbered<E> = E extends { packet: number } ? Omit<E, "packet"> : never;
export type Step = Unnumbered<WalkStep>;

interface Open {
  first: TracedHeaders;
  last: TracedHeaders;
  hooks: Hook[];
  steps: Step[];
  dropped: TraceGroup["dropped"];
}

/** Gathers a namespace's trace lines into stays. A packet that enters PREROUTING or OUTPUT begins one. */
export function groupTraces(watched: WatchedNamespace, lines: readonly TraceLine[]): TraceGroup[] {
  const open = new Map<string, Open>();
  const groups: (Open & { ns: string })[] = [];
  for (const line of lines) {
    const own = line.family === "inet" && line.table === TABLE;
    if (own && line.kind === "packet") enter(line, watched, open, groups);
    const group = open.get(line.id);
    if (!group) continue;
    if (line.kind === "packet") group.last = line.headers;
    if (!own && line.family === "ip" && isTable(line.table)) step(watched, group, line, line.table);
  }
  return groups;
}

function enter(
  line: Extract<TraceLine, { kind: "packet" }>,
  watched: WatchedNamespace,
  open: Map<string, Open>,
  groups: (Open & { ns: string })[],
): void {
  const hook = line.chain as Hook;
  let group = open.get(line.id);
  if (!group || hook === "PREROUTING" || hook === "OUTPUT") {
    const begun = {
      ns: watched.name,
      first: line.headers,
      last: line.headers,
      hooks: [],
      steps: [],
      dropped: undefined,
    };
    groups.push(begun);
    group = begun;
    open.set(line.id, group);
  }
  const { iif, oif } = line.headers;
  const before = group.hooks.length === 0 ? undefined : group.last;
  if (before) group.steps.push(...changes(before, line.headers, group, watched.hasLegacy));
  group.hooks.push(hook);
  group.steps.push({
    kind: "hook",
    hook,
    ...(iif === undefined ? {} : { in: iif }),
    ...(oif === undefined ? {} : { out: oif }),
  });
  if (hook === "FORWARD" && iif !== undefined && oif === undefined) group.steps.pop();
}

/** What was rewritten between two hooks. `unknown`: whether a table was consulted for it cannot be seen. */
function changes(before: TracedHeaders, now: TracedHeaders, group: Open, unknown: boolean): Step[] {
  const steps: Step[] = [];
  const consulted = group.steps.some((s) => s.kind === "verdict" && s.table === "nat");
  const reply = consulted || unknown ? {} : { reply: true };
  const dst = [address(before.dst, before.dport), address(now.dst, now.dport)];
  const src = [address(before.src, before.sport), address(now.src, now.sport)];
  if (dst[0] !== dst[1]) steps.push({ kind: "nat", manip: "dst", from: dst[0], to: dst[1], ...reply });
  if (src[0] !== src[1]) steps.push({ kind: "nat", manip: "src", from: src[0], to: src[1], ...reply });
  return steps;
}

export const address = (ip: string, port: number | undefined): string =>
  port === undefined ? ip : `${ip}:${port}`;

function step(watched: WatchedNamespace, group: Open, line: TraceLine, table: Table): void {
  const hook = group.hooks.at(-1);
  if (hook === undefined || line.kind === "packet" || line.kind === "verdict") return;
  const asked = watched.sizes.get(`${table} ${line.chain}`) ?? 0;
  if (line.kind === "policy") {
    if (!isHook(line.chain)) return;
    const verdict = line.verdict.toUpperCase();
    group.steps.push({ kind: "verdict", hook, table, chain: line.chain, verdict, policy: true, asked });
    if (verdict === "DROP") group.dropped = { hook, facts: {} };
    return;
  }
  const named = watched.rules.get(`${table} ${line.chain} ${line.handle}`);
  const text = named?.text ?? line.text;
  const target = /(?:^| )-j (\S+)/.exec(text)?.[1];
  const rule = named?.number ?? 0;
  const word = line.verdict.split(" ")[0];
  const verdict = target ?? word.toUpperCase();
  group.steps.push({ kind: "rule", table, chain: line.chain, rule, text, matched: true, verdict });
  if (word !== "accept" && word !== "drop") return;
  group.steps.push({ kind: "verdict", hook, table, chain: line.chain, verdict, rule, text, asked: rule });
  if (word === "drop") {
    const reject =
      target === "REJECT" ? (/--reject-with (\S+)/.exec(text)?.[1] ?? "icmp-port-unreachable") : undefined;
    group.dropped = { hook, facts: reject === undefined ? {} : { reject } };
  }
}
