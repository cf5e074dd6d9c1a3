#!/usr/bin/env node
// Runs the built CLI. In a fresh clone there is no build yet: set up first (once; about ten seconds).
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const built = new URL("../dist/cli.js", import.meta.url);
if (!existsSync(built)) {
  const setup = new URL("../scripts/setup.mjs", import.meta.url);
  if (!existsSync(setup)) throw new Error(`packetwalk is not built: ${fileURLToPath(built)} is missing`);
  await (await import(setup.href)).setUp();
}
await import(built.href);
