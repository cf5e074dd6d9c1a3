import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { cachedDataVersionTag } from "node:v8";
import { Script } from "node:vm";

type Simulated = typeof import("../engine/simulated/engine.ts");

/**
 * The simulated engine, from its own bundle beside this one. Compiling a megabyte of JavaScript takes a third
 * of a short run, so what V8 made of it is kept beside the bundle: written after the first run (when the
 * functions that a run needs are compiled), read by all later ones. V8 itself refuses what another version
 * made, or what was made of other code.
 */
export function loadEngine(): Simulated {
  const file = fileURLToPath(new URL("./simulated.cjs", import.meta.url));
  const cache = `${file}.${cachedDataVersionTag().toString(16)}.cache`;
  const source = `(function (exports, require, module) {${readFileSync(file, "utf8")}\n})`;
  const cachedData = readIfThere(cache);
  const script = new Script(source, { filename: file, ...(cachedData ? { cachedData } : {}) });
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
