import { describe, expect, test } from "vitest";
import { hasChromium, serve } from "./browser.ts";

describe.skipIf(!hasChromium)("the story, as a newcomer plays it", () => {
  const site = serve();

  test("from the first view to the web server behind the router", async () => {
    const lab = await site.open();
    const { page } = lab;
    await lab.ready();
    await lab.shot("1-first-view");
    expect(await page.locator(".map .card").count()).toBe(4);
    expect(await page.locator(".map .cable").count()).toBe(2);
    await page.getByRole("button", { name: "Play the story" }).click();

    // 1. Nothing is sent, and boxA says why.
    await page.locator(".why", { hasText: "boxA has no route to 172.16.200.5" }).waitFor();
    await lab.screenHas("boxA", /Network is unreachable/);
    await lab.shot("2-unreachable");

    // 2. The packet leaves, and dies at boxB's reverse path check.
    await page.locator(".why", { hasText: "IP_RPFILTER" }).waitFor({ timeout: 30_000 });
    expect(await page.locator(".stop.died").getAttribute("data-stop")).toBe("rpfilter");
    expect(await page.locator(".map .card.died .name").textContent()).toContain("boxB");
    await page.getByText("boxA has a default route.").waitFor();
    await lab.shot("3-reverse-path");

    // 3. SNAT: the source changes before the eyes.
    const source = page.locator('.field[data-field="src"].changed');
    await source.waitFor({ timeout: 30_000 });
    expect(await source.locator("del").textContent()).toBe("172.16.100.5");
    expect(await source.locator("ins").textContent()).toBe("172.16.200.1");
    await lab.shot("4-snat");
    await page.locator(".entry.glows").waitFor({ timeout: 20_000 });
    await lab.shot("5-reply-by-entry");
    await lab.screenHas("boxA", /64 bytes from 172.16.200.5/, 30_000);

    // The newcomer has seen how it goes: the rest at four times the speed.
    await page.getByLabel("Speed").selectOption("4");
    await page
      .locator(".why", { hasText: "The policy of FORWARD in router is DROP" })
      .waitFor({ timeout: 60_000 });
    await lab.shot("6-policy-drop");
    await page.getByRole("button", { name: "Play the story" }).waitFor({ timeout: 120_000 });
    const held = await page.locator(".check-line.held").count();
    expect(held).toBe(await page.locator(".check-line").count());
    await lab.screenHas("boxB", /Hello!/);
    await lab.shot("7-the-end");
  }, 240_000);
});
