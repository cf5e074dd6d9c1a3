import { computed, effect, signal, untracked } from "@preact/signals";
import { keepLab } from "../lab/keep.ts";
import type { Lab } from "../lab/lab.ts";
import { engineLink } from "../link/engine-link.ts";
import { type Moment, momentOf } from "./moment.ts";
import { Player } from "./player.ts";
import { type Before, type JobHandlers, Session } from "./session.ts";
import { HOST, readTopology, type Topology } from "./topology.ts";

export type Side = "story" | "walk" | "editor" | "facts";

/** What facts are told of: a box, or one of its devices. */
export interface Target {
  readonly ns: string;
  readonly dev?: string;
}

/** One opened lab: its session, and the moment of it that is shown. */
export interface Stage {
  readonly session: Session;
  readonly player: Player;
  /** Resolves when the lab's script has ended. */
  readonly built: Promise<void>;
}

export const SEED = 7;

export const stage = signal<Stage | null>(null);
export const topology = signal<Topology | null>(null);
export const side = signal<Side>("story");
/** What the person chose to be told of; null: the box under study. */
export const target = signal<Target | null>(null);
/** The box whose way and chains are shown; null: where the packet is. */
export const pinned = signal<string | null>(null);
/** One line for the person; goes away by itself. */
export const message = signal<{ text: string; tone: "plain" | "bad" } | null>(null);
/** What the lab's script printed when it was built. */
export const buildOutput = signal("");
export const building = signal(false);

let messageTimer: ReturnType<typeof setTimeout> | null = null;
export function say(text: string, tone: "plain" | "bad" = "plain"): void {
  message.value = { text, tone };
  if (messageTimer !== null) clearTimeout(messageTimer);
  messageTimer = setTimeout(() => (message.value = null), tone === "bad" ? 9000 : 4500);
}

/** The packet under study at the moment shown. */
export const moment = computed<Moment | undefined>(() => {
  const player = stage.value?.player;
  const id = player?.packet.value;
  if (!player || id === undefined) return undefined;
  const event = player.event.value;
  const story = player.session.teller.packets.get(id);
  return story && event ? momentOf(story, event.seq) : undefined;
});

/** A send that failed, when that is the moment shown. */
export const refusal = computed(() => {
  const player = stage.value?.player;
  if (!player || player.locked.value !== null) return undefined;
  const { events } = player.session;
  for (let i = player.position.value; i >= 0 && i > player.position.value - 2000; i--) {
    const event = events[i];
    if (event.kind === "refused") return event;
    if ("packet" in event && event.packet !== undefined) return undefined;
  }
  return undefined;
});

/** The namespace under study. */
export const studied = computed(() => pinned.value ?? refusal.value?.ns ?? moment.value?.ns ?? firstBox());

/** What facts are told of. */
export const subject = computed<Target>(() => target.value ?? { ns: studied.value });

function firstBox(): string {
  return topology.value?.boxes.find((b) => b.ns !== HOST)?.ns ?? HOST;
}

/** The order of the event that is shown, where it is not the newest. */
const earlier = computed(() => {
  const player = stage.value?.player;
  if (!player || player.mode.value === "live") return undefined;
  const event = player.event.value;
  return event && player.position.value < player.session.count.value - 1 ? event.seq : undefined;
});

/** The order of the event after which the lab is looked at; undefined: now. */
export const asOf = computed(() =>
  stage.value?.session.engine.value?.past === false ? undefined : earlier.value,
);

/** An earlier moment is shown, and the engine cannot say how the lab was then: it is shown as it is now. */
export const isNowOnly = computed(() => earlier.value !== undefined && asOf.value === undefined);

/** Counts looks at a lab whose engine does not tell when something happens. */
const looks = signal(0);
setInterval(() => {
  if (stage.value?.session.engine.value?.walk === false && !document.hidden) looks.value++;
}, 2000);

/** Opens a lab on a fresh machine and builds it. What was there is gone. */
export function open(lab: Lab, options: { main?: string | null; before?: Before } = {}): Stage {
  const before = stage.value;
  before?.player.dispose();
  before?.session.close();
  topology.value = null;
  pinned.value = null;
  target.value = null;
  buildOutput.value = "";
  const { before: done } = options;
  const session = new Session(engineLink(), lab, {
    seed: SEED,
    profile: "ubuntu",
    ...(done ? { before: done } : {}),
  });
  const player = new Player(session);
  const main = options.main === undefined ? lab.main : options.main;
  const built = main ? build(session, main, done !== undefined) : Promise.resolve();
  const opened = { session, player, built };
  stage.value = opened;
  keepLab(lab);
  return opened;
}

function build(session: Session, script: string, again: boolean): Promise<void> {
  building.value = true;
  return new Promise((resolve) => {
    effect(() => {
      if (session.failed.value === null || stage.peek()?.session !== session) return;
      building.value = false;
      resolve();
    });
    const handlers: JobHandlers = {
      onOutput: (data, _, shown) => {
        shown();
        if (stage.value?.session === session) buildOutput.value = (buildOutput.value + data).slice(-20_000);
      },
      onEnd: (status) => {
        building.value = false;
        if (status !== 0 && !again)
          say(`${script} ended with status ${status}: what it printed stands in the editor's panel`, "bad");
        resolve();
      },
    };
    if (!again) session.start(["bash", script], handlers);
    else if (session.adopt(({ argv, terminal }) => !terminal && argv[1] === script, handlers) === undefined)
      handlers.onEnd(0);
  });
}

/** The same lab again, from nothing. */
export const reset = (): void => void (stage.value && open(stage.value.session.lab));

/**
 * Runs `look` now, and again when the lab, the moment or what `also` reads changes, once that has been quiet for `wait`
 * ms (0: at once). One look at a time: what changes meanwhile is looked at afterwards, and a lab that takes long is looked at less often.
 */
export function watchLab(
  look: (session: Session, at: number | undefined) => Promise<void>,
  { wait = () => 90, also }: { wait?: () => number; also?: () => unknown } = {},
): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let since = 0;
  let took = 0;
  let busy: Session | null = null;
  let again = false;
  const arrange = (session: Session): void => {
    const now = performance.now();
    if (timer === null) since = now;
    else clearTimeout(timer);
    const least = wait();
    const pause = least === 0 ? 0 : Math.max(least, took);
    // A lab that never rests is looked at all the same.
    timer = setTimeout(() => void run(session), now - since > Math.max(600, 2 * pause) ? 0 : pause);
  };
  const run = async (session: Session): Promise<void> => {
    timer = null;
    if (busy === session) {
      again = true;
      return;
    }
    busy = session;
    const begun = performance.now();
    await look(session, asOf.peek());
    took = Math.min(3000, performance.now() - begun);
    if (busy !== session) return;
    busy = null;
    if (!again || stage.peek()?.session !== session) return;
    again = false;
    arrange(session);
  };
  const stop = effect(() => {
    const session = stage.value?.session;
    const at = asOf.value;
    also?.();
    if (at === undefined) {
      session?.count.value;
      looks.value;
    }
    // An engine that is still made has nothing to show yet.
    if (session?.engine.value) untracked(() => arrange(session));
  });
  return () => {
    stop();
    if (timer !== null) clearTimeout(timer);
  };
}

/** The last look was at a lab that was not yet built: the next one is waited for. */
let early = true;

watchLab(
  async (session, at) => {
    early = building.peek();
    const read = await readTopology(session, at);
    if (stage.value?.session === session && read && asOf.peek() === at) topology.value = read;
  },
  { wait: () => (early && !building.peek() ? 0 : 90), also: () => building.value },
);
