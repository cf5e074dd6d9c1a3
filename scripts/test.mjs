// npm test: set-up, the real tools where they can be had, then every test.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setUpPage } from "./setup.mjs";
import { installTools } from "./tools.mjs";

await setUpPage();
installTools();
const root = fileURLToPath(new URL("..", import.meta.url));
const { status } = spawnSync("npx", ["vitest", "run", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
