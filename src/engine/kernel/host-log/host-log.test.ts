import { describe, expect, test } from "vitest";
import { Belongings, parsePlace } from "./belongs.ts";
import { parseConsole } from "./context.ts";
import { parseRecord, syslogLine } from "./kernel-log.ts";

const REST = "LEN=84 TOS=0x00 PREC=0x00 TTL=64 ID=23675 DF PROTO=ICMP TYPE=8 CODE=0 ID=501 SEQ=1 ";
const OUT = `a:OUTPUT IN= OUT=v0 SRC=10.0.0.1 DST=10.0.0.2 ${REST}`;
const IN = `b:INPUT IN=v1 OUT= MAC=26:12:66:c5:7e:fe:0a:f6:91:67:ad:7a:08:00 SRC=10.0.0.1 DST=10.0.0.2 ${REST}`;

describe("records of /dev/kmsg", () => {
  test("become syslog's lines", () => {
    const record = parseRecord(`4,726,1387639333,-;${OUT}\n SUBSYSTEM=net\n`);
    expect(record).toEqual({ priority: 4, time: 1387639333, text: OUT });
    expect(record && syslogLine(record)).toBe(`<4>[ 1387.639333] ${OUT}\n`);
  });

  test("what is not printable stands as it was sent", () => {
    expect(parseRecord("7,1,5,-;a\\x5cb\\x09c\n")?.text).toBe("a\\b\tc");
  });
});

describe("printk:console of a trace instance (Linux 6.18)", () => {
  test("in a system call, and in a softirq", () => {
    expect(parseConsole("            ping-21159   [001] db..1   789.551008: console: one two ")).toEqual({
      text: "one two ",
      softirq: false,
    });
    expect(parseConsole("            ping-21159   [001] dbs.1   789.551008: console: three")).toEqual({
      text: "three",
      softirq: true,
    });
    expect(parseConsole("          <idle>-0       [000] d.s21   100.000001: console: four")?.softirq).toBe(
      true,
    );
  });
});

describe("whose a line is", () => {
  const lab = new Belongings();
  lab.learn(
    "a",
    "1: lo: <LOOPBACK,UP> mtu 65536 \\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n7: v0@if6: <UP> mtu 1500 \\    link/ether 0a:f6:91:67:ad:7a brd ff:ff:ff:ff:ff:ff\n7: v0    inet 10.0.0.1/24 scope global v0\n",
  );
  lab.learn("b", "6: v1@if7: <UP> mtu 1500 \\    link/ether 26:12:66:c5:7e:fe brd ff:ff:ff:ff:ff:ff\n");
  const fits = (text: string) => {
    const place = parsePlace(text);
    return place !== undefined && lab.fits(place);
  };

  test("its devices in one namespace and its MAC addresses", () => {
    expect(fits(IN)).toBe(true);
    expect(fits(IN.replace("IN=v1", "IN=v2"))).toBe(false);
    expect(
      fits(IN.replace("26:12:66:c5:7e:fe:0a:f6:91:67:ad:7a", "26:12:66:c5:7e:ff:0a:f6:91:67:ad:7b")),
    ).toBe(false);
    expect(fits(IN.replace("OUT=", "OUT=v0"))).toBe(false);
  });

  test("without a frame: its addresses there", () => {
    expect(fits(OUT)).toBe(true);
    expect(fits(OUT.replace("10.0.0.1", "10.0.0.9"))).toBe(false);
    expect(fits(OUT.replace("OUT=v0", "OUT=v2"))).toBe(false);
  });

  test("bridged frames, decoded MACs, lo", () => {
    expect(
      parsePlace(
        `x IN=br0 OUT=br0 PHYSIN=p1 PHYSOUT=p2 MACSRC=0a:f6:91:67:ad:7a MACDST=26:12:66:c5:7e:fe MACPROTO=0800 SRC=1.2.3.4 DST=5.6.7.8 ${REST}`,
      ),
    ).toEqual({
      devices: ["br0", "br0", "p1", "p2"],
      macs: ["0a:f6:91:67:ad:7a", "26:12:66:c5:7e:fe"],
      src: "1.2.3.4",
      dst: "5.6.7.8",
    });
    expect(
      parsePlace(
        `IN=lo OUT= MAC=00:00:00:00:00:00:00:00:00:00:00:00:08:00 SRC=127.0.0.1 DST=127.0.0.1 ${REST}`,
      )?.macs,
    ).toEqual([]);
  });

  test("other messages of the kernel are nobody's", () => {
    expect(parsePlace("device v0 entered promiscuous mode")).toBeUndefined();
  });
});
