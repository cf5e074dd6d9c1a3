import type { Running } from "../../machine/process.ts";
import { openOutput, readTextFile } from "../tool/files.ts";
import { fail, reason, type Tool } from "../tool/tool.ts";
import type { SedCommand } from "./parse.ts";

export interface SedOptions {
  readonly quiet: boolean;
  readonly separate: boolean;
  /** null: not in place; "" without a backup. */
  readonly inPlace: string | null;
  readonly nul: boolean;
  readonly unbuffered: boolean;
  readonly lineLength: number;
}

/** Where sed writes: standard output, the file that it edits in place, and the files of `w`. */
export class SedOutput {
  private readonly tool: Tool;
  private readonly opts: SedOptions;
  private readonly end: string;
  private readonly outputs = new Map<string, number>();
  private readonly unended = new Set<string>();
  /** The file that is edited in place now; what it will hold is in `editBuffer`. */
  edited: string | null = null;
  private editBuffer = "";
  /** The last line had no newline: one comes before whatever follows it. */
  private missingNewline = false;

  constructor(tool: Tool, opts: SedOptions) {
    this.tool = tool;
    this.opts = opts;
    this.end = opts.nul ? "\0" : "\n";
  }

  /** Opens what the script writes to, before it runs. */
  open(commands: readonly SedCommand[]): void {
    for (const c of commands) {
      if (c.name !== "w" && c.name !== "W" && c.name !== "s") continue;
      if (c.text === "" || c.text.startsWith("/dev/std") || this.outputs.has(c.text)) continue;
      try {
        this.outputs.set(c.text, openOutput(this.tool.proc, c.text));
      } catch (error) {
        fail(this.tool, `couldn't open file ${c.text}: ${reason(error)}`, 4);
      }
    }
  }

  *put(text: string): Running<void> {
    if (this.missingNewline && text !== "") {
      text = this.end + text;
      this.missingNewline = false;
    }
    if (this.edited !== null) this.editBuffer += text;
    else {
      yield* this.tool.print(text);
      if (this.opts.unbuffered) yield* this.tool.out.flush();
    }
  }

  /** A line of the input: its newline is as missing as it was. */
  *line(text: string, terminated: boolean): Running<void> {
    yield* this.put(text + (terminated ? this.end : ""));
    if (!terminated) this.missingNewline = true;
  }

  *finish(): Running<void> {
    if (this.edited === null) return;
    const path = this.edited;
    this.edited = null;
    const proc = this.tool.proc;
    const suffix = this.opts.inPlace as string;
    if (suffix !== "") {
      const backup = suffix.includes("*") ? suffix.replaceAll("*", path) : path + suffix;
      const old = yield* readTextFile(proc, path);
      const fd = openOutput(proc, backup);
      yield* proc.write(fd, old);
      proc.closeFd(fd);
    }
    const fd = openOutput(proc, path);
    yield* proc.write(fd, this.editBuffer);
    proc.closeFd(fd);
    this.editBuffer = "";
    this.missingNewline = false;
  }

  /** A line for a file of `w`; each knows for itself whether its last newline is missing (output_pattern). */
  *toFile(name: string, text: string, terminated: boolean): Running<void> {
    const line = (this.unended.has(name) ? this.end : "") + text + (terminated ? this.end : "");
    if (terminated) this.unended.delete(name);
    else this.unended.add(name);
    // With -i too this is standard output itself, not the file that is edited.
    if (name === "/dev/stdout") yield* this.tool.print(line);
    else if (name === "/dev/stderr") this.tool.proc.err(line);
    else yield* this.tool.proc.write(this.outputs.get(name) as number, line);
  }

  /** Ends a last line that had no newline. False: it had one. */
  *endLine(): Running<boolean> {
    if (!this.missingNewline) return false;
    this.missingNewline = false;
    yield* this.put(this.end);
    return true;
  }
}
