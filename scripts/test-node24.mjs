// The tests once more on Node 24 (the oldest and the newest Node that packetwalk supports are both tested).
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./setup.mjs";

await setUp();
const root = fileURLToPath(new URL("..", import.meta.url));
const home = join(root, ".setup", "node24");
const bin = join(home, "node_modules", "node", "bin");
if (!existsSync(join(bin, "node"))) {
  mkdirSync(home, { recursive: true });
  const install = [
    "install",
    "--prefix",
    home,
    "--no-save",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "node@24",
  ];
  const { status } = spawnSync("npm", install, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) process.exit(1);
}
const { status } = spawnSync(
  join(bin, "node"),
  [
    join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    "--exclude",
    "test/e2e/**",
    "--exclude",
    "test/kernel-engine/**",
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: "inherit",
    // The kernel and the browser are asked by `npm test`.
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, PACKETWALK_NO_KERNEL: "1" },
  },
);
process.exit(status ?? 1);
