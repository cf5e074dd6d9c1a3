import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { afterAll, describe, expect, test } from "vitest";
import { walkEventSchema } from "../src/walk/event.ts";
import { read } from "../src/wire/pcapng.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "packetwalk-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

function packetwalk(...args: string[]) {
  const run = spawnSync(process.execPath, ["bin/packetwalk.js", ...args], { cwd: ROOT, encoding: "utf8" });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** A script file in a folder of the test's own. */
function script(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const PING = `ip netns add a
ip link add v0 type veth peer name v1 netns a
ip addr add 10.0.0.1/24 dev v0
ip -n a addr add 10.0.0.2/24 dev v1
ip link set v0 up
ip -n a link set v1 up
`;

describe("the command line", () => {
  test("--version, --help, no verb, an unknown verb", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(packetwalk("--version")).toMatchObject({ status: 0, stdout: `packetwalk ${version}\n` });
    expect(packetwalk("--help").stdout).toContain("packetwalk walk  [options] FILE");
    expect(packetwalk()).toMatchObject({ status: 2 });
    expect(packetwalk("wlak")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no verb "wlak"'),
    });
  });

  test("a mistake on the command line says which and ends with 2", () => {
    const hello = script("hello-again.sh", "echo hello\n");
    for (const [args, words] of [
      [["run"], "run needs a script"],
      [["run", join(folder, "nowhere.sh")], "no such file"],
      [["run", folder], "is a folder"],
      [["run", "--seed", "x", "f"], "--seed takes a whole number"],
      [["run", "--profile", "bsd", "f"], "--profile takes ubuntu or kernel"],
      [["run", "--time-limit", "soon", "f"], "--time-limit takes a span"],
      [["run", "--frobnicate", "f"], "there is no option --frobnicate"],
      [["run", "--evnts", "e", "f"], "there is no option --evnts. Is --events meant?"],
      [["run", "-x", "f"], "there is no option -x"],
      [["run", "--seed"], "--seed needs a value"],
      [["run", "--seed", "-1", "f"], '--seed takes a whole number from 0 to 4294967295, not "-1"'],
      [["run", "--seed=1", "--seed=2", "f"], "--seed is given twice"],
      [["run", "--time-limit", "-1", "f"], 'such as 30s, 5m or 1h, not "-1"'],
      [["run", "--verbose=no", "f"], "--verbose takes no value"],
      [["run", "--port", "1", "f"], "--port is for ui"],
      [["run", "--walk", "f"], "packetwalk walk f is the same"],
      [["run", ""], "the script's name is empty"],
      [["run", "-"], '"-" is no file'],
      [["run", "/dev/null"], "is no regular file"],
      [["run", "--events", folder, hello], "it is a folder; name a file"],
      [["run", "--events", join(folder, "no/e"), hello], "no/e: no such file or directory"],
      [["run", "--pcap", hello, hello], "it is a file; name a folder"],
      [["--seed", "1", "run", hello], "options come behind it"],
      [["wlak", hello], "is walk meant?"],
      [["doctor", "x"], "doctor takes nothing"],
    ] as const) {
      const { status, stderr } = packetwalk(...args);
      expect(status, args.join(" ")).toBe(2);
      expect(stderr).toMatch(/^packetwalk: /);
      expect(stderr).toContain(words);
      expect(stderr.trim().split("\n")).toHaveLength(1);
    }
  });

  test("compiled code that V8 does not take is made anew", () => {
    const copy = join(folder, "copy");
    cpSync(join(ROOT, "bin"), join(copy, "bin"), { recursive: true });
    cpSync(join(ROOT, "dist"), join(copy, "dist"), {
      recursive: true,
      filter: (path) => !path.endsWith("web"),
    });
    const args = [join(copy, "bin/packetwalk.js"), "run", script("hello.sh", "echo hello\n")];
    const run = () => spawnSync(process.execPath, args, { encoding: "utf8" });
    const right = { status: 0, stdout: "hello\n", stderr: "" };
    expect(run()).toMatchObject(right);
    const cache = readdirSync(join(copy, "dist")).find(
      (name) => name.includes(process.versions.v8) && name.endsWith(".cache"),
    );
    const path = join(copy, "dist", cache as string);
    writeFileSync(path, "no code");
    expect(run()).toMatchObject(right);
    expect(statSync(path).size).toBeGreaterThan(100_000);
  });

  test("the script gets its arguments and gives its exit status", () => {
    const path = script("args.sh", 'echo "$# $1 $2"; exit 7\n');
    expect(packetwalk("run", path, "--seed", "a b")).toMatchObject({ status: 7, stdout: "2 --seed a b\n" });
  });

  test("the script reads this command's standard input", () => {
    const path = script("reads.sh", 'read a; read b; echo "$b $a"; cat\n');
    const run = spawnSync(process.execPath, ["bin/packetwalk.js", "run", path], {
      cwd: ROOT,
      encoding: "utf8",
      input: "one\ntwo\nrest\n",
    });
    expect(run.stdout).toBe("two one\nrest\n");
  });

  test("a syntax error names file and line as bash does, and ends with 2", () => {
    const path = script("broken.sh", "echo hi\nif true; then\n  echo x\n");
    const { status, stdout, stderr } = packetwalk("run", path);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "hi\n" });
    expect(stderr).toBe(`${path}: line 4: syntax error: unexpected end of file\n`);
  });

  test("a command that never ends is interrupted, and the run says so", () => {
    const path = script("endless.sh", `${PING}ping 10.0.0.2\necho "after $?"\n`);
    const { status, stdout, stderr } = packetwalk("run", "--time-limit", "3s", path);
    expect(stdout).toContain("packets transmitted");
    expect(stdout).toContain("after 0");
    expect(status).toBe(0);
    expect(stderr).toContain('line 7: "ping 10.0.0.2" still ran after 3 simulated seconds');
  });

  test("an endless loop is reported with its file and line", () => {
    const path = script("loop.sh", "x=1\nwhile :; do :; done\n");
    const { status, stderr } = packetwalk("run", path);
    expect(status).toBe(130);
    expect(stderr).toMatch(/loop\.sh: line 2: .*(endless loop|still ran)/);
  });

  test("a storm is stopped and reported with its packet; captures and events are whole", () => {
    const path = script(
      "storm.sh",
      `ip link add br0 type bridge
ip link add v0 type veth peer name v1
ip link add v2 type veth peer name v3
for p in v0 v1 v2 v3; do ip link set $p master br0; ip link set $p up; done
ip link set br0 up
ip addr add 10.0.0.1/24 dev br0
ping -c 1 -W 1 10.0.0.2
echo over
`,
    );
    const captures = join(folder, "storm");
    const events = join(folder, "storm.jsonl");
    const { stdout, stderr } = packetwalk("run", "--pcap", captures, "--events", events, path);
    expect(stdout).toContain("over");
    expect(stderr).toContain("who-has 10.0.0.2");
    for (const file of readdirSync(captures))
      expect(read(new Uint8Array(readFileSync(join(captures, file))))).not.toHaveProperty("error");
    for (const line of readFileSync(events, "utf8").trimEnd().split("\n").slice(0, 500)) JSON.parse(line);
  });

  test("every event fits the published schema; every capture is read back", () => {
    const captures = join(folder, "caps");
    const events = join(folder, "walk.jsonl");
    const path = join(ROOT, "examples/virtual-router/story.sh");
    expect(packetwalk("run", "--events", events, "--pcap", captures, path).status).toBe(0);
    const lines = readFileSync(events, "utf8").trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(500);
    lines.forEach((line, i) => {
      const event = v.parse(walkEventSchema, JSON.parse(line));
      expect(event.seq).toBe(i + 1);
    });
    expect(readdirSync(captures).sort()).toEqual([
      "boxA-veth0.pcapng",
      "boxB-veth3.pcapng",
      "router-veth1.pcapng",
      "router-veth2.pcapng",
    ]);
    const capture = read(new Uint8Array(readFileSync(join(captures, "boxA-veth0.pcapng"))));
    if ("error" in capture) throw new Error(capture.error);
    expect(capture.packets.length).toBeGreaterThan(20);
  });

  test.runIf(existsSync("/usr/bin/tcpdump"))("the real tcpdump opens the captures", () => {
    const file = join(folder, "caps", "router-veth2.pcapng");
    const { stdout } = spawnSync("/usr/bin/tcpdump", ["-n", "-r", file], { encoding: "utf8" });
    expect(stdout).toContain("IP 172.16.200.1 > 172.16.200.5: ICMP echo request");
  });

  test("nothing on the user's disk is changed", () => {
    const path = script(
      "writes.sh",
      `cd ${folder}; echo new > file; rm writes.sh; ls | grep -c -e writes.sh -e file\n`,
    );
    expect(packetwalk("run", path).stdout).toBe("1\n");
    expect(existsSync(path)).toBe(true);
    expect(existsSync(join(folder, "file"))).toBe(false);
  });

  test("schema prints the JSON Schema", () => {
    expect(JSON.parse(packetwalk("schema").stdout).title).toBe("Packetwalk walk event, version 1");
  });
});
