import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { Nanoseconds } from "../base/clock.ts";
import type { Profile } from "../engine/engine.ts";
import { nearest } from "../lab/file/nearest.ts";
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

/** What a verb's options take. */
const OPTIONS: Readonly<Record<string, "value" | "nothing">> = {
  "--engine": "value",
  "--seed": "value",
  "--profile": "value",
  "--host-log": "nothing",
  "--time-limit": "value",
  "--events": "value",
  "--pcap": "value",
  "--verbose": "nothing",
  "--walk": "nothing",
  "--color": "nothing",
  "--no-color": "nothing",
};

/** Reads a verb's words. All before FILE is ours, all behind it belongs to the script. */
export function parseOptions(verb: string, words: readonly string[]): RunOptions {
  const { given, rest } = split(words);
  const [file, ...args] = rest;
  if (given.has("--walk") && verb !== "shell")
    throw new CommandLineError(
      `--walk is for shell: packetwalk walk ${file ?? "FILE"} is the same for a script.`,
    );
  const kernel = engine(given.get("--engine")) === "kernel";
  if (kernel && given.has("--seed")) {
    throw new CommandLineError("--seed means nothing with --engine kernel: the kernel's chance is its own.");
  }
  if (given.has("--host-log") && !kernel) {
    throw new CommandLineError(
      "--host-log is for --engine kernel: the simulated host is the lab's own (sysctl -w net.netfilter.nf_log_all_netns=1).",
    );
  }
  return {
    engine: engine(given.get("--engine")),
    seed: seed(given.get("--seed")),
    profile: profile(given.get("--profile")),
    hostLog: given.has("--host-log"),
    timeLimit: span(given.get("--time-limit") ?? (kernel ? "10m" : "60s")),
    events: given.get("--events"),
    pcap: given.get("--pcap"),
    verbose: given.has("--verbose"),
    walk: given.has("--walk"),
    color: given.has("--no-color") ? false : given.has("--color") ? true : undefined,
    file,
    args,
  };
}

/** The options with their values ("" where they take none), and what stands behind them. */
function split(words: readonly string[]): { given: Map<string, string>; rest: readonly string[] } {
  const given = new Map<string, string>();
  let i = 0;
  for (; i < words.length && words[i].startsWith("-") && words[i] !== "-"; i++) {
    if (words[i] === "--") return { given, rest: words.slice(i + 1) };
    const at = words[i].indexOf("=");
    const name = at < 0 ? words[i] : words[i].slice(0, at);
    const takes = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (takes === undefined) throw new CommandLineError(unknownOption(name));
    if (takes === "nothing") {
      if (at >= 0) throw new CommandLineError(`${name} takes no value.`);
      given.set(name, "");
      continue;
    }
    const value = at < 0 ? words[++i] : words[i].slice(at + 1);
    if (value === undefined || value === "") throw new CommandLineError(`${name} needs a value.`);
    if (given.has(name)) throw new CommandLineError(`${name} is given twice.`);
    given.set(name, value);
  }
  return { given, rest: words.slice(i) };
}

function unknownOption(name: string): string {
  if (name === "--port" || name === "--open") return `${name} is for ui: packetwalk ui --help.`;
  const meant = nearest(name, Object.keys(OPTIONS));
  const hint = meant === undefined ? "See packetwalk --help." : `Is ${meant} meant?`;
  return `there is no option ${name}. ${hint}`;
}

function engine(value: string | undefined): RunOptions["engine"] {
  if (value === undefined) return "simulated";
  if (value === "simulated" || value === "kernel") return value;
  throw new CommandLineError(`--engine takes simulated or kernel, not "${value}".`);
}

function seed(value: string | undefined): number {
  if (value === undefined) return 1;
  const n = Number(value);
  if (!/^\d+$/.test(value) || n > 0xffff_ffff) {
    throw new CommandLineError(`--seed takes a whole number from 0 to 4294967295, not "${value}".`);
  }
  return n;
}

function profile(value: string | undefined): Profile {
  if (value === undefined) return "ubuntu";
  if (value === "ubuntu" || value === "kernel") return value;
  throw new CommandLineError(`--profile takes ubuntu or kernel, not "${value}".`);
}

/** "90", "90s", "5m", "1h" in nanoseconds. */
function span(value: string): Nanoseconds {
  const m = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(value);
  if (!m || Number(m[1]) <= 0) {
    throw new CommandLineError(`--time-limit takes a span such as 30s, 5m or 1h, not "${value}".`);
  }
  return Number(m[1]) * { s: 1, m: 60, h: 3600 }[(m[2] ?? "s") as "s" | "m" | "h"] * 1e9;
}

/** The script must be there before a lab is booted for it. */
export function checkFile(file: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (file === "") throw new CommandLineError("the script's name is empty.");
  if (!stat && file === "-")
    throw new CommandLineError(
      '"-" is no file: a script is read from one, and standard input is the script\'s own.',
    );
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
