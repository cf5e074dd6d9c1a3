import { signal } from "@preact/signals";
import type { WalkEventOf } from "../../walk/event.ts";
import { stage, studied, watchLab } from "./page.ts";
import { type Chain, parseSave } from "./save-format.ts";

export interface Ruleset {
  readonly ns: string;
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, Chain>>;
}

/** The rules of the box under study, at the moment shown. */
export const ruleset = signal<Ruleset | null>(null);

watchLab(
  async (session, at) => {
    const ns = studied.value;
    const { stdout, status } = await session.query(["iptables-save", "-c"], ns, at);
    if (status !== 0 || stage.value?.session !== session) return;
    ruleset.value = { ns, tables: parseSave(stdout) };
  },
  { also: () => studied.value },
);

export type Asked = WalkEventOf<"rule">;
export type Verdict = WalkEventOf<"verdict">;
