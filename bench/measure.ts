import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "../src/base/text.ts";
import { SimulatedEngine } from "../src/engine/simulated/engine.ts";

/** The middle of some measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Runs `work` a few times; the median of what it says. */
export function repeat(times: number, work: () => number): number {
  return median(Array.from({ length: times }, work));
}

export function report(what: string, ours: string, theirs: string | undefined): void {
  console.log(`${what.padEnd(52)} ${ours.padStart(14)}   ${theirs ?? "(kernel: needs root and the tools)"}`);
}

export function heading(title: string): void {
  console.log(`\n${title}`);
}

/** A simulated machine on which a script has run. */
export function labMachine(script: string): SimulatedEngine {
  const engine = new SimulatedEngine();
  let said = "";
  const status = engine.runToEnd({
    argv: ["bash", "-ec", script],
    output: (bytes) => {
      said += text(bytes);
    },
  });
  if (status !== 0) throw new Error(`the lab's script failed (${status}): ${said}`);
  return engine;
}

export function kernelAtHand(): boolean {
  return process.getuid?.() === 0 && existsSync("/usr/sbin/iptables") && existsSync("/usr/bin/python3");
}

/**
 * Runs a bash script in namespaces of its own on the real kernel; gives its standard output. The script goes
 * through a file: ten thousand rules are longer than an argument may be (MAX_ARG_STRLEN).
 */
export function onKernel(script: string, env: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "packetwalk-bench-"));
  const file = join(folder, "lab.sh");
  const prelude =
    "mount -t tmpfs tmpfs /run; mkdir -p /run/netns /run/lock; ip link set lo up; echo 1 > /proc/sys/net/ipv4/ip_forward";
  writeFileSync(file, `${prelude}\n${script}`);
  const sandbox = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  try {
    const result = spawnSync("unshare", [...sandbox, "--propagation", "private", "bash", "-e", file], {
      encoding: "utf8",
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env },
      maxBuffer: 1 << 26,
    });
    if (result.status !== 0) throw new Error(`the kernel's lab failed: ${result.error ?? result.stderr}`);
    return result.stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
