import { text, utf8 } from "../base/text.ts";
import type { Process, Running } from "../machine/process.ts";
import { Interrupted } from "../machine/signal.ts";
import type { Tty } from "../machine/tty.ts";
import { EditBuffer } from "./edit-buffer.ts";
import { keys } from "./keys.ts";

/** What Tab found: words to stand in place of what is before the cursor, from `from` on. */
export interface Completion {
  /** Offset in the line where the replaced word starts. */
  readonly from: number;
  readonly words: readonly string[];
}

export interface ReadLineOptions {
  readonly prompt: string;
  /** Oldest first; not changed here. */
  readonly history: readonly string[];
  readonly complete?: (line: string, cursor: number) => Completion;
}

/** A line; "interrupted" after Ctrl-C; "end" after Ctrl-D on an empty line. */
export type LineRead = { readonly line: string } | "interrupted" | "end";

/**
 * Reads one line from a terminal, with editing, history and completion, as readline does in its emacs mode.
 * The terminal is raw while it runs and is as it was before afterwards.
 */
export function* readLine(proc: Process, tty: Tty, options: ReadLineOptions): Running<LineRead> {
  const before = { echo: tty.echo, canonical: tty.canonical, isig: tty.isig };
  tty.echo = false;
  tty.canonical = false;
  tty.isig = false;
  const editor = new Editor(tty, options);
  try {
    editor.show();
    let pending = "";
    for (;;) {
      pending += text(yield* proc.read(0, 4096));
      if (pending === "") return "end";
      const { list, rest } = keys(pending);
      pending = rest;
      for (let i = 0; i < list.length; i++) {
        const done = editor.key(list[i]);
        if (done === undefined) continue;
        // What was typed ahead is for whoever reads next.
        tty.unread(list.slice(i + 1).join("") + rest);
        return done;
      }
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    editor.leave("^C");
    return "interrupted";
  } finally {
    tty.echo = before.echo;
    tty.canonical = before.canonical;
    tty.isig = before.isig;
  }
}

class Editor {
  private readonly tty: Tty;
  private readonly options: ReadLineOptions;
  private readonly buffer = new EditBuffer();
  /** Which history entry is shown; history.length is the new line. */
  private place: number;
  private draft = "";
  private row = 0;
  private lastKeyWasTab = false;
  private search: { query: string } | null = null;

  constructor(tty: Tty, options: ReadLineOptions) {
    this.tty = tty;
    this.options = options;
    this.place = options.history.length;
  }

  /** Handles one key; gives the result when the line is complete. */
  key(key: string): LineRead | undefined {
    if (this.search) {
      const go = this.searchKey(key);
      if (go) return undefined;
    }
    const tab = this.lastKeyWasTab;
    this.lastKeyWasTab = key === "\t";
    switch (key) {
      case "\r":
      case "\n":
        this.buffer.end();
        this.show();
        this.leave("");
        return { line: this.buffer.line };
      case "\x03":
        this.leave("^C");
        return "interrupted";
      case "\x04":
        if (this.buffer.line === "") {
          this.leave("");
          return "end";
        }
        this.buffer.deleteForward();
        break;
      case "\t":
        this.complete(tab);
        break;
      case "\x0c":
        this.write("\x1b[H\x1b[2J");
        this.row = 0;
        break;
      case "\x12":
        this.search = { query: "" };
        break;
      case "\x10":
      case "\x1b[A":
      case "\x1bOA":
        this.recall(this.place - 1);
        break;
      case "\x0e":
      case "\x1b[B":
      case "\x1bOB":
        this.recall(this.place + 1);
        break;
      default:
        this.buffer.key(key);
    }
    this.show();
    return undefined;
  }

  private recall(place: number): void {
    const { history } = this.options;
    if (place < 0 || place > history.length) return;
    if (this.place === history.length) this.draft = this.buffer.line;
    this.place = place;
    this.buffer.set(place === history.length ? this.draft : history[place]);
  }

  /** Ctrl-R. True when the key belonged to the search. */
  private searchKey(key: string): boolean {
    const search = this.search as { query: string };
    const find = (from: number) => {
      for (let i = from; i >= 0; i--) {
        if (this.options.history[i].includes(search.query)) {
          this.place = i;
          this.buffer.set(this.options.history[i]);
          return;
        }
      }
    };
    if (key === "\x12") find(this.place - 1);
    else if (key === "\x7f") search.query = search.query.slice(0, -1);
    else if (key >= " " && !key.startsWith("\x1b")) {
      search.query += key;
      find(Math.min(this.place, this.options.history.length - 1));
    } else {
      this.search = null;
      this.show();
      return key === "\x07";
    }
    this.show();
    return true;
  }

  private complete(again: boolean): void {
    const { line, cursor } = this.buffer;
    const found = this.options.complete?.(line, cursor);
    if (!found || found.words.length === 0) return;
    const typed = line.slice(found.from, cursor);
    const shared = commonPrefix(found.words);
    if (found.words.length === 1) {
      const word = found.words[0];
      this.buffer.replace(found.from, cursor, word.endsWith("/") || word.endsWith("=") ? word : `${word} `);
    } else if (shared.length > typed.length) {
      this.buffer.replace(found.from, cursor, shared);
    } else if (again) {
      this.leave("");
      this.write(columns(found.words, this.tty.columns));
      this.row = 0;
    }
  }

  /** Draws prompt and line anew, and puts the cursor where it belongs. */
  show(): void {
    const prompt = this.search ? `(reverse-i-search)\`${this.search.query}': ` : this.options.prompt;
    const lastLine = prompt.slice(prompt.lastIndexOf("\n") + 1);
    const start = visibleWidth(lastLine);
    const width = Math.max(this.tty.columns, 1);
    const up = this.row > 0 ? `\x1b[${this.row}A` : "";
    const { line, cursor } = this.buffer;
    let out = `${up}\r\x1b[J${lastLine}${line}`;
    const end = start + line.length;
    // At the right margin the cursor waits before it wraps: make it wrap.
    if (end > 0 && end % width === 0) out += "\n";
    const rowsBack = Math.floor(end / width) - Math.floor((start + cursor) / width);
    if (rowsBack > 0) out += `\x1b[${rowsBack}A`;
    const column = (start + cursor) % width;
    out += column > 0 ? `\r\x1b[${column}C` : "\r";
    this.row = Math.floor((start + cursor) / width);
    this.write(out);
  }

  /** Ends the drawing: the cursor goes to a new line. */
  leave(mark: string): void {
    this.write(`${mark}\n`);
  }

  private write(out: string): void {
    this.tty.write(utf8(out));
  }
}

/** Columns of a terminal that a text takes: without colour codes and readline's \x01…\x02 marks. */
export function visibleWidth(shown: string): number {
  return shown.replace(/\x01|\x02/g, "").replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "").length;
}

function commonPrefix(words: readonly string[]): string {
  let prefix = words[0];
  for (const word of words) while (!word.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix;
}

/** Words in columns, down and across, as readline lists them. */
function columns(words: readonly string[], width: number): string {
  const cell = Math.max(...words.map((w) => w.length)) + 2;
  const across = Math.max(1, Math.floor(width / cell));
  const rows = Math.ceil(words.length / across);
  let out = "";
  for (let r = 0; r < rows; r++) {
    let line = "";
    for (let c = 0; c < across; c++) line += (words[c * rows + r] ?? "").padEnd(cell);
    out += `${line.trimEnd()}\n`;
  }
  return out;
}
