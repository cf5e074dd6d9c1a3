import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { WalkEvent } from "../../src/walk/event.ts";
import { WALK_VERSION, walkEventSchema } from "../../src/walk/event.ts";
import { runLab } from "../support/lab.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/walk-events.md", import.meta.url)), "utf8");

describe("docs/walk-events.md", () => {
  test("names every kind and the version", () => {
    for (const option of walkEventSchema.options)
      expect(page).toContain(`\`${option.entries.kind.literal}\``);
    expect(page).toContain(`version ${WALK_VERSION}`);
  });

  test("its example is what the program writes", () => {
    const script = [...page.matchAll(/^ {4}((?:ip|ping) .*)$/gm)].map((m) => m[1]).join("\n");
    const { events } = runLab(script, { walk: true });
    const from = events.findIndex((e) => e.kind === "command" && e.text.startsWith("ping"));
    const ours = events
      .slice(from)
      .filter((e) => !("packet" in e) || e.packet === 1)
      .map(known);
    const theirs = (/```jsonl\n([\s\S]*?)```/.exec(page)?.[1] ?? "")
      .trim()
      .split("\n")
      .map((line) => known(JSON.parse(line)));
    expect(theirs).toEqual(ours);
  });
});

/** Without what the page leaves out, and what chance and the pace of programs decide. */
function known(event: WalkEvent): unknown {
  const { bytes, file, time, pid, ...rest } = event as WalkEvent & Record<string, unknown>;
  return JSON.parse(
    JSON.stringify(rest)
      .replace(/("id":|"ipId":|\bid )\d+/g, "$10")
      .replace(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g, "MAC"),
  );
}
