import type { Box, Problems } from "./lab.ts";
import type { Places } from "./read.ts";

/** A ruleset for one `iptables-restore`. */
export interface Ruleset {
  readonly lines: readonly string[];
  /** The file's line that each came from. */
  readonly from: readonly number[];
}

const TABLES = ["raw", "mangle", "nat", "filter", "security"];

/** The rules of a box: as iptables-save prints them, or gathered by table from a list of rules. */
export function ruleset(box: Box, places: Places, problems: Problems): Ruleset | undefined {
  const { iptables } = box.file;
  if (iptables === undefined) return undefined;
  const path = [...box.path, "iptables"];
  if (typeof iptables === "string") {
    const first = places.firstLine(path);
    const lines = iptables.replace(/\n+$/, "").split("\n");
    if (!lines.some((line) => line.startsWith("*")))
      problems.add(
        path,
        "this is no ruleset as iptables-save prints it: *filter, rules, COMMIT; or make it a list of rules.",
      );
    return { lines, from: lines.map((_, i) => first + i) };
  }
  const tables = new Map<string, { line: string; from: number }[]>();
  for (const [i, rule] of iptables.entries()) {
    const at = [...path, i];
    const m = /^(?:(?:-t|--table)[ =](\S+)\s+)?(-[AIPN] .*)$/s.exec(
      rule.trim().replace(/^(sudo )?iptables /, ""),
    );
    if (!m || m[2].includes("\n")) {
      problems.add(
        at,
        `"${rule}" is no rule: write -A, -I, -P or -N and what follows, with -t TABLE before it or not.`,
      );
      continue;
    }
    const [, table = "filter", command] = m;
    if (!TABLES.includes(table)) {
      problems.add(at, `there is no table "${table}"; tables: ${TABLES.join(", ")}.`);
      continue;
    }
    const lines = tables.get(table) ?? [];
    tables.set(table, lines);
    lines.push({ line: restored(command), from: places.at(at).line });
  }
  const all = [...tables].flatMap(([table, lines]) => [
    { line: `*${table}`, from: lines[0].from },
    // A chain is there before rules speak of it, wherever it stands in the list.
    ...lines.filter(({ line }) => line.startsWith(":")),
    ...lines.filter(({ line }) => !line.startsWith(":")),
    { line: "COMMIT", from: lines[lines.length - 1].from },
  ]);
  return { lines: all.map(({ line }) => line), from: all.map(({ from }) => from) };
}

/** A command of iptables as iptables-restore reads it: policies and chains have a form of their own. */
function restored(command: string): string {
  const [word, chain, policy] = command.split(/\s+/);
  if (word === "-P") return `:${chain} ${policy ?? ""} [0:0]`;
  return word === "-N" ? `:${chain} - [0:0]` : command;
}
