#!/usr/bin/env node
// Runs the built CLI. In a fresh clone there is no build yet: set up first (once; about ten seconds). CommonJS, here and
// in the build: Node starts it sooner than modules.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const built = join(__dirname, "../dist/cli.cjs");
if (existsSync(built)) require(built);
else setUp().then(() => require(built));

async function setUp() {
  const setup = join(__dirname, "../scripts/setup.mjs");
  if (!existsSync(setup)) throw new Error(`packetwalk is not built: ${built} is missing`);
  await (await import(setup)).setUp();
}
