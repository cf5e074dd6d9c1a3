import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, relative } from "node:path";
import type { LabTexts } from "../../lab/read-lab.ts";
import type { Guard, Refusal } from "./guard.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
};

export const REFUSALS: Readonly<Record<Refusal, { status: number; text: string }>> = {
  host: {
    status: 403,
    text: "this page is for this machine alone: open the address that packetwalk ui printed\n",
  },
  secret: {
    status: 403,
    text: "the address has a secret in it: open it as it stands where packetwalk ui was started\n",
  },
  origin: { status: 403, text: "this page answers to no other page\n" },
  method: { status: 405, text: "this page is for GET\n" },
};

/** What each answer says besides its content: nobody keeps it, nobody frames it, nothing of others is loaded. */
const HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};

/** Terminal and editor write style elements; data: is the page's icon. */
function policy(host: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src 'self' ws://${host}`,
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/**
 * The page's files, by their path in the address. Nothing else can be asked for. The page is told by whom it is served:
 * it then keeps nothing for later, and takes the engine that is here.
 */
export function readPage(folder: string, engine: "simulated" | "kernel"): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, path).split("\\").join("/")}`, readFileSync(path));
  }
  const index = String(files.get("/index.html")).replace("<html", `<html data-served="${engine}"`);
  files.set("/index.html", Buffer.from(index));
  files.delete("/sw.js");
  return files;
}

export interface Site {
  readonly guard: Guard;
  readonly page: ReadonlyMap<string, Buffer>;
  /** The lab of the command line, read anew at each visit, so that an edit is seen. */
  readonly lab: (() => LabTexts) | undefined;
}

/** Answers one request. */
export function answer({ guard, page, lab }: Site, request: IncomingMessage, response: ServerResponse): void {
  const say = (status: number, type: string, body: string | Buffer, more: Record<string, string> = {}) => {
    response.writeHead(status, { "content-type": type, ...HEADERS, ...more });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  const asked = guard.path(request);
  if ("refused" in asked) {
    const { status, text } = REFUSALS[asked.refused];
    say(status, "text/plain; charset=utf-8", text, { "content-security-policy": "default-src 'none'" });
    return;
  }
  const path = asked.path === "/" ? "/index.html" : asked.path;
  const file = page.get(path);
  const csp = { "content-security-policy": policy(request.headers.host ?? "") };
  if (path === "") say(308, "text/plain; charset=utf-8", "", { location: `/${guard.secret}/` });
  else if (path === "/lab.json") sayLab(say, lab);
  else if (file) say(200, TYPES[extname(path)] ?? "application/octet-stream", file, csp);
  else say(404, "text/plain; charset=utf-8", "not found\n", csp);
}

function sayLab(
  say: (status: number, type: string, body: string) => void,
  lab: (() => LabTexts) | undefined,
): void {
  try {
    if (lab) say(200, TYPES[".json"], JSON.stringify(lab()));
    else say(404, "text/plain; charset=utf-8", "no lab\n");
  } catch (error) {
    say(500, "text/plain; charset=utf-8", `${error instanceof Error ? error.message : String(error)}\n`);
  }
}
