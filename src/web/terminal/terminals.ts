import { effect, signal, untracked } from "@preact/signals";
import { building, say, stage, topology } from "../state/page.ts";
import type { JobHandlers, Session } from "../state/session.ts";
import { HOST } from "../state/topology.ts";
import type { Screen } from "./screen.ts";

/** Terminals that are open, and those in sight, side by side. */
export const openTerminals = signal<readonly string[]>([]);
export const shownTerminals = signal<readonly string[]>([]);
/** The one that keys go to. */
export const activeTerminal = signal(HOST);

/** A terminal on one box: a shell in a job, drawn by a screen when it is in sight. */
export class BoxTerminal {
  readonly ns: string;
  readonly session: Session;
  /** Resolves when the shell has shown its prompt. */
  readonly ready: Promise<void>;
  readonly element = document.createElement("div");
  /** The shell has ended. */
  readonly ended = signal(false);
  private job = 0;
  private screen: Screen | null = null;

  constructor(session: Session, ns: string) {
    this.session = session;
    this.ns = ns;
    this.element.className = "screen";
    this.ready = this.open();
  }

  /** Keys, as if they were typed. */
  write(data: string): void {
    if (!this.ended.value) this.session.write(this.job, data);
  }

  focus(): void {
    this.screen?.focus();
  }

  /** The place that it has changed its size. */
  fit(): void {
    const size = this.screen?.fit();
    if (size) this.session.resize(this.job, size);
  }

  /** Everything on the screen and above it. */
  text(): string {
    return this.screen?.text() ?? "";
  }

  dispose(): void {
    this.screen?.dispose();
    this.element.remove();
  }

  private async open(): Promise<void> {
    const { makeScreen } = await import("./screen.ts");
    this.screen ??= makeScreen(
      this.element,
      this.ns,
      (data) => this.write(data),
      () => this.fit(),
    );
    const prompt = this.ns === HOST ? "\\u@\\h:\\w\\$ " : `${this.ns}:\\w\\$ `;
    let shown = (): void => {};
    const prompted = new Promise<void>((resolve) => (shown = resolve));
    const handlers: JobHandlers = {
      onOutput: (data, _, done) => {
        this.screen?.write(data, done);
        shown();
      },
      onEnd: () => {
        this.ended.value = true;
        this.screen?.write("\r\n\x1b[2m[the shell has ended: press Enter for another]\x1b[0m\r\n");
        this.screen?.onceEnter(() => {
          this.ended.value = false;
          void this.open();
        });
      },
    };
    // After a reload the box's shell is still there, with what stood on its screen.
    const own = this.session.adopt(
      (start) => start.terminal !== undefined && (start.ns ?? HOST) === this.ns,
      handlers,
    );
    if (own !== undefined) {
      this.job = own;
      this.session.resize(own, this.screen.size);
      return;
    }
    this.job = this.session.start(["bash", "-i"], handlers, {
      ...(this.ns === HOST ? {} : { ns: this.ns }),
      terminal: this.screen.size,
      env: { PS1: prompt },
    });
    await prompted;
  }
}

const terminals = new Map<string, BoxTerminal>();

/** The terminal of a box; made when it is first asked for. */
export function terminalOf(ns: string): BoxTerminal | undefined {
  const session = stage.value?.session;
  if (!session) return undefined;
  let terminal = terminals.get(ns);
  if (terminal && terminal.session !== session) {
    terminal.dispose();
    terminal = undefined;
  }
  if (!terminal) {
    terminal = new BoxTerminal(session, ns);
    terminals.set(ns, terminal);
  }
  if (!openTerminals.value.includes(ns)) openTerminals.value = [...openTerminals.value, ns];
  return terminal;
}

/** The lab whose first terminal was brought in sight. */
let begun: Session | null = null;
/** A script that has made no box by then gets the host's terminal (ms). */
const PATIENCE = 700;
let waiting: ReturnType<typeof setTimeout> | undefined;

// Another lab has other boxes. The terminal of its first one is what a newcomer needs; no other is made before it.
effect(() => {
  const session = stage.value?.session ?? null;
  const boxes = topology.value?.boxes;
  const built = !building.value;
  untracked(() => {
    clearTimeout(waiting);
    if (session === begun) return;
    const first = boxes?.find((b) => b.ns !== HOST)?.ns ?? (boxes && built ? HOST : undefined);
    if (first !== undefined) {
      begun = session;
      begin(first);
    } else if (shownTerminals.value.length === 0 || boxes === undefined) {
      openTerminals.value = shownTerminals.value = [];
      if (session) waiting = setTimeout(() => begin(HOST), PATIENCE);
    }
  });
});

function begin(first: string): void {
  openTerminals.value = [];
  shownTerminals.value = [first];
  showTerminal(first);
}

/** After a reload: the terminals that were in sight. */
export function restoreTerminals(session: Session, shown: readonly string[], active: string): void {
  begun = session;
  clearTimeout(waiting);
  shownTerminals.value = shown;
  activeTerminal.value = active;
}

/** Brings a box's terminal in sight: in the place of the active one, or beside it. */
export function showTerminal(ns: string, beside = false): BoxTerminal | undefined {
  const shown = shownTerminals.value;
  if (!shown.includes(ns)) {
    shownTerminals.value = beside
      ? [...shown, ns].slice(-3)
      : shown.map((s) => (s === activeTerminal.value ? ns : s)).filter((s, i, all) => all.indexOf(s) === i);
    if (!shownTerminals.value.includes(ns)) shownTerminals.value = [ns];
  }
  activeTerminal.value = ns;
  return terminalOf(ns);
}

/** Takes a terminal out of the row that is in sight. */
export function hideTerminal(ns: string): void {
  const left = shownTerminals.value.filter((s) => s !== ns);
  if (left.length === 0) return;
  shownTerminals.value = left;
  if (activeTerminal.value === ns) activeTerminal.value = left[0];
}

/** Forgets the terminals of boxes that are gone. */
export function keepTerminals(boxes: readonly string[]): void {
  for (const [ns, terminal] of terminals) {
    if (boxes.includes(ns)) continue;
    terminal.dispose();
    terminals.delete(ns);
  }
  const shown = shownTerminals.value.filter((ns) => boxes.includes(ns));
  if (shown.length < shownTerminals.value.length) shownTerminals.value = shown.length > 0 ? shown : [HOST];
  if (!boxes.includes(activeTerminal.value)) activeTerminal.value = shownTerminals.value[0] ?? HOST;
  openTerminals.value = openTerminals.value.filter((ns) => boxes.includes(ns));
}

/** `ip netns exec BOX COMMAND` → the box, and what to type in its own terminal. */
export function placeOf(command: string, ns: string): { ns: string; words: string } {
  const inside = /^(?:sudo )?ip netns exec (\S+) (.*)$/.exec(command);
  return inside
    ? { ns: inside[1], words: inside[2] }
    : { ns: command.startsWith("sysctl") ? HOST : ns, words: command };
}

/** Puts a command in a box's terminal, ready for Enter. */
export async function offer(command: string, from: string): Promise<void> {
  const { ns, words } = placeOf(command, from);
  const terminal = showTerminal(ns);
  if (!terminal) return;
  await terminal.ready;
  // Ctrl-U: what stood on the line is gone.
  terminal.write(`\x15${words}`);
  terminal.focus();
  say(`In the terminal of ${ns}: press Enter to run it.`);
}
