import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { WalkEvent } from "../../walk/event.ts";
import { Fold, isFolded } from "../part/fold.tsx";
import { NowOnly } from "../part/now-only.tsx";
import { moment, studied } from "../state/page.ts";
import { type Asked, ruleset, type Verdict } from "../state/rules.ts";
import type { Chain } from "../state/save-format.ts";
import { Rules, RulesBar } from "./rules.tsx";

const HOOKS = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"] as const;
const TABLES = ["raw", "mangle", "nat", "filter"] as const;

/** The cells that exist: which chains each table has. */
const HAS: Record<string, readonly string[]> = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: HOOKS,
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
};

export interface Cell {
  readonly table: string;
  readonly chain: string;
}

/** The cell that the person opened; null: the one that the packet is in. */
const chosen = signal<Cell | null>(null);

/** Headings where there is no room for the whole word. */
const BRIEF: Record<string, string> = {
  PREROUTING: "PRE",
  FORWARD: "FWD",
  OUTPUT: "OUT",
  INPUT: "IN",
  POSTROUTING: "POST",
};

/** What the packet did in each cell of this box, up to the moment shown. */
export interface Passage {
  readonly visited: ReadonlyMap<string, Verdict>;
  readonly asked: ReadonlyMap<string, Asked>;
  readonly now: Cell | undefined;
  /** nat skipped: the connection's entry decides. */
  readonly natByEntry: ReadonlySet<string>;
}

const isBuiltIn = (chain: string): boolean => HOOKS.some((hook) => hook === chain);

export const cellKey = (table: string, chain: string): string => `${table} ${chain}`;

function passage(events: readonly WalkEvent[]): Passage {
  const visited = new Map<string, Verdict>();
  const asked = new Map<string, Asked>();
  const natByEntry = new Set<string>();
  let now: Cell | undefined;
  let hook = "";
  for (const event of events) {
    if (event.kind === "receive") {
      visited.clear();
      asked.clear();
      natByEntry.clear();
      now = undefined;
    }
    if (event.kind === "hook") hook = event.hook;
    if (event.kind === "rule") {
      asked.set(`${event.table} ${event.chain} ${event.rule}`, event);
      // A chain of the user's is asked from its hook's cell.
      now = { table: event.table, chain: isBuiltIn(event.chain) ? event.chain : hook };
    }
    if (event.kind === "verdict") {
      visited.set(cellKey(event.table, event.hook), event);
      now = { table: event.table, chain: event.hook };
    }
    if (event.kind === "nat" && event.reply) natByEntry.add(hook);
  }
  return { visited, asked, now, natByEntry };
}

/** Chains by tables: the cells that exist, what stands in them, and what the packet met. */
export function Matrix() {
  const ns = studied.value;
  const rules = ruleset.value;
  const now = moment.value;
  const trail = passage(now ? (now.ns === ns ? now.stay : now.past.filter((e) => e.ns === ns)) : []);
  const chainOf = (cell: Cell): Chain | undefined => rules?.tables.get(cell.table)?.get(cell.chain);
  const fallback = firstWithRules(rules?.tables);
  const shown = chosen.value ??
    (now?.ns === ns ? trail.now : lastVisited(trail)) ??
    fallback ?? { table: "filter", chain: "FORWARD" };

  // The packet goes on: the cell that it is in matters more than the one that was opened.
  useEffect(() => void (chosen.value = null), [now?.last.seq, ns]);

  return (
    <section class="panel chains" aria-label={`Chains by tables of ${ns}`}>
      <header>
        <Fold name="chains" label="chains by tables" />
        <h2>
          Chains × tables <b class="mono">{ns}</b>
        </h2>
        <NowOnly />
        {!isFolded("chains") && <RulesBar table={shown.table} chains={rules?.tables.get(shown.table)} />}
      </header>
      {!isFolded("chains") && (
        <>
          <table class="matrix">
            <thead>
              <tr>
                <td />
                {HOOKS.map((hook) => (
                  <th key={hook} scope="col">
                    <span class="whole">{hook}</span>
                    <abbr class="brief" title={hook}>
                      {BRIEF[hook]}
                    </abbr>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {TABLES.map((table) => (
                <tr key={table}>
                  <th scope="row">{table}</th>
                  {HOOKS.map((chain) =>
                    HAS[table].includes(chain) ? (
                      <td key={chain}>
                        <CellButton
                          cell={{ table, chain }}
                          chain={chainOf({ table, chain })}
                          trail={trail}
                          shown={shown.table === table && shown.chain === chain}
                        />
                      </td>
                    ) : (
                      <td key={chain} class="none" />
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </table>
          {rules && <Rules cell={shown} chains={rules.tables.get(shown.table)} trail={trail} />}
        </>
      )}
    </section>
  );
}

function lastVisited(trail: Passage): Cell | undefined {
  const last = [...trail.visited.values()].at(-1);
  return last && { table: last.table, chain: last.hook };
}

function firstWithRules(
  tables: ReadonlyMap<string, ReadonlyMap<string, Chain>> | undefined,
): Cell | undefined {
  for (const table of ["filter", "nat", "mangle", "raw"]) {
    for (const chain of tables?.get(table)?.values() ?? []) {
      if (chain.rules.length > 0) return { table, chain: chain.name };
    }
  }
  return undefined;
}

function CellButton({
  cell,
  chain,
  trail,
  shown,
}: {
  cell: Cell;
  chain: Chain | undefined;
  trail: Passage;
  shown: boolean;
}) {
  const verdict = trail.visited.get(cellKey(cell.table, cell.chain));
  const isNow = trail.now?.table === cell.table && trail.now.chain === cell.chain;
  const rules = chain?.rules.length ?? 0;
  const byEntry = cell.table === "nat" && trail.natByEntry.has(cell.chain);
  const bad = verdict && /DROP|REJECT/.test(verdict.verdict);
  const word = byEntry ? "by entry" : (verdict?.verdict ?? (chain?.policy === "DROP" ? "policy DROP" : ""));
  const count = rules === 0 ? "no rules" : `${rules} rule${rules === 1 ? "" : "s"}`;
  const label = `${cell.table} ${cell.chain}: ${count}${chain?.policy ? `, policy ${chain.policy}` : ""}${verdict ? `, said ${verdict.verdict}` : ""}${byEntry ? ", not asked: conntrack's entry decides" : ""}`;
  return (
    <button
      type="button"
      class={`cell${verdict ? " visited" : ""}${isNow ? " now" : ""}${bad ? " bad" : ""}${byEntry ? " by-entry" : ""}${chain ? "" : " unset"}`}
      aria-pressed={shown}
      aria-label={label}
      onClick={() => (chosen.value = cell)}
    >
      <span class="n">{rules > 0 ? count : ""}</span>
      <span class="w">{word}</span>
    </button>
  );
}
