import { KernelError } from "../../base/errno.ts";
import { concat, text } from "../../base/text.ts";
import { Exit, type Running } from "../../machine/process.ts";
import { readText } from "../../machine/vfs.ts";
import type { Context } from "./context.ts";

export interface BatchLine {
  /** Of its last physical line, as "Command failed FILE:7" counts. */
  readonly number: number;
  readonly words: string[];
}

/** The commands of a batch file ("-": standard input); undefined after saying that it cannot be opened. */
export function* readBatch(ctx: Context, file: string): Running<BatchLine[] | undefined> {
  let content: string;
  if (file === "-") {
    const parts: Uint8Array[] = [];
    for (;;) {
      const data = yield* ctx.proc.read(0);
      if (data.length === 0) break;
      parts.push(data);
    }
    content = parts.length === 0 ? "" : text(concat(parts));
  } else {
    try {
      content = readText(ctx.proc, file);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      ctx.err(`Cannot open file "${file}" for reading: ${error.message}\n`);
      return undefined;
    }
  }
  return parseBatch(ctx, content);
}

function parseBatch(ctx: Context, content: string): BatchLine[] {
  const lines = content.split("\n");
  if (lines[lines.length - 1] === "") lines.pop();
  const commands: BatchLine[] = [];
  for (let i = 0; i < lines.length; i++) {
    let line = uncommented(lines[i]);
    while (line.endsWith("\\") && !lines[i].includes("#")) {
      if (i + 1 >= lines.length) {
        ctx.err("Missing continuation line\n");
        return commands;
      }
      line = line.slice(0, -1) + uncommented(lines[++i]);
    }
    const words = splitWords(ctx, line);
    if (words.length > 0) commands.push({ number: i + 1, words });
  }
  return commands;
}

function uncommented(line: string): string {
  const hash = line.indexOf("#");
  return hash < 0 ? line : line.slice(0, hash);
}

/** makeargs: blanks separate; a word that begins with a quote goes on to the next one like it. */
function splitWords(ctx: Context, line: string): string[] {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && " \t\r\n".includes(line[at])) at++;
    if (at >= line.length) return words;
    if (words.length >= 511) {
      ctx.err("Too many arguments to command\n");
      throw new Exit(1);
    }
    const quote = line[at];
    if (quote === '"' || quote === "'") {
      const end = line.indexOf(quote, at + 1);
      if (end < 0) {
        ctx.err("Unterminated quoted string\n");
        throw new Exit(1);
      }
      words.push(line.slice(at + 1, end));
      at = end + 1;
    } else {
      const start = at;
      while (at < line.length && !" \t\r\n".includes(line[at])) at++;
      words.push(line.slice(start, at));
      at++;
    }
  }
}
