import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./setup.mjs";

/** Bundles a TypeScript program of this clone and runs it with this process's arguments. Ends the process. */
export async function runBundled(entry, nodeOptions = []) {
  await setUp();
  const root = fileURLToPath(new URL("..", import.meta.url));
  const name = basename(entry, ".ts");
  const out = join(".setup", "bundle", name);
  const options = [
    "--no-config",
    "--format",
    "esm",
    "--platform",
    "node",
    "--out-dir",
    out,
    "--logLevel",
    "error",
  ];
  const built = spawnSync("npx", ["tsdown", entry, ...options], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (built.status !== 0) process.exit(1);
  const args = [...nodeOptions, join(out, `${name}.mjs`), ...process.argv.slice(2)];
  process.exit(spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1);
}
