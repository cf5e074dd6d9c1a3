import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HAS_KERNEL } from "../kernel-engine/support.ts";
import { hasChromium, serve } from "./browser.ts";

const BIN = fileURLToPath(new URL("../../bin/packetwalk.js", import.meta.url));
const LAB = "examples/virtual-router";

/** Every header and the body of one answer. */
interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

function ask(url: URL, options: { method?: string; path?: string; headers?: Record<string, string> } = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const { port, hostname: host, pathname } = url;
    const call = request({ host, port, method: "GET", path: pathname, ...options }, (response) => {
      let body = "";
      response.on("data", (bytes) => (body += bytes));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    // A WebSocket that is refused is answered as a request, too.
    call.on("upgrade", (_, socket) => {
      socket.destroy();
      resolve({ status: 101, headers: {}, body: "" });
    });
    call.on("error", reject);
    call.end();
  });
}

const UPGRADE = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** Sends bytes as they are: what no HTTP client would. */
function send(url: URL, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname, () => socket.end(text));
    let answer = "";
    socket.on("data", (bytes) => (answer += bytes));
    socket.on("close", () => resolve(answer));
    socket.on("error", () => resolve(answer));
  });
}

for (const engine of HAS_KERNEL ? (["simulated", "kernel"] as const) : (["simulated"] as const)) {
  describe.skipIf(!hasChromium)(`the page as packetwalk ui serves it, ${engine}`, () => {
    const site = serve("--engine", engine, LAB);
    const url = () => new URL(site.url());
    const secret = () => url().pathname.split("/")[1];
    const nobodyHasPage = () => expect(site.said()).not.toMatch(/^page \d/m);

    test("is at home on 127.0.0.1 alone", () => {
      const { port } = url();
      const listening = spawnSync("ss", ["-Hltn", `sport = :${port}`], { encoding: "utf8" }).stdout;
      expect(listening.trim().split("\n")).toHaveLength(1);
      expect(listening).toContain(`127.0.0.1:${port}`);
    });

    test("its answers are kept by nobody, framed by nobody, and load nothing of others", async () => {
      const { status, headers, body } = await ask(url());
      expect(status).toBe(200);
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["x-frame-options"]).toBe("DENY");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
      expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
      expect(headers["content-security-policy"]).toMatch(
        /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
      );
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
      expect(body).not.toContain(secret());
    });

    test("without the secret, or with another one, there is nothing", async () => {
      const paths = [
        "/",
        "/lab.json",
        "/index.html",
        "/engine",
        `/${"A".repeat(32)}/`,
        `/${secret()}x/lab.json`,
      ];
      for (const path of paths) {
        const { status, body } = await ask(url(), { path });
        expect(status, path).toBe(403);
        expect(body, path).toMatch(/^the address has a secret in it/);
        const socket = await ask(url(), { path, headers: { ...UPGRADE, origin: url().origin } });
        expect(socket.status, path).toBe(engine === "kernel" ? 403 : 404);
      }
      nobodyHasPage();
    });

    test("no other path, method or name leads in", async () => {
      const inside = (path: string) => `/${secret()}${path}`;
      for (const path of [
        "/../package.json",
        "/%2e%2e/package.json",
        "/..%2f..%2fpackage.json",
        "/assets/",
        "/sw.js",
      ])
        expect((await ask(url(), { path: inside(path) })).status, path).toBe(404);
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
        expect((await ask(url(), { method })).status, method).toBe(405);
      for (const host of ["evil.example", "127.0.0.1", `127.0.0.1.evil.example:${url().port}`]) {
        expect((await ask(url(), { headers: { host } })).status, host).toBe(403);
        const headers = { ...UPGRADE, origin: url().origin, host };
        expect((await ask(url(), { path: inside("/engine"), headers })).status, host).not.toBe(101);
      }
      for (const origin of ["http://evil.example", "null", undefined]) {
        const headers = { ...UPGRADE, ...(origin === undefined ? {} : { origin }) };
        expect((await ask(url(), { path: inside("/engine"), headers })).status, origin).not.toBe(101);
      }
      nobodyHasPage();
    });

    test("what is no HTTP, or too long, gets an error and ends nothing", async () => {
      expect(await send(url(), "\x16\x03\x01\0\0\r\n\r\n")).toMatch(/^HTTP\/1\.1 400/);
      expect(await send(url(), `GET /${"a".repeat(100_000)} HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 4/);
      expect((await ask(url())).status).toBe(200);
    });

    test("the secret is in no command line", () => {
      const all = spawnSync("sh", ["-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"], {
        encoding: "latin1",
        maxBuffer: 64e6,
      }).stdout;
      expect(all).toContain("packetwalk.js");
      expect(all).not.toContain(secret());
    });

    test.runIf(process.getuid?.() === 0)("another user of this machine gets nothing", () => {
      const as = (...argv: string[]) =>
        spawnSync("setpriv", ["--reuid=54321", "--regid=54321", "--clear-groups", ...argv], {
          encoding: "utf8",
        });
      const { pid } = site.command();
      const { origin, port } = url();
      // They may see that somebody listens.
      expect(as("ss", "-Hltn", `sport = :${port}`).stdout).toContain(port);
      for (const path of ["/", "/lab.json", "/engine"])
        expect(as("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", origin + path).stdout, path).toBe(
          "403",
        );
      for (const file of ["environ", "mem", "maps", "fd/1"])
        expect(as("cat", `/proc/${pid}/${file}`).status, file).not.toBe(0);
      const seen = as("sh", "-c", `cat /proc/${pid}/cmdline /proc/${pid}/status; ls -la /proc/${pid}`).stdout;
      expect(seen).toContain("packetwalk.js");
      expect(seen).not.toContain(secret());
      nobodyHasPage();
    });

    describe("a page of somebody else", () => {
      let foreign: Server;
      let at = "";
      beforeAll(async () => {
        foreign = createServer((_, response) => {
          response
            .writeHead(200, { "content-type": "text/html" })
            .end("<!doctype html><title>foreign</title>");
        });
        await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
        at = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`;
      });
      afterAll(() => {
        foreign.closeAllConnections();
        foreign.close();
      });

      // "localhost" is another site than 127.0.0.1; another port is another origin of the same site.
      test.each(["127.0.0.1", "localhost"])("gets nothing, even with the secret: %s", async (name) => {
        const context = await site.browser().newContext();
        const page = await context.newPage();
        await page.goto(at.replace("127.0.0.1", name));
        const got = await page.evaluate(async (address) => {
          const settle = <T>(ask: Promise<T>) => ask.then(String, () => "refused");
          const load = (element: HTMLElement, key: "src" | "href", value: string) =>
            new Promise<string>((resolve) => {
              element.onload = () => resolve("loaded");
              element.onerror = () => resolve("refused");
              element.setAttribute(key, value);
              document.body.append(element);
            });
          const style = document.createElement("link");
          style.rel = "stylesheet";
          const socket = new WebSocket(`${address.replace("http:", "ws:").replace(/\?.*/, "")}engine`);
          const frame = document.createElement("iframe");
          await load(frame, "src", address);
          let framed: string;
          try {
            framed = frame.contentDocument?.body.textContent ?? "refused";
          } catch {
            framed = "refused";
          }
          const open = window.open(address);
          await new Promise((resolve) => setTimeout(resolve, 300));
          return {
            read: await settle(fetch(address).then((r) => r.text())),
            lab: await settle(fetch(`${address.replace(/\?.*/, "")}lab.json`).then((r) => r.text())),
            blind: await settle(fetch(address, { mode: "no-cors" }).then((r) => r.text())),
            post: await settle(fetch(address, { method: "POST", body: "x" }).then((r) => r.text())),
            image: await load(new Image(), "src", address),
            script: await load(document.createElement("script"), "src", address),
            style: await load(style, "href", address),
            socket: await new Promise<string>((resolve) => {
              if (socket.readyState === WebSocket.CLOSED) resolve("refused");
              socket.onopen = () => resolve("open");
              socket.onerror = () => resolve("refused");
            }),
            framed,
            window: open === null || open.closed || open.document === null ? "refused" : "reached",
          };
        }, site.url());
        const refused = Object.fromEntries(Object.keys(got).map((key) => [key, "refused"]));
        // Without CORS a page may ask; what it gets it cannot read.
        expect({ ...got, blind: got.blind === "" ? "refused" : got.blind }).toEqual(refused);
        await context.close();
      });
    });
  });
}

describe("packetwalk ui says what is wrong", () => {
  const run = (args: string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [BIN, "ui", ...args], {
      encoding: "utf8",
      env: { ...process.env, ...env },
      timeout: 30_000,
    });

  test.each([
    [["--engine", "both"], /--engine takes simulated or kernel, not "both"/],
    [["--port", "http"], /--port takes a number from 0 to 65535/],
    [["--port=70000"], /--port takes a number from 0 to 65535/],
    [["--speed"], /there is no option --speed\. Usage/],
    [["a", "b"], /a: no such file|one lab at a time/],
    [["no-such-lab"], /no-such-lab: no such file or folder/],
  ])("%j", (args, message) => {
    const { status, stderr, stdout } = run(args);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });

  test("the port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const child = spawn(process.execPath, [BIN, "ui", "--port", String(port)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (bytes) => (said += bytes));
    const status = await new Promise((resolve) => child.once("close", resolve));
    other.close();
    expect(said).toContain(`port ${port} is taken: choose another with --port`);
    expect(status).toBe(2);
  });

  const folder = mkdtempSync(join(tmpdir(), "packetwalk-open-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Starts it with --open where `opener` is the desktop's way to open an address. */
  async function open(opener: string | undefined, until: (said: string) => boolean) {
    if (opener !== undefined) {
      writeFileSync(join(folder, "xdg-open"), opener);
      chmodSync(join(folder, "xdg-open"), 0o755);
    }
    const path = opener === undefined ? folder : `${folder}${delimiter}/usr/bin${delimiter}/bin`;
    const child = spawn(process.execPath, [BIN, "ui", "--open"], { env: { ...process.env, PATH: path } });
    let said = "";
    await new Promise<void>((resolve) => {
      const hear = (bytes: Buffer) => {
        said += bytes;
        if (until(said)) resolve();
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.once("exit", () => resolve());
      const look = setInterval(() => {
        if (!until(said)) return;
        clearInterval(look);
        resolve();
      }, 50);
    });
    return { child, said, secret: /\/([\w-]{32})\//.exec(said)?.[1] ?? "" };
  }

  test.runIf(process.platform === "linux")(
    "--open leads the browser in by a file that nobody else reads",
    async () => {
      const { child, secret } = await open(
        `#!/bin/sh\necho "$@" > ${folder}/argv.new\nmv ${folder}/argv.new ${folder}/argv\n`,
        (said) => said.includes("Ctrl-C") && existsSync(join(folder, "argv")),
      );
      const argv = readFileSync(join(folder, "argv"), "utf8").trim();
      expect(secret).toHaveLength(32);
      expect(argv).not.toContain(secret);
      expect(readFileSync(argv, "utf8")).toContain(secret);
      expect(statSync(argv).mode & 0o777).toBe(0o600);
      expect(statSync(join(argv, "..")).mode & 0o777).toBe(0o700);
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      expect(existsSync(argv)).toBe(false);
    },
  );

  test.runIf(process.platform === "linux")("no browser", async () => {
    rmSync(join(folder, "xdg-open"), { force: true });
    const { child, said } = await open(undefined, (text) => text.includes("by hand"));
    child.kill("SIGTERM");
    expect(said).toContain("no browser could be opened: open the address by hand");
  });

  test.runIf(HAS_KERNEL)("a tool of the kernel engine is missing", () => {
    const hidden = 'mount -t tmpfs none /usr/sbin && exec "$@"';
    const { status, stderr } = spawnSync(
      "unshare",
      [
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-c",
        hidden,
        "sh",
        process.execPath,
        BIN,
        "ui",
        "--engine",
        "kernel",
      ],
      { encoding: "utf8", timeout: 30_000 },
    );
    expect(stderr).toMatch(
      /^packetwalk: the kernel engine cannot start: \w+ is missing .+\npacketwalk: \S.+\n$/,
    );
    expect(status).toBe(1);
  });
});
