import { afterAll, describe, expect, test } from "vitest";
import { HAS_KERNEL, packetwalk, Scripts } from "./support.ts";

const scripts = new Scripts();
afterAll(() => scripts.remove());

const LOOK =
  "sysctl -n net.ipv4.ip_forward net.ipv4.conf.all.rp_filter net.ipv4.conf.default.rp_filter | tr '\\n' ' '";
/** Ways to make a namespace `b`, and look into it. */
const NAMED = [
  "ip netns add b",
  "/sbin/ip netns add b",
  "/usr/sbin/ip netns add b",
  "/bin/ip net a b",
  "sudo ip netns add b",
  "ip -4 netns add b",
  "ip -d -4 netns a b",
  "echo netns add b | ip -batch -",
  "echo netns add b > /tmp/b; ip -force -b /tmp/b",
  "env -i /sbin/ip netns add b",
  "ip netns add b; ip netns add b 2>/dev/null",
];
const UNNAMED = [
  "unshare -n sh -c",
  "unshare --net -- sh -c",
  "/usr/bin/unshare -mn --propagation private sh -c",
  "unshare -w /tmp --mount -Urnf sh -c",
  "sudo unshare --net sh -c",
];

describe.runIf(HAS_KERNEL)("each new namespace starts with the profile", () => {
  for (const [profile, expected] of [
    ["ubuntu", "1 2 2 "],
    ["kernel", "0 0 0 "],
  ] as const) {
    test(profile, () => {
      const script = [
        "ip netns add host0",
        ...NAMED.map((way) => `${way}; ip netns exec b ${LOOK}; echo; ip netns del b`),
        ...UNNAMED.map((way) => `${way} "${LOOK}"; echo`),
        // Without a program, unshare starts a shell.
        `echo "${LOOK}; exit 3" | SHELL=/bin/sh unshare -n; echo; echo "exit 3" | unshare -n; echo $?`,
      ];
      const { stdout, stderr } = packetwalk(
        ...["run", "--engine", "kernel", "--profile", profile],
        scripts.write("profile.sh", script.join("\n")),
      );
      const ways = NAMED.length + UNNAMED.length + 1;
      expect({ stdout, stderr }).toEqual({ stdout: `${`${expected}\n`.repeat(ways)}3\n`, stderr: "" });
    });
  }

  test("what the programs say and give is theirs", () => {
    const { stdout } = packetwalk(
      ...["run", "--engine", "kernel"],
      scripts.write(
        "said.sh",
        `exec 2>&1
ip netns add a; ip netns add a; echo $?
ip -batch /nowhere; echo $?
unshare --no-such-option; echo $?
unshare -n sh -c 'exit 9'; echo $?
unshare -n -r sh -c 'exit 8'; echo $?
unshare -u sh -c 'hostname b; hostname'; echo $?
`,
      ),
    );
    expect(stdout).toBe(`Cannot create namespace file "/run/netns/a": File exists
1
Cannot open file "/nowhere" for reading: No such file or directory
1
unshare: unrecognized option '--no-such-option'
Try 'unshare --help' for more information.
1
9
8
b
0
`);
  });

  test("a script that makes them otherwise is told before it starts", () => {
    const { stderr } = packetwalk(
      ...["run", "--engine", "kernel"],
      scripts.write("otherwise.sh", ": mnexec -n\n"),
    );
    expect(stderr).toBe(
      "packetwalk: in the sandbox: network namespaces made otherwise than by ip and unshare start with this host's sysctls, not with the profile's.\n",
    );
  });
});
