import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, vi } from "vitest";
import type { WalkEvent } from "../../src/walk/event.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const CHROMIUM = "/usr/bin/chromium";

/** Whether the page can be tested here; says so once when it cannot. */
export const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.log("The page is not tested: there is no Chromium (apt-get install chromium).");

export const RESULTS = `${root}test-results`;

/** What the page shows, read from within it. */
interface Shown {
  readonly position: number;
  readonly mode: string;
  readonly packet: number | undefined;
  readonly event: WalkEvent | undefined;
}

export class LabPage {
  readonly page: Page;
  /** What the page complained of; a test ends with none. */
  readonly complaints: string[];
  constructor(page: Page, complaints: string[]) {
    this.page = page;
    this.complaints = complaints;
  }

  /** Waits until the lab is built and a shell has its prompt. */
  async ready(): Promise<void> {
    await this.page.waitForSelector(".map .cable");
    await this.page.waitForFunction(() =>
      document.querySelector(".pane .xterm-rows")?.textContent?.includes("#"),
    );
  }

  /** Types a command in a box's terminal. */
  async type(ns: string, command: string): Promise<void> {
    await this.page.locator(".terminals").getByRole("tab", { name: ns, exact: true }).click();
    await this.page.waitForFunction(
      (name) => document.querySelector(`.pane[data-ns="${name}"] .xterm-rows`)?.textContent?.includes("#"),
      ns,
    );
    await this.page.locator(`.pane[data-ns="${ns}"] textarea`).focus();
    await this.page.keyboard.type(command);
    await this.page.keyboard.press("Enter");
  }

  /** What stands in a box's terminal. */
  screen(ns: string): Promise<string> {
    return this.page.evaluate((name) => {
      const rows = document.querySelectorAll(`.pane[data-ns="${name}"] .xterm-rows > div`);
      return [...rows].map((row) => (row.textContent ?? "").replace(/\u00a0/g, " ").trimEnd()).join("\n");
    }, ns);
  }

  async screenHas(ns: string, text: string | RegExp, timeout = 60_000): Promise<void> {
    await expect.poll(() => this.screen(ns), { timeout, interval: 60 }).toMatch(text);
  }

  shown(): Promise<Shown> {
    return this.page.evaluate(() => {
      const { player } = (globalThis as unknown as { packetwalk: { stage: { value: { player: never } } } })
        .packetwalk.stage.value as unknown as { player: Record<string, { value: never }> };
      return {
        position: player.position.value,
        mode: player.mode.value,
        packet: player.packet.value,
        event: player.event.value,
      };
    });
  }

  events(): Promise<WalkEvent[]> {
    return this.page.evaluate(
      () =>
        (globalThis as unknown as { packetwalk: { stage: { value: { session: { events: WalkEvent[] } } } } })
          .packetwalk.stage.value.session.events,
    );
  }

  /** The packet's walk has been shown to its end. */
  async caughtUp(): Promise<void> {
    await expect
      .poll(async () => (await this.shown()).position - (await this.events()).length, {
        timeout: 90_000,
        interval: 80,
      })
      .toBe(-1);
  }

  async shot(name: string): Promise<void> {
    await this.page.screenshot({ path: `${RESULTS}/${name}.png` });
  }
}

/** A place that serves the page, and a browser. One for all the tests of a file. */
export interface Site {
  url: () => string;
  browser: () => Browser;
  open: (options?: BrowserContextOptions & { hash?: string; at?: string }) => Promise<LabPage>;
}

/** The page as `packetwalk ui` serves it. */
export function serve(...args: string[]): Site & {
  /** The command, and what it has said on standard output. */
  command: () => ChildProcess;
  said: () => string;
} {
  let server: ChildProcess;
  let said = "";
  const site = siteOf(
    async () => {
      server = spawn(process.execPath, [`${root}bin/packetwalk.js`, "ui", ...args], { cwd: root });
      let errors = "";
      server.stderr?.on("data", (bytes: Buffer) => (errors += bytes.toString()));
      return new Promise<string>((resolve, reject) => {
        server.stdout?.on("data", (bytes: Buffer) => {
          said += bytes.toString();
          const found = /(http:\S+)\n/.exec(said);
          if (found) resolve(found[1]);
        });
        server.on("exit", () => reject(new Error(`packetwalk ui ended: ${errors}`)));
      });
    },
    () => void server?.kill("SIGINT"),
  );
  return { ...site, command: () => server, said: () => said };
}

/** The page as any web host serves it: files. */
export function serveFiles(): Site {
  const types: Record<string, string> = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
  };
  const server = createServer(({ url = "/" }, response) => {
    const file = `${root}dist/web${url === "/" ? "/index.html" : url.replace(/\?.*/, "")}`;
    if (!existsSync(file)) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": types[extname(file)] ?? "" }).end(readFileSync(file));
  });
  return siteOf(
    async () => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    },
    () => {
      server.closeAllConnections();
      server.close();
    },
  );
}

function siteOf(begin: () => Promise<string>, end: () => void): Site {
  let browser: Browser;
  let address = "";
  const pages: LabPage[] = [];
  // Tests wait for conditions; this only ends one that hangs, on a machine with much else to do.
  vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
  beforeAll(async () => {
    mkdirSync(RESULTS, { recursive: true });
    address = await begin();
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    end();
    for (const { complaints } of pages) expect(complaints).toEqual([]);
  });
  return {
    url: () => address,
    browser: () => browser,
    open: async ({ hash = "", at = address, ...options } = {}) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
      await page.goto(at + hash);
      const lab = new LabPage(page, complaints);
      pages.push(lab);
      return lab;
    },
  };
}
