import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "../src/base/text.ts";
import { bootLab } from "../src/engine/kernel/boot.ts";
import { obstacle } from "../src/engine/kernel/doctor.ts";
import { KernelEngine } from "../src/engine/kernel/engine.ts";
import { SimulatedEngine } from "../src/engine/simulated/engine.ts";
import { compileLab } from "../src/lab/file/plan.ts";
import { buildScript } from "../src/lab/file/script.ts";
import { labFile, mininetScript, naiveScript } from "./boot-labs.ts";
import { heading, onKernel } from "./measure.ts";

const USAGE = "npm run bench -- boot [--sizes=10,100,500] [--runs=3] [--no-naive] [--no-mininet]";

/** Seconds of one way to boot, and until what ends it has returned. */
interface Took {
  readonly boot: number;
  readonly stop?: number;
}

/**
 * N routers, each with two links, addresses, routes and ten rules, from a lab file, beside other ways to the same
 * lab. The least of some runs: noise only adds.
 */
export async function boot(words: readonly string[]): Promise<void> {
  const options = parse(words);
  const kernel = obstacle() === undefined && process.getuid?.() === 0;
  heading(
    `N routers: 2 links, addresses, routes and 10 rules each; the least of ${options.runs} runs, seconds`,
  );
  console.log(
    `${"routers".padEnd(9)}${"".padEnd(42)}${"boot".padStart(9)}${"× ours".padStart(9)}${"stop".padStart(9)}`,
  );
  for (const count of options.sizes) {
    const file = labFile(count);
    let ours: Took | undefined;
    if (kernel) {
      const runs = await series(options.runs, () => ourKernel(file, count));
      ours = least(runs.map((r) => r.lab));
      row(count, "lab file on the kernel", ours, ours);
      row(count, "  and starting the sandbox", { boot: Math.min(...runs.map((r) => r.all)) }, ours);
    }
    row(count, "lab file, simulated", least(await series(options.runs, () => simulated(file))), ours);
    if (kernel && options.mininet)
      row(count, "Mininet", least(await series(options.runs, () => mininet(count))), ours);
    if (kernel && options.naive) row(count, "script, command by command, on the kernel", naive(count), ours);
  }
  console.log(
    `load of this machine now (1, 5, 15 minutes): ${loadavg()
      .map((l) => l.toFixed(1))
      .join(", ")}`,
  );
  if (!kernel) console.log("(kernel: needs root and the tools; packetwalk doctor says which)");
}

function parse(words: readonly string[]) {
  const value = (name: string, otherwise: string) =>
    words.find((w) => w.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;
  const unknown = words.find((w) => !/^--(sizes=[\d,]+|runs=\d+|no-naive|no-mininet)$/.test(w));
  if (unknown !== undefined) throw new Error(`${unknown}? ${USAGE}`);
  return {
    sizes: value("sizes", "10,100,500").split(",").map(Number),
    runs: Number(value("runs", "3")),
    naive: !words.includes("--no-naive"),
    mininet:
      !words.includes("--no-mininet") && spawnSync("/usr/bin/python3", ["-c", "import mininet"]).status === 0,
  };
}

function row(count: number, what: string, took: Took, ours: Took | undefined): void {
  const ratio = ours ? (took.boot / ours.boot).toFixed(1) : "";
  const stop = took.stop === undefined ? "" : took.stop.toFixed(3);
  console.log(
    `${String(count).padEnd(9)}${what.padEnd(42)}${took.boot.toFixed(3).padStart(9)}${ratio.padStart(9)}${stop.padStart(9)}`,
  );
}

async function series<T>(times: number, run: () => T | Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let i = 0; i < times; i++) all.push(await run());
  return all;
}

function least(runs: readonly Took[]): Took {
  const stops = runs.flatMap((r) => (r.stop === undefined ? [] : [r.stop]));
  return {
    boot: Math.min(...runs.map((r) => r.boot)),
    ...(stops.length > 0 ? { stop: Math.min(...stops) } : {}),
  };
}

const now = () => performance.now() / 1000;

async function ourKernel(file: string, count: number): Promise<{ lab: Took; all: number }> {
  const begun = now();
  const engine = await KernelEngine.open();
  const opened = now();
  const failure = await bootLab(engine.sandbox, compileLab(file, "bench.json"));
  const built = now();
  const last = await engine.query(["iptables", "-S", "FORWARD"], `r${count - 1}`);
  const stopping = now();
  await engine.close();
  const stopped = now();
  if (failure) throw new Error(`${failure.box}: ${failure.said}`);
  if (last.stdout.split("\n").filter((l) => l.startsWith("-A")).length !== 6)
    throw new Error(`the last router has other rules: ${last.stdout}${last.stderr}`);
  await settled();
  return { lab: { boot: built - opened, stop: stopped - stopping }, all: built - begun };
}

/** The kernel takes namespaces apart in the background (cleanup_net); the next run does not pay for the last. */
async function settled(): Promise<void> {
  for (let i = 0; i < 600 && cleaning(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** Whether a worker of the queue "netns" is at work: its name has a "+" then (wq_worker_comm). */
function cleaning(): boolean {
  return readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && /^kworker.*\+netns/.test(readFileSync(`/proc/${pid}/comm`, "latin1"));
    } catch {
      return false;
    }
  });
}

async function simulated(file: string): Promise<Took> {
  const begun = now();
  const engine = new SimulatedEngine();
  let said = "";
  const status = engine.runToEnd({
    argv: ["bash", "-c", buildScript(compileLab(file, "bench.json")).text],
    output: (bytes) => {
      said += text(bytes);
    },
  });
  const built = now();
  if (status !== 0) throw new Error(`the simulated lab: ${said}`);
  await engine.close();
  return { boot: built - begun, stop: now() - built };
}

function naive(count: number): Took {
  const out = onKernel(`begun=$(date +%s%N)\n${naiveScript(count)}echo $(($(date +%s%N) - begun))\n`);
  return { boot: Number(out.trim().split("\n").at(-1)) / 1e9 };
}

function mininet(count: number): Took {
  const folder = mkdtempSync(join(tmpdir(), "packetwalk-bench-"));
  try {
    const file = join(folder, "lab.py");
    writeFileSync(file, mininetScript(count));
    const out = onKernel(`mount -t sysfs sysfs /sys; exec /usr/bin/python3 ${file}`);
    const [built, stopped] = (out.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
    return { boot: built, stop: stopped };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
