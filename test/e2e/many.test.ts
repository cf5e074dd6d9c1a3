import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { hasChromium, serve } from "./browser.ts";

/** A router with hosts round it. */
function star(hosts: number): string {
  const lines = ["ip netns add router"];
  for (let i = 1; i <= hosts; i++) {
    const net = `10.${i >> 8}.${i & 255}`;
    lines.push(
      `ip netns add h${i}`,
      `ip link add v${i} netns router type veth peer name eth0 netns h${i}`,
      `ip -n router addr add ${net}.1/24 dev v${i}`,
      `ip -n h${i} addr add ${net}.2/24 dev eth0`,
      `ip -n router link set v${i} up`,
      `ip -n h${i} link set eth0 up`,
    );
  }
  return `${lines.join("\n")}\n`;
}

describe.skipIf(!hasChromium)("many boxes", () => {
  const folder = mkdtempSync(join(tmpdir(), "packetwalk-ui-"));
  writeFileSync(join(folder, "star.sh"), star(300));
  const site = serve(join(folder, "star.sh"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("are gathered, opened in parts, found in lists, and their packets shown", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    const { page } = lab;
    const cards = page.locator(".map .card");
    const group = page.getByRole("button", { name: /^h… 300 boxes/ });
    await group.waitFor({ timeout: 120_000 });
    expect(await cards.count()).toBe(3);
    await lab.shot("many-gathered");
    await page.locator(".terminals select").selectOption("h7");
    await page.locator('.pane[data-ns="h7"] textarea').focus();
    await lab.screenHas("h7", /h7:\/lab#/);
    await page.keyboard.type("ping -c 1 10.0.7.1");
    await page.keyboard.press("Enter");
    await lab.screenHas("h7", /1 received/);
    await page.locator(".map .card.group.here").waitFor();
    await group.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^h1 – h25 25 boxes/ }).waitFor();
    expect(await cards.count()).toBe(14);
    await page.getByRole("button", { name: /^h1 – h25 25 boxes/ }).press("Enter");
    await expect.poll(() => cards.count()).toBe(38);
    await lab.shot("many-opened");
    await page.getByRole("button", { name: "gather" }).click();
    await expect.poll(() => cards.count()).toBe(3);
  });
});
