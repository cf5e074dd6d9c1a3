import { closeSync, openSync, readSync, statSync } from "node:fs";
import { cac } from "cac";
import type { Nanoseconds } from "../base/clock.ts";
import type { Profile } from "../engine/engine.ts";
import { CommandLineError } from "./command-line-error.ts";
import { why } from "./why.ts";

export interface RunOptions {
  engine: "simulated" | "kernel";
  seed: number;
  profile: Profile;
  hostLog: boolean;
  timeLimit: Nanoseconds;
  events: string | undefined;
  pcap: string | undefined;
  verbose: boolean;
  /** shell: the walks under each command. */
  walk: boolean;
  color: boolean | undefined;
  /** The script, and what it is given as $1 … */
  file: string | undefined;
  args: string[];
}

const WITH_VALUE = new Set(["--engine", "--seed", "--profile", "--time-limit", "--events", "--pcap"]);

/** Reads a verb's words. All before FILE is ours, all behind it belongs to the script. */
export function parseOptions(verb: string, words: readonly string[]): RunOptions {
  const split = firstPositional(words);
  const cli = cac(`packetwalk ${verb}`);
  cli
    .command("", "")
    .option("--engine <name>", "")
    .option("--seed <n>", "")
    .option("--profile <name>", "")
    .option("--host-log", "")
    .option("--time-limit <span>", "")
    .option("--events <file>", "")
    .option("--pcap <dir>", "")
    .option("--verbose", "")
    .option("--walk", "")
    .option("--color", "")
    .option("--no-color", "");
  const ours = words.slice(0, split);
  const empty = ours.findIndex((word, i) => word === "" && WITH_VALUE.has(ours[i - 1] ?? ""));
  if (empty > 0) throw new CommandLineError(`${ours[empty - 1]} needs one value.`);
  // A lone "-" is a value here, and to cac no word at all.
  const joined = ours.flatMap((word, i) =>
    WITH_VALUE.has(word) && ours[i + 1] === "-" ? [`${word}=-`] : word === "-" ? [] : [word],
  );
  const { options } = cli.parse(["node", "packetwalk", ...joined], { run: false });
  const known = new Set([
    "--",
    "engine",
    "seed",
    "profile",
    "hostLog",
    "timeLimit",
    "events",
    "pcap",
    "verbose",
    "walk",
    "color",
  ]);
  for (const name of Object.keys(options)) {
    if (!known.has(name))
      throw new CommandLineError(
        `there is no option ${name.length === 1 ? "-" : "--"}${name}. See packetwalk --help.`,
      );
  }
  if (options.walk !== undefined && verb !== "shell")
    throw new CommandLineError(
      `--walk is for shell: packetwalk walk ${words[split] ?? "FILE"} is the same for a script.`,
    );
  const kernel = engine(options.engine) === "kernel";
  if (kernel && options.seed !== undefined) {
    throw new CommandLineError("--seed means nothing with --engine kernel: the kernel's chance is its own.");
  }
  if (options.hostLog !== undefined && !kernel) {
    throw new CommandLineError(
      "--host-log is for --engine kernel: the simulated host is the lab's own (sysctl -w net.netfilter.nf_log_all_netns=1).",
    );
  }
  return {
    engine: engine(options.engine),
    seed: seed(options.seed),
    profile: profile(options.profile),
    hostLog: options.hostLog === true,
    timeLimit: span(options.timeLimit ?? (kernel ? "10m" : "60s")),
    events: text(options.events, "--events"),
    pcap: text(options.pcap, "--pcap"),
    verbose: options.verbose === true,
    walk: options.walk === true,
    color: ours.includes("--no-color") ? false : ours.includes("--color") ? true : undefined,
    file: words[split],
    args: words.slice(split + 1).map(String),
  };
}

function firstPositional(words: readonly string[]): number {
  let i = 0;
  while (i < words.length && words[i].startsWith("-") && words[i] !== "-") {
    if (words[i] === "--") return i + 1;
    i += WITH_VALUE.has(words[i]) ? 2 : 1;
  }
  return i;
}

function engine(value: unknown): RunOptions["engine"] {
  if (value === undefined) return "simulated";
  if (value === "simulated" || value === "kernel") return value;
  throw new CommandLineError(`--engine takes simulated or kernel, not "${String(value)}".`);
}

function seed(value: unknown): number {
  if (value === undefined) return 1;
  const n = value === "" || typeof value === "boolean" ? Number.NaN : Number(value);
  if (!Number.isInteger(n) || n < 0 || n > 0xffff_ffff) {
    throw new CommandLineError(`--seed takes a whole number from 0 to 4294967295, not "${String(value)}".`);
  }
  return n;
}

function profile(value: unknown): Profile {
  if (value === undefined) return "ubuntu";
  if (value === "ubuntu" || value === "kernel") return value;
  throw new CommandLineError(`--profile takes ubuntu or kernel, not "${String(value)}".`);
}

/** "90", "90s", "5m", "1h" in nanoseconds. */
function span(value: unknown): Nanoseconds {
  const m = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(String(value));
  if (!m || Number(m[1]) <= 0) {
    throw new CommandLineError(`--time-limit takes a span such as 30s, 5m or 1h, not "${String(value)}".`);
  }
  return Number(m[1]) * { s: 1, m: 60, h: 3600 }[(m[2] ?? "s") as "s" | "m" | "h"] * 1e9;
}

function text(value: unknown, option: string): string | undefined {
  if (value === undefined) return undefined;
  if ((typeof value === "string" && value !== "") || typeof value === "number") return String(value);
  throw new CommandLineError(`${option} needs one value.`);
}

/** The script must be there before a lab is booted for it. */
export function checkFile(file: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw new CommandLineError(`${file}: no such file.`);
  if (stat.isDirectory()) throw new CommandLineError(`${file} is a folder; name the script in it.`);
  if (!stat.isFile()) throw new CommandLineError(`${file} is no regular file; save the script in one.`);
  try {
    const fd = openSync(file, "r");
    try {
      readSync(fd, Buffer.alloc(1));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new CommandLineError(`${file} cannot be read: ${why(error)}`);
  }
}

/** The folder that packetwalk was started in, which may be gone. */
export function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new CommandLineError(`the working folder cannot be found: ${why(error)}`);
  }
}
