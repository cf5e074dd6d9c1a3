import type { Engine } from "../engine/engine.ts";
import { SimulatedEngine } from "../engine/simulated/engine.ts";
import type { Machine } from "../machine/machine.ts";
import { Process } from "../machine/process.ts";
import type { Option } from "../netfilter/extension.ts";
import { extensions } from "../netfilter/registry.ts";
import { BUILTINS } from "../shell/builtin/index.ts";
import { unfinished } from "../shell/complete.ts";
import type { Offer } from "./protocol.ts";

export interface Offers {
  /** Where the words begin in the line. */
  readonly from: number;
  readonly offers: readonly Offer[];
}

/**
 * Words that may stand at the end of a line of a lab's script, or of a ruleset as iptables-save writes it: the
 * same that Tab offers in a terminal, from the commands themselves and from what the machine holds.
 */
export function completeLine(engine: Engine | undefined, line: string, table: string | null): Offers {
  // The real kernel's tools have no such declarations; the simulated ones do, for the same commands.
  const { machine } = engine instanceof SimulatedEngine ? engine : new SimulatedEngine();
  if (table !== null) return completeRule(machine, line, table);
  const { start, word, words } = unfinished(line);
  const names = words.length === 0 ? [...machine.programs.names(), ...BUILTINS.keys()].sort() : undefined;
  return { from: start, offers: explain(names ?? ask(machine, [...words, word]), word, words) };
}

/** A line of iptables-save is a command line of iptables without its beginning. */
function completeRule(machine: Machine, line: string, table: string): Offers {
  const { start, word, words } = unfinished(line);
  if (line.startsWith("*"))
    return { from: 1, offers: ask(machine, ["iptables", "-t", line.slice(1)]).map(plain) };
  if (line.startsWith(":")) {
    const [, policy] = /^:\S+\s+(\S*)$/.exec(line) ?? [];
    return {
      from: line.length - (policy ?? "").length,
      offers: policy === undefined ? [] : ["ACCEPT", "DROP", "-"].map(plain),
    };
  }
  return {
    from: start,
    offers: explain(ask(machine, ["iptables", "-t", table, ...words, word]), word, ["iptables", ...words]),
  };
}

function ask(machine: Machine, words: readonly string[]): readonly string[] {
  const proc = new Process(machine, 0, machine.init, machine.initialNamespace, machine.initialMounts);
  return machine.programs.get(words[0])?.complete?.(words, proc) ?? [];
}

const plain = (label: string): Offer => ({ label });

/** What each word is, where an extension says so. */
function explain(labels: readonly string[], word: string, words: readonly string[]): Offer[] {
  const before = words[words.length - 1];
  const rules = words.some((w) => w.startsWith("iptables"));
  return labels
    .filter((label) => label.startsWith(word))
    .map((label) => {
      const detail = rules
        ? label.startsWith("--")
          ? argumentOf(label.slice(2), words)
          : summaryOf(label, before)
        : undefined;
      return detail === undefined ? { label } : { label, detail };
    });
}

/** "{NEW|ESTABLISHED}[,...]": what an option of a named extension takes. */
function argumentOf(name: string, words: readonly string[]): string | undefined {
  for (const extension of extensions()) {
    if (!words.includes(extension.name)) continue;
    const option = extension.options.find(
      (o: Option<unknown>) => o.name === name || o.aliases?.includes(name),
    );
    if (option) return [extension.name, option.arg ?? ""].join(" ").trim();
  }
  return undefined;
}

function summaryOf(name: string, before: string | undefined): string | undefined {
  const kind = before === "-m" ? "match" : before === "-j" ? "target" : undefined;
  const extension = extensions().find((e) => e.kind === kind && e.name === name);
  return extension && extension.options.length > 0
    ? extension.options
        .map((o) => `--${o.name}`)
        .slice(0, 3)
        .join(" ")
    : undefined;
}
