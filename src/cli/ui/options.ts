import { CommandLineError } from "../command-line-error.ts";

export interface UiOptions {
  readonly engine: "simulated" | "kernel";
  readonly port: number;
  readonly open: boolean;
  readonly lab: string | undefined;
}

const USAGE = "Usage: packetwalk ui [--engine simulated|kernel] [--port N] [--open] [SCRIPT or FOLDER]";

/** Reads the words of `packetwalk ui`. */
export function parseUiOptions(words: readonly string[]): UiOptions {
  let engine: UiOptions["engine"] = "simulated";
  let port = 0;
  let open = false;
  let lab: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const [, name, given] = /^(--\w+)(?:=(.*))?$/s.exec(words[i]) ?? [];
    const value = () => given ?? words[++i] ?? "";
    if (name === "--port") port = portOf(value());
    else if (name === "--engine") engine = engineOf(value());
    else if (name === "--open" && given === undefined) open = true;
    else if (words[i].startsWith("-")) throw new CommandLineError(`there is no option ${words[i]}. ${USAGE}`);
    else if (lab === undefined) lab = words[i];
    else throw new CommandLineError(`one lab at a time. ${USAGE}`);
  }
  return { engine, port, open, lab };
}

function portOf(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 0 && port <= 65535)) throw new CommandLineError("--port takes a number from 0 to 65535.");
  return port;
}

function engineOf(text: string): UiOptions["engine"] {
  if (text === "simulated" || text === "kernel") return text;
  throw new CommandLineError(`--engine takes simulated or kernel, not "${text}".`);
}
