import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { hasChromium, serve, serveFiles } from "./browser.ts";

const LAB = `#!/bin/bash
ip netns add left
ip netns add right
ip link add eth-a type veth peer name eth-b
ip link set eth-a netns left
ip link set eth-b netns right
ip -n left addr add 10.0.0.1/24 dev eth-a
ip -n right addr add 10.0.0.2/24 dev eth-b
ip -n left link set eth-a up
ip -n right link set eth-b up
`;

describe.skipIf(!hasChromium)("what is kept, shared, dropped and saved", () => {
  const folder = mkdtempSync(join(tmpdir(), "packetwalk-ui-"));
  writeFileSync(join(folder, "two.sh"), LAB);
  const site = serve(join(folder, "two.sh"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("the command line's lab is opened, and an edit of its file is seen at the next visit", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    await lab.ready();
    await lab.page.locator(".map .card", { hasText: "left" }).waitFor();
    await lab.page.locator(".map .card", { hasText: "right" }).waitFor();
    writeFileSync(join(folder, "two.sh"), LAB.replaceAll("right", "east"));
    await lab.page.reload();
    await lab.page.locator(".map .card", { hasText: "east" }).waitFor();
    writeFileSync(join(folder, "two.sh"), LAB);
  });

  test("errors of the shell, ip and iptables show as one types; a run builds the lab anew; a reload loses nothing", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    const { page } = lab;
    await page.goto(site.url().replace("?lab", ""));
    await lab.ready();
    await page.getByRole("tab", { name: "Editor" }).click();
    const text = page.locator(".cm-content");
    await text.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(
      "iptables -A INPUT --dport 22 -j DROP\nip adr show\niptabels -F\nif true; then\n",
    );
    await page.locator(".faults", { hasText: /line \d+ and [1-9]/ }).waitFor();
    await page.locator(".cm-lint-marker-error").first().hover();
    await page
      .locator(".cm-tooltip", { hasText: /unknown option "--dport"|syntax error|unknown, try|not found/ })
      .waitFor();
    await lab.shot("editor-errors");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("ip netns add alone\n");
    await expect.poll(() => page.locator(".cm-lintRange-error").count()).toBe(0);
    await page.reload();
    await text.getByText("ip netns add alone").waitFor();
    await page.getByRole("button", { name: "Run anew" }).click();
    await page.locator(".map .card", { hasText: "alone" }).waitFor();
    expect(await page.locator(".map .card").count()).toBe(2);
  });

  test("completion offers what the commands' own parsers know; a script is run up to a line, and from one", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    const { page } = lab;
    await lab.ready();
    await page.getByRole("tab", { name: "Editor" }).click();
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("ip netns add one\nip netns add two\nip netns exec tw");
    const offers = page.locator(".cm-tooltip-autocomplete li");
    /** Takes the offer. An editor heeds no key for the first 75 ms of a list (interactionDelay), lest it surprise. */
    const take = async (offer: string, key: string) => {
      await offers.filter({ hasText: offer }).waitFor();
      await page.waitForTimeout(150);
      await page.keyboard.press(key);
    };
    await take("two", "Tab");
    await page.keyboard.type(" iptables -A FORWARD -m conntrack --ctst");
    await take("--ctstate", "Enter");
    await page.keyboard.type(" NEW,REL");
    await offers.filter({ hasText: "NEW,RELATED" }).waitFor();
    await lab.shot("editor-completion");
    await take("NEW,RELATED", "Enter");
    await page.keyboard.type(" -j ACCEPT");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+Home");
    await page.getByRole("button", { name: "up to here" }).click();
    await page.locator(".map .card", { hasText: "one" }).waitFor();
    expect(await page.locator(".map .card", { hasText: "two" }).count()).toBe(0);
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Control+Shift+Enter");
    await page.locator(".map .card", { hasText: "two" }).getByText("1 rule").waitFor();
  });

  test("a reload gives the lab back as it was left: its state, its walk, its terminals", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    const { page } = lab;
    await lab.ready();
    await lab.type("left", "iptables -A OUTPUT -p udp -j DROP; ping -c 1 10.0.0.2");
    await lab.screenHas("left", /1 received/);
    await page.keyboard.type("echo half");
    await lab.screenHas("left", /# echo half$/m);
    const before = await lab.events();
    await page.reload();
    await lab.screenHas("left", /1 received[\s\S]*# echo half$/m);
    await expect.poll(async () => (await lab.events()).length).toBe(before.length);
    expect(await lab.events()).toEqual(before);
    await page.locator(".map .card", { hasText: "left" }).getByText("1 rule").waitFor();
    await page.locator('.pane[data-ns="left"] textarea').focus();
    await page.keyboard.type(" and whole");
    await page.keyboard.press("Enter");
    await lab.screenHas("left", /^half and whole$/m);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await lab.screenHas("left", /# iptables -A OUTPUT.*\n?.*$/m);
  });

  test("each tab keeps its own edits over a reload, and the lab before this one is a click away", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    const other = await lab.page.context().newPage();
    await other.goto(site.url());
    await other.waitForSelector(".map .cable");
    const edit = async (page: typeof other, text: string) => {
      await page.bringToFront();
      await page.getByRole("tab", { name: "Editor" }).click();
      await page.locator(".cm-content").click();
      await page.keyboard.press("Control+Home");
      await page.keyboard.type(text);
      await page.locator(".editor-bar option", { hasText: "two.sh •" }).waitFor({ state: "attached" });
    };
    await edit(lab.page, "# mine\n");
    await edit(other, "# theirs\n");
    await lab.page.bringToFront();
    await lab.page.reload();
    await lab.page.locator(".cm-content").getByText("# mine").waitFor();
    await other.close();
    // Another lab opens, even in this one's place, and a reload finds that one; nothing is lost.
    const { page } = lab;
    await page.getByRole("button", { name: /^Lab: / }).click();
    await page.getByRole("menuitem", { name: /^Empty box/ }).click();
    await page.locator(".map .card", { hasText: "left" }).waitFor({ state: "detached" });
    await page.reload();
    await page.getByRole("button", { name: "Lab: empty box" }).click();
    await page.getByRole("menuitem", { name: /^Back to two/ }).click();
    await page.locator(".map .card", { hasText: "left" }).waitFor();
    await page.locator(".cm-content").getByText("# mine").waitFor();
  });

  test("what ends the engine is said, with a way to start again", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    const { page } = lab;
    await lab.ready();
    await page.evaluate(() => {
      interface Failing {
        session: { failed: { value: string | null } };
      }
      const { packetwalk } = globalThis as unknown as { packetwalk: { stage: { value: Failing } } };
      packetwalk.stage.value.session.failed.value = "it was pulled out";
    });
    await page
      .getByRole("alert")
      .getByText(/The lab has ended: it was pulled out/)
      .waitFor();
    await lab.shot("failure");
    await page.getByRole("button", { name: "Start it again" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    await lab.ready();
  });

  test("a script that does not end leaves the page and the work alone", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    const { page } = lab;
    await lab.ready();
    await page.getByRole("tab", { name: "Editor" }).click();
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("ip netns add still\nwhile :; do :; done\n");
    await page.getByRole("button", { name: "Run anew" }).click();
    await page.locator(".map .card", { hasText: "still" }).waitFor();
    await lab.type("still", "echo here all the same");
    await lab.screenHas("still", /^here all the same$/m);
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("ip netns add over\n");
    await page.getByRole("button", { name: "Reset" }).click();
    await page.locator(".map .card", { hasText: "over" }).waitFor();
  });

  test("a link holds the whole lab; a broken one says so and changes nothing", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    const { page } = lab;
    await lab.ready();
    await page.getByRole("button", { name: "Share and save" }).click();
    await page.getByRole("menuitem", { name: /Copy a link/ }).click();
    await expect.poll(() => page.url()).toContain("#lab=");
    const link = page.url();
    const other = await site.open({ reducedMotion: "reduce", hash: link.slice(link.indexOf("#")) });
    await other.page.locator(".map .card", { hasText: "right" }).waitFor();
    await other.page.evaluate(() => (location.hash = "#lab=AAAA"));
    await other.page.getByText(/the link is broken/).waitFor();
    await other.page.locator(".map .card", { hasText: "right" }).waitFor();
  });

  test("a ruleset is dropped in and restored; a binary and a huge file get a message", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    const { page } = lab;
    await lab.ready();
    const file = page.locator("#file");
    await file.setInputFiles({ name: "x.bin", mimeType: "", buffer: Buffer.from([0, 1, 2, 255]) });
    await page.getByText(/x\.bin is no text/).waitFor();
    await file.setInputFiles({ name: "big.sh", mimeType: "", buffer: Buffer.alloc(2_000_000, 97) });
    await page.getByText(/big\.sh has 2 MB/).waitFor();
    await page.locator(".map .card", { hasText: "left" }).waitFor();
    const rules = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p icmp -j ACCEPT\nCOMMIT\n";
    await file.setInputFiles({ name: "rules.v4", mimeType: "", buffer: Buffer.from(rules) });
    await page.getByRole("dialog", { name: "rules.v4: 1 rule in 1 table" }).waitFor();
    await lab.shot("dialog-ruleset");
    await page.getByRole("button", { name: /^Into left/ }).click();
    await lab.screenHas("left", /iptables-restore < \/lab\/rules\.v4/);
    await page.keyboard.press("Enter");
    await page.locator(".map .card", { hasText: "left" }).getByText("2 rules").waitFor();
    // Pasted where nothing is written, it is the same; this time with a lab of its own.
    await page.evaluate(
      (text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", text);
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
      },
      rules.replace("-p icmp", "-i lan0 -p icmp"),
    );
    await page.getByRole("button", { name: /^A lab round them/ }).click();
    await page.locator(".map .card", { hasText: "at-lan0" }).waitFor();
    await page.locator(".map .card", { hasText: "fw" }).getByText("2 rules").waitFor();
    const of = join(folder, "whole");
    mkdirSync(join(of, ".git"), { recursive: true });
    writeFileSync(join(of, "setup.sh"), "ip netns add whole\n");
    writeFileSync(join(of, "lesson.md"), "# A lesson\n\n## One step\n\nwords\n");
    writeFileSync(join(of, ".git", "config"), "hidden\n");
    await page.locator("#folder").setInputFiles(of);
    await page.locator(".map .card", { hasText: "whole" }).waitFor();
    await page.getByRole("button", { name: "Play the story" }).waitFor();
    expect(await page.getByLabel("File", { exact: true }).locator("option").allTextContents()).toEqual([
      "setup.sh",
      "lesson.md",
    ]);
    await file.setInputFiles({ name: "mine.sh", mimeType: "", buffer: Buffer.from("ip netns add mine\n") });
    await page.locator(".map .card", { hasText: "mine" }).waitFor();
    // Its terminals are those of the new lab.
    await lab.screenHas("mine", /mine:\/lab#/);
    expect(await page.locator(".failure").count()).toBe(0);
  });

  test("script, walk, packets and map can be saved", async () => {
    const lab = await site.open({ reducedMotion: "reduce", acceptDownloads: true });
    const { page } = lab;
    await lab.ready();
    await lab.type("left", "ping -c 1 10.0.0.2");
    await lab.screenHas("left", /1 received/);
    const save = async (name: RegExp): Promise<Buffer> => {
      await page.getByRole("button", { name: "Share and save" }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("menuitem", { name }).click(),
      ]);
      return readFileSync(await download.path());
    };
    expect((await save(/Save the script/)).toString()).toBe(LAB);
    const walk = (await save(/Save the walk/)).toString().trim().split("\n");
    expect(walk.length).toBe((await lab.events()).length);
    expect(JSON.parse(walk[0])).toMatchObject({ seq: 1 });
    expect((await save(/Save the packets/)).subarray(0, 4).toString("hex")).toBe("0a0d0d0a");
    expect((await save(/Save the map/)).toString()).toMatch(/^<svg[\s\S]*left[\s\S]*10\.0\.0\.1\/24/);
  });
});

describe.skipIf(!hasChromium)("on any web host", () => {
  const site = serveFiles();

  test("the page works offline after the first visit", async () => {
    const lab = await site.open({ reducedMotion: "reduce" });
    await lab.ready();
    await lab.page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await lab.page.reload();
    await lab.ready();
    await lab.page.context().setOffline(true);
    await lab.page.reload();
    await lab.ready();
    await lab.type("boxA", "echo offline and well");
    await lab.screenHas("boxA", /^offline and well$/m);
    await lab.page.getByRole("tab", { name: "Editor" }).click();
    await lab.page.locator(".cm-content").waitFor();
  });
});
