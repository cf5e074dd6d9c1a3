import { computed, signal } from "@preact/signals";
import type { WalkEventOf } from "../../walk/event.ts";
import { stage, studied, watchLab } from "./page.ts";
import { type Chain, parseSave } from "./save-format.ts";
import type { Session } from "./session.ts";

export interface Ruleset {
  readonly ns: string;
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, Chain>>;
}

/** The rules of the box under study, at the moment shown; until they are read, as that box had them when last looked at. */
export const ruleset = computed<Ruleset | null>(() => known.value.get(studied.value) ?? null);

const known = signal<ReadonlyMap<string, Ruleset>>(new Map());
let of: Session | undefined;

watchLab(
  async (session, at) => {
    const ns = studied.value;
    const { stdout, status } = await session.query(["iptables-save", "-c"], ns, at);
    if (status !== 0 || stage.value?.session !== session) return;
    // A fresh machine knows nothing of the last one's rules.
    const before = of === session ? known.peek() : [];
    of = session;
    known.value = new Map([...before, [ns, { ns, tables: parseSave(stdout) }]]);
  },
  { also: () => studied.value },
);

export type Asked = WalkEventOf<"rule">;
export type Verdict = WalkEventOf<"verdict">;
