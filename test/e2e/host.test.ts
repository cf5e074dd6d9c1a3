import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasChromium, type LabPage, serve } from "./browser.ts";

const WEB = fileURLToPath(new URL("../../dist/web/", import.meta.url));
const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
/** As docs/page.md gives it. */
const POLICY =
  "default-src 'self'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

describe.skipIf(!hasChromium)("on any web host", () => {
  const site = serve();
  let host: Server;
  beforeAll(async () => {
    host = createServer(({ url = "/" }, response) => {
      const path = url.replace(/[?#].*/, "").replace(/^\/some\/folder\//, "");
      try {
        const body = readFileSync(WEB + (path === "" ? "index.html" : path));
        const type = TYPES[extname(path) || ".html"] ?? "application/octet-stream";
        response.writeHead(200, { "content-type": type, "content-security-policy": POLICY }).end(body);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => void host.close());

  test("static files in a folder, with a strict policy, are the whole lab", async () => {
    const { port } = host.address() as AddressInfo;
    const lab: LabPage = await site.open({
      reducedMotion: "reduce",
      at: `http://127.0.0.1:${port}/some/folder/`,
    });
    await lab.ready();
    await lab.type("boxA", "ping -c 1 172.16.100.1");
    await lab.screenHas("boxA", /1 received/);
    await lab.page.getByRole("tab", { name: "Editor" }).click();
    await lab.page.locator(".cm-content").getByText("ip netns add boxA").waitFor();
    await lab.page.evaluate(async () => void (await navigator.serviceWorker.ready));
    expect(lab.complaints).toEqual([]);
  });
});
