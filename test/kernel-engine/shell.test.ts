import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
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
} from "./support.ts";

const scripts = new Scripts();
afterAll(() => scripts.remove());
const LAB = "ip netns add boxA; tty; echo booted; read -r word; echo got $word; (exit 4)\n";

const PROMPT = /root@\w+:\S*# /;

describe.runIf(HAS_KERNEL)("packetwalk shell on the kernel", () => {
  let before: Record<string, string>;
  beforeAll(() => {
    before = hostState();
  }, 60_000);

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

  test("--walk: each packet's walk under the command that was typed, before the next prompt", async () => {
    const lab =
      "ip netns add a; ip link add v0 type veth peer name v1 netns a; ip addr add 10.0.0.1/24 dev v0; ip link set v0 up; ip -n a addr add 10.0.0.2/24 dev v1; ip -n a link set v1 up\n";
    const person = new Person([], "--walk", "--no-color", scripts.write("walked.sh", lab));
    await person.shows(PROMPT);
    person.type("ping -c 1 -W 1 10.9.9.9\r");
    await person.shows(/Network is unreachable\r+\n/);
    await person.shows(/could not send to 10\.9\.9\.9: ENETUNREACH[^#]*look/);
    await person.shows(PROMPT);
    person.type("ip netns exec a iptables -A INPUT -p icmp -j DROP; ping -c 1 -W 1 10.0.0.2; echo o''ver\r");
    await person.shows(/\nover\r+\n/);
    await person.shows(/died in a, hook INPUT: NETFILTER_DROP/);
    await person.shows(PROMPT);
    person.type("exit 3\r");
    expect(await person.ended).toBe(3);
  });

  test("--walk, --events and --pcap on a pipe", () => {
    const events = join(scripts.folder, "events.jsonl");
    const folder = join(scripts.folder, "captures");
    const bin = join(ROOT, "bin/packetwalk.js");
    const words = [bin, "shell", "--engine", "kernel", "--walk", "--events", events, "--pcap", folder];
    const { status, stdout } = spawnSync(process.execPath, words, {
      cwd: ROOT,
      encoding: "utf8",
      input:
        "ip netns add a\nip link add v0 type veth peer name v1 netns a\nip addr add 10.0.0.1/24 dev v0; ip link set v0 up\nip -n a addr add 10.0.0.2/24 dev v1; ip -n a link set v1 up\nping -c 1 -W 1 10.0.0.2 | grep received\nexit 5\n",
    });
    expect(status).toBe(5);
    expect(stdout).toMatch(
      /1 received.*\n[\s\S]*10\.0\.0\.1 → 10\.0\.0\.2 {2}ICMP echo request[\s\S]*✓ icmp/,
    );
    const kinds = readFileSync(events, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).kind);
    expect(kinds).toEqual(expect.arrayContaining(["command", "command-end", "born", "deliver"]));
    const read = spawnSync("tcpdump", ["-nr", join(folder, "a-v1.pcapng"), "icmp"], { encoding: "utf8" });
    expect(read.stdout.match(/ICMP echo (request|reply)/g)).toEqual(["ICMP echo request", "ICMP echo reply"]);
  }, 120_000);
});
