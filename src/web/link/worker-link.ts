import type { Link, Request, Response } from "../../link/protocol.ts";

/** A worker that waits for its lab: it is loaded before there is one. */
let early: Worker | null = null;

function make(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "packetwalk" });
}

/** It could not be loaded: another is tried, and tells why. */
let failed = false;

/** Begins to load the simulation; the first lab takes it. */
export function beginWorker(): void {
  early = make();
  early.onerror = () => {
    failed = true;
  };
}

/** The simulated engine, in a worker of its own. */
export function workerLink(): Link {
  const worker = !failed && early ? early : make();
  early = null;
  const link: Link = {
    send: (request: Request) => worker.postMessage(request),
    onResponse: () => {},
    close: () => worker.terminate(),
  };
  worker.onmessage = ({ data }: MessageEvent<Response>) => link.onResponse(data);
  const fail = (message: string | undefined) =>
    link.onResponse({ type: "failed", message: message || "the simulation could not be loaded" });
  worker.onerror = (event) => fail(event.message);
  return link;
}
