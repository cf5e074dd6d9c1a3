import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { normalise } from "../conformance/normalise.ts";
import type { Answer, AnswerOptions } from "../conformance/run.ts";
import { isTraceable } from "../conformance/statuses.ts";

const LABS = fileURLToPath(new URL("./labs", import.meta.url));
const RECORDED = fileURLToPath(new URL("./recorded", import.meta.url));

/** A lab script as people publish them, run as they run them: by name when it has a `#!`, else with bash. */
export interface Lab {
  readonly name: string;
  /** A script that writes the lab to /tmp/lab/lab.sh and becomes it. */
  readonly script: string;
  readonly options: AnswerOptions;
}

export function allLabs(): Lab[] {
  return readdirSync(LABS)
    .filter((name) => name.endsWith(".sh"))
    .sort()
    .map((name) => {
      const text = readFileSync(join(LABS, name), "utf8");
      return {
        name: basename(name, ".sh"),
        script: wrapped(text),
        options: { statuses: isTraceable(text) ? text : undefined },
      };
    });
}

/**
 * The lab as a file of the machine, so that `$0`, `$BASH_SOURCE` and line numbers in messages are what they are
 * for a reader. A line `# run: WORDS` in the lab says how it is called.
 */
export function wrapped(text: string): string {
  const run = /^# run: *(.*?)\r?$/m.exec(text)?.[1] ?? (text.startsWith("#!") ? "./lab.sh" : "bash lab.sh");
  return `mkdir -p /tmp/lab; cd /tmp/lab
cat > lab.sh <<'THE LAB ENDS HERE'
${text.endsWith("\n") ? text : `${text}\n`}THE LAB ENDS HERE
chmod +x lab.sh
${run}`;
}

/** An answer as it is recorded and compared. */
export function recordOf(answer: Answer): string {
  const statuses = answer.statuses ? `── exit codes other than 0\n${answer.statuses}` : "";
  return `status ${answer.status}\n── stdout\n${normalise(answer.stdout)}── stderr\n${normalise(answer.stderr)}${statuses}`;
}

const recordPath = (name: string): string => join(RECORDED, `${name}.txt`);

export function recorded(name: string): string | undefined {
  return existsSync(recordPath(name)) ? readFileSync(recordPath(name), "utf8") : undefined;
}

export function record(name: string, text: string): void {
  mkdirSync(RECORDED, { recursive: true });
  writeFileSync(recordPath(name), text);
}
