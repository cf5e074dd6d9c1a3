import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { commandOf, descendants, eventually, HAS_KERNEL, isThere } from "../kernel-engine/support.ts";
import { hasChromium, type LabPage, serve } from "./browser.ts";

const HAS_WATCHERS = ["tcpdump", "nft", "conntrack"].every((tool) => spawnSync("which", [tool]).status === 0);
/** Longest wait for one thing on a machine that does much else. */
const PATIENCE = 120_000;

describe.runIf(hasChromium && HAS_KERNEL && HAS_WATCHERS)("the page on the real kernel", () => {
  const site = serve("--engine", "kernel", "examples/virtual-router");

  async function open(): Promise<LabPage> {
    const lab = await site.open({ reducedMotion: "reduce" });
    lab.page.setDefaultTimeout(PATIENCE);
    await lab.page.locator(".map .cable").nth(1).waitFor({ timeout: PATIENCE });
    await lab.page.waitForFunction(
      () => document.querySelector(".pane .xterm-rows")?.textContent?.includes("#"),
      undefined,
      { timeout: PATIENCE },
    );
    return lab;
  }

  /** Processes of the command that run now, by number. */
  const family = () => new Set(descendants(site.command().pid as number));

  async function allGone(pids: ReadonlySet<number>): Promise<void> {
    const gone = await eventually(() => ![...pids].some(isThere), 20_000);
    expect(gone, [...pids].filter(isThere).map(commandOf).join("\n")).toBe(true);
  }

  test("the story plays, terminals are real, the walk is the kernel's; with the page the sandbox ends", async () => {
    const lab = await open();
    const { page } = lab;
    await page.locator(".engine-name", { hasText: "Linux" }).waitFor();
    expect(await page.locator(".map .card").count()).toBe(4);

    await page.getByRole("button", { name: "Play the story" }).click();
    await page.locator(".why", { hasText: "no route to 172.16.200.5" }).waitFor({ timeout: PATIENCE });
    await lab.screenHas("boxA", /Network is unreachable/, PATIENCE);
    await page.locator(".why", { hasText: "IP_RPFILTER" }).waitFor({ timeout: PATIENCE });
    expect(await page.locator(".map .card.died .name").textContent()).toContain("boxB");
    await lab.shot("kernel-reverse-path");
    await page.getByRole("button", { name: "stop", exact: true }).click();
    // ping waits ten seconds for its answer.
    await lab.screenHas("boxA", /packet loss/, PATIENCE);

    await lab.type("router", "tcpdump -lni veth1 icmp; uname -s");
    await lab.screenHas("router", /listening on veth1/, PATIENCE);
    await page.getByRole("button", { name: "side by side" }).click();
    await lab.type("boxA", "ping 172.16.100.1");
    await lab.screenHas("boxA", /ttl=64[\s\S]*ttl=64/, PATIENCE);
    await lab.screenHas("router", /ICMP echo reply/, PATIENCE);
    await page.keyboard.press("Control+c");
    await lab.screenHas("boxA", /\^C[\s\S]*ping statistics/, PATIENCE);
    await page.locator('.pane[data-ns="router"] textarea').focus();
    await page.keyboard.press("Control+c");
    await lab.screenHas("router", /packets captured[\s\S]*\nLinux\n/, PATIENCE);
    const kinds = new Set((await lab.events()).map((event) => event.kind));
    for (const kind of ["command", "born", "hook", "route", "transmit", "receive", "drop"] as const)
      expect(kinds, kind).toContain(kind);
    // What the kernel does not tell is not invented: rules that were asked and did not match.
    expect((await lab.events()).filter((event) => event.kind === "rule" && !event.matched)).toEqual([]);
    await page.getByRole("tab", { name: /^Facts/ }).click();
    await page.getByLabel("Box", { exact: true }).selectOption("router");
    await page.locator(".facts-body", { hasText: "172.16.100.0/24" }).waitFor({ timeout: PATIENCE });
    await page.getByRole("button", { name: "step back" }).click();
    await page.locator(".now-only").first().waitFor({ timeout: PATIENCE });
    await lab.shot("kernel-terminals");

    const running = family();
    expect(running.size).toBeGreaterThan(5);
    await page.close();
    await expect
      .poll(() => site.said(), { timeout: 20_000 })
      .toContain("page 1 is closed: its sandbox has ended");
    await allGone(running);
    expect(family()).toEqual(new Set());
  }, 600_000);

  test("kill -9 of the command ends the sandbox, and the page says so", async () => {
    const lab = await open();
    const running = family();
    expect(running.size).toBeGreaterThan(5);
    site.command().kill("SIGKILL");
    await allGone(running);
    await lab.page.locator(".failure", { hasText: "the connection to packetwalk ui is gone" }).waitFor();
    await lab.page.getByRole("button", { name: "Reset" }).click();
    await lab.page.locator(".failure", { hasText: "packetwalk ui does not answer" }).waitFor();
    // The browser's own words for a WebSocket that nobody answers.
    lab.complaints.splice(0);
    await lab.page.close();
  }, 600_000);
});
