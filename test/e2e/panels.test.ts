import { describe, expect, test } from "vitest";
import { hasChromium, serve } from "./browser.ts";

describe.skipIf(!hasChromium)("panels and time", () => {
  const site = serve();

  test("stepping goes through the packet's events one by one, both ways", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    await lab.ready();
    await lab.type("boxA", "ip route add default via 172.16.100.1; ping -c 1 -W 1 172.16.200.5");
    await lab.screenHas("boxA", /packet loss/);
    await lab.page.getByRole("tab", { name: /Walk/ }).click();
    await lab.page.locator(".virtual-row").filter({ hasText: "IP_RPFILTER" }).click();
    const walk = (await lab.events()).filter((e) => "packet" in e && e.packet === 1);
    expect(walk.length).toBeGreaterThan(12);
    expect((await lab.shown()).event?.seq).toBe(walk.at(-1)?.seq);
    for (const event of walk.slice(0, -1).reverse()) {
      await lab.page.keyboard.press(",");
      expect((await lab.shown()).event?.seq).toBe(event.seq);
    }
    for (const event of walk.slice(1)) {
      await lab.page.keyboard.press(".");
      expect((await lab.shown()).event?.seq).toBe(event.seq);
    }
    await lab.page.getByLabel("Step by").selectOption("hop");
    await lab.page.getByRole("button", { name: "step back" }).click();
    expect((await lab.shown()).event).toMatchObject({ kind: "receive", ns: "boxB" });
    await lab.page.getByRole("button", { name: "step back" }).click();
    expect((await lab.shown()).event).toMatchObject({ kind: "receive", ns: "router" });
    await lab.shot("panel-stepped-back");
  });

  test("the past is the whole box as it was then", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    await lab.ready();
    await lab.type("router", "iptables -A FORWARD -p tcp -j DROP");
    await lab.type("router", "ip addr add 10.9.9.9/32 dev veth1");
    const card = lab.page.locator(".map .card", { hasText: "router" });
    await card.getByText("1 rule").waitFor();
    const before = (await lab.events()).findIndex((e) => e.kind === "ruleset");
    await lab.page.getByRole("slider", { name: "Moment" }).evaluate((el: HTMLInputElement, value) => {
      el.value = String(value);
      el.dispatchEvent(new Event("input", { bubbles: true }));
    }, before - 2);
    await card.getByText("1 rule").waitFor({ state: "detached" });
    await lab.page.getByRole("button", { name: "live" }).click();
    await card.getByText("1 rule").waitFor();
  });

  test("a rule that is asked says what matched and which condition failed", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    await lab.ready();
    await lab.type("boxA", "ip route add default via 172.16.100.1");
    await lab.type(
      "router",
      "iptables -N web; iptables -A web -p tcp --dport 80 -j ACCEPT; iptables -A web -j DROP; iptables -A FORWARD -i veth1 -j web",
    );
    await lab.type("boxA", "ping -c 1 -W 1 172.16.200.5");
    await lab.page.locator(".why", { hasText: "router" }).waitFor();
    const rules = lab.page.locator(".rules");
    await rules.getByText("↳ filter web").waitFor();
    await rules.locator("li.miss", { hasText: "--dport 80" }).getByText(/^not:/).waitFor();
    await rules.locator("li.hit", { hasText: "-j DROP" }).waitFor();
    // The reason stays in sight however long the chains are.
    expect(await lab.page.locator(".why .cure").first().isVisible()).toBe(true);
    await lab.page.locator(".place-study").evaluate((el) => el.scrollTo(0, el.scrollHeight));
    await lab.shot("panel-rules");
    const cure = lab.page.locator(".cure").first();
    const command = await cure.locator("code").textContent();
    await cure.click();
    await lab.screenHas("router", (command ?? "").replace("ip netns exec router ", "").slice(0, 30));
  });

  test("facts of a box and of a device", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    await lab.ready();
    await lab.page.getByRole("button", { name: /^router .*\(box\)/ }).click();
    const facts = lab.page.locator(".facts");
    await facts.getByText("172.16.100.0/24 dev veth1").waitFor();
    await facts.getByText("net.ipv4.ip_forward = 1").waitFor();
    await lab.shot("panel-facts");
    await lab.page.getByRole("button", { name: /^veth0 .*\(device of boxA/ }).click();
    await facts.getByText("boxA / veth0").waitFor();
    await facts.getByText("net.ipv4.conf.veth0.rp_filter").waitFor();
  });

  test("the walk is filtered by text, host and end", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    await lab.ready();
    await lab.type("boxA", "ping -c 2 -i 0.2 172.16.100.1; ping -c 1 -W 1 172.16.100.5");
    await lab.screenHas("boxA", /1 packets transmitted/);
    await lab.page.getByRole("tab", { name: /Walk/ }).click();
    const rows = lab.page.locator(".virtual-row");
    await expect.poll(() => rows.count()).toBe(5);
    await lab.page.getByRole("searchbox").fill("reply 100.1");
    await expect.poll(() => rows.count()).toBe(2);
    await lab.page.getByRole("searchbox").fill("");
    await lab.page.getByRole("combobox", { name: "Host", exact: true }).selectOption("router");
    await expect.poll(() => rows.count()).toBe(4);
    await lab.page.getByRole("radio", { name: "steps" }).check();
    await expect.poll(() => rows.count()).toBeGreaterThan(6);
    await lab.shot("panel-walk");
    await lab.page.getByRole("radio", { name: "packets" }).check();
    await lab.page.getByRole("combobox", { name: "Host", exact: true }).selectOption("");
    await rows.filter({ hasText: "echo reply" }).first().click();
    await lab.page.getByRole("button", { name: "its flow" }).click();
    // The first ping's two requests and two answers; the second ping's is another flow.
    await expect.poll(() => rows.count()).toBe(4);
    await lab.page.getByRole("button", { name: /^the flow of/ }).click();
    await expect.poll(() => rows.count()).toBe(5);
  });

  test("the map is zoomed and moved by wheel, buttons and keys, and shows all again", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    const { page } = lab;
    await lab.ready();
    const map = page.locator("#topology");
    const view = async () => ((await map.getAttribute("viewBox")) ?? "").split(" ").map(Number);
    const whole = await view();
    await map.hover({ position: { x: 120, y: 90 } });
    await page.mouse.wheel(0, -400);
    await expect.poll(async () => (await view())[2]).toBeLessThan(whole[2] * 0.8);
    await page.getByRole("button", { name: "zoom out" }).click();
    await page.mouse.move(200, 420);
    await page.mouse.down();
    const before = await view();
    await page.mouse.move(150, 380, { steps: 3 });
    await page.mouse.up();
    const after = await view();
    expect(after[0]).toBeGreaterThan(before[0]);
    expect(after[2]).toBeCloseTo(before[2], 3);
    await map.focus();
    await page.keyboard.press("ArrowLeft");
    expect((await view())[0]).toBeLessThan(after[0]);
    await page.keyboard.press("0");
    expect(await view()).toEqual(whole);
  });

  test("parts are closed and brought back, and a reload keeps that", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    const { page } = lab;
    await lab.ready();
    await page.getByRole("button", { name: "close: Map" }).click();
    await page.getByRole("button", { name: "close: Terminals" }).click();
    expect(await page.locator(".map, .terminals").count()).toBe(0);
    const box = await page.locator(".place-study").boundingBox();
    expect(box?.x).toBeLessThan(12);
    await page.getByRole("button", { name: "fold: chains by tables" }).click();
    expect(await page.locator(".matrix").count()).toBe(0);
    await lab.shot("panel-closed");
    await page.reload();
    await page.locator(".place-study").waitFor();
    expect(await page.locator(".map, .terminals, .matrix").count()).toBe(0);
    await page.getByRole("button", { name: "View", exact: true }).click();
    await page.getByRole("menuitemcheckbox", { name: "Map" }).click();
    await page.locator(".map .card").first().waitFor();
    await page.getByRole("button", { name: "View", exact: true }).click();
    await page.getByRole("menuitem", { name: /All of them/ }).click();
    await lab.ready();
  });

  test("a box that was dragged stays where it was put", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    await lab.ready();
    const card = lab.page.locator(".map .card", { hasText: "boxB" });
    const from = await card.boundingBox();
    if (!from) throw new Error("boxB is not drawn");
    await lab.page.mouse.move(from.x + 20, from.y + 20);
    await lab.page.mouse.down();
    await lab.page.mouse.move(from.x + 10, from.y + 120, { steps: 5 });
    await lab.page.mouse.up();
    const to = await card.boundingBox();
    expect(to?.y).toBeGreaterThan(from.y + 60);
    const put = await card.getAttribute("transform");
    await lab.page.reload();
    await lab.ready();
    // The view shows all again, so its place on the screen may be another.
    await expect.poll(() => card.getAttribute("transform")).toBe(put);
  });
});
