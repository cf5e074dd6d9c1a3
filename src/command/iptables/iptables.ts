import { KernelError } from "../../base/errno.ts";
import { concat, text } from "../../base/text.ts";
import type { Process, Running } from "../../machine/process.ts";
import type { Command } from "../../machine/program.ts";
import { readText, writeText } from "../../machine/vfs.ts";
import { parse } from "../../wire/ipv4.ts";
import { completeIptables } from "./complete.ts";
import { baseName, iptables, iptablesRestore, iptablesSave } from "./run.ts";
import type { Hosts, Tool } from "./tool.ts";

/** /etc/hosts as the resolver reads it; there is no name server. */
function hostsOf(proc: Process): Hosts {
  let lines: { address: number; names: string[] }[] | null = null;
  const load = () => {
    if (lines) return lines;
    lines = [];
    let file = "";
    try {
      file = readText(proc, "/etc/hosts");
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
    }
    for (const line of file.split("\n")) {
      const [address, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
      const number = parse(address);
      if (number !== undefined) lines.push({ address: number, names });
    }
    return lines;
  };
  return {
    resolve(name) {
      // What inet_aton reads as a number is one.
      if (/^0[xX][0-9a-fA-F]{1,8}$/.test(name)) return [Number(name)];
      const wanted = name.toLowerCase();
      return load().flatMap((line) =>
        line.names.some((known) => known.toLowerCase() === wanted) ? line.address : [],
      );
    },
    nameOf: (address) => load().find((line) => line.address === address)?.names[0],
  };
}

function toolOf(proc: Process, program: (name: string, legacy: boolean) => string): Tool {
  const name = baseName(proc.argv[0]);
  const legacy = name.includes("legacy");
  return {
    program: program(name, legacy),
    variant: legacy ? "legacy" : "nft",
    family: "ipv4",
    netfilter: proc.net.netfilter,
    hosts: hostsOf(proc),
    out: (line) => proc.out(line),
    err: (line) => proc.err(line),
    date: proc.machine.epoch + proc.machine.now,
  };
}

/** What changed, for the walk: the command's own words. */
function tellWalk(proc: Process, change: string): void {
  proc.machine.walk?.emit(proc.net.name, { kind: "ruleset", family: "ipv4", change });
}

function* runIptables(proc: Process): Running {
  const status = iptables(
    toolOf(proc, () => "iptables"),
    proc.argv,
  );
  if (status === 0 && !proc.argv.some((word) => /^(-[LSChV]|--list|--help|--version|--check)/.test(word)))
    tellWalk(proc, proc.argv.join(" "));
  return status;
}

function* runSave(proc: Process): Running {
  return iptablesSave(
    toolOf(proc, (name, legacy) => (legacy ? "iptables-save" : name)),
    proc.argv,
    (path, content) => writeText(proc, path, content),
  );
}

function* input(proc: Process, path: string | undefined): Running<string> {
  if (path !== undefined)
    try {
      return readText(proc, path);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      proc.err(`Can't open ${path}: ${error.message}\n`);
      return "\n";
    }
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = yield* proc.read(0);
    if (part.length === 0) return parts.length === 0 ? "" : text(concat(parts));
    parts.push(part);
  }
}

function* runRestore(proc: Process): Running {
  const tool = toolOf(proc, (name, legacy) => (legacy ? "iptables-restore" : name));
  let missing = false;
  const status = yield* iptablesRestore(tool, proc.argv, function* (path) {
    const content = yield* input(proc, path);
    missing = path !== undefined && content === "\n";
    return missing ? "" : content;
  });
  if (missing) return 1;
  if (status === 0) tellWalk(proc, proc.argv.join(" "));
  return status;
}

// biome-ignore lint/correctness/useYield: it never waits; a program is a generator all the same.
function* notModelled(proc: Process): Running {
  proc.err(`${proc.name}: IPv6 rulesets are not modelled\n`);
  return 1;
}

const named = (suffix: string, family = "iptables"): string[] =>
  ["", "-nft", "-legacy"].map((variant) => `${family}${variant}${suffix}`);

export const IPTABLES: readonly Command[] = [
  {
    names: named(""),
    directory: "/usr/sbin",
    summary: "lists and changes the rules of the IPv4 packet filter and NAT",
    run: runIptables,
    complete: completeIptables,
  },
  { names: named("-save"), directory: "/usr/sbin", summary: "prints the IPv4 rules", run: runSave },
  { names: named("-restore"), directory: "/usr/sbin", summary: "loads IPv4 rules", run: runRestore },
  {
    names: [...named("", "ip6tables"), ...named("-save", "ip6tables"), ...named("-restore", "ip6tables")],
    directory: "/usr/sbin",
    summary: "IPv6 rules (not modelled)",
    run: notModelled,
  },
];
