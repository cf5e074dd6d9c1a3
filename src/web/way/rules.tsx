import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Chain, Rule } from "../state/save-format.ts";
import { type Cell, cellKey, type Passage } from "./matrix.tsx";
import { RuleText } from "./rule-text.tsx";

/** Of a longer chain only rules round the one of interest are drawn, and so many more at a time. */
const MANY = 60;

/** Chains of the user's that the person opened below a cell, in order. */
const followed = signal<readonly string[]>([]);
const sought = signal("");

type Chains = ReadonlyMap<string, Chain>;

/** Opens a chain of the user's; undefined where there is none of that name. */
function follow(chains: Chains | undefined, name: string): (() => void) | undefined {
  const chain = chains?.get(name);
  if (!chain || chain.policy !== undefined) return undefined;
  return () => {
    followed.value = [...followed.value.filter((n) => n !== name), name];
  };
}

/** Finds rules of a table by their words, and opens its user chains: where there is something to find. */
export function RulesBar({ table, chains }: { table: string; chains: Chains | undefined }) {
  const all = [...(chains?.values() ?? [])];
  const own = all.filter((c) => c.policy === undefined);
  const total = all.reduce((sum, c) => sum + c.rules.length, 0);
  if (own.length === 0 && total <= 12) return null;
  return (
    <div class="rules-bar">
      <input
        type="search"
        placeholder={`find in the ${total} rules of ${table}`}
        aria-label={`Find in the rules of ${table}`}
        value={sought.value}
        onInput={(e) => {
          sought.value = e.currentTarget.value;
        }}
      />
      {own.length > 0 && (
        <select
          aria-label="A chain of the user's"
          value=""
          onChange={(e) => {
            follow(chains, e.currentTarget.value)?.();
            e.currentTarget.value = "";
          }}
        >
          <option value="">
            {own.length} user chain{own.length === 1 ? "" : "s"}
          </option>
          {own.map((c) => (
            <option key={c.name} value={c.name}>
              {c.name} ({c.rules.length})
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

/** The rules of a cell; below them the user chains that were jumped to, as a call stack. */
export function Rules({ cell, chains, trail }: { cell: Cell; chains: Chains | undefined; trail: Passage }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    followed.value = [];
  }, [cell.table, cell.chain]);
  // The rule that is asked comes in sight, by no more than it needs.
  const latest = [...trail.asked.keys()].at(-1);
  useEffect(() => {
    const rows = place.current?.querySelectorAll("li.latest");
    if (latest !== undefined) rows?.[rows.length - 1]?.scrollIntoView({ block: "nearest" });
  }, [latest]);
  const called = callStack(cell, chains, trail);
  const stack = [...called, ...followed.value.filter((name) => chains?.has(name) && !called.includes(name))];
  const searching = sought.value.trim() !== "" && (chains?.size ?? 0) > 0;
  const leadsTo = (name: string) => follow(chains, name);
  return (
    <div class="rules" ref={place}>
      {searching ? (
        <Found words={sought.value} table={cell.table} chains={chains} follow={leadsTo} />
      ) : (
        stack.map((name, depth) => (
          <ChainRules
            key={name}
            table={cell.table}
            name={name}
            depth={Math.min(depth, called.includes(name) ? depth : 1)}
            chain={chains?.get(name)}
            trail={trail}
            follow={leadsTo}
            onClose={
              called.includes(name)
                ? undefined
                : () => {
                    followed.value = followed.value.filter((n) => n !== name);
                  }
            }
          />
        ))
      )}
    </div>
  );
}

/** The cell's chain, and the user chains that the packet was sent into from there. */
function callStack(cell: Cell, chains: Chains | undefined, trail: Passage): string[] {
  const stack = [cell.chain];
  for (const asked of trail.asked.values()) {
    if (
      asked.table === cell.table &&
      chains?.has(asked.chain) &&
      !stack.includes(asked.chain) &&
      stack.some((from) => calls(chains, from, asked.chain))
    )
      stack.push(asked.chain);
  }
  return stack;
}

function calls(chains: Chains, from: string, to: string): boolean {
  return chains.get(from)?.rules.some((r) => jumpOf(r) === to) ?? false;
}

const jumpOf = (rule: Rule): string | undefined => /(?:^| )-[jg] (\S+)/.exec(rule.text)?.[1];

interface ChainProps {
  readonly table: string;
  readonly name: string;
  readonly depth: number;
  readonly chain: Chain | undefined;
  readonly trail: Passage;
  readonly follow: (name: string) => (() => void) | undefined;
  readonly onClose: (() => void) | undefined;
}

function ChainRules({ table, name, depth, chain, trail, follow, onClose }: ChainProps) {
  const verdict = trail.visited.get(cellKey(table, name));
  const rules = chain?.rules ?? [];
  const asked = rules.map((_, i) => trail.asked.get(`${table} ${name} ${i + 1}`));
  const decided = verdict?.chain === name ? (verdict.rule ?? 0) : 0;
  const last = Math.max(
    asked.findLastIndex((a) => a !== undefined),
    decided - 1,
  );
  const window = useWindow(rules.length, last);
  return (
    <div class="chain" style={{ marginInlineStart: `${depth * 14}px` }}>
      <p class="chain-head">
        <span class="mono">
          {depth > 0 && "↳ "}
          {table} {name}
        </span>
        {chain?.policy ? (
          <span class={chain.policy === "DROP" ? "bad" : "quiet-text"}>
            policy {chain.policy}
            {verdict?.policy && " ← decided"}
          </span>
        ) : (
          <span class="quiet-text">
            {chain
              ? `user chain, ${rules.length} rule${rules.length === 1 ? "" : "s"}`
              : "no rules: everything passes"}
          </span>
        )}
        {chain?.policy && <Counter packets={chain.packets} bytes={chain.bytes} />}
        {onClose && (
          <button type="button" class="quiet close" aria-label={`close the chain ${name}`} onClick={onClose}>
            ×
          </button>
        )}
      </p>
      {rules.length > 0 && (
        <ol start={window.from + 1}>
          {window.from > 0 && <More count={window.from} where="above" onClick={window.before} />}
          {rules.slice(window.from, window.to).map((rule, at) => {
            const i = window.from + at;
            const it = asked[i];
            const isDecided = decided === i + 1;
            const hit = it?.matched ?? isDecided;
            return (
              <RuleRow
                key={i}
                rule={rule}
                number={i + 1}
                state={it || isDecided ? (hit ? "hit" : "miss") : ""}
                latest={i === last}
                failed={it && !it.matched ? it.failed : undefined}
                said={hit ? (it?.verdict ?? (isDecided ? verdict?.verdict : undefined)) : undefined}
                follow={follow}
              />
            );
          })}
          {window.to < rules.length && (
            <More count={rules.length - window.to} where="below" onClick={window.after} />
          )}
        </ol>
      )}
    </div>
  );
}

/** Which of many rules are drawn: those round the last that was asked, and what the person asked for besides. */
function useWindow(
  count: number,
  last: number,
): { from: number; to: number; before: () => void; after: () => void } {
  const wider = useMemo(() => signal({ before: 0, after: 0 }), [count > MANY, last]);
  if (count <= MANY) return { from: 0, to: count, before: () => {}, after: () => {} };
  const middle = Math.max(0, last);
  const { before, after } = wider.value;
  return {
    from: Math.max(0, middle - MANY / 2 - before),
    to: Math.min(count, middle + MANY / 2 + after),
    before: () => {
      wider.value = { before: before + MANY, after };
    },
    after: () => {
      wider.value = { before, after: after + MANY };
    },
  };
}

function More({ count, where, onClick }: { count: number; where: "above" | "below"; onClick: () => void }) {
  return (
    <li class="more">
      <button type="button" class="quiet" onClick={onClick}>
        {count} rule{count === 1 ? "" : "s"} {where}
      </button>
    </li>
  );
}

interface RowProps {
  readonly rule: Rule;
  readonly number: number;
  readonly state: "" | "hit" | "miss";
  readonly latest?: boolean;
  readonly failed?: string | undefined;
  readonly said?: string | undefined;
  readonly follow: (name: string) => (() => void) | undefined;
}

function RuleRow({ rule, number, state, latest, failed, said, follow }: RowProps) {
  const mark = state === "" ? "" : state === "hit" ? "✓" : "✗";
  return (
    <li class={`${state}${latest ? " latest" : ""}`} value={number}>
      <span class="mark">
        {mark === "" ? <span class="nr">{number}</span> : <span aria-hidden="true">{mark}</span>}
        {mark && <span class="visually-hidden">{state === "hit" ? "matched:" : "did not match:"}</span>}
      </span>
      <RuleText text={rule.text} leadsTo={follow} />
      {said ? <span class="said">{said}</span> : <span />}
      <Counter packets={rule.packets} bytes={rule.bytes} />
      {failed && <span class="failed">not: {failed}</span>}
    </li>
  );
}

/** Rules of a table in which all the words occur. */
function Found({
  words,
  table,
  chains,
  follow,
}: {
  words: string;
  table: string;
  chains: Chains | undefined;
  follow: ChainProps["follow"];
}) {
  const wanted = words.toLowerCase().trim().split(/\s+/);
  const found = [...(chains?.values() ?? [])].flatMap((chain) =>
    chain.rules.flatMap((rule, i) => {
      const said = `${chain.name} ${rule.text}`.toLowerCase();
      return wanted.every((w) => said.includes(w)) ? [{ chain, rule, number: i + 1 }] : [];
    }),
  );
  return (
    <div class="chain">
      <p class="chain-head">
        <span>
          {found.length} rule{found.length === 1 ? "" : "s"} of {table} with <b>{words.trim()}</b>
        </span>
        <button
          type="button"
          class="quiet close"
          aria-label="end the search"
          onClick={() => (sought.value = "")}
        >
          ×
        </button>
      </p>
      <ol>
        {found.slice(0, MANY).map(({ chain, rule, number }) => (
          <RuleRow
            key={`${chain.name} ${number}`}
            rule={{ ...rule, text: `-A ${chain.name} ${rule.text}` }}
            number={number}
            state=""
            follow={follow}
          />
        ))}
        {found.length > MANY && <li class="more quiet-text">and {found.length - MANY} more</li>}
      </ol>
    </div>
  );
}

function Counter({ packets, bytes }: { packets: number; bytes: number }) {
  return (
    <span class="counter mono">
      {packets} pkt{packets === 1 ? "" : "s"} {size(bytes)}
    </span>
  );
}

export function size(bytes: number): string {
  if (bytes < 10_000) return `${bytes} B`;
  return bytes < 10_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
