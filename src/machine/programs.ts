import type { Nanoseconds } from "../base/clock.ts";
import { type Directory, ProgramFile } from "./inode.ts";
import type { Command } from "./program.ts";

/** The registered programs: by name, and as files in /usr/bin and /usr/sbin. */
export class Programs {
  private readonly byName = new Map<string, Command>();
  private readonly bin: Directory;
  private readonly sbin: Directory;
  private readonly mtime: Nanoseconds;

  constructor(bin: Directory, sbin: Directory, mtime: Nanoseconds) {
    this.bin = bin;
    this.sbin = sbin;
    this.mtime = mtime;
  }

  register(...commands: readonly Command[]): void {
    for (const command of commands)
      for (const name of command.names) {
        this.byName.set(name, command);
        const place = command.directory.endsWith("sbin") ? this.sbin : this.bin;
        place.add(name, new ProgramFile(command, this.mtime));
      }
  }

  get(name: string): Command | undefined {
    return this.byName.get(name);
  }

  names(): string[] {
    return [...this.byName.keys()].sort();
  }
}
