import { KernelError } from "../../base/errno.ts";
import { Exit, type Process } from "../../machine/process.ts";
import { readText, tryLookup } from "../../machine/vfs.ts";
import type { Device } from "../../network/device.ts";
import type { NetNamespace } from "../../network/namespace.ts";
import { Arguments } from "./arguments.ts";
import type { Family } from "./inet.ts";
import { loadNames, type Names } from "./names.ts";
import { type Palette, Printer } from "./printer.ts";

/** The options before the object: `ip -4 -br -j …`. */
export interface Settings {
  family: Family;
  human: boolean;
  iec: boolean;
  stats: number;
  details: number;
  oneline: boolean;
  timestamp: boolean;
  timestampShort: boolean;
  brief: boolean;
  json: boolean;
  pretty: boolean;
  colour: "never" | "auto" | "always";
  numeric: boolean;
  all: boolean;
  force: boolean;
  batch: string | undefined;
  echo: boolean;
  /** Rounds of a flush before it gives up (-loops); 0 is without end. */
  loops: number;
}

export function defaultSettings(): Settings {
  return {
    family: "",
    human: false,
    iec: false,
    stats: 0,
    details: 0,
    oneline: false,
    timestamp: false,
    timestampShort: false,
    brief: false,
    json: false,
    pretty: false,
    colour: "never",
    numeric: false,
    all: false,
    force: false,
    batch: undefined,
    echo: false,
    loops: 10,
  };
}

/** A run of `ip` or `bridge`: its process, options and printer, and the way it talks to the kernel. */
export class Context {
  readonly proc: Process;
  readonly settings: Settings;
  readonly inBatch: boolean;
  private printer: Printer | null = null;
  private nameTables: Names | null = null;

  constructor(proc: Process, settings: Settings, inBatch = false) {
    this.proc = proc;
    this.settings = settings;
    this.inBatch = inBatch;
  }

  /** The same options in another process (a forked child). */
  in(proc: Process): Context {
    return new Context(proc, this.settings, this.inBatch);
  }

  get net(): NetNamespace {
    return this.proc.net;
  }

  get print(): Printer {
    this.printer ??= new Printer(
      {
        json: this.settings.json,
        pretty: this.settings.pretty,
        palette: palette(this.proc, this.settings),
        newline: this.settings.oneline ? "\\" : "\n",
      },
      (text) => this.proc.out(text),
    );
    return this.printer;
  }

  get names(): Names {
    this.nameTables ??= loadNames((file) => {
      const path = `/etc/iproute2/${file}`;
      return tryLookup(this.proc, path) ? readText(this.proc, path) : undefined;
    });
    return this.nameTables;
  }

  arguments(words: readonly string[], at = 0): Arguments {
    return new Arguments(this.proc, words, at);
  }

  err(text: string): void {
    this.printer?.flush();
    this.proc.err(text);
  }

  /** Prints and ends with `status`. */
  die(text: string, status = 255): never {
    this.err(text);
    throw new Exit(status);
  }

  /** ll_name_to_index: by name, or "if7" by number. */
  device(name: string): Device | undefined {
    const found = this.net.links.byName(name);
    if (found) return found;
    const index = /^if(\d+)/.exec(name);
    return index ? this.net.links.byIndex(Number(index[1])) : undefined;
  }

  /** "Cannot find device", as a command that goes on to fail with 1. */
  noDevice(name: string): 1 {
    this.err(`Cannot find device "${name}"\n`);
    return 1;
  }

  /**
   * Does what netlink was asked to; an error is told as rtnl_talk tells it ("Error: …" where the kernel has
   * words for it, "RTNETLINK answers: …" otherwise). The exit status is `failure` then.
   */
  talk(request: () => void, failure = 2): number {
    try {
      request();
      return 0;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.kernelSays(error);
      return failure;
    }
  }

  /** EINVAL, for a request that the kernel would refuse before looking at it. */
  invalid(): KernelError {
    return new KernelError("EINVAL");
  }

  kernelSays(error: KernelError): void {
    if (error.detail === undefined) this.err(`RTNETLINK answers: ${error.message}\n`);
    else this.err(`Error: ${error.detail}${error.detail.endsWith(".") ? "" : "."}\n`);
  }
}

/** check_enable_color: JSON has none; COLORFGBG tells a dark background. */
export function palette(proc: Process, settings: Pick<Settings, "json" | "colour">): Palette {
  if (settings.json || settings.colour === "never") return "none";
  if (settings.colour === "auto" && !proc.fds.get(1)?.isTty) return "none";
  const background = /;([0-68])$/.exec(proc.env.get("COLORFGBG") ?? "");
  return background ? "dark" : "light";
}
