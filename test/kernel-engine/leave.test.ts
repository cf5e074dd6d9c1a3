import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandOf, eventually, HAS_KERNEL, hostState, packetwalk, pids, Scripts } from "./support.ts";

const scripts = new Scripts();
afterAll(() => scripts.remove());
const run = (name: string, text: string, ...options: string[]) =>
  packetwalk("run", "--engine", "kernel", ...options, scripts.write(name, text));

/** Each is tried in a shell of its own; the sandbox holds when it fails. */
const WAYS: readonly string[] = [
  // Namespaces of the host.
  "unshare --cgroup true",
  "unshare --user --map-root-user unshare --cgroup true",
  "unshare -C sh -c 'mount -t cgroup2 none m'",
  "mount -t cgroup2 none m",
  "mount -t cgroup -o none,name=x x m",
  "ip link add d0 type bridge && ip link set d0 netns 1 && ! ip link show d0",
  "nsenter -t 1 -n -m test -e /mnt/up",
  "nsenter -t $(($$ + 100000)) -n true",
  // Files, devices, what belongs to the whole machine.
  "mount -t proc proc m",
  "unshare -Urmpf mount -t proc proc m",
  "unshare -Urmn mount -t sysfs sysfs m",
  "unshare -Urm sh -c 'umount -l /proc/sys/kernel || umount -l /proc/keys'",
  "mount -t bpf bpf m",
  "mount -t securityfs s m",
  "mount -t devtmpfs d m",
  "mknod n c 1 3",
  "mknod /var/n b 254 0",
  "test -e /dev/kmsg || test -e /dev/mem || test -e /dev/port",
  "ls /dev/[shv]d* /dev/nvme* /dev/loop*",
  "echo 1 > /proc/sys/kernel/shmall",
  "echo x > /proc/sys/kernel/hostname",
  "echo 1 > /proc/sys/user/max_cgroup_namespaces",
  "echo 1 > /proc/sys/fs/file-max",
  "echo 3 > /proc/sys/vm/drop_caches",
  "echo b > /proc/sysrq-trigger",
  "echo 1 > /sys/kernel/mm/ksm/run",
  "head -c 1 /proc/kpageflags | grep -q .",
  "grep -q . /proc/keys",
  "test -e /proc/1/root/mnt/up",
  `python3 -I -S -c "
import os
fd = os.open('/', os.O_RDONLY); os.mkdir('jail'); os.chroot('jail'); os.fchdir(fd)
for _ in range(50): os.chdir('..')
os.chroot('.')
raise SystemExit(os.path.exists('/run/netns') and not os.path.exists('/mnt/up'))"`,
  // System calls for the machine.
  "modprobe dummy",
  "insmod /dev/zero",
  "swapoff -a -v /dev/zero",
  "date -s 2001-01-01",
  "hwclock -w",
  // LINUX_REBOOT_CMD_CAD_ON: Ctrl-Alt-Del restarts; it is so where it may be set at all.
  "perl -e 'syscall(169, 0xfee1dead, 672274793, 0x89abcdef, 0) >= 0 or exit 1'",
  "perl -e 'my $a = pack q(LLQx104), 1, 112, 0; syscall(298, $a, -1, 0, -1, 0) >= 0 or exit 1'",
  "perl -e 'my $a = pack q(LLLLLL), 1, 4, 4, 1, 0, 0; syscall(321, 0, $a, 24) >= 0 or exit 1'",
  "perl -e 'my $b = q( ) x 100; syscall(103, 3, $b, 100) >= 0 or exit 1'",
  "chrt -f 50 true",
  "ionice -c 1 true",
  "echo -1000 > /proc/self/oom_score_adj",
  "ulimit -d unlimited && test $(ulimit -Hd) = unlimited",
  "ipcmk -M 1G",
  // Processes and sockets of the host.
  "kill -0 $(($$ + 100000))",
  `python3 -I -S -c "
import socket, sys
for name in open('/proc/net/unix').read().split():
    if name.startswith('@'): sys.exit(0)
sys.exit(1)"`,
  "ls /run/docker.sock /run/dbus /run/systemd",
];

describe.runIf(HAS_KERNEL)("a script that tries to leave", () => {
  let before: Record<string, string>;
  beforeAll(() => {
    before = hostState();
  }, 60_000);
  const unchanged = () => expect(hostState()).toEqual(before);

  test("finds no way", () => {
    const tries = WAYS.map(
      (way, i) =>
        `mkdir -p /tmp/${i}/m; cd /tmp/${i}\nbash -c "$(cat <<'WAY'\n${way}\nWAY\n)" > /dev/null 2>&1 < /dev/null && echo 'WENT THROUGH: ${i}'`,
    );
    const { stdout } = run("leave.sh", `${tries.join("\n")}\necho over\n`);
    const through = [...stdout.matchAll(/WENT THROUGH: (\d+)/g)].map((m) => tries[Number(m[1])]);
    expect(through).toEqual([]);
    expect(stdout).toBe("over\n");
    unchanged();
  });

  test("what it sets for its network it sets for itself", () => {
    run(
      "set.sh",
      `sysctl -qw net.core.somaxconn=77 net.ipv4.ip_forward=0 net.ipv4.tcp_syncookies=0
iptables -P INPUT DROP; nft add table inet mine; ip addr add 10.9.9.9/32 dev lo; ip route add blackhole 10.8.0.0/16
hostname elsewhere; ip netns add left`,
    );
    unchanged();
  });
});

describe.runIf(HAS_KERNEL)("a script without bounds", () => {
  let before: Record<string, string>;
  beforeAll(() => {
    before = hostState();
  }, 60_000);
  const unchanged = () => expect(hostState()).toEqual(before);
  const left = (word: string) => pids().filter((pid) => commandOf(pid).includes(word));

  test("meets the end of a process's memory, and the program says so", () => {
    const { stdout } = run("memory.sh", "python3 -I -S -c 'bytearray(2 << 30)' 2>&1 | tail -1\n");
    expect(stdout).toBe("MemoryError\n");
    unchanged();
  });

  test("fills shared memory and folders up to their sizes", () => {
    const { stdout } = run(
      "fill.sh",
      "for d in /tmp /var /run /mnt /dev/shm; do head -c 2G /dev/zero 2>&1 > $d/big | grep -q . ; [ $(stat -c %s $d/big) -lt 600000000 ] && echo held; rm -f $d/big; done",
    );
    expect(stdout).toBe("held\n".repeat(5));
  });

  test.each([
    ["a session of its own", "setsid sleep 76543.21 &\nsleep 0.2; echo over"],
    ["a daemon", "(trap '' HUP TERM INT; setsid sh -c 'sleep 76543.21 & exit' & )\nsleep 0.2; echo over"],
    ["nohup", "nohup sleep 76543.21 > /dev/null 2>&1 &\nsleep 0.2; echo over"],
    ["a namespace of its own", "unshare -Urpfn --mount-proc sleep 76543.21 &\nsleep 0.3; echo over"],
  ])("what is left running ends with it: %s", async (_, text) => {
    expect(run("left.sh", text).stdout).toBe("over\n");
    expect(await eventually(() => left("76543.21").length === 0, 5000)).toBe(true);
  });

  test("closes all descriptors, kills its parent, kills all that it may", async () => {
    const closed = run(
      "closed.sh",
      `echo on; for fd in /proc/self/fd/*; do eval "exec \${fd##*/}>&-"; done; exit 6`,
    );
    expect({ status: closed.status, stdout: closed.stdout }).toEqual({ status: 6, stdout: "on\n" });
    const parent = run("parent.sh", "kill -9 1; kill -9 $$$$ 2>/dev/null; echo $PPID still here");
    expect(parent.stdout).toBe("0 still here\n");
    const all = run("all.sh", "echo on; kill -9 -1; echo off");
    expect(all.stdout).toBe("on\noff\n");
    const itself = run("itself.sh", "echo on; kill -9 $$; echo off");
    expect({ status: itself.status, stdout: itself.stdout }).toEqual({ status: 137, stdout: "on\n" });
    unchanged();
  });
});
