import type { Link, Request, Response } from "../../link/protocol.ts";

/** The simulated engine, in a worker of its own. */
export function workerLink(): Link {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "packetwalk" });
  const link: Link = {
    send: (request: Request) => worker.postMessage(request),
    onResponse: () => {},
    close: () => worker.terminate(),
  };
  worker.onmessage = ({ data }: MessageEvent<Response>) => link.onResponse(data);
  worker.onerror = (event) => link.onResponse({ type: "failed", message: event.message });
  return link;
}
