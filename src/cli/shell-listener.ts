import type { CapturedFrame } from "../engine/engine.ts";
import type { WalkEvent } from "../walk/event.ts";
import { EventFile } from "./event-file.ts";
import type { RunOptions } from "./options.ts";
import { print } from "./out.ts";
import { PcapFolder } from "./pcap-folder.ts";
import type { WalkTeller } from "./walk.ts";

/** Who listens to a shell's lab: a file of events, captures, the person. */
export interface ShellListener {
  readonly onEvent: ((event: WalkEvent) => void) | undefined;
  readonly onFrame: ((frame: CapturedFrame) => void) | undefined;
  /** Tells the walks under each command; silent until the shell begins. */
  readonly teller: WalkTeller | undefined;
  close(): void;
}

/** What the options ask for. `raw`: a terminal, which needs a carriage return, too. */
export async function listen(options: RunOptions, raw: boolean): Promise<ShellListener> {
  const events = options.events === undefined ? undefined : new EventFile(options.events);
  const captures = options.pcap === undefined ? undefined : new PcapFolder(options.pcap);
  const teller = options.walk ? await walks(options, raw) : undefined;
  const onEvent = (event: WalkEvent) => {
    events?.add(event);
    teller?.take(event);
  };
  return {
    onEvent: events || teller ? onEvent : undefined,
    onFrame: captures ? (frame) => captures.add(frame) : undefined,
    teller,
    close: () => {
      events?.close();
      captures?.close();
    },
  };
}

/** Tells the walks of what is typed; of the script before, it only keeps what it needs to know. */
async function walks(options: RunOptions, raw: boolean): Promise<WalkTeller> {
  const { WalkTeller, palette } = await import("./walk.ts");
  const teller = new WalkTeller(palette(options.color), options.verbose, (text) =>
    print("stdout", raw ? text.replaceAll("\n", "\r\n") : text),
  );
  teller.saysCommands = false;
  teller.silent = true;
  return teller;
}
