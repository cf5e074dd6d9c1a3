import { HOME } from "../../src/engine/kernel/home.ts";

/**
 * The exit code of each command of a case. Every bash in it, its scripts' too, reads STARTUP first ($BASH_ENV), which
 * has it trace its commands (set -x) to a descriptor of its own, so that the case's output stays as it is. The
 * prompt of that, PS4, shows the $? that each command finds: the exit code of what ran before it in that shell.
 */
export const STARTUP = `${HOME}/case-startup`;

/** The descriptor, out of the way of those that scripts use. */
const DESCRIPTOR = 250;

/** What STARTUP holds. `open`: what the descriptor is opened on where it is not open yet. */
export function startup(open: string): string {
  return `[ -e /proc/self/fd/${DESCRIPTOR} ] || exec ${DESCRIPTOR}${open}
BASH_XTRACEFD=${DESCRIPTOR} PS4='+\\001$?\\001\${BASH_SOURCE[0]##*/}\\001$LINENO\\001'
set -x
`;
}

/** A script that asks for a trace itself gets its own. */
export const isTraceable = (script: string): boolean => !/\bset -\w*x|xtrace|\bbash -\w*x/.test(script);

/** The dump behind a case is not the case: here the trace ends, having told what the case's last command gave. */
export const END_OF_CASE = "{ : the case is over; set +x; } 2>/dev/null\n";

/**
 * What each command found that was not 0, as "FILE:LINE WORD found STATUS …", in the order of the lines. Whether a loop
 * that waits had to wait is chance, and so is the order of what runs at the same time: what `sleep` or a command in
 * a loop with a `sleep` found is left out, and the statuses of one place are sorted.
 */
export function statusesOf(trace: string, script: string): string {
  const waits = linesOfWaits(script);
  const found = new Map<string, number[]>();
  for (const line of trace.split("\n")) {
    const m = /^\++\x01(\d+)\x01([^\x01]*)\x01(\d+)\x01(\S*)/.exec(line);
    if (!m) continue;
    const [, status, file, number, word] = m;
    if (status === "0" || word === "sleep" || waits.has(Number(number))) continue;
    const key = `${file}:${number} ${word.replace(/=.*/, "=")}`;
    found.set(key, [...(found.get(key) ?? []), Number(status)]);
  }
  const order = (key: string) => Number(/:(\d+)/.exec(key)?.[1]);
  return [...found]
    .sort(([a], [b]) => order(a) - order(b) || (a < b ? -1 : 1))
    .map(([key, statuses]) => `${key} found ${statuses.sort((a, b) => a - b).join(" ")}\n`)
    .join("");
}

/** The lines of loops that wait: with a `sleep`, or an `until` or a `while` on one line, which may wait for anything. */
function linesOfWaits(script: string): Set<number> {
  const waits = new Set<number>();
  const open: { from: number; sleeps: boolean }[] = [];
  script.split("\n").forEach((line, i) => {
    if (/\b(until|while)\b/.test(line)) waits.add(i + 1);
    for (const [word] of line.matchAll(/\b(?:until|while|for|done|sleep)\b/g)) {
      if (word === "sleep") for (const loop of open) loop.sleeps = true;
      else if (word !== "done") open.push({ from: i, sleeps: false });
      else {
        const loop = open.pop();
        for (let at = loop?.from ?? i; loop?.sleeps && at <= i; at++) waits.add(at + 1);
      }
    }
  });
  return waits;
}
