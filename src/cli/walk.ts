import pc from "picocolors";
import type { WalkEvent } from "../walk/event.ts";
import { LabMemory } from "../walk/memory.ts";
import { type Palette, PLAIN } from "../walk/palette.ts";
import { WalkPrinter } from "../walk/print.ts";
import { type PacketStory, StoryTeller } from "../walk/story.ts";
import { waitsFor } from "../walk/way.ts";
import { print } from "./out.ts";
import { runScript } from "./run-script.ts";

/** `packetwalk walk FILE`: the script's output, and under each command the walk of each packet. */
export function main(words: readonly string[]): Promise<number> {
  return runScript("walk", words, (options) => {
    const teller = new WalkTeller(palette(options.color), options.verbose, (text) => print("stdout", text));
    return {
      onEvent: (event) => teller.take(event),
      onEnd: () => teller.finish(),
      building: (on) => teller.building(on),
    };
  });
}

/** Colours where asked for, or else on a terminal that shows them: a file or a pipe gets plain text, in a CI job too. */
export function palette(color: boolean | undefined): Palette {
  const { FORCE_COLOR } = process.env;
  const wanted = FORCE_COLOR ? FORCE_COLOR !== "0" : process.stdout.isTTY;
  return (color ?? (wanted && pc.isColorSupported)) ? coloured() : PLAIN;
}

function coloured(): Palette {
  const c = pc.createColors(true);
  return {
    packet: (t) => c.bold(c.cyan(t)),
    place: c.bold,
    quiet: c.dim,
    changed: c.yellow,
    died: (t) => c.bold(c.red(t)),
    good: c.green,
    command: c.cyan,
  };
}

/** Prints what happened under a command when the command has ended. */
export class WalkTeller {
  private readonly palette: Palette;
  private readonly stories = new StoryTeller();
  private readonly lab = new LabMemory();
  private readonly printer: WalkPrinter;
  private readonly say: (text: string) => void;
  /** Stories begun and not yet told. */
  private waiting: PacketStory[] = [];
  private refusals: Extract<WalkEvent, { kind: "refused" }>[] = [];
  private counted: Extract<WalkEvent, { kind: "counted" }>[] = [];
  private lastBorn = 0;
  /** A command inside `$(…)`: said only where packets follow. */
  private unsaid = "";
  /** Foreground commands that have begun and not ended. */
  private readonly running = new Set<number>();

  /** False where the reader types the commands and need not be told them. */
  saysCommands = true;
  /** True: takes everything in and tells nothing. */
  silent = false;

  constructor(palette: Palette, verbose: boolean, say: (text: string) => void) {
    this.palette = palette;
    this.say = (text) => {
      if (!this.silent) say(text);
    };
    const columns = process.stdout.isTTY ? Math.max(60, Math.min(process.stdout.columns, 112)) : 112;
    this.printer = new WalkPrinter({ palette, verbose, columns }, this.lab, this.stories.packets);
  }

  /** A lab is built: nothing is told, and what still runs afterwards (its services) is not in the foreground. */
  building(on: boolean): void {
    this.running.clear();
    if (!on) this.finish();
    this.silent = on;
  }

  take(event: WalkEvent): void {
    this.lab.tell(event);
    const story = this.stories.tell(event);
    if (story && story.first > this.lastBorn) {
      this.lastBorn = story.first;
      this.waiting.push(story);
    }
    if (event.kind === "refused") this.refusals.push(event);
    if (event.kind === "counted") this.counted.push(event);
    if (event.kind === "command") {
      // Commands of a script that is itself a command are its own affair.
      if (this.running.size === 0 && this.saysCommands) this.sayCommand(event);
      if (!event.background) this.running.add(event.command);
    }
    if (event.kind === "command-end") {
      this.running.delete(event.command);
      if (this.running.size === 0) this.tellEnded();
    }
  }

  /** The command as it stands in the script; with its words filled in where it has variables. */
  private sayCommand(event: Extract<WalkEvent, { kind: "command" }>): void {
    const text =
      event.text.includes("$") && event.argv
        ? event.argv.map(quote).join(" ")
        : event.text.replace(/\s*\\\n\s*/g, " ");
    const line = `${this.palette.quiet("$")} ${this.palette.place(text)}${event.background ? " &" : ""}\n`;
    if (event.substitution) this.unsaid = line;
    else {
      this.unsaid = "";
      this.say(line);
    }
  }

  /** Tells what has ended, or hangs on ARP; what is still on its way waits for a later command. */
  private tellEnded(): void {
    const told = (s: PacketStory) => s.ending.kind !== "open" || waitsFor(s) !== undefined;
    const now = this.waiting.filter(told);
    this.waiting = this.waiting.filter((s) => !told(s));
    this.tell(now);
  }

  finish(): void {
    this.tell(this.waiting);
    this.waiting = [];
  }

  private tell(stories: readonly PacketStory[]): void {
    const lines = this.printer.print(stories, this.refusals);
    lines.push(...this.printer.counted(this.counted));
    this.refusals = [];
    this.counted = [];
    if (lines.length > 0) this.say(`${this.unsaid}${lines.join("\n")}\n`);
    this.unsaid = "";
  }
}

/** A word as a shell would want it typed. */
function quote(word: string): string {
  return /^[\w@%+=:,./!-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
