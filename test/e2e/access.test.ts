import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { hasChromium, type LabPage, serve } from "./browser.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong, as "rule: element". */
async function faults({ page }: LabPage): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] });
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 160)}`));
  });
}

describe.skipIf(!hasChromium)("for everybody", () => {
  const site = serve();

  for (const colorScheme of ["light", "dark"] as const) {
    test(`axe finds nothing: ${colorScheme}`, async () => {
      const lab = await site.open({ colorScheme, reducedMotion: "reduce" });
      const { page } = lab;
      await lab.ready();
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe(colorScheme);
      expect(await faults(lab)).toEqual([]);
      await lab.type("boxA", "ip route add default via 172.16.100.1; ping -c 1 -W 1 172.16.200.5");
      await page.locator(".why", { hasText: "IP_RPFILTER" }).waitFor();
      await lab.screenHas("boxA", /packet loss/);
      for (const tab of ["Walk", "Facts", "Editor", "Story"]) {
        await page.getByRole("tab", { name: new RegExp(`^${tab}`) }).click();
        await page.waitForTimeout(250);
        await lab.shot(`theme-${colorScheme}-${tab.toLowerCase()}`);
        expect(await faults(lab), tab).toEqual([]);
      }
    });
  }

  test("by keyboard alone: to the terminal, a ping, its walk, back in time", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    const { page } = lab;
    await lab.ready();
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press("F6");
      if (await page.evaluate(() => document.activeElement?.closest(".place-terminals") !== null)) break;
    }
    await page.keyboard.type("ping -c 1 172.16.100.1");
    await page.keyboard.press("Enter");
    await lab.screenHas("boxA", /1 received/);
    await page.keyboard.press("F6");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("tab");
    await page.keyboard.press("ArrowRight");
    await page.locator(".virtual").waitFor();
    await page.keyboard.press(",");
    await page.keyboard.press(",");
    expect((await lab.shown()).mode).toBe("paused");
    const at = (await lab.shown()).position;
    await page.keyboard.press(".");
    expect((await lab.shown()).position).toBeGreaterThan(at);
    await page.keyboard.press("l");
    expect((await lab.shown()).mode).toBe("live");
  });

  test("on a narrow screen the parts are tabs, with the map above", async () => {
    const lab = await site.open({ viewport: { width: 768, height: 900 }, reducedMotion: "reduce" });
    const { page } = lab;
    await page.waitForSelector(".map .cable");
    await page.getByRole("button", { name: "Terminals", exact: true }).click();
    await lab.ready();
    await lab.shot("narrow-terminals");
    await page.getByRole("button", { name: "Packet", exact: true }).click();
    await lab.shot("narrow-packet");
    for (const part of ["Story", "Walk", "Facts", "Editor"]) {
      await page.getByRole("button", { name: part, exact: true }).click();
      await page.locator(`.side-body.${part.toLowerCase()}`).waitFor();
      expect(await page.locator(".map .card").first().isVisible()).toBe(true);
      await lab.shot(`narrow-${part.toLowerCase()}`);
      expect(await faults(lab), part).toEqual([]);
    }
  });

  test("on a tablet held upright the packet is in sight with one more part", async () => {
    const lab = await site.open({ viewport: { width: 820, height: 1180 }, reducedMotion: "reduce" });
    const { page } = lab;
    await lab.ready();
    await lab.type("boxA", "ping -c 1 172.16.200.5");
    await page.locator(".why", { hasText: "no route to" }).waitFor();
    for (const part of ["Story", "Walk", "Facts", "Editor"]) {
      await page.getByRole("button", { name: part, exact: true }).click();
      await page.locator(`.side-body.${part.toLowerCase()}`).waitFor();
      expect(await page.locator(".why").isVisible()).toBe(true);
      expect(await faults(lab), part).toEqual([]);
    }
    await page.getByRole("button", { name: "Terminals", exact: true }).click();
    expect(await page.locator(".terminals").isVisible()).toBe(true);
    await lab.shot("upright");
  });
});
