import type { Request } from "../../link/protocol.ts";

// A worker's first lines: it says that it is there, and only then loads the simulation. A browser starts a worker with
// the help of the page's own thread; once it is there, it loads while the page is busy drawing itself.
declare const self: {
  postMessage(message: "up"): void;
  onmessage: ((message: { data: Request }) => void) | null;
};

self.postMessage("up");
const early: Request[] = [];
self.onmessage = ({ data }) => early.push(data);
const { take } = await import("./worker.ts");
for (const request of early) take(request);
self.onmessage = ({ data }) => take(data);
