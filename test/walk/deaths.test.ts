import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { WalkTeller } from "../../src/cli/walk.ts";
import type { WalkEvent } from "../../src/walk/event.ts";
import { PLAIN } from "../../src/walk/palette.ts";
import { runLab } from "../support/lab.ts";
import { REASONS } from "./reasons.ts";

/**
 * Every way to die that the walk explains: one script each, whose head says where the packet dies, with which name
 * of the kernel's, the gist of the sentence, and the first cure. Run after the script, the cure is to mend the lab:
 * what the script tried then works (or the cure is itself what now works).
 */
const folder = fileURLToPath(new URL("deaths", import.meta.url));

interface Deadly {
  readonly name: string;
  readonly script: string;
  readonly ns: string;
  readonly reason: string;
  readonly because: string;
  readonly cure: string | undefined;
}

const DEADLY: readonly Deadly[] = readdirSync(folder)
  .filter((name) => name.endsWith(".sh"))
  .map((file) => {
    const script = readFileSync(`${folder}/${file}`, "utf8");
    const head = (key: string) => new RegExp(`^# ${key}: (.+)$`, "m").exec(script)?.[1];
    const [ns, reason] = (head("dies") ?? "").split(" ");
    return {
      name: file.slice(0, -3),
      script,
      ns,
      reason,
      because: head("because") ?? "",
      cure: head("cure"),
    };
  });

/** The walk as a person reads it, with lines joined where they were folded. */
function told(events: readonly WalkEvent[]): string {
  let text = "";
  const teller = new WalkTeller(PLAIN, false, (said) => {
    text += said;
  });
  for (const event of events) teller.take(event);
  teller.finish();
  return text.replace(/\n {12}(?=\S)/g, " ");
}

/** A name is the kernel's own: enum skb_drop_reason, or for a send that failed, an errno. */
function isKernels(reason: string): boolean {
  return REASONS.has(reason) || ["ENETUNREACH", "EHOSTUNREACH", "EMSGSIZE", "EPERM"].includes(reason);
}

describe.each(DEADLY)("$name", ({ script, ns, reason, because, cure }) => {
  test("is told", () => {
    const run = runLab(script, { walk: true, folder });
    expect(run.notices).toEqual([]);
    const text = told(run.events);
    expect(text).toContain(because);
    for (const event of run.events) if (event.kind === "drop") expect(REASONS).toContain(event.reason);
    expect(isKernels(reason)).toBe(true);
    const line = text.split("\n").find((l) => l.includes("✗") && l.includes(reason)) ?? text;
    expect(text.match(new RegExp(`(died in|✗|waits in) ${ns}\\b.*${reason}`, "g")), line).not.toBeNull();
    const first = /^ {6}cure {2}(.*)$/m.exec(text)?.[1];
    expect(first).toBe(cure);
  });

  test.runIf(cure !== undefined)("its cure mends it", () => {
    const isTry = /\b(ping|curl) /.test(cure ?? "");
    const run = runLab(`${script}\n${cure}${isTry ? "" : " && try"}\n`, { folder });
    expect(run.notices).toEqual([]);
    expect(run.status, `${run.stdout}${run.stderr}`).toBe(0);
  });

  test.runIf(cure !== undefined)("without it, it stays broken", () => {
    expect(runLab(`${script}\ntry\n`, { folder }).status).not.toBe(0);
  });
});
