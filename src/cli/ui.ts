import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type LabTexts, readLab } from "../lab/read-lab.ts";

const USAGE = "Usage: packetwalk ui [--port N] [SCRIPT or FOLDER]";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
};

/** `packetwalk ui [LAB]`: the lab in the browser, served to this machine alone. Ends with Ctrl-C. */
export async function main(words: readonly string[]): Promise<number> {
  let port = 0;
  let path: string | undefined;
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "--port") port = Number(words[++i]);
    else if (words[i].startsWith("--port=")) port = Number(words[i].slice(7));
    else if (words[i].startsWith("-")) return fail(`there is no option ${words[i]}. ${USAGE}`);
    else if (path === undefined) path = words[i];
    else return fail(`one lab at a time. ${USAGE}`);
  }
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    return fail("--port takes a number from 0 to 65535.");
  if (path !== undefined && !existsSync(path)) return fail(`${path}: no such file or folder.`);
  // Read once to say early what is wrong; again at each visit, so that an edit is seen.
  const read = path === undefined ? undefined : () => readLab(path);
  if (read?.().main === "") return fail(`${path}: there is no script (setup.sh) in this folder.`);
  const folder = await pageFolder();
  if (!folder) return fail("the page is not built: run npm run setup -- --page in the clone.");

  const page = readPage(folder);
  const server = createServer((request, response) => answer(request, response, page, read));
  return new Promise((resolve) => {
    server.on("error", (error: NodeJS.ErrnoException) => {
      resolve(
        fail(
          error.code === "EADDRINUSE" ? `port ${port} is taken: choose another with --port.` : error.message,
        ),
      );
    });
    server.listen(port, "127.0.0.1", () => {
      const at = (server.address() as AddressInfo).port;
      process.stdout.write(`http://127.0.0.1:${at}/${read ? "?lab" : ""}\nCtrl-C ends it.\n`);
    });
    process.once("SIGINT", () => {
      server.close();
      server.closeAllConnections();
      resolve(0);
    });
  });
}

function fail(text: string): number {
  process.stderr.write(`packetwalk: ${text}\n`);
  return 2;
}

/** Where the built page is; in a clone it is built when it is missing. */
async function pageFolder(): Promise<string | undefined> {
  const folder = fileURLToPath(new URL("./web/", import.meta.url));
  if (existsSync(join(folder, "index.html"))) return folder;
  const setup = new URL("../scripts/setup.mjs", import.meta.url);
  if (!existsSync(setup)) return undefined;
  const { setUpPage } = (await import(setup.href)) as { setUpPage: () => Promise<void> };
  await setUpPage();
  return existsSync(join(folder, "index.html")) ? folder : undefined;
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  page: ReadonlyMap<string, Buffer>,
  read: (() => LabTexts) | undefined,
): void {
  const say: Say = (status, type, body) => {
    response.writeHead(status, {
      "content-type": type,
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
    });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  const { pathname, refused } = asked(request);
  if (refused) say(refused === "host" ? 403 : 405, "text/plain", "this page is for GET on this machine\n");
  else if (pathname === "/lab.json") sayLab(say, read);
  else {
    const file = page.get(pathname === "/" ? "/index.html" : pathname);
    if (file) say(200, TYPES[extname(pathname)] ?? TYPES[".html"], file);
    else say(404, "text/plain", "not found\n");
  }
}

type Say = (status: number, type: string, body: string | Buffer) => void;

function sayLab(say: Say, read: (() => LabTexts) | undefined): void {
  try {
    if (read) say(200, TYPES[".json"], JSON.stringify(read()));
    else say(404, "text/plain", "no lab\n");
  } catch (error) {
    say(500, "text/plain", `${String(error)}\n`);
  }
}

function asked(request: IncomingMessage): { pathname: string; refused?: "host" | "method" } {
  const pathname = pathOf(request.url);
  // A name that somebody else's DNS points here is not this page.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? ""))
    return { pathname, refused: "host" };
  return request.method === "GET" || request.method === "HEAD"
    ? { pathname }
    : { pathname, refused: "method" };
}

/** Every file of the page, by its path in the address. Nothing else can be asked for. */
function readPage(folder: string): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, path).split("\\").join("/")}`, readFileSync(path));
  }
  return files;
}

/** The path that is asked for, decoded; "/" for what is no path. */
function pathOf(url: string | undefined): string {
  try {
    return decodeURIComponent(new URL(url ?? "/", "http://127.0.0.1").pathname);
  } catch {
    return "/";
  }
}
