// npm run bench [-- NAME …]: builds bench/main.ts and runs it.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./setup.mjs";

await setUp();
const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(".setup", "bench");
const built = spawnSync(
  "npx",
  [
    "tsdown",
    "bench/main.ts",
    "--no-config",
    "--format",
    "esm",
    "--platform",
    "node",
    "--out-dir",
    out,
    "--logLevel",
    "error",
  ],
  { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
);
if (built.status !== 0) process.exit(1);
const args = ["--expose-gc", join(out, "main.mjs"), ...process.argv.slice(2)];
process.exit(spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1);
