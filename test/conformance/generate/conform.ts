import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { kernelAtHand } from "../run.ts";
import { walkOnKernel, walkSimulated, waysOf } from "../walks.ts";
import { type Answers, answersOfKernel, answersOfSimulation } from "./compare.ts";
import { type GeneratedLab, lab, scriptOf } from "./lab.ts";

// npm run conform -- [--cases N] [--seed S] [--minutes M] [--jobs J] [--whole] [--walk K]
// Generated labs on both engines. Each case has a seed of its own (S, S+1, …); one that differs is shrunk and
// written out as a script with both answers; --whole leaves it as long as it is. With --walk K, each K-th case is
// also walked on both: the rules that each packet met, and why it died.

const option = (name: string, otherwise: number): number => {
  const i = process.argv.indexOf(`--${name}`);
  return i < 0 ? otherwise : Number(process.argv[i + 1]);
};
const cases = option("cases", 100);
const firstSeed = option("seed", 1);
const minutes = option("minutes", 10);
const jobs = option("jobs", 4);
const walkEach = option("walk", 0);

if (!kernelAtHand()) {
  console.error(
    "npm run conform needs root, and iproute2, iptables, iputils-ping, conntrack and netcat-openbsd",
  );
  process.exit(1);
}

async function differs(l: GeneratedLab): Promise<Answers | undefined> {
  const real = await answersOfKernel(l).catch(() => undefined);
  // The kernel's side did not end in time: the machine is too busy to tell.
  if (real === undefined) {
    late++;
    return undefined;
  }
  const ours = answersOfSimulation(l);
  return real === ours ? undefined : { real, ours };
}

/** The same of the walk. Rules of the old tool are not traced. */
async function walksDiffer(l: GeneratedLab): Promise<Answers | undefined> {
  const text = scriptOf(l);
  if (text.includes("iptables-legacy")) return undefined;
  const real = waysOf(await walkOnKernel(text, l.profile));
  const ours = waysOf(walkSimulated(text, l.profile));
  return real === ours ? undefined : { real, ours };
}

/** A real machine under load is late now and then: a difference counts when it is there twice. */
async function twice(l: GeneratedLab, walked: boolean): Promise<Answers | undefined> {
  const found = (await differs(l)) && (await differs(l));
  return found ?? (walked ? (await walksDiffer(l)) && (await walksDiffer(l)) : undefined);
}

const start = Date.now();
let next = 0;
let done = 0;
let failed = 0;
let late = 0;

async function worker(): Promise<void> {
  while (next < cases && Date.now() - start < minutes * 60_000) {
    const seed = firstSeed + next++;
    const walked = walkEach > 0 && seed % walkEach === 0;
    const result = await fc.check(
      fc.asyncProperty(lab, async (l) => {
        if (await twice(l, walked)) throw new Error("differs");
      }),
      { seed, numRuns: 1, interruptAfterTimeLimit: 120_000, endOnFailure: process.argv.includes("--whole") },
    );
    if (result.interrupted && !result.failed) late++;
    else done++;
    if (!result.failed || !result.counterexample) continue;
    failed++;
    const [smallest] = result.counterexample;
    const answers = await twice(smallest, walked);
    const path = `/tmp/conform-${seed}`;
    writeFileSync(`${path}.sh`, `# seed ${seed}, profile ${smallest.profile}\n${scriptOf(smallest)}\n`);
    if (answers) {
      writeFileSync(`${path}.kernel.txt`, answers.real);
      writeFileSync(`${path}.simulated.txt`, answers.ours);
    }
    console.log(
      `seed ${seed}: differs (${smallest.topology.kind}); see ${path}.{sh,kernel.txt,simulated.txt}`,
    );
    for (const command of smallest.commands) console.log(`    ${command}`);
  }
}

/** Every minute, how far it is. */
const ticker = setInterval(() => console.log(`… ${done} cases, ${failed} differ`), 60_000);
await Promise.all(Array.from({ length: jobs }, worker));
clearInterval(ticker);
const seconds = (Date.now() - start) / 1000;
if (late > 0) console.log(`${late} runs on the kernel took too long and count for nothing`);
console.log(`${done} cases, ${failed} differ, ${(done / seconds).toFixed(1)} cases a second`);
process.exitCode = failed > 0 ? 1 : 0;
