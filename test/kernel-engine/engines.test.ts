import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { WalkEvent } from "../../src/walk/event.ts";
import { runFile } from "../support/lab.ts";
import { endsOf, waysOf } from "../walk/ways.ts";
import { HAS_KERNEL, ROOT, Scripts } from "./support.ts";

const scripts = new Scripts();
afterAll(() => scripts.remove());
const HAS_WATCHERS = ["tcpdump", "nft", "conntrack"].every((tool) => spawnSync("which", [tool]).status === 0);
const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** The walk of a lab on the real kernel. */
function onKernel(file: string): WalkEvent[] {
  const events = join(scripts.folder, `${basename(file)}.jsonl`);
  const bin = join(ROOT, "bin/packetwalk.js");
  spawnSync(process.execPath, [bin, "walk", "--engine", "kernel", "--events", events, basename(file)], {
    cwd: dirname(file),
    timeout: 240_000,
  });
  const lines = readFileSync(events, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

// LABS=test/walk/deaths/arp-nobody.sh takes others.
const LABS = process.env.LABS?.split(" ") ?? [
  "examples/virtual-router/story.sh",
  "test/walk/deaths/rule-drop.sh",
  "test/walk/deaths/reverse-path-strict.sh",
];

describe.runIf(HAS_KERNEL && HAS_WATCHERS)("both engines tell the same walk", () => {
  test.each(LABS)(
    "%s",
    (name) => {
      const ours = runFile(path(name), { walk: true }).events;
      const real = onKernel(path(name));
      expect(endsOf(ours)).toEqual(endsOf(real));
      expect(waysOf(ours)).toEqual(waysOf(real));
    },
    300_000,
  );
});
