import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  commandOf,
  descendants,
  eventually,
  HAS_KERNEL,
  hostState,
  isThere,
  packetwalk,
  pids,
  Scripts,
  start,
} from "./support.ts";

const scripts = new Scripts();
afterAll(() => scripts.remove());
const run = (name: string, text: string, ...options: string[]) =>
  packetwalk("run", "--engine", "kernel", ...options, scripts.write(name, text));

const LAB = `ip netns add a
ip link add v0 type veth peer name v1 netns a
ip addr add 10.0.0.1/24 dev v0; ip link set v0 up
ip -n a addr add 10.0.0.2/24 dev v1; ip -n a link set v1 up
iptables -A INPUT -p tcp --dport 9 -j DROP
sysctl -q -w net.ipv4.ip_forward=0
ping -c 1 10.0.0.2 > /dev/null && echo answered
`;

describe.runIf(HAS_KERNEL)("a run on the kernel", () => {
  let before: Record<string, string>;
  beforeAll(() => {
    before = hostState();
  }, 60_000);
  const unchanged = () => expect(hostState()).toEqual(before);

  test("streams its output and gives the script's status; the host is as it was", () => {
    const { status, stdout, stderr } = run("lab.sh", `${LAB}echo "$1 $#"; exit 7\n`);
    expect({ status, stdout, stderr }).toEqual({ status: 7, stdout: "answered\n 0\n", stderr: "" });
    unchanged();
  });

  test("starts with lo alone, with no way out, and with the profile of its host", () => {
    const look =
      "ls /sys/class/net; ip route; ping -c 1 -W 1 1.1.1.1 2>&1; ip netns add a; ip netns exec a sysctl -n net.ipv4.ip_forward net.ipv4.conf.all.rp_filter\n";
    expect(run("look.sh", look).stdout).toBe("lo\nping: connect: Network is unreachable\n1\n2\n");
    const bare = run("look.sh", look, "--profile", "kernel").stdout;
    expect(bare).toBe("lo\nping: connect: Network is unreachable\n0\n0\n");
  });

  test("what it writes to the disk is gone with it", () => {
    const path = join(scripts.folder, "written");
    expect(
      run(
        "write.sh",
        `echo a > /etc/packetwalk-was-here; echo b > ${path}; cat ${path} /etc/packetwalk-was-here`,
      ).stdout,
    ).toBe("b\na\n");
    expect(existsSync("/etc/packetwalk-was-here")).toBe(false);
    expect(existsSync(path)).toBe(false);
  });

  test("ways out of the sandbox are closed", () => {
    const { stdout } = run(
      "escape.sh",
      `cd /tmp; mkdir m
try() { if "$@" > /dev/null 2>&1; then echo "WENT THROUGH: $*"; else echo no; fi; }
try mount -t proc proc m
try mount -t sysfs sysfs m
try mount -t cgroup cgroup m
try mount -t debugfs debugfs m
try mount -t tracefs tracefs m
try mount -o remount,rw /proc/sys/kernel
try mount -o remount,rw /sys
try umount -l /proc/sys/kernel
try umount -l /dev
try bash -c 'echo /tmp/x > /proc/sys/kernel/core_pattern'
try bash -c 'echo h > /proc/sysrq-trigger'
try sysctl -w kernel.panic=1
try sysctl -w vm.swappiness=1
try mknod disk b 254 0
try modprobe dummy
try swapoff -a -v /dev/zero
try date -s 2001-01-01
try chroot /proc/1/root false
try reboot -f
`,
    );
    expect(stdout).toBe("no\n".repeat(19));
    unchanged();
  });

  test("process 1 is the sandbox's own: entering its namespaces leads nowhere else", () => {
    const { stdout } = run(
      "enter.sh",
      "nsenter -t 1 -m -n ls /sys/class/net; kill -9 1; sleep 0.1; echo alive; ps -A -o comm= | grep -c node",
    );
    expect(stdout).toBe("lo\nalive\n0\n");
  });

  test("a namespace is entered from within another", () => {
    const { stdout, stderr } = run(
      "nested.sh",
      `ip netns add a; ip netns add b; mkdir -p /etc/netns/b; echo inside > /etc/netns/b/hostname
ip netns exec a ip netns exec b sh -c 'ip netns identify; cat /etc/hostname; ls /sys/class/net; echo 1 2>&1 > /sys/kernel/mm/ksm/run' 2>/dev/null
ip netns exec a bash -c 'ip netns exec b nosuch; echo $?'`,
    );
    expect(stdout).toMatch(/^b\ninside\nlo\n.*: Read-only file system\n1\n$/);
    expect(stderr).toContain('exec of "nosuch" failed: No such file or directory');
  });

  test("a full disk is the sandbox's own", () => {
    const { stdout } = run(
      "fill.sh",
      "for d in /tmp /var /run /mnt; do head -c 2G /dev/zero > $d/big 2>/dev/null && echo held; rm -f $d/big; done; echo over",
    );
    expect(stdout).toBe("over\n");
  });

  test("forks without end meet the limit of the PID namespace, and the time limit ends them", async () => {
    const { status, stderr } = run(
      "bomb.sh",
      "bomb() { bomb | bomb & }; bomb; sleep 60\n",
      "--time-limit",
      "2s",
    );
    expect(stderr).toContain("the run still went on after 2 seconds (--time-limit): it is interrupted.");
    expect(status).not.toBe(0);
    unchanged();
  });

  test("what waits for ever is interrupted, and the script's own trap is heard", () => {
    const { status, stdout, stderr } = run(
      "wait.sh",
      "trap 'echo trapped; exit 5' INT; echo begun; sleep 1000\n",
      "--time-limit",
      "1s",
    );
    expect({ status, stdout }).toEqual({ status: 5, stdout: "begun\ntrapped\n" });
    expect(stderr).toContain("--time-limit");
  });

  test("a script that ignores the interrupt is ended all the same", () => {
    const begun = performance.now();
    const { status } = run("deaf.sh", "trap '' INT TERM; while :; do sleep 1; done\n", "--time-limit", "1s");
    expect(status).not.toBe(0);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  test("what runs on in the background ends with the run", async () => {
    const { stdout, status } = run(
      "background.sh",
      "ip netns add a; ip netns exec a sleep 98765.4321 & echo started; exit 3",
    );
    expect({ stdout, status }).toEqual({ stdout: "started\n", status: 3 });
    const left = () => pids().some((pid) => commandOf(pid).includes("98765.4321"));
    expect(await eventually(() => !left(), 5000)).toBe(true);
  });

  test("Ctrl-C interrupts the script as it would on a host", async () => {
    const path = scripts.write(
      "interrupt.sh",
      "trap 'echo caught' INT; echo begun; sleep 1000; echo after $?; exit 4\n",
    );
    const child = start(["run", "--engine", "kernel", path]);
    let out = "";
    child.stdout?.on("data", (bytes) => {
      out += bytes;
      // The shell is to wait for its sleep by then.
      if (String(bytes).includes("begun")) setTimeout(() => child.kill("SIGINT"), 1000);
    });
    const status = await new Promise((resolve) => child.once("close", resolve));
    expect({ out, status }).toEqual({ out: "begun\ncaught\nafter 130\n", status: 4 });
  });

  test("kill -9 at any moment leaves nothing", async () => {
    const path = scripts.write("killed.sh", `${LAB}ip netns exec a sleep 0.2 & sleep 0.2\n`);
    for (let moment = 0; moment < 30; moment++) {
      const child = start(["run", "--engine", "kernel", path]);
      const ended = new Promise((resolve) => child.once("exit", resolve));
      // From before the sandbox to after its end: about 1.5 s with two busy cores.
      const family = new Set<number>();
      const watch = setInterval(() => {
        for (const pid of descendants(child.pid as number)) family.add(pid);
      }, 10);
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50 + moment * 50))]);
      for (const pid of descendants(child.pid as number)) family.add(pid);
      child.kill("SIGKILL");
      clearInterval(watch);
      await ended;
      // No process of it is left, so nothing holds a namespace, a mount or a device of it either.
      const gone = await eventually(() => ![...family].some(isThere), 5000);
      expect(gone, `moment ${moment}: ${[...family].filter(isThere).map(commandOf)}`).toBe(true);
    }
    unchanged();
  }, 180_000);
});
