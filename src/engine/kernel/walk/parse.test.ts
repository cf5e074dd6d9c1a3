import { describe, expect, test } from "vitest";
import { Connections } from "./conntrack.ts";
import { parseTraceLine } from "./nft-trace.ts";
import { isProgram, parseCommand, parseWaiting, words } from "./script-trace.ts";

describe("nft monitor trace (nftables 1.0.6, Linux 6.18)", () => {
  test("a packet at a hook", () => {
    const line =
      'trace id dfb0f411 ip filter FORWARD packet: iif "v1" oif "v2" ether saddr e6:c4:3b:3f:fa:31 ether daddr 92:74:ee:78:33:ad ip saddr 10.0.0.1 ip daddr 10.0.1.1 ip dscp 0x00 ip ecn 0x0 ip ttl 63 ip id 27649 ip length 84 icmp type 8 icmp code 0 icmp id 69 icmp sequence 1 @th,64,96 0x20a6036b000000000ee70900 ';
    expect(parseTraceLine(line)).toEqual({
      kind: "packet",
      id: "dfb0f411",
      family: "ip",
      table: "filter",
      chain: "FORWARD",
      headers: {
        iif: "v1",
        oif: "v2",
        src: "10.0.0.1",
        dst: "10.0.1.1",
        ttl: 63,
        ipId: 27649,
        length: 84,
        icmpType: 8,
        icmpId: 69,
        sequence: 1,
        protocol: "icmp",
      },
    });
  });

  test("rules, known and unknown to the monitor, and policies", () => {
    const at = { id: "dfb0f411", family: "ip", table: "filter" };
    expect(
      parseTraceLine(
        'trace id dfb0f411 ip filter foo rule meta l4proto 1 counter packets 0 bytes 0 log prefix "hi " # handle 2 (verdict continue)',
      ),
    ).toEqual({
      ...at,
      chain: "foo",
      kind: "rule",
      handle: 2,
      text: 'meta l4proto 1 counter packets 0 bytes 0 log prefix "hi "',
      verdict: "continue",
    });
    expect(
      parseTraceLine("trace id dfb0f411 ip filter OUTPUT unknown rule handle 2 (verdict accept)"),
    ).toMatchObject({
      chain: "OUTPUT",
      kind: "rule",
      handle: 2,
      verdict: "accept",
    });
    expect(
      parseTraceLine("trace id 671be00e ip filter FORWARD policy accept meta mark 0x000000d4 "),
    ).toMatchObject({ kind: "policy", verdict: "accept" });
  });

  test("IPv6 is left out", () => {
    expect(
      parseTraceLine(
        'trace id 83425a4f inet packetwalk o packet: oif "v2" ip6 saddr :: ip6 daddr ff02::16 ip6 dscp 0x00 ip6 ecn 0x0 ip6 hoplimit 1 ip6 flowlabel 0 ip6 nexthdr 0 ip6 length 36 ',
      ),
    ).toBeUndefined();
  });
});

describe("conntrack -E", () => {
  test("a connection is found by a packet of either direction, translated as it is", () => {
    const connections = new Connections();
    connections.hear(
      "[1795401248.652191]\t    [NEW] ipv4     2 icmp     1 30 src=10.0.0.1 dst=10.0.1.1 type=8 code=0 id=69 [UNREPLIED] src=10.0.1.1 dst=10.0.1.2 type=0 code=0 id=69 id=2966783040",
    );
    const echo = { ttl: 64, ipId: 1, length: 84, icmpId: 69, sequence: 1, protocol: "icmp" };
    expect(connections.find({ ...echo, icmpType: 8, src: "10.0.0.1", dst: "10.0.1.1" })).toMatchObject({
      direction: "original",
      connection: { id: "2966783040", repliedAt: undefined },
    });
    expect(connections.find({ ...echo, icmpType: 0, src: "10.0.1.1", dst: "10.0.1.2" })?.direction).toBe(
      "reply",
    );
    expect(connections.find({ ...echo, icmpType: 8, src: "10.0.0.9", dst: "10.0.1.1" })).toBeUndefined();
  });
});

describe("what bash says with -x (5.2)", () => {
  test("a command, with where it stands and the status of the one before", () => {
    expect(parseCommand("++1\u0001286\u0001302\u0001./y.sh\u00016\u0001sleep 0.1")).toEqual({
      status: 1,
      shell: 286,
      pid: 302,
      file: "./y.sh",
      line: 6,
      text: "sleep 0.1",
    });
    expect(parseCommand("y'")).toBeUndefined();
    expect(parseWaiting("GATE 286 1 286 0")).toEqual({ shell: 286, forked: false, pid: 286, status: 0 });
    expect(parseWaiting("GATE 286 2 302 1")).toEqual({ shell: 286, forked: true, pid: 302, status: 1 });
  });

  test("words lose their quotes", () => {
    expect(words("echo 'a  b' 'it'\\''s' -w '\\n'")).toEqual(["echo", "a  b", "it's", "-w", "\\n"]);
  });

  test("programs are told from builtins, assignments and functions", () => {
    const functions = new Set(["setup"]);
    const kinds = ["ping -c 1 a", "echo x", "x=1", "setup 1", "'[' -d x ']'", "[ -d x ]"].map((text) =>
      isProgram(text, functions),
    );
    expect(kinds).toEqual([true, false, false, false, false, false]);
  });
});
