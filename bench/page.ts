/// <reference lib="dom" />
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { heading, median, report } from "./measure.ts";

const CHROMIUM = "/usr/bin/chromium";
const TIMES = 5;

/** The browser lab, in real Chromium without a window, from files on this machine. */
export async function page(): Promise<void> {
  if (!existsSync(CHROMIUM)) {
    console.log("\nThe page is not measured: there is no Chromium (apt-get install chromium).");
    return;
  }
  // Not bundled: it looks for files beside itself.
  const { chromium } = createRequire(import.meta.url)("playwright-core") as typeof import("playwright-core");
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  try {
    sizes();
    await firsts(browser);
    await frames(browser);
    await many(browser);
  } finally {
    await browser.close();
  }
}

function sizes(): void {
  heading("The page's files, compressed (gzip -9)");
  const folder = "dist/web/assets";
  const main = readFileSync("dist/web/index.html", "utf8");
  for (const name of readdirSync(folder).sort()) {
    const first = main.includes(name);
    const packed = gzipSync(readFileSync(join(folder, name)), { level: 9 }).length;
    report(
      name.replace(/-[\w-]{8}\./, "."),
      `${(packed / 1000).toFixed(0)} kB`,
      first ? "at once" : "when used",
    );
  }
}

/** A fresh visit each time: nothing of the page is in a cache. */
async function firsts(browser: Browser): Promise<void> {
  heading(
    `First view and first packet, ${TIMES} fresh visits (load ${loadavg()[0].toFixed(1)} on this machine)`,
  );
  const view: number[] = [];
  const built: number[] = [];
  const packet: number[] = [];
  await served([], async (url) => {
    for (let i = 0; i < TIMES; i++) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
      const tab = await context.newPage();
      await tab.addInitScript(() => {
        const seen: Record<string, number> = {};
        Object.assign(globalThis, { seen });
        const look = () => {
          // (The host alone is no lab.)
          if (document.querySelector(".map .cable")) seen.built ??= performance.now();
          if (document.querySelector(".traveller")) seen.packet ??= performance.now();
          if (seen.packet === undefined) requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      });
      await tab.goto(url);
      // The host's terminal is there first: the box's is the one that can ping.
      await tab.waitForFunction(() =>
        document.querySelector('.pane[data-ns="boxA"] .xterm-rows')?.textContent?.includes("#"),
      );
      await tab.locator('.pane[data-ns="boxA"] textarea').focus();
      await tab.keyboard.type("ping -c 1 172.16.100.1");
      await tab.keyboard.press("Enter");
      await tab.locator(".traveller").waitFor({ state: "attached" });
      const times = await tab.evaluate(() => ({
        ...(globalThis as unknown as { seen: { built: number; packet: number } }).seen,
        view: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
      }));
      view.push(times.view);
      built.push(times.built);
      packet.push(times.packet);
      await context.close();
    }
  });
  const say = (what: string, all: number[], target: string) =>
    report(
      what,
      `${median(all).toFixed(0)} ms`,
      `best ${Math.min(...all).toFixed(0)}, worst ${Math.max(...all).toFixed(0)}; target ${target}`,
    );
  say("first paint", view, "1000");
  say("the lab is drawn", built, "1000");
  say("a ping typed as soon as there is a prompt: its packet", packet, "2000");
}

/** Fifty boxes round a router, and pings until there are 5,000 walk events. */
async function frames(browser: Browser): Promise<void> {
  heading(`Frames with 50 namespaces and 5,000 walk events (load ${loadavg()[0].toFixed(1)})`);
  const script = `${star(49)}for i in $(seq 1 60); do ip netns exec h$((i % 49 + 1)) ping -c 1 -W 1 10.0.$(((i + 1) % 49 + 1)).2; done\n`;
  await withLab(script, async (url) => {
    const tab = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    await tab.goto(url);
    await settled(tab);
    const events = await tab.evaluate(() => counted());
    report("walk events", String(events), "");
    await tab.getByRole("tab", { name: /^Walk/ }).click();
    await tab.getByRole("radio", { name: "steps" }).check();
    await tab.getByRole("slider", { name: "Moment" }).evaluate((el: HTMLInputElement) => {
      el.value = "3000";
      el.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await tab.getByLabel("Speed").selectOption("4");
    await tab.getByRole("button", { name: "play the walk" }).click();
    await measure(tab, "playing the walk at four times the speed", async () => tab.waitForTimeout(4000));
    await tab.getByRole("button", { name: "pause", exact: true }).click();
    const list = await tab.locator(".virtual").boundingBox();
    if (list) await tab.mouse.move(list.x + 60, list.y + 60);
    await measure(tab, "scrolling the walk", async () => {
      for (let i = 0; i < 60; i++) {
        await tab.mouse.wheel(0, i < 30 ? 400 : -400);
        await tab.waitForTimeout(30);
      }
    });
    const slider = await tab.getByRole("slider", { name: "Moment" }).boundingBox();
    if (slider) {
      await tab.mouse.move(slider.x + 20, slider.y + slider.height / 2);
      await tab.mouse.down();
      await measure(tab, "dragging the slider", async () => {
        for (let i = 0; i < 60; i++) {
          await tab.mouse.move(slider.x + 20 + ((slider.width - 40) * i) / 60, slider.y + slider.height / 2);
          await tab.waitForTimeout(25);
        }
      });
      await tab.mouse.up();
    }
    const map = await tab.locator(".map").boundingBox();
    if (map) await tab.mouse.move(map.x + map.width / 2, map.y + map.height / 2);
    await measure(tab, "zooming the map", async () => {
      for (let i = 0; i < 40; i++) {
        await tab.mouse.wheel(0, i < 20 ? -60 : 60);
        await tab.waitForTimeout(30);
      }
    });
    await tab.close();
  });
}

async function many(browser: Browser): Promise<void> {
  heading(`A lab with 500 namespaces (load ${loadavg()[0].toFixed(1)})`);
  await withLab(star(499), async (url) => {
    const tab = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    await tab.goto(url);
    await settled(tab);
    await tab.locator(".map .card.group").waitFor();
    report(
      "from the visit until it is built and drawn",
      `${await tab.evaluate(() => performance.now().toFixed(0))} ms`,
      "",
    );
    await tab.locator(".terminals select").selectOption("h7");
    await tab.waitForFunction(() =>
      document.querySelector('.pane[data-ns="h7"] .xterm-rows')?.textContent?.includes("#"),
    );
    await tab.locator(".pane textarea").focus();
    const begun = await tab.evaluate(() => performance.now());
    await tab.keyboard.type("ping -c 1 10.0.9.2");
    await tab.keyboard.press("Enter");
    await tab.waitForFunction(() =>
      document.querySelector(".pane .xterm-rows")?.textContent?.includes("1 received"),
    );
    const took = (await tab.evaluate(() => performance.now())) - begun;
    report("a ping in it, from Enter to its last line", `${took.toFixed(0)} ms`, "");
    await tab.locator(".map .card.group").first().click();
    await measure(tab, "opening the group and zooming", async () => {
      for (let i = 0; i < 40; i++) {
        await tab.mouse.wheel(0, i < 20 ? -60 : 60);
        await tab.waitForTimeout(30);
      }
    });
    await tab.close();
  });
}

/** A router with hosts round it, 10.0.N.0/24 each. */
function star(hosts: number): string {
  const lines = ["ip netns add router", "ip netns exec router sysctl -qw net.ipv4.ip_forward=1"];
  for (let i = 1; i <= hosts; i++) {
    const net = `10.${i >> 8}.${i & 255}`;
    lines.push(
      `ip netns add h${i}`,
      `ip link add v${i} netns router type veth peer name eth0 netns h${i}`,
      `ip -n router addr add ${net}.1/24 dev v${i}`,
      `ip -n h${i} addr add ${net}.2/24 dev eth0`,
      `ip -n router link set v${i} up`,
      `ip -n h${i} link set eth0 up`,
      `ip -n h${i} route add default via ${net}.1`,
    );
  }
  return `${lines.join("\n")}\n`;
}

declare function counted(): number;

/** The lab's script has ended, and everything that it did is shown. */
async function settled(tab: Page): Promise<void> {
  await tab.waitForFunction(
    () => (globalThis as unknown as { packetwalk?: { stage: { value: unknown } } }).packetwalk?.stage.value,
  );
  await tab.evaluate(() => {
    const { stage } = (globalThis as unknown as { packetwalk: { stage: { value: Built } } }).packetwalk;
    interface Built {
      built: Promise<void>;
      session: { events: unknown[] };
      player: { hurry(): void };
    }
    Object.assign(globalThis, { counted: () => stage.value.session.events.length });
    return stage.value.built.then(() => stage.value.player.hurry());
  });
  await tab.locator(".map .card").nth(1).waitFor();
}

/** Times between frames while something is done. */
async function measure(tab: Page, what: string, work: () => Promise<unknown>): Promise<void> {
  await tab.evaluate(() => {
    const times: number[] = [];
    Object.assign(globalThis, { frameTimes: times });
    let last = performance.now();
    const frame = (now: number) => {
      times.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await work();
  const times = await tab.evaluate(() =>
    (globalThis as unknown as { frameTimes: number[] }).frameTimes.splice(0),
  );
  const sorted = [...times].sort((a, b) => a - b);
  const late = times.filter((t) => t > 20).length;
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  report(
    what,
    `${at(0.5)} ms`,
    `95 of 100 below ${at(0.95)} ms, worst ${at(0.9999)} ms, ${late} of ${times.length} late`,
  );
}

async function withLab(script: string, use: (url: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "packetwalk-page-"));
  writeFileSync(join(folder, "lab.sh"), script);
  try {
    await served([join(folder, "lab.sh")], use);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function served(args: readonly string[], use: (url: string) => Promise<void>): Promise<void> {
  const server: ChildProcess = spawn(process.execPath, ["bin/packetwalk.js", "ui", ...args]);
  try {
    const url = await new Promise<string>((resolve, reject) => {
      server.stdout?.on("data", (bytes: Buffer) => {
        const found = /http:\S+/.exec(bytes.toString());
        if (found) resolve(found[0]);
      });
      server.on("exit", () => reject(new Error("packetwalk ui ended")));
    });
    await use(url);
  } finally {
    server.kill("SIGINT");
  }
}
