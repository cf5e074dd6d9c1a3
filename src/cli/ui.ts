import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type LabTexts, readLab } from "../lab/read-lab.ts";
import { CommandLineError } from "./command-line-error.ts";
import { print } from "./out.ts";
import { answer, readPage } from "./ui/answer.ts";
import { openBrowser } from "./ui/browser.ts";
import { Guard } from "./ui/guard.ts";
import { parseUiOptions, type UiOptions } from "./ui/options.ts";
import type { Sockets } from "./ui/sockets.ts";

/** `packetwalk ui [LAB]`: the lab in the browser, served to this machine alone. Ends with Ctrl-C. */
export async function main(words: readonly string[]): Promise<number> {
  let options: UiOptions;
  try {
    options = parseUiOptions(words);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    return fail(error.message);
  }
  const path = options.lab;
  if (path !== undefined && !existsSync(path)) return fail(`${path}: no such file or folder.`);
  // Read once to say early what is wrong; again at each visit, so that an edit is seen.
  const lab = path === undefined ? undefined : () => readLab(path);
  const wrong = lab && (await faultOf(lab(), path ?? ""));
  if (wrong) return fail(wrong);
  const guard = new Guard();
  let sockets: Sockets | undefined;
  if (options.engine === "kernel") {
    const { obstacle } = await import("../engine/kernel/doctor.ts");
    const found = obstacle();
    if (found)
      return fail(`the kernel engine cannot start: ${found.what}\npacketwalk: ${found.cure ?? ""}`, 1);
    const { Sockets } = await import("./ui/sockets.ts");
    const { openKernelLab } = await import("./ui/kernel-lab.ts");
    sockets = new Sockets(guard, openKernelLab, (line) => print("stdout", `${line}\n`));
  }
  const folder = await pageFolder();
  if (!folder) return fail("the page is not built: run npm run setup -- --page in the clone.");
  return serve(options, { guard, page: readPage(folder, options.engine), lab }, sockets);
}

/** What is wrong with a lab that was named; undefined: nothing. */
async function faultOf({ main, files }: LabTexts, path: string): Promise<string | undefined> {
  if (main === "") return `${path}: there is no script (setup.sh) in this folder.`;
  if (/[\u0000\ufffd]/.test(files[main] ?? "")) return `${path}: this is no text.`;
  if (!/\.(ya?ml|json)$/i.test(main)) return undefined;
  const { readLabFile } = await import("./lab-file.ts");
  try {
    readLabFile(path);
    return undefined;
  } catch (error) {
    if (error instanceof CommandLineError) return error.message;
    throw error;
  }
}

function serve(
  { port, open }: UiOptions,
  site: Parameters<typeof answer>[0],
  sockets: Sockets | undefined,
): Promise<number> {
  const server = createServer((request, response) => answer(site, request, response));
  server.headersTimeout = server.requestTimeout = 10_000;
  server.on("upgrade", (request, socket, head) => {
    if (sockets) sockets.upgrade(request, socket, head);
    else socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
  });
  let forget = () => {};
  return new Promise((resolve) => {
    server.on("error", (error: NodeJS.ErrnoException) => {
      const words: Record<string, string> = {
        EADDRINUSE: `port ${port} is taken: choose another with --port, or leave it out.`,
        EACCES: `port ${port} is root's: choose one from 1024 on with --port.`,
      };
      resolve(fail(words[error.code ?? ""] ?? error.message));
    });
    server.listen(port, "127.0.0.1", () => {
      const at = (server.address() as AddressInfo).port;
      site.guard.listens(at);
      const address = `http://127.0.0.1:${at}/${site.guard.secret}/${site.lab ? "?lab" : ""}`;
      print("stdout", `${address}\nCtrl-C ends it.\n`);
      if (!open) return;
      const browser = openBrowser(address);
      forget = browser.over;
      void browser.opened.then((opened) => {
        if (!opened)
          process.stderr.write("packetwalk: no browser could be opened: open the address by hand.\n");
      });
    });
    const stop = (): void => {
      forget();
      server.close();
      void Promise.resolve(sockets?.close()).then(() => {
        server.closeAllConnections();
        resolve(0);
      });
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  });
}

function fail(text: string, status = 2): number {
  process.stderr.write(`packetwalk: ${text}\n`);
  return status;
}

/** Where the built page is; in a clone it is built when it is missing. */
async function pageFolder(): Promise<string | undefined> {
  const folder = join(__dirname, "web");
  if (existsSync(join(folder, "index.html"))) return folder;
  const setup = join(__dirname, "../scripts/setup.mjs");
  if (!existsSync(setup)) return undefined;
  const { setUpPage } = (await import(setup)) as { setUpPage: () => Promise<void> };
  await setUpPage();
  return existsSync(join(folder, "index.html")) ? folder : undefined;
}
