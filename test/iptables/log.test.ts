import { describe, expect, it } from "vitest";
import { bench } from "../../src/command/iptables/testing.ts";
import { FORWARD, OUTPUT } from "../../src/netfilter/hooks.ts";
import {
  LOG_IPOPT,
  LOG_MACDECODE,
  LOG_TCPOPT,
  LOG_TCPSEQ,
  LOG_UID,
  logLine4,
} from "../../src/netfilter/log.ts";
import { type DeviceRef, Packet } from "../../src/netfilter/packet.ts";

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], (b) => Number.parseInt(b, 16));
const device = (name: string): DeviceRef => ({ index: 1, name, mac: new Uint8Array(6), master: null });

/** A packet from an Ethernet header (or "") and the bytes behind it. */
function packet(mac: string, bytes: string): Packet {
  const link = hex(mac);
  const data = new Uint8Array([...link, ...hex(bytes)]);
  const pkt = new Packet(1, data, link.length, data.length, 0x0800);
  if (link.length > 0) pkt.mac = 0;
  return pkt;
}

const ETHERNET = "c676ef89cbec 96ad71e10a28 0800";
/** The echo request of the article's lab, as its router forwards it. */
const ECHO = `45000054 3b9f4000 3f01 0000 ac106405 ac10c805 0800 0000 4f0d 0001${"00".repeat(56)}`;
const SYN =
  "4500003c 1c464000 4006 0000 0a000001 0a000002 d431 0050 00000001 00000000 a002 faf0 0000 0000 020405b40402080a0000000100000000 01030307";

function line(
  pkt: Packet,
  where: { hook: number; in?: string; out?: string },
  flags = 0,
  prefix = "",
): string {
  const state = bench().state(where.hook);
  state.in = where.in === undefined ? null : device(where.in);
  state.out = where.out === undefined ? null : device(where.out);
  return logLine4(pkt, state, prefix, flags);
}

describe("LOG's line", () => {
  it("is what Linux printed for a forwarded echo request", () => {
    expect(
      line(packet(ETHERNET, ECHO), { hook: FORWARD, in: "veth1", out: "veth2" }, 0, "router:FORWARD:filter:"),
    ).toBe(
      "router:FORWARD:filter:IN=veth1 OUT=veth2 MAC=c6:76:ef:89:cb:ec:96:ad:71:e1:0a:28:08:00 SRC=172.16.100.5 " +
        "DST=172.16.200.5 LEN=84 TOS=0x00 PREC=0x00 TTL=63 ID=15263 DF PROTO=ICMP TYPE=8 CODE=0 ID=20237 SEQ=1 ",
    );
  });

  it("has no MAC where there is no input device", () => {
    expect(line(packet("", ECHO), { hook: OUTPUT, out: "veth0" })).toMatch(
      /^IN= OUT=veth0 SRC=172\.16\.100\.5 /,
    );
  });

  it("decodes the link header when asked", () => {
    expect(line(packet(ETHERNET, ECHO), { hook: FORWARD, in: "veth1" }, LOG_MACDECODE)).toMatch(
      /^IN=veth1 OUT= MACSRC=96:ad:71:e1:0a:28 MACDST=c6:76:ef:89:cb:ec MACPROTO=0800 SRC=/,
    );
  });

  it("tells a SYN with its sequence numbers and options", () => {
    expect(line(packet("", SYN), { hook: OUTPUT, out: "veth0" }, LOG_TCPSEQ | LOG_TCPOPT | LOG_IPOPT)).toBe(
      "IN= OUT=veth0 SRC=10.0.0.1 DST=10.0.0.2 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=7238 DF PROTO=TCP SPT=54321 DPT=80 " +
        "SEQ=1 ACK=0 WINDOW=64240 RES=0x00 SYN URGP=0 OPT (020405B40402080A000000010000000001030307) ",
    );
  });

  it("ends with the socket's owner and the mark", () => {
    const pkt = packet("", SYN);
    pkt.socket = { uid: 1000, gid: 100 };
    pkt.mark = 0x2a;
    expect(line(pkt, { hook: OUTPUT, out: "veth0" }, LOG_UID)).toMatch(
      / SYN URGP=0 UID=1000 GID=100 MARK=0x2a $/,
    );
  });

  it("quotes the packet inside an ICMP error, one deep", () => {
    const inner = "4500001c 00010000 4011 0000 0a000001 0a000002 1234 0035 0008 0000";
    const pkt = packet("", `45c00038 00020000 4001 0000 0a000002 0a000001 0303 0000 00000000 ${inner}`);
    expect(line(pkt, { hook: OUTPUT, out: "lo" })).toBe(
      "IN= OUT=lo SRC=10.0.0.2 DST=10.0.0.1 LEN=56 TOS=0x00 PREC=0xC0 TTL=64 ID=2 PROTO=ICMP TYPE=3 CODE=3 " +
        "[SRC=10.0.0.1 DST=10.0.0.2 LEN=28 TOS=0x00 PREC=0x00 TTL=64 ID=1 PROTO=UDP SPT=4660 DPT=53 LEN=8 ] ",
    );
  });

  it("says no more of a later fragment, or of a header that is cut short", () => {
    const fragment = packet("", "4500001c 00012064 4011 0000 0a000001 0a000002 1234 0035 0008 0000");
    expect(line(fragment, { hook: OUTPUT })).toMatch(/ ID=1 MF FRAG:100 PROTO=UDP $/);
    const short = packet("", "45000018 00010000 4006 0000 0a000001 0a000002 d4310050");
    expect(line(short, { hook: OUTPUT })).toMatch(/ PROTO=TCP INCOMPLETE \[4 bytes\] $/);
  });

  it("names ports of bridges where they differ from the device", () => {
    const pkt = packet(ETHERNET, ECHO);
    pkt.physIn = device("veth1");
    pkt.physOut = device("veth2");
    expect(line(pkt, { hook: FORWARD, in: "br0", out: "br0" })).toMatch(
      /^IN=br0 OUT=br0 PHYSIN=veth1 PHYSOUT=veth2 MAC=/,
    );
  });

  it("numbers other protocols, and reads ESP's SPI", () => {
    expect(
      line(packet("", "4500001c 00010000 0102 0000 0a000001 e0000001 1600 0904 00000000"), { hook: OUTPUT }),
    ).toMatch(/ PROTO=2 $/);
    expect(
      line(packet("", "4500001c 00010000 4032 0000 0a000001 0a000002 00001000 00000001"), { hook: OUTPUT }),
    ).toMatch(/ PROTO=ESP SPI=0x1000 $/);
  });
});
