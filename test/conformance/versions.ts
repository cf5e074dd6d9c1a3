import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { fileURLToPath } from "node:url";

/** The kernel and the tools whose answers are recorded, here and in the corpus. */
const FILE = fileURLToPath(new URL("./recorded/versions.txt", import.meta.url));

/** How each tool says its version. */
const TOOLS: readonly (readonly [tool: string, option: string])[] = [
  ["ip", "-V"],
  ["ss", "-V"],
  ["iptables", "-V"],
  ["nft", "-v"],
  ["conntrack", "-V"],
  ["ping", "-V"],
  ["bash", "--version"],
  ["curl", "--version"],
  ["nc", "-h"],
  ["tcpdump", "--version"],
];

/** "ip: ip utility, iproute2-6.1.0", a line a tool, and the kernel's number without what a builder adds to it. */
function versions(): string {
  const lines = TOOLS.map(([tool, option]) => {
    const { stdout, stderr, error } = spawnSync(tool, [option], { encoding: "utf8" });
    const said = `${stdout ?? ""}${stderr ?? ""}`.split("\n")[0];
    // curl names the libraries that it was built with, too.
    return `${tool}: ${error ? "missing" : said.replace(/ libcurl.*/, "")}\n`;
  });
  return `Linux: ${/^[\d.]*\d/.exec(release())?.[0]}\n${lines.join("")}`;
}

const recorded = (): string => (existsSync(FILE) ? readFileSync(FILE, "utf8") : "");

/**
 * Before answers are recorded: says which kernel and tools they are of. `all`: whether every case is asked; a part
 * that is recorded with others than the rest would make the file a lie.
 */
export function recordVersions(all: boolean): void {
  const now = versions();
  if (!all && recorded() !== now)
    throw new Error(`a part cannot be recorded here: the rest is of other versions. ${drift()}`);
  writeFileSync(FILE, now);
}

/** For the message of an answer that is not the recorded one: where the versions differ. */
export function drift(): string {
  const before = recorded().trimEnd().split("\n");
  const now = versions().trimEnd().split("\n");
  const differ = now.flatMap((line, i) => (line === before[i] ? [] : [`${before[i]} → here ${line}`]));
  return differ.length === 0
    ? "recorded with the same kernel and tools as here"
    : `recorded with other versions: ${differ.join("; ")}`;
}
