import { signal } from "@preact/signals";
import type { Lesson, Part, Step } from "../lab/lesson.ts";
import { pinned, type Stage, side, stage, watchLab } from "../state/page.ts";
import { reducedMotion } from "../state/player.ts";
import type { Session } from "../state/session.ts";
import { showTerminal } from "../terminal/terminals.ts";

/** What is being played: the step, and the part within it. */
export const playing = signal<{ step: number; part: number } | null>(null);
export const paused = signal(false);
/** The step that was played last, or that the person stands at. */
export const reached = signal(-1);
/** Commands that were run, as "step part". */
export const done = signal<ReadonlySet<string>>(new Set());
/** Checks that hold now, as "step part". */
export const holds = signal<ReadonlySet<string>>(new Set());

/** The play that runs; another one, or none, ends it. */
let run = 0;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function stopPlay(): void {
  run++;
  playing.value = null;
  paused.value = false;
}

export function forgetProgress(): void {
  stopPlay();
  reached.value = -1;
  done.value = new Set();
  holds.value = new Set();
}

/** Plays a lesson from a step: types its commands, lets each packet be seen, goes on. */
export async function play(lesson: Lesson, from: number): Promise<void> {
  const now = stage.value;
  if (!now) return;
  const mine = ++run;
  const going = () => run === mine && stage.value === now;
  side.value = "story";
  paused.value = false;
  playing.value = { step: from, part: 0 };
  await now.built;
  for (let s = from; s < lesson.steps.length && going(); s++) {
    reached.value = s;
    for (const [p, part] of lesson.steps[s].parts.entries()) {
      if (!going()) return;
      playing.value = { step: s, part: p };
      if (part.kind === "text")
        await hold(going, reducedMotion() ? 50 : Math.min(2200, 700 + part.markdown.length * 5));
      if (part.kind === "command") await runCommand(now, part, `${s} ${p}`, going);
    }
    await hold(going, reducedMotion() ? 50 : 900);
  }
  if (going()) stopPlay();
}

/** Waits, and waits on while the play is paused. */
async function hold(going: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (going() && (paused.value || performance.now() < end)) await sleep(40);
}

/** Types one command of the lesson in its box's terminal, and sees it through. */
export async function runCommand(
  { session, player }: Stage,
  part: Extract<Part, { kind: "command" }>,
  key: string,
  going: () => boolean = () => true,
): Promise<void> {
  const terminal = showTerminal(part.ns);
  if (!terminal) return;
  await terminal.ready;
  pinned.value = null;
  player.live();
  terminal.write("\x15");
  const quick = reducedMotion() || part.command.length > 160;
  for (const key of quick ? [part.command] : part.command) {
    if (!going()) return;
    terminal.write(key);
    if (!quick) await sleep(16);
  }
  await hold(going, quick ? 0 : 220);
  if (!going()) return;
  const from = session.events.length;
  terminal.write("\r");
  await ended(session, from, part, going);
  while (going() && !player.caughtUp && player.mode.value === "live") await sleep(40);
  done.value = new Set([...done.value, key]);
}

/**
 * Resolves when the command is over, or in the background. Waiting that shows nothing (a ping that hears no
 * answer) is cut short: the simulated clock is moved on while no event comes.
 */
async function ended(
  session: Session,
  from: number,
  part: { ns: string; command: string },
  going: () => boolean,
): Promise<void> {
  let command: number | undefined;
  let read = from;
  let quiet = performance.now();
  const start = performance.now();
  while (going() && performance.now() - start < 30_000) {
    for (; read < session.events.length; read++) {
      const event = session.events[read];
      quiet = performance.now();
      if (event.kind === "command" && command === undefined && event.ns === part.ns) {
        command = event.command;
        if (event.background) return hold(going, 400);
      }
      if (event.kind === "command-end" && event.command === command) return;
    }
    if (performance.now() - quiet > 500) session.skip(250);
    await sleep(25);
  }
}

/** Looks whether the checks of a step hold. */
export async function lookAt(session: Session, step: Step, index: number): Promise<void> {
  const now = new Set([...holds.value].filter((key) => !key.startsWith(`${index} `)));
  for (const [p, part] of step.parts.entries()) {
    if (part.kind !== "check") continue;
    const { stdout, stderr } = await session.query(part.command.split(/\s+/), part.ns);
    if (part.expect.test(stdout + stderr)) now.add(`${index} ${p}`);
  }
  holds.value = now;
}

/** Keeps the checks of a lesson up to date with the lab. */
export const watchChecks = (lesson: () => Lesson | null): (() => void) =>
  watchLab(
    async (session) => {
      const now = lesson();
      for (const [i, step] of now?.steps.entries() ?? []) await lookAt(session, step, i);
    },
    { wait: () => 250 },
  );
