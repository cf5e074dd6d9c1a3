import type { Request } from "../../link/protocol.ts";

/** What changes a lab from outside: what a terminal, an editor or a story does to it. */
export type DeedRequest = Extract<Request, { type: "start" | "write" | "signal" | "resize" | "put" }>;

/** A deed, and the machine's time when it was done. */
export interface Deed {
  readonly time: number;
  readonly request: DeedRequest;
}

export function isDeed(request: Request): request is DeedRequest {
  return ["start", "write", "signal", "resize", "put"].includes(request.type);
}

/** What was done to a simulated lab, in order: done again at the same times, it is the same lab. */
export class Journal {
  readonly deeds: Deed[];
  private readonly sent: DeedRequest[] = [];

  constructor(before: readonly Deed[] = []) {
    // The engine will say the time of each once more.
    this.deeds = [];
    this.sent.push(...before.map((d) => d.request));
  }

  send(request: DeedRequest): void {
    this.sent.push(request);
  }

  /** The engine has done the next one. */
  noted(time: number): void {
    const request = this.sent.shift();
    if (request) this.deeds.push({ time, request });
  }
}
