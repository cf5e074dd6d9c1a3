import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runScript } from "./testing/run.ts";
import { SCRIPTS } from "./testing/scripts.ts";

interface Answer {
  out: string;
  err: string;
  status: number;
}

/** Answers of bash 5.2.15, for machines without it: script → answer. `RECORD=1` writes them. */
const recordedFile = new URL("./testing/answers.json", import.meta.url);
const recorded: Record<string, Answer> = existsSync(recordedFile)
  ? JSON.parse(readFileSync(recordedFile, "utf8"))
  : {};

const real =
  spawnSync("/bin/bash", ["--version"], { encoding: "utf8" }).stdout?.includes("version 5.2") ?? false;
const record = process.env.RECORD === "1";

function ask(script: string): Answer {
  const folder = mkdtempSync(join(tmpdir(), "bash-"));
  try {
    writeFileSync(join(folder, "x.sh"), script);
    const done = spawnSync("bash", ["x.sh", "a1", "a b"], {
      cwd: folder,
      encoding: "utf8",
      env: {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOME: "/root",
        LC_ALL: "C.UTF-8",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const signals: Record<string, number> = { SIGTERM: 143, SIGKILL: 137, SIGINT: 130 };
    return { out: done.stdout, err: done.stderr, status: done.status ?? signals[done.signal ?? ""] ?? -1 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Pids differ from run to run. */
const plain = (answer: Answer): Answer => ({
  ...answer,
  err: answer.err.replace(/line (\d+): +\d+ (Killed|Terminated)/g, "line $1: PID $2"),
});

describe("the same as bash 5.2", () => {
  for (const [i, script] of SCRIPTS.entries()) {
    const first = script.split("\n")[0].slice(0, 60);
    it(`${i}: ${first}`, () => {
      // The recorded answers are the real shell's; where it is installed a sample is asked again.
      const known = recorded[script];
      const expected = known && !(real && (record || i % 10 === 0)) ? known : ask(script);
      if (record) recorded[script] = plain(expected);
      expect(plain(runScript(script))).toEqual(plain(expected));
    });
  }
  if (record)
    it("writes the answers down", () => {
      writeFileSync(recordedFile, `${JSON.stringify(recorded, null, 1)}\n`);
    });
});
