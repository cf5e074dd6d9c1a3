// npm start: set-up, then the virtual router lab with its walk.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setUp } from "./setup.mjs";

await setUp();
const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.length > 2 ? process.argv.slice(2) : ["walk", "examples/virtual-router/story.sh"];
const { status } = spawnSync(process.execPath, ["bin/packetwalk.js", ...args], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
