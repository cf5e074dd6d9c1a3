import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  commandOf,
  descendants,
  eventually,
  HAS_KERNEL,
  hostState,
  isThere,
  Person,
  ROOT,
  Scripts,
  start,
} from "./support.ts";

const scripts = new Scripts();
afterAll(() => scripts.remove());
const LAB = "ip netns add boxA; tty; echo booted; read -r word; echo got $word; (exit 4)\n";

const PROMPT = /root@\w+:\S*# /;

describe.runIf(HAS_KERNEL)("packetwalk shell on the kernel", () => {
  let before: Record<string, string>;
  beforeAll(() => {
    before = hostState();
  });

  test("runs the script on the terminal, then a shell there; the terminal is as it was afterwards", async () => {
    const person = new Person([], scripts.write("lab.sh", LAB));
    const [, host] = await person.shows(/^(\/dev\/\S+)\r+\n/);
    await person.shows(/\/dev\/pts\/\d+\r+\nbooted\r+\n/);
    person.type("word\r");
    await person.shows(/got word\r+\n/);
    await person.shows(/lab\.sh ended with status 4/);
    await person.shows(/A real Linux, in a sandbox/);
    await person.shows(PROMPT);

    person.type("stty size; ip netns list; ps -A -o comm= | grep -c node\r");
    await person.shows(/34 91\r+\nboxA\r+\n0\r+\n/);

    // The size of the person's window is that of the terminal inside.
    person.type("trap 'echo now $(stty size)' WINCH; echo s''et\r");
    await person.shows(/\nset\r+\n/);
    spawnSync("stty", ["-F", host, "cols", "77", "rows", "22"]);
    await person.shows(/now 22 77\r+\n/);

    person.type(`sh -c 'echo beg""un; exec sleep 1000'\r`);
    await person.shows(/\nbegun\r+\n/);
    person.type("\x03");
    await person.shows(PROMPT);
    person.type("echo status $?\r");
    await person.shows(/status 130\r+\n/);

    person.type("exit 7\r");
    await person.shows(/ icanon /);
    await person.shows(/ echo /);
    expect(await person.ended).toBe(7);
    expect(hostState()).toEqual(before);
  });

  test("ended from outside, it leaves the terminal as it was and nothing that it ran", async () => {
    const person = new Person([]);
    await person.shows(PROMPT);
    person.type(`sh -c 'echo beg""un; exec sleep 1000'\r`);
    await person.shows(/\nbegun\r+\n/);
    const family = descendants(person.child.pid as number);
    const own = family.find(
      (pid) => /packetwalk\.js/.test(commandOf(pid)) && !/^\d+ (sh|script)/.test(commandOf(pid)),
    );
    process.kill(own as number, "SIGTERM");
    await person.shows(/ icanon /);
    await person.ended;
    await eventually(() => !family.some(isThere), 5000);
    expect(family.filter(isThere).map(commandOf)).toEqual([]);
    expect(hostState()).toEqual(before);
  });

  test("commands on a pipe are run there without a prompt; the script before does not get them", async () => {
    const path = scripts.write("pipe.sh", "ip netns add boxA; cat; echo booted\n");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, "bin/packetwalk.js"), "shell", "--engine", "kernel", path],
      { cwd: ROOT, encoding: "utf8", input: "ip netns list\nexit 5\n" },
    );
    expect({ status, stdout, stderr }).toEqual({ status: 5, stdout: "booted\nboxA\n", stderr: "" });
  });

  test("what it has not says so", async () => {
    const child = start(["shell", "--engine", "kernel", "--pcap", "x"]);
    let said = "";
    child.stderr.on("data", (bytes) => {
      said += bytes;
    });
    const status = await new Promise((resolve) => child.once("close", resolve));
    expect(said).toContain("--pcap");
    expect(status).toBe(2);
  });
});
