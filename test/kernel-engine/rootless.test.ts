import { spawnSync } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HAS_KERNEL, hostState, Person, ROOT, Scripts } from "./support.ts";

const scripts = new Scripts();
afterAll(() => scripts.remove());

/** A user that no machine's user database needs to know. */
const USER = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "env", "HOME=/"];
const [command, ...words] = USER;
/** User namespaces are for everyone here, and our files can be read by everyone. */
const can = spawnSync(command, [...words, "unshare", "-rn", "test", "-r", ROOT]).status === 0;
if (!can)
  console.log("ordinary user's tests skipped: no unprivileged user namespaces, or no access to this folder");

function asUser(verb: string, path: string, input = "") {
  const { stdout, stderr, status } = spawnSync(
    command,
    [...words, process.execPath, join(ROOT, "bin/packetwalk.js"), verb, "--engine", "kernel", path],
    { cwd: "/", encoding: "utf8", input, env: { ...process.env, CI: "true" } }, // a CI job's pipe is no terminal
  );
  return { stdout, stderr, status };
}

function script(name: string, text: string): string {
  chmodSync(scripts.folder, 0o755);
  const path = scripts.write(name, text);
  chmodSync(path, 0o644);
  return path;
}

const LAB = `ip netns add a; ip netns add b
ip link add v0 netns a type veth peer name v1 netns b
ip -n a addr add 10.0.0.1/24 dev v0; ip -n a link set v0 up
ip -n b addr add 10.0.0.2/24 dev v1; ip -n b link set v1 up
`;

describe.runIf(HAS_KERNEL && can)("an ordinary user", () => {
  let before: Record<string, string>;
  beforeAll(() => {
    before = hostState();
  });
  const unchanged = () => expect(hostState()).toEqual(before);

  test("runs a script: root inside, at home, with the profile, on a disk of its own", () => {
    const path = script(
      "run.sh",
      `${LAB}id -u; cd && pwd; touch here && ls; hostname; getent hosts host
ip netns exec a sysctl -n net.ipv4.ip_forward; unshare -n sysctl -n net.ipv4.ip_forward
ip netns exec b iptables -A INPUT -p tcp --dport 9 -j DROP
ip netns exec a ping -c 1 10.0.0.2 > /dev/null && echo answered
touch /etc/packetwalk-was-here && echo written; exit 6
`,
    );
    expect(asUser("run", path)).toEqual({
      stdout: "0\n/root\nhere\nhost\n127.0.1.1       host\n1\n1\nanswered\nwritten\n",
      stderr: "",
      status: 6,
    });
    expect(existsSync("/etc/packetwalk-was-here")).toBe(false);
    unchanged();
  });

  test("gets the walk across devices and rules, and is told once that reasons take root", () => {
    const path = script(
      "walk.sh",
      `${LAB}ip netns exec b iptables -A INPUT -p icmp -j DROP\nip netns exec a ping -c 1 -W 1 10.0.0.2\n`,
    );
    const { stdout, stderr } = asUser("walk", path);
    expect(stdout).toMatch(/route: dev v0 ▸ OUTPUT ▸ POSTROUTING ▸ v0 out/);
    expect(stdout).toMatch(/v1 in ▸ PREROUTING/);
    expect(stdout).toContain("Rule 1 of INPUT in b dropped it: -p icmp -j DROP");
    expect(stderr).toBe(
      "packetwalk: the kernel does not say here why it drops a packet (that takes root); rules' verdicts are told.\n",
    );
    unchanged();
  });

  test("gets a shell on a terminal", async () => {
    const person = new Person(USER, script("shell.sh", LAB));
    await person.shows(/root@host:\S*# /);
    person.type("tty; stty size; ip netns list | sort\r");
    await person.shows(/\n\/dev\/pts\/\d+\r+\n34 91\r+\na\b.*\r+\nb\b/);
    person.type("exit 3\r");
    expect(await person.ended).toBe(3);
    unchanged();
  });

  test("has no way to what is another's", () => {
    const path = script(
      "escape.sh",
      `try() { if "$@" > /dev/null 2>&1; then echo "WENT THROUGH: $*"; else echo no; fi; }
try nsenter -t 1 -m ls /proc/1/root/root/.ssh
try cat /etc/shadow
try sysctl -w kernel.panic=1
try sysctl -w vm.swappiness=1
try bash -c 'echo h > /proc/sysrq-trigger'
try mknod disk b 254 0
try mount -o remount,rw /sys
try modprobe dummy
try setpriv --reuid 1 true
reboot -f; sleep 100
`,
    );
    // The machine that this root may end is the sandbox.
    expect(asUser("run", path)).toEqual({
      stdout: "no\n".repeat(9),
      stderr: expect.stringContaining(
        "the sandbox ended before the script did: it was rebooted, its process 1 was killed, or the machine's memory ran out.",
      ),
      status: 137,
    });
    unchanged();
  });
});
