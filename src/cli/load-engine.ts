import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";

type Simulated = typeof import("../engine/simulated/engine.ts");

/**
 * The simulated engine, from its own bundle beside this one. Compiling a megabyte of JavaScript takes a third
 * of a short run, so what V8 made of it is kept beside the bundle: written after the first run (when the
 * functions that a run needs are compiled), read by all later ones. V8 itself refuses what was made of other code, by
 * another version or with other flags.
 *
 * The bundle is one function of what CommonJS gives a module, in ASCII: tsdown.config.ts sees to both. Read as Latin-1
 * it needs no decoding, and half the memory.
 */
export function loadEngine(): Simulated {
  const file = join(__dirname, "simulated.cjs");
  const cache = `${file}.${process.versions.v8}-${process.arch}.cache`;
  const cachedData = readIfThere(cache);
  const script = new Script(readFileSync(file, "latin1"), {
    filename: file,
    ...(cachedData ? { cachedData } : {}),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module);
  if (!cachedData || script.cachedDataRejected) process.once("exit", () => keep(cache, script));
  return module.exports as Simulated;
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Written aside and renamed, so that nobody reads half of it. A folder that cannot be written keeps no cache. */
function keep(cache: string, script: Script): void {
  try {
    const aside = `${cache}.${process.pid}`;
    writeFileSync(aside, script.createCachedData());
    renameSync(aside, cache);
  } catch {
    // The next run compiles again.
  }
}
