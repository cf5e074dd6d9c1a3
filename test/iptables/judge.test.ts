import { describe, expect, it } from "vitest";
import { bench } from "../../src/command/iptables/testing.ts";
import { INPUT } from "../../src/netfilter/hooks.ts";
import { Packet } from "../../src/netfilter/packet.ts";

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], (b) => Number.parseInt(b, 16));

const TCP_SYN =
  "4500003c 1c464000 4006 0000 0a000001 0a000002 d431 0050 00000001 00000000 a002 faf0 0000 0000 020405b40402080a0000000100000000 01030307";
const TCP_ACK =
  "45000028 1c464000 4006 0000 0a000001 0a000002 d431 0050 00000001 00000001 5010 faf0 0000 0000";
const UDP = "4500001c 00010000 4011 0000 0a000001 0a000002 1234 0035 0008 0000";
const FRAGMENT = "4500001c 00010064 4011 0000 0a000001 0a000002 1234 0035 0008 0000";
const ECHO = "4500001c 00010000 4001 0000 0a000001 0a000002 0800 0000 0001 0001";

/** Sends the packet through INPUT and says whether the rule counted it. */
function counts(bytes: string, args: string, prepare?: (pkt: Packet) => void): boolean {
  const { run, netfilter } = bench();
  const added = run("iptables", "-A", "INPUT", ...args.split(" "));
  expect(added.err).toBe("");
  const data = hex(bytes);
  const pkt = new Packet(1, data, 0, data.length, 0x0800);
  prepare?.(pkt);
  netfilter.run(INPUT, pkt, { index: 2, name: "eth0", mac: new Uint8Array(6), master: null }, null);
  return netfilter.table("filter")?.chains.get("INPUT")?.rules[0].packets === 1;
}

describe("a rule counts", () => {
  const cases: readonly (readonly [bytes: string, args: string, counted: boolean])[] = [
    [TCP_SYN, "-p tcp --dport 80", true],
    [TCP_SYN, "-p tcp --dport 81", false],
    [TCP_SYN, "-p tcp ! --dport 80", false],
    [TCP_SYN, "-p tcp --sport 50000:60000 --dport 1:1024", true],
    [TCP_SYN, "-p tcp --syn", true],
    [TCP_ACK, "-p tcp --syn", false],
    [TCP_ACK, "-p tcp ! --syn", true],
    [TCP_ACK, "-p tcp --tcp-flags ALL ACK", true],
    [TCP_SYN, "-p tcp --tcp-option 3", true],
    [TCP_SYN, "-p tcp --tcp-option 5", false],
    [TCP_SYN, "-p tcp -m multiport --dports 22,80,443", true],
    [TCP_SYN, "-p tcp -m multiport --dports 22,81:90", false],
    [TCP_SYN, "-p tcp -m multiport --ports 54321", true],
    [TCP_SYN, "-p udp --dport 80", false],
    [UDP, "-p udp --dport 53", true],
    [FRAGMENT, "-p udp --dport 53", false],
    [FRAGMENT, "-p udp ! --dport 54", false],
    [FRAGMENT, "-p udp", true],
    [FRAGMENT, "-f", true],
    [UDP, "-f", false],
    [ECHO, "-p icmp --icmp-type 8", true],
    [ECHO, "-p icmp --icmp-type 8/0", true],
    [ECHO, "-p icmp --icmp-type any", true],
    [ECHO, "-p icmp --icmp-type 0", false],
    [ECHO, "-s 10.0.0.0/30 -d 10.0.0.2", true],
    [ECHO, "! -s 10.0.0.0/30", false],
    [ECHO, "-s 10.0.0.1/255.0.0.255", true],
    [ECHO, "-i eth+", true],
    [ECHO, "! -i eth0", false],
    [ECHO, "-m ttl --ttl-eq 64", true],
    [ECHO, "-m ttl --ttl-lt 64", false],
    [ECHO, "-m length --length 28", true],
    [ECHO, "-m length ! --length 20:30", false],
    [ECHO, "-m iprange --src-range 10.0.0.0-10.0.0.1", true],
    [ECHO, "-m iprange ! --dst-range 10.0.0.2", false],
    [ECHO, "-m mark --mark 0", true],
    [ECHO, "-m mark --mark 1", false],
    [ECHO, "-m comment --comment x", true],
    [ECHO, "-m policy --dir in --pol none", true],
    [ECHO, "-m policy --dir in --pol ipsec", false],
    [ECHO, "-m mac --mac-source 00:00:00:00:00:00", false],
    [ECHO, "-m physdev ! --physdev-is-in", true],
    [ECHO, "-m physdev --physdev-is-in", false],
  ];
  for (const [bytes, args, counted] of cases)
    it(`${args} ${counted}`, () => {
      expect(counts(bytes, args)).toBe(counted);
    });

  it("by mark and mask", () => {
    const marked = (pkt: Packet) => {
      pkt.mark = 0x1f;
    };
    expect(counts(ECHO, "-m mark --mark 0x10/0xf0", marked)).toBe(true);
    expect(counts(ECHO, "-m mark ! --mark 0x10/0xf0", marked)).toBe(false);
  });
});

describe("state that lives with a rule", () => {
  /** How many of `count` packets a rule takes, `gap` nanoseconds apart. */
  function taken(args: string, count: number, gap: number): number[] {
    const { run, netfilter, host } = bench();
    run("iptables", "-A", "INPUT", ...args.split(" "));
    const hits: number[] = [];
    const rule = () => netfilter.table("filter")?.chains.get("INPUT")?.rules[0].packets ?? 0;
    for (let i = 0; i < count; i++) {
      const before = rule();
      netfilter.run(INPUT, new Packet(1, hex(ECHO), 0, 28, 0x0800), null, null);
      if (rule() > before) hits.push(i);
      host.time += gap;
    }
    return hits;
  }

  it("limit takes its burst, then one a period (nft_limit)", () => {
    expect(taken("-m limit --limit 1/sec --limit-burst 2", 6, 500e6)).toEqual([0, 1, 2, 4]);
    expect(taken("-m limit --limit 1/sec", 8, 0)).toEqual([0, 1, 2, 3, 4]);
  });

  it("nth counts from the packet it is told", () => {
    expect(taken("-m statistic --mode nth --every 3 --packet 0", 7, 0)).toEqual([0, 3, 6]);
    expect(taken("-m statistic --mode nth --every 3 --packet 1", 7, 0)).toEqual([1, 4]);
    expect(taken("-m statistic --mode nth --every 3 --packet 2", 7, 0)).toEqual([2, 5]);
  });

  it("recent remembers addresses for a while", () => {
    expect(taken("-m recent --update --seconds 60", 3, 0)).toEqual([]);
    expect(taken("-m recent --set", 3, 0)).toEqual([0, 1, 2]);
  });
});
