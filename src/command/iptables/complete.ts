import type { Process } from "../../machine/process.ts";
import type { Extension, Option } from "../../netfilter/extension.ts";
import type { TableName } from "../../netfilter/hooks.ts";
import { extensions, findMatch, findTarget, impliedMatch } from "../../netfilter/registry.ts";
import { protocolName, protocolNumber } from "../../netfilter/services.ts";
import { longNames } from "./getopt.ts";
import { VERDICTS } from "./words.ts";

const TABLES: readonly TableName[] = ["filter", "nat", "mangle", "raw", "security"];
/** Options whose next word is a chain. */
const CHAIN_AFTER =
  /^(-[ACDEFILPRSXZg]|--(append|check|delete|delete-chain|flush|goto|insert|list|list-rules|policy|rename-chain|replace|zero))$/;
const SHORT = [
  "-t",
  "-A",
  "-I",
  "-D",
  "-P",
  "-N",
  "-F",
  "-L",
  "-S",
  "-p",
  "-s",
  "-d",
  "-i",
  "-o",
  "-m",
  "-j",
];

/** Names that may stand behind -m, -j and -p. */
const matchNames = (): string[] => extensions().flatMap((e) => (e.kind === "match" ? e.name : []));
const targetNames = (): string[] => [
  ...VERDICTS,
  ...extensions().flatMap((e) => (e.kind === "target" ? e.name : [])),
];
const protocolWords = (): string[] => [1, 6, 17, 47, 50, 132].flatMap((n) => protocolName(n) ?? []);

/** Words that may stand at the end of `words` (argv with the unfinished last one): from the tool's own options, the ruleset and the extensions' declarations. */
export function completeIptables(words: readonly string[], proc: Process): readonly string[] {
  const start = words[words.length - 1] ?? "";
  const before = words[words.length - 2] ?? "";
  const given = words.slice(1, -1);
  const table = wordAfter(given, "-t", "--table") ?? "filter";
  const chains = () => [...(proc.net.netfilter.table(table as TableName)?.chains.keys() ?? builtIn(table))];
  const loaded = loadedBy(given);
  const option = before.startsWith("--") ? optionNamed(loaded, before.slice(2)) : undefined;
  if (option?.arg !== undefined) return valuesOf(option, start);
  const offered = (): readonly string[] => {
    switch (before) {
      case "-t":
      case "--table":
        return TABLES;
      case "-m":
      case "--match":
        return matchNames();
      case "-p":
      case "--protocol":
        return protocolWords();
      case "-j":
      case "--jump":
        return [...targetNames(), ...chains().filter((name) => !builtIn(table).includes(name))];
      case "-i":
      case "-o":
      case "--in-interface":
      case "--out-interface":
        return proc.net.links.list().map((dev) => dev.name);
      case "-s":
      case "-d":
        return [];
      default:
        if (CHAIN_AFTER.test(before)) return chains();
        return [
          ...loaded.flatMap((e) =>
            e.options.flatMap((o) => [o.name, ...(o.aliases ?? [])]).map((name) => `--${name}`),
          ),
          ...SHORT,
          ...longNames().map((name) => `--${name}`),
        ];
    }
  };
  return [...new Set(offered())].filter((word) => word.startsWith(start));
}

/** The chains that a table is born with. */
function builtIn(table: string): readonly string[] {
  switch (table) {
    case "nat":
      return ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"];
    case "mangle":
      return ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];
    case "raw":
      return ["PREROUTING", "OUTPUT"];
    default:
      return ["INPUT", "FORWARD", "OUTPUT"];
  }
}

function wordAfter(words: readonly string[], ...options: readonly string[]): string | undefined {
  const at = words.findLastIndex((word) => options.includes(word));
  return at < 0 ? undefined : words[at + 1];
}

/** Matches and the target that the words name, the last one first; with -p the match that it brings. */
function loadedBy(words: readonly string[]): Extension<unknown>[] {
  const found: Extension<unknown>[] = [];
  for (const [i, word] of words.entries()) {
    const name = words[i + 1];
    if (name === undefined) break;
    const extension =
      word === "-m" || word === "--match"
        ? findMatch(name, "ipv4")
        : word === "-j" || word === "--jump"
          ? findTarget(name, "ipv4")
          : word === "-p" || word === "--protocol"
            ? impliedMatch(protocolNumber(name) ?? -1, "ipv4")
            : undefined;
    if (extension && !found.includes(extension)) found.unshift(extension);
  }
  return found;
}

function optionNamed(loaded: readonly Extension<unknown>[], name: string): Option<unknown> | undefined {
  for (const { options } of loaded) {
    const option = options.find((o) => o.name === name || o.aliases?.includes(name));
    if (option) return option;
  }
  return undefined;
}

/** An option's values; behind a comma those of a list that are not in it yet. */
function valuesOf({ values = [] }: Option<unknown>, start: string): readonly string[] {
  const head = start.slice(0, start.lastIndexOf(",") + 1);
  const taken = new Set(head.split(","));
  return values.filter((v) => !taken.has(v) && v.startsWith(start.slice(head.length))).map((v) => head + v);
}
