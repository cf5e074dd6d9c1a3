import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Profile } from "../../src/engine/engine.ts";
import { normalise } from "./normalise.ts";
import { type Answer, type AnswerOptions, STATE } from "./run.ts";
import { END_OF_CASE, isTraceable } from "./statuses.ts";

const CASES = fileURLToPath(new URL("./cases", import.meta.url));
const RECORDED = fileURLToPath(new URL("./recorded", import.meta.url));

/**
 * One behaviour, as a lab script: `cases/ROOM/NAME.sh`. Its first lines say what it pins and on which host:
 *
 *     # pins: ip_forward() drops what has no TTL left (net/ipv4/ip_forward.c)
 *     # profile: kernel
 *     # state: no          (leave out the state dump at the end)
 *     # frames: yes        (the frames of every link, too)
 *     # host-log: yes      (LOG rules log, as with --host-log)
 *
 * The exit code of each of its commands is compared, too.
 */
export interface Case {
  readonly name: string;
  readonly pins: string;
  readonly profile: Profile;
  /** The script, with the state dump behind it. */
  readonly script: string;
  readonly options: AnswerOptions;
}

export function allCases(): Case[] {
  return files(CASES).map((path) => {
    const text = readFileSync(path, "utf8");
    const header = (key: string) => new RegExp(`^# ${key}: *(.*)$`, "m").exec(text)?.[1];
    const name = relative(CASES, path).replace(/\.sh$/, "");
    const pins = header("pins");
    if (!pins) throw new Error(`${name}: its header does not say what it pins ("# pins: …")`);
    return {
      name,
      pins,
      profile: header("profile") === "kernel" ? "kernel" : "ubuntu",
      script: header("state") === "no" ? text : text + END_OF_CASE + STATE,
      options: {
        frames: header("frames") === "yes",
        hostLog: header("host-log") === "yes",
        statuses: isTraceable(text) ? text : undefined,
      },
    };
  });
}

function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? files(path) : entry.name.endsWith(".sh") ? [path] : [];
    });
}

/** An answer as it is recorded and compared: normalised, readable in a diff. */
export function recordOf(answer: Answer): string {
  const frames = answer.frames === undefined ? "" : `── frames\n${answer.frames}`;
  const statuses = answer.statuses ? `── exit codes other than 0\n${answer.statuses}` : "";
  const said = `── stdout\n${answer.stdout}── stderr\n${answer.stderr}${frames}${statuses}`;
  return `status ${answer.status}\n${normalise(said)}`;
}

const recordPath = (name: string): string => join(RECORDED, `${name}.txt`);

export function recorded(name: string): string | undefined {
  const path = recordPath(name);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

export function record(name: string, text: string): void {
  mkdirSync(dirname(recordPath(name)), { recursive: true });
  writeFileSync(recordPath(name), text);
}
