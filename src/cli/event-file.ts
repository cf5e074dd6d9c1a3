import { closeSync } from "node:fs";
import type { WalkEvent } from "../walk/event.ts";
import { openOut, writeOut } from "./out.ts";

/** Writes walk events, one JSON object a line. "-" is standard output. */
export class EventFile {
  private readonly fd: number;
  private readonly what: string;
  private pending: string[] = [];
  private size = 0;

  constructor(path: string) {
    this.what = path === "-" ? "to standard output" : path;
    this.fd = path === "-" ? 1 : openOut("--events", path);
  }

  add(event: WalkEvent): void {
    const line = JSON.stringify(event);
    this.pending.push(line);
    this.size += line.length;
    if (this.size > 65536) this.flush();
  }

  private flush(): void {
    if (this.pending.length > 0) writeOut(this.fd, this.what, Buffer.from(`${this.pending.join("\n")}\n`));
    this.pending = [];
    this.size = 0;
  }

  close(): void {
    this.flush();
    if (this.fd !== 1) closeSync(this.fd);
  }
}
