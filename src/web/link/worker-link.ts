import type { Link, Request, Response } from "../../link/protocol.ts";

/** What a worker says before anything else. */
type Said = Response | "up";

/** A worker that waits for its lab: it is loaded before there is one. */
let early: Worker | null = null;
/** It could not be loaded: another is tried, and tells why. */
let failed = false;

function make(): Worker {
  // (Written so, the bundler finds it.)
  return new Worker(new URL("./worker-boot.ts", import.meta.url), { type: "module", name: "packetwalk" });
}

/** Begins to load the simulation; the first lab takes it. Resolves when it needs the page's thread no more. */
export function beginWorker(): Promise<void> {
  const worker = make();
  early = worker;
  return new Promise((resolve) => {
    worker.onmessage = () => resolve();
    worker.onerror = () => {
      failed = true;
      resolve();
    };
  });
}

/** The simulated engine, in a worker. */
export function workerLink(): Link {
  const worker = !failed && early ? early : make();
  early = null;
  const link: Link = {
    send: (request: Request) => worker.postMessage(request),
    onResponse: () => {},
    close: () => worker.terminate(),
  };
  const fail = (message: string | undefined) =>
    link.onResponse({ type: "failed", message: message || "the simulation could not be loaded" });
  worker.onmessage = ({ data }: MessageEvent<Said>) => {
    if (data !== "up") link.onResponse(data);
  };
  worker.onerror = (event) => fail(event.message);
  return link;
}
