import { closeSync, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CapturedFrame } from "../engine/engine.ts";
import { LINKTYPE_ETHERNET } from "../wire/pcap.ts";
import { Recorder } from "../wire/pcapng.ts";
import { CommandLineError } from "./command-line-error.ts";
import { openOut, writeOut } from "./out.ts";
import { why } from "./why.ts";

interface Open {
  readonly fd: number;
  readonly path: string;
  readonly recorder: Recorder;
  pending: Uint8Array[];
}

/** One pcapng file a device, "NAMESPACE-DEVICE.pcapng", opened when its first frame passes. */
export class PcapFolder {
  private readonly folder: string;
  private readonly files = new Map<string, Open>();

  constructor(folder: string) {
    try {
      // Where the parent is there, one mkdir does: Node tries without end to make a folder in /proc.
      if (!existsSync(dirname(folder))) mkdirSync(folder, { recursive: true });
      else if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) mkdirSync(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST")
        throw new CommandLineError(`--pcap ${folder}: it is a file; name a folder for the captures.`);
      throw new CommandLineError(`--pcap ${folder}: ${why(error)}`);
    }
    this.folder = folder;
  }

  add(frame: CapturedFrame): void {
    const name = `${frame.ns}-${frame.dev}`;
    let file = this.files.get(name);
    if (!file) {
      const recorder = new Recorder(
        frame.linkType ?? LINKTYPE_ETHERNET,
        frame.dev,
        `network namespace ${frame.ns}`,
      );
      // A device may be called "a/b" nowhere, a namespace neither: both are names of files on Linux.
      const path = join(this.folder, `${name}.pcapng`);
      file = {
        fd: openOut("--pcap", path),
        path,
        recorder,
        pending: [recorder.start()],
      };
      this.files.set(name, file);
    }
    file.pending.push(file.recorder.packet(frame.time, frame.bytes, frame.direction));
    if (file.pending.length >= 256) flush(file);
  }

  close(): void {
    for (const file of this.files.values()) {
      flush(file);
      closeSync(file.fd);
    }
    this.files.clear();
  }
}

function flush(file: Open): void {
  writeOut(file.fd, file.path, Buffer.concat(file.pending));
  file.pending = [];
}
