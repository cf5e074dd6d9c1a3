// Set-up of a clone: dependencies and build, each only when it is out of date. Plain JavaScript without
// dependencies, because it runs before there are any.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamps = join(root, ".setup");

/** Installs what is missing and builds what has changed. Ends the process with a message when it cannot. */
export async function setUp() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`packetwalk needs Node 20.19 or newer; this is ${process.versions.node}.`);
  }
  mkdirSync(stamps, { recursive: true });
  const lock = hash([readFileSync(join(root, "package-lock.json"))]);
  if (stamp("install") !== lock || !existsSync(join(root, "node_modules", "unbash"))) {
    say("installing dependencies: the first time only, about half a minute …");
    run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    writeFileSync(join(stamps, "install"), lock);
  }
  const sources = hash(listing("src").concat(listing("tsdown.config.ts"), [lock]));
  if (stamp("build") !== sources || !existsSync(join(root, "dist", "cli.cjs"))) {
    say("building …");
    run("npx", ["tsdown", "--log-level", "error"]);
    // Leaves V8's compiled code of what a lab needs (src/cli/load-engine.ts).
    run(process.execPath, ["bin/packetwalk.js", "run", "examples/virtual-router/story.sh"]);
    writeFileSync(join(stamps, "build"), sources);
  }
}

/** Builds the browser lab into dist/web, when it is out of date: for `packetwalk ui` and for tests. */
export async function setUpPage() {
  await setUp();
  const sources = hash(listing("src").concat(listing("examples/virtual-router")));
  if (stamp("page") === sources && existsSync(join(root, "dist", "web", "index.html"))) return;
  say("building the page …");
  run("npx", ["vite", "build", "--config", "src/web/vite.config.ts", "--logLevel", "error"]);
  writeFileSync(join(stamps, "page"), sources);
}

function stamp(name) {
  const path = join(stamps, name);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function hash(parts) {
  const h = createHash("sha256");
  for (const part of parts) h.update(part);
  return h.digest("hex");
}

/** Path, size and time of every source file below `path`. */
function listing(path) {
  const full = join(root, path);
  const info = statSync(full);
  if (info.isFile()) return [`${path}:${info.size}:${info.mtimeMs}\n`];
  return readdirSync(full)
    .sort()
    .filter((name) => !name.endsWith(".test.ts"))
    .flatMap((name) => listing(join(path, name)));
}

function run(command, args) {
  const result = spawnSync(command, args, {
    // A test runner sets NODE_ENV to "test": the page would be built as for development.
    env: command === "npm" ? process.env : { ...process.env, NODE_ENV: "production" },
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (result.status !== 0) {
    fail(
      `packetwalk: "${command} ${args.join(" ")}" failed:\n${result.stderr || String(result.error ?? "")}`,
    );
  }
}

function say(text) {
  process.stderr.write(`packetwalk: ${text}\n`);
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await (process.argv.includes("--page") ? setUpPage() : setUp());
}
