import { expect, test } from "vitest";
import { runLab } from "../../../test/support/lab.ts";

const NETS = `
ip netns add a; ip netns add b
ip link add v0 netns a type veth peer name v1 netns b
ip -n a addr add 10.0.0.1/24 dev v0; ip -n b addr add 10.0.0.2/24 dev v1
ip -n a link set v0 up; ip -n b link set v1 up; ip -n a link set lo up
A="ip netns exec a"; B="ip netns exec b"
`;
/** Sequence and identifiers come from the seed, not from the kernel that the answers were recorded on. */
const plain = (text: string): string => text.replace(/\bid \d+/g, "id N").replace(/..(:..){5}/g, "MAC");
const lab = (script: string) => {
  const run = runLab(NETS + script);
  return { stdout: plain(run.stdout), stderr: plain(run.stderr) };
};

// What the same scripts print on Linux 6.18 with tcpdump 4.99.3.

test("a captured ping, ended by -c, on a device", () => {
  const { stdout, stderr } = lab(`
    $B tcpdump -t -n -e -i v1 -c 4 not ip6 & sleep 0.3
    $A ping -c 2 -i 0.3 10.0.0.2 >/dev/null; wait`);
  expect(stdout).toBe(
    [
      "MAC > MAC, ethertype ARP (0x0806), length 42: Request who-has 10.0.0.2 tell 10.0.0.1, length 28",
      "MAC > MAC, ethertype ARP (0x0806), length 42: Reply 10.0.0.2 is-at MAC, length 28",
      "MAC > MAC, ethertype IPv4 (0x0800), length 98: 10.0.0.1 > 10.0.0.2: ICMP echo request, id N, seq 1, length 64",
      "MAC > MAC, ethertype IPv4 (0x0800), length 98: 10.0.0.2 > 10.0.0.1: ICMP echo reply, id N, seq 1, length 64",
      "",
    ].join("\n"),
  );
  expect(stderr).toBe(
    [
      "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode",
      "listening on v1, link-type EN10MB (Ethernet), snapshot length 262144 bytes",
      "4 packets captured",
      "6 packets received by filter",
      "0 packets dropped by kernel",
      "",
    ].join("\n"),
  );
});

test("any device, ended by a signal", () => {
  const { stdout, stderr } = lab(`
    $B timeout 3 tcpdump -t -n -i any icmp & sleep 0.3
    $A ping -c 1 10.0.0.2 >/dev/null; wait`);
  expect(stdout).toBe(
    "v1    In  IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id N, seq 1, length 64\n" +
      "v1    Out IP 10.0.0.2 > 10.0.0.1: ICMP echo reply, id N, seq 1, length 64\n\n",
  );
  expect(stderr).toBe(
    [
      "tcpdump: data link type LINUX_SLL2",
      "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode",
      "listening on any, link-type LINUX_SLL2 (Linux cooked v2), snapshot length 262144 bytes",
      "2 packets captured",
      "2 packets received by filter",
      "0 packets dropped by kernel",
      "",
    ].join("\n"),
  );
});

test("packets come by the second: what is younger when it is killed is counted and lost", () => {
  const { stdout, stderr } = lab(`
    $A tcpdump -t -n -i lo icmp & p=$!; sleep 0.5
    $A ping -c 1 127.0.0.1 >/dev/null; kill $p; wait $p; echo $?`);
  expect(stdout).toBe("\n0\n");
  expect(stderr).toContain("0 packets captured\n4 packets received by filter\n");
});

test("immediate mode hands them over at once", () => {
  const { stdout } = lab(`
    $A tcpdump -t -n --immediate-mode -i lo icmp 2>/dev/null & p=$!; sleep 0.5
    $A ping -c 1 127.0.0.1 >/dev/null; kill $p; wait $p`);
  expect(stdout.split("\n").length).toBe(4);
});

test("a capture file, and reading it back", () => {
  const { stdout, stderr } = lab(`
    $B tcpdump -i v1 -w f.pcap -c 2 icmp & sleep 0.3
    $A ping -c 1 10.0.0.2 >/dev/null; wait
    wc -c < f.pcap; tcpdump -ntv -r f.pcap 'icmp[icmptype] == icmp-echo'; tcpdump -r f.pcap --count`);
  expect(stdout).toMatch(
    /^252\nIP \(tos 0x0, ttl 64, id N, offset 0, flags \[DF\], proto ICMP \(1\), length 84\)\n {4}10.0.0.1 > 10.0.0.2: ICMP echo request, id N, seq 1, length 64\n2 packets\n$/,
  );
  expect(stderr).toBe(
    "tcpdump: listening on v1, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n" +
      "2 packets captured\n2 packets received by filter\n0 packets dropped by kernel\n" +
      "reading from file f.pcap, link-type EN10MB (Ethernet), snapshot length 262144\n".repeat(2),
  );
});

test("text is buffered in blocks unless -l or a terminal", () => {
  const { stdout } = lab(`
    $A tcpdump -tn -i v0 icmp 2>/dev/null > held.txt & $A tcpdump -tnl -i v0 icmp 2>/dev/null > lines.txt &
    sleep 0.5; $A ping -c 1 10.0.0.2 >/dev/null; sleep 1; wc -c < held.txt; wc -l < lines.txt`);
  expect(stdout).toBe("0\n2\n");
});

test("a pipe from -w - to -r -", () => {
  const { stdout } = lab(`
    $A timeout 2 tcpdump -U -i v0 -w - icmp 2>/dev/null | tcpdump -r - -nt 2>/dev/null &
    sleep 0.5; $A ping -c 1 10.0.0.2 >/dev/null; wait`);
  expect(stdout).toBe(
    "IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id N, seq 1, length 64\n" +
      "IP 10.0.0.2 > 10.0.0.1: ICMP echo reply, id N, seq 1, length 64\n",
  );
});

test("a device that is deleted under the capture", () => {
  const { stdout, stderr } = lab(`
    $A tcpdump -i v0 icmp & sleep 1; ip -n a link del v0; wait $!; echo $?`);
  expect(stdout).toBe("1\n");
  expect(stderr).toContain(
    "tcpdump: pcap_loop: The interface disappeared\n0 packets captured\n0 packets received by filter\n",
  );
});

test.each([
  ["tcpdump -i nosuch", "tcpdump: nosuch: No such device exists\n(No such device exists)\n"],
  ["$A tcpdump -i v0 foo", "tcpdump: can't parse filter expression: syntax error\n"],
  ["tcpdump -r nofile", "tcpdump: nofile: No such file or directory\n"],
  ["tcpdump -r /dev/null", "tcpdump: truncated dump file; tried to read 4 file header bytes, only got 0\n"],
  ["echo abcd > x; tcpdump -r x", "tcpdump: unknown file format\n"],
  ["$A tcpdump -i v0 -c x", "tcpdump: invalid packet count x\n"],
  ["$A tcpdump -i v0 -c 0", "tcpdump: invalid packet count 0\n"],
  ["$A tcpdump -i v0 -w /nodir/x", "tcpdump: /nodir/x: No such file or directory\n"],
  ["$A tcpdump -i lo -Q sideways", "tcpdump: unknown capture direction `sideways'\n"],
  ["ip -n a link set v0 down; $A tcpdump -i v0", "tcpdump: v0: That device is not up\n"],
])("%s", (command, message) => {
  const { stdout, stderr } = lab(`${command}; echo $?`);
  expect(stderr).toBe(message);
  expect(stdout).toBe("1\n");
});

test("the list of devices", () => {
  const { stdout } = lab("$A tcpdump -D | head -3");
  expect(stdout).toBe(
    "1.v0 [Up, Running, Connected]\n2.any (Pseudo-device that captures on all interfaces) [Up, Running]\n" +
      "3.lo [Up, Running, Loopback]\n",
  );
  // Without carrier it stands last, down it is not there.
  const { stdout: cut } = lab("ip -n b link set v1 down; $A tcpdump -D | head -3; $B tcpdump -D | head -1");
  expect(cut).toBe(
    "1.any (Pseudo-device that captures on all interfaces) [Up, Running]\n2.lo [Up, Running, Loopback]\n" +
      "3.v0 [Up, Disconnected]\n1.any (Pseudo-device that captures on all interfaces) [Up, Running]\n",
  );
});
