#!/usr/bin/env node
// Runs the built CLI. In a fresh clone there is no build yet: set up first (once; about ten seconds).
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

// Since Node 22: compiled code is kept between runs.
module.enableCompileCache?.();

const built = new URL("../dist/cli.js", import.meta.url);
if (!existsSync(built)) {
  const setup = new URL("../scripts/setup.mjs", import.meta.url);
  if (!existsSync(setup)) throw new Error(`packetwalk is not built: ${fileURLToPath(built)} is missing`);
  await (await import(setup.href)).setUp();
}
await import(built.href);
