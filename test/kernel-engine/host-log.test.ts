import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FOLDER, SWITCH } from "../../src/engine/kernel/host-log/guard.ts";
import {
  commandOf,
  descendants,
  eventually,
  HAS_KERNEL,
  packetwalk,
  pids,
  ROOT,
  Scripts,
  start,
} from "./support.ts";

const scripts = new Scripts();
afterAll(() => scripts.remove());

const LAB = `ip netns add a; ip netns add b
ip link add v0 netns a type veth peer name v1 netns b
ip -n a addr add 10.0.0.1/24 dev v0; ip -n b addr add 10.0.0.2/24 dev v1
ip -n a link set v0 up; ip -n b link set v1 up
ip netns exec a iptables -A OUTPUT -j LOG --log-prefix "a:OUTPUT "
ip netns exec b iptables -A INPUT -j LOG --log-prefix "b:INPUT " --log-level debug
ip netns exec b iptables -A OUTPUT -j LOG --log-prefix "b:OUTPUT "
`;
const PING = "ip netns exec a ping -c 1 -W 1 10.0.0.2 > /dev/null\n";

/** Guards of runs: tests of other files may hold the switch at the same time. */
const holders = () =>
  existsSync(FOLDER)
    ? readdirSync(FOLDER).filter((name) => existsSync(`/proc/${name.split("-")[0]}`) && name.includes("-"))
    : [];
/** What it is on the host where nobody holds it. */
const before = () =>
  existsSync(`${FOLDER}/before`) ? readFileSync(`${FOLDER}/before`, "utf8") : readFileSync(SWITCH, "utf8");
const isBack = (value: string) => () => holders().length > 0 || readFileSync(SWITCH, "utf8") === value;
const guards = (root: number) =>
  descendants(root).filter((pid) => commandOf(pid).includes("packetwalk-host-log"));

describe.runIf(HAS_KERNEL && existsSync(SWITCH))("--host-log", () => {
  const value = HAS_KERNEL && existsSync(SWITCH) ? before() : "";

  test("dmesg shows the lab's own LOG lines, with -x, -c, -C, -w and -T", () => {
    const { stdout, stderr, status } = packetwalk(
      "run",
      "--engine",
      "kernel",
      "--host-log",
      scripts.write(
        "dmesg.sh",
        `${LAB}${PING}dmesg -t; echo; dmesg -xtl debug; echo; dmesg -cT; echo; dmesg
${PING}dmesg -C; dmesg; (dmesg -W -t & echo $! > /tmp/pid; wait) > /tmp/followed 2> /dev/null & until [ -s /tmp/pid ]; do sleep 0.1; done; sleep 1; ${PING}until [ $(wc -l < /tmp/followed) -ge 3 ]; do sleep 0.1; done; kill $(cat /tmp/pid); cat /tmp/followed; dmesg -t | wc -l
`,
      ),
    );
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    const [all, debug, dated, after] = stdout.split("\n\n");
    const place = (text: string) => text.split("\n").map((line) => line.slice(0, line.indexOf(" SRC=")));
    const mac = "MAC=(?:[0-9a-f]{2}:){12}08:00";
    const lines = ["^a:OUTPUT IN= OUT=v0", `^b:INPUT IN=v1 OUT= ${mac}`, "^b:OUTPUT IN= OUT=v1"];
    expect(place(all)).toEqual(lines.map((line) => expect.stringMatching(new RegExp(`${line}$`))));
    expect(debug).toMatch(/^kern {2}:debug : b:INPUT IN=v1 /);
    const day = /^\[\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\] [ab]:/;
    expect(dated.split("\n")).toEqual(Array(3).fill(expect.stringMatching(day)));
    const followed = after.trim().split("\n");
    expect(place(followed.slice(0, 3).join("\n"))).toEqual(place(all));
    expect(followed[3].trim()).toBe("3");
  }, 180_000);

  test("the walk tells each line at its rule", () => {
    const file = join(scripts.folder, "log.jsonl");
    packetwalk(
      "walk",
      "--engine",
      "kernel",
      "--host-log",
      "--events",
      file,
      scripts.write("walked.sh", `${LAB}${PING}`),
    );
    const events = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const logs = events.flatMap((event, i) =>
      event.kind === "log"
        ? [`${event.ns} ${events[i - 1].text} ${event.line.replace(/ (MAC|SRC)=.*/, "")}`]
        : [],
    );
    expect(logs).toEqual([
      'a -j LOG --log-prefix "a:OUTPUT " a:OUTPUT IN= OUT=v0',
      'b -j LOG --log-prefix "b:INPUT " --log-level 7 b:INPUT IN=v1 OUT=',
      'b -j LOG --log-prefix "b:OUTPUT " b:OUTPUT IN= OUT=v1',
    ]);
  }, 180_000);

  test("without it the switch stays, and dmesg says why it is empty", () => {
    const path = scripts.write("without.sh", `${LAB}${PING}dmesg\necho "status $?"\n`);
    const { stdout, stderr } = packetwalk("run", "--engine", "kernel", path);
    expect(stdout).toBe("status 0\n");
    expect(stderr.split("\n")).toEqual([
      expect.stringContaining("--host-log (root) sets for the run"),
      expect.stringContaining("dmesg: empty: without --host-log"),
      "",
    ]);
    expect(isBack(value)()).toBe(true);
  }, 180_000);

  test("two runs of one script at once: each sees its own lines, and the last one puts the switch back", async () => {
    const path = scripts.write(
      "twice.sh",
      `${LAB}for i in 1 2 3 4 5 6 7 8; do ${PING.trim()} || exit 1; done; dmesg; sleep $1\n`,
    );
    const runs = await Promise.all(
      ["0", "1"].map((wait) => {
        const child = start(["run", "--engine", "kernel", "--host-log", path, wait]);
        let out = "";
        child.stdout?.on("data", (bytes) => {
          out += bytes;
        });
        return new Promise<string>((resolve) => child.once("close", () => resolve(out)));
      }),
    );
    const idents = runs.map((out) => {
      const lines = out.trimEnd().split("\n");
      expect(lines).toHaveLength(24);
      return new Set(lines.map((line) => /MAC=(\S+)/.exec(line)?.[1]).filter((mac) => mac !== undefined));
    });
    expect(idents.map((macs) => macs.size)).toEqual([1, 1]);
    expect([...idents[0]]).not.toEqual([...idents[1]]);
    expect(await eventually(isBack(value), 5000)).toBe(true);
  }, 180_000);

  test("kill -9 at any moment puts the switch back", async () => {
    const path = scripts.write("killed.sh", `${LAB}${PING}dmesg; sleep 5\n`);
    for (const moment of [100, 300, 500, 800, 1200, 2000]) {
      const child = start(["run", "--engine", "kernel", "--host-log", path]);
      await new Promise((resolve) => setTimeout(resolve, moment));
      child.kill("SIGKILL");
      expect(await eventually(isBack(value), 30_000), `at ${moment} ms`).toBe(true);
    }
  }, 180_000);

  test("the engine and its guard killed together: the next run puts it back", async () => {
    const child = start(["run", "--engine", "kernel", "--host-log", scripts.write("held.sh", "sleep 30\n")]);
    expect(
      await eventually(
        () => readFileSync(SWITCH, "utf8") === "1\n" && guards(child.pid as number).length > 0,
        20_000,
      ),
    ).toBe(true);
    for (const pid of [child.pid as number, ...guards(child.pid as number)]) process.kill(pid, "SIGKILL");
    packetwalk("run", "--engine", "kernel", scripts.write("next.sh", "true\n"));
    expect(isBack(value)()).toBe(true);
  }, 180_000);

  test("an ordinary user is told", () => {
    const { status, stderr } = spawnSync(
      "setpriv",
      [
        "--reuid=54321",
        "--regid=54321",
        "--clear-groups",
        process.execPath,
        join(ROOT, "bin/packetwalk.js"),
        "run",
        "--engine",
        "kernel",
        "--host-log",
        "examples/virtual-router/story.sh",
      ],
      { cwd: ROOT, encoding: "utf8" },
    );
    expect(status).toBe(1);
    expect(stderr).toContain("which only root may");
  });

  test("no trace instance of these runs is left", async () => {
    const gone = () => {
      const list = spawnSync("ls", ["/sys/kernel/tracing/instances"], { encoding: "utf8" }).stdout;
      return list
        .split("\n")
        .every((name) => !name.startsWith("packetwalk-") || pids().includes(Number(name.slice(11))));
    };
    expect(await eventually(gone, 5000)).toBe(true);
  });
});
