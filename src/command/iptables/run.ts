import { UsageError } from "../../netfilter/extension.ts";
import type { TableName } from "../../netfilter/hooks.ts";
import { BUILT_IN } from "../../netfilter/table.ts";
import { execute, isTable, livePlace, liveTable } from "./execute.ts";
import { helpText, RESTORE_HELP } from "./help.ts";
import { Parser } from "./parse.ts";
import { restore } from "./restore.ts";
import { savedTables, saveTable } from "./save.ts";
import { BatchFailure, banner, Failure, Refusal, type Tool } from "./tool.ts";

/** `iptables ARGS`: answers the exit status. */
export function iptables(tool: Tool, argv: readonly string[]): number {
  const hint = `Try \`${tool.program} -h' or '${tool.program} --help' for more information.\n`;
  try {
    const parser = new Parser(tool, argv, "filter", false);
    const request = parser.parse();
    if (request.version) {
      tool.out(`${banner(tool)}\n`);
      return 0;
    }
    if (request.help) {
      tool.out(helpText(tool, parser.helpTexts()));
      return 0;
    }
    if (!isTable(request.table))
      throw new UsageError(
        tool.variant === "nft"
          ? `table '${request.table}' does not exist\nPerhaps iptables or your kernel needs to be upgraded.`
          : `can't initialize iptables table \`${request.table}': Table does not exist (do you need to insmod?)\nPerhaps iptables or your kernel needs to be upgraded.`,
        3,
      );
    const name = request.table as TableName;
    const existed = tool.netfilter.table(name, tool.variant) !== undefined;
    const table = liveTable(tool, name, request);
    if (request.ops.some((op) => op === "L" || op === "S")) warnOfLegacy(tool, "iptables-legacy");
    try {
      execute(tool, request, livePlace(tool, table));
    } catch (error) {
      // The table and its chains are in the same batch as what failed.
      if (!existed && tool.variant === "nft") tool.netfilter.dropTable(name, tool.variant);
      throw error;
    }
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      tool.err(`${banner(tool)}: ${error.message}\n${error.status === 2 ? hint : ""}`);
      return error.status;
    }
    if (error instanceof Failure) {
      tool.err(error.hint ? `${error.message}${hint}` : error.message);
      return error.status;
    }
    if (error instanceof Refusal) {
      tool.err(`${tool.program}: ${error.message}.\n`);
      return 1;
    }
    if (error instanceof BatchFailure) {
      tool.err(`${banner(tool)}:  ${error.message}\n`);
      return 4;
    }
    throw error;
  }
}

/** Both rulesets are asked by packets; iptables-nft reminds of the one it does not show. */
function warnOfLegacy(tool: Tool, see: string): void {
  if (tool.variant === "nft" && tool.netfilter.tables("legacy").length > 0)
    tool.err(`# Warning: iptables-legacy tables present, use ${see} to see them\n`);
}

interface Switches {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
}

/** getopt_long for the small tools; throws Failure as getopt itself complains. */
function switches(
  name: string,
  argv: readonly string[],
  table: readonly (readonly [letter: string, long: string, arg: boolean])[],
  complaint: string,
): Switches {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const rest: string[] = [];
  const bad = (what: string) => new Failure(`${name}: ${what}\n${complaint}`, 1);
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i];
    if (word === "--") {
      rest.push(...argv.slice(i + 1));
      break;
    }
    if (word.startsWith("--")) {
      const [long, value] = word.slice(2).split(/=(.*)/s);
      const found = table.filter(([, known]) => known.startsWith(long));
      const exact = found.find(([, known]) => known === long) ?? (found.length === 1 ? found[0] : undefined);
      if (exact === undefined) throw bad(`unrecognized option '${word}'`);
      if (!exact[2]) flags.add(exact[0]);
      else {
        const arg = value ?? argv[++i];
        if (arg === undefined) throw bad(`option '${word}' requires an argument`);
        values.set(exact[0], arg);
      }
      continue;
    }
    if (word[0] !== "-" || word === "-") {
      rest.push(word);
      continue;
    }
    for (let j = 1; j < word.length; j++) {
      const option = table.find(([letter]) => letter === word[j]);
      if (option === undefined) throw bad(`invalid option -- '${word[j]}'`);
      if (!option[2]) {
        flags.add(option[0]);
        continue;
      }
      const arg = word.slice(j + 1) || argv[++i];
      if (arg === undefined) throw bad(`option requires an argument -- '${word[j]}'`);
      values.set(option[0], arg);
      break;
    }
  }
  return { flags, values, rest };
}

/** `iptables-save`; `write` takes -f's file. */
export function iptablesSave(
  tool: Tool,
  argv: readonly string[],
  write: (path: string, text: string) => void,
): number {
  try {
    const name = baseName(argv[0]);
    const { flags, values, rest } = switches(
      name,
      argv,
      [
        ["c", "counters", false],
        ["V", "version", false],
        ["d", "dump", false],
        ["t", "table", true],
        ["M", "modprobe", true],
        ["f", "file", true],
        ["4", "ipv4", false],
        ["6", "ipv6", false],
      ],
      "Look at manual page `iptables-save.8' for more information.\n",
    );
    if (flags.has("V")) {
      tool.out(`${banner(tool)}\n`);
      return 0;
    }
    if (rest.length > 0) throw new Failure("Unknown arguments found on commandline\n", 1);
    warnOfLegacy(tool, "iptables-legacy-save");
    const wanted = values.get("t");
    if (wanted !== undefined && !Object.hasOwn(BUILT_IN, wanted))
      throw new Failure(
        tool.variant === "nft"
          ? `Table \`${wanted}' does not exist\n`
          : `${banner(tool)}: Cannot initialize: Table does not exist (do you need to insmod?)\n`,
        1,
      );
    const tables = savedTables(tool).filter((table) => wanted === undefined || table.name === wanted);
    const text = tables.map((table) => saveTable(table, tool, flags.has("c"))).join("");
    const path = values.get("f");
    if (path === undefined) tool.out(text);
    else write(path, text);
    return 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    tool.err(error.message);
    return error.status;
  }
}

/** `iptables-restore`; `read` gives a file's text, or standard input's for undefined. */
export function* iptablesRestore<W>(
  tool: Tool,
  argv: readonly string[],
  read: (path: string | undefined) => Generator<W, string, number>,
): Generator<W, number, number> {
  try {
    const name = baseName(argv[0]);
    const { flags, values, rest } = switches(
      name,
      argv,
      [
        ["c", "counters", false],
        ["v", "verbose", false],
        ["V", "version", false],
        ["t", "test", false],
        ["h", "help", false],
        ["n", "noflush", false],
        ["M", "modprobe", true],
        ["T", "table", true],
        ["4", "ipv4", false],
        ["6", "ipv6", false],
        ["w", "wait", false],
        ["W", "wait-interval", false],
      ],
      `Try \`${name} -h' for more information.\n`,
    );
    if (flags.has("V")) {
      tool.out(`${banner(tool)}\n`);
      return 0;
    }
    if (flags.has("h")) {
      tool.err(RESTORE_HELP(name));
      return 0;
    }
    // -w may be followed by its seconds.
    const files = flags.has("w") ? rest.filter((word) => !/^\d+$/.test(word)) : rest;
    if (files.length > 1) throw new Failure("Unknown arguments found on commandline\n", 1);
    const input = yield* read(files[0]);
    return restore(tool, input, {
      counters: flags.has("c"),
      noflush: flags.has("n"),
      test: flags.has("t"),
      verbose: flags.has("v"),
      table: values.get("T"),
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    tool.err(error.message);
    return error.status;
  }
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
