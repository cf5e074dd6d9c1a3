import { describe, expect, test } from "vitest";
import { hasChromium, serve } from "./browser.ts";

describe.skipIf(!hasChromium)("terminals", () => {
  const site = serve();

  test("a ping runs in one, tcpdump in another, and Ctrl-C ends both", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    const { page } = lab;
    await lab.ready();
    await lab.type("router", "tcpdump -ni veth1 icmp");
    await lab.screenHas("router", /listening on veth1/);
    await page.getByRole("button", { name: "side by side" }).click();
    expect(await page.locator(".pane").count()).toBe(2);
    await lab.type("boxA", "ping 172.16.100.1");
    await lab.screenHas("boxA", /ttl=64[\s\S]*ttl=64/);
    await lab.screenHas("router", /ICMP echo reply/);
    await lab.shot("terminals-two");
    await page.keyboard.press("Control+c");
    await lab.screenHas("boxA", /\^C\n--- 172\.16\.100\.1 ping stat/);
    await page.locator('.pane[data-ns="router"] textarea').focus();
    await page.keyboard.press("Control+c");
    await lab.screenHas("router", /packets captured/);
  });

  test("history and completion are the shell's own", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    await lab.ready();
    await lab.type("boxA", "ip -4 -o addr show dev veth0");
    await lab.screenHas("boxA", /172\.16\.100\.5\/24/);
    await lab.page.keyboard.press("ArrowUp");
    await expect.poll(async () => (await lab.screen("boxA")).match(/addr show dev veth0/g)?.length).toBe(2);
    await lab.page.keyboard.press("Control+c");
    await lab.page.keyboard.type("iptables-sa");
    await lab.page.keyboard.press("Tab");
    await lab.screenHas("boxA", /# iptables-save$/m);
  });

  test("a shell that was left can be opened again", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    await lab.ready();
    await lab.type("boxB", "exit");
    await lab.screenHas("boxB", /the shell has ended/);
    await lab.page.keyboard.press("Enter");
    await lab.type("boxB", "echo back again");
    await lab.screenHas("boxB", /^back again$/m);
  });

  test("a terminal that comes in sight narrower than it was shows its last line", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    await lab.ready();
    await lab.type(
      "boxA",
      "ping -c 1 172.16.200.5; ip route add default via 172.16.100.1; ping -c 1 172.16.200.5",
    );
    await lab.screenHas("boxA", /packet loss/);
    await lab.type("router", "echo there");
    await lab.screenHas("router", /^there$/m);
    await lab.page.getByRole("button", { name: "side by side" }).click();
    await lab.screenHas("boxA", /packet loss[\s\S]*# *$/);
    await lab.type("boxA", "echo here");
    await lab.screenHas("boxA", /^here$/m);
    await lab.page.close();
  });
});
