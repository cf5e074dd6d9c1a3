import { KernelError } from "../../base/errno.ts";
import { Exit, type Process, type Running } from "../../machine/process.ts";
import type { Command } from "../../machine/program.ts";
import { UsageError } from "./getopt.ts";
import { Stdio, WriteError } from "./stdio.ts";

/** What a tool's main gets: its process, its buffered output, its arguments without the name. */
export interface Tool {
  readonly proc: Process;
  readonly out: Stdio;
  readonly args: readonly string[];
  /** argv[0], as messages begin with. */
  readonly name: string;
  /** Prints to standard output through the buffer. */
  print(text: string): Running<void>;
  /** "NAME: message" to standard error, after what was printed so far is flushed on a terminal. */
  warn(message: string): void;
}

export interface ToolSpec {
  readonly names: readonly string[];
  readonly directory?: Command["directory"];
  readonly summary: string;
  /** Exit status of a usage error. */
  readonly usageStatus?: number;
  /** What follows a usage error; default "Try 'NAME --help' for more information.\n". */
  readonly hint?: (name: string) => string;
  readonly buffering?: "none" | "line" | "full";
  /** --help and --version are its own (echo prints them; true ignores them). */
  readonly ownHelp?: boolean;
  /** What it says and how it ends when its output cannot be written; many tools do not look ("ignored"). */
  readonly writeError?:
    | "ignored"
    | {
        /** Lines; %s is the reason. */
        text?: string;
        /** Default: as for a usage error. */
        status?: number;
      };
  readonly main: (tool: Tool) => Running;
}

/** Makes a command of a tool in the GNU manner: buffered output that is flushed at exit, usage errors. */
export function defineTool(spec: ToolSpec): Command {
  return {
    names: spec.names,
    directory: spec.directory ?? "/usr/bin",
    summary: spec.summary,
    *run(proc) {
      const out = new Stdio(proc, spec.buffering);
      const name = proc.argv[0] ?? spec.names[0];
      const tool: Tool = {
        proc,
        out,
        name,
        args: proc.argv.slice(1),
        print: (text) => out.print(text),
        warn: (message) => {
          out.flushNow();
          proc.err(`${name}: ${message}\n`);
        },
      };
      const { writeError = {} } = spec;
      const lost = (error: WriteError, status: number): number => {
        if (writeError === "ignored") return status;
        const { text = `write error: ${error.message}`, status: failure = spec.usageStatus ?? 1 } =
          writeError;
        for (const line of text.replace("%s", error.message).split("\n")) proc.err(`${name}: ${line}\n`);
        return status === 0 ? failure : status;
      };
      let status: number;
      if (
        tool.args.length === 1 &&
        (tool.args[0] === "--help" || tool.args[0] === "--version") &&
        !spec.ownHelp
      ) {
        proc.out(
          `${name}: ${spec.summary} (simulated by Packetwalk; the real program's manual page is ${spec.names[0]})\n`,
        );
        return 0;
      }
      try {
        status = yield* spec.main(tool);
      } catch (error) {
        if (error instanceof UsageError) {
          yield* out.flush();
          proc.err(`${name}: ${error.message}\n`);
          if (!error.bare)
            proc.err(spec.hint ? spec.hint(name) : `Try '${name} --help' for more information.\n`);
          return spec.usageStatus ?? 1;
        }
        if (error instanceof WriteError) return lost(error, 0);
        if (!(error instanceof Exit)) throw error;
        status = error.status;
      }
      try {
        yield* out.flush();
        out.check();
      } catch (error) {
        if (!(error instanceof WriteError)) throw error;
        return lost(error, status);
      }
      return status;
    },
  };
}

/** Ends the tool with "NAME: message". */
export function fail(tool: Tool, message: string, status = 1): never {
  tool.warn(message);
  throw new Exit(status);
}

/** The message of a failed system call. */
export function reason(error: unknown): string {
  if (error instanceof KernelError) return error.message;
  throw error;
}
