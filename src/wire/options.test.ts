import { expect, test } from "vitest";
import * as icmp from "./icmp.ts";
import * as igmp from "./igmp.ts";
import * as ipv4 from "./ipv4.ts";
import * as options from "./ipv4-options.ts";
import * as ipv6 from "./ipv6.ts";
import * as tcpOptions from "./tcp-options.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

function header(option: Uint8Array): Uint8Array {
  const data = new Uint8Array(60);
  ipv4.emit(data, 0, {
    tos: 0,
    totalLength: 60,
    id: 1,
    fragment: 0,
    ttl: 64,
    protocol: 1,
    src: 1,
    dst: 2,
    options: option,
  });
  return data;
}

test("record route as ping -R sends it", () => {
  const data = header(options.pad(Uint8Array.of(1), options.recordRoute(9)));
  expect(hex(data.subarray(20, 28))).toBe("0107270400000000");
  const at = options.find(data, 0, options.RECORD_ROUTE);
  expect(at).toBe(21);
  for (let i = 0; i < 9; i++) expect(options.record(data, at, 0x0a000001 + i)).toBe(true);
  expect(options.record(data, at, 0x0b000001)).toBe(false);
  expect(options.parse(data, 0)).toEqual([
    { kind: "nop", at: 20, length: 1 },
    {
      kind: "rr",
      at: 21,
      length: 39,
      pointer: 40,
      addresses: Array.from({ length: 9 }, (_, i) => 0x0a000001 + i),
    },
  ]);
});

test("source routes, time stamps and router alert", () => {
  expect(hex(options.sourceRoute(false, [0x0a000002]))).toBe("8307040a000002");
  expect(hex(options.sourceRoute(true, [0x0a000002]))).toBe("8907040a000002");
  expect(hex(options.timestamp(options.TS_ONLY, 2))).toBe("440c05000000000000000000");
  expect(hex(options.routerAlert())).toBe("94040000");
  const stamps = header(bytes("440c051100000001000000ff"));
  expect(options.parse(stamps, 0)).toEqual([
    {
      kind: "timestamp",
      at: 20,
      length: 12,
      pointer: 5,
      overflow: 1,
      flag: 1,
      entries: [{ address: 1, time: 255 }],
    },
  ]);
});

test("malformed options tell the byte", () => {
  expect(options.parse(header(bytes("07010000")), 0)).toEqual({ error: "bad option length", at: 20 });
  expect(options.parse(header(bytes("07200400")), 0)).toEqual({ error: "bad option length", at: 20 });
  expect(options.parse(header(bytes("0707030000000000")), 0)).toEqual({ error: "bad route pointer", at: 22 });
});

test("TCP options of a Linux SYN and of an ACK", () => {
  const syn = tcpOptions.emit({
    mss: 1460,
    sackPermitted: true,
    timestamp: { value: 1000, echo: 0 },
    wscale: 7,
  });
  expect(hex(syn)).toBe("020405b40402080a000003e80000000001030307");
  const segment = new Uint8Array(40);
  segment[12] = 0xa0;
  segment.set(syn, 20);
  expect(tcpOptions.parse(segment, 0, 40)).toEqual({
    mss: 1460,
    sackPermitted: true,
    timestamp: { value: 1000, echo: 0 },
    wscale: 7,
  });
  expect(tcpOptions.findMss(segment, 0, 40)).toBe(22);
  expect(hex(tcpOptions.emit({ timestamp: { value: 1, echo: 2 }, sack: [[100, 200]] }))).toBe(
    "0101080a0000000100000002" + "0101050a00000064000000c8",
  );
});

test("IPv6 addresses as RFC 5952 writes them", () => {
  for (const text of [
    "::",
    "::1",
    "fe80::1",
    "2001:db8::1:0:0:1",
    "1:0:2:3:4:5:6:7",
    "::ffff:1.2.3.4",
    "ff02::1:ff00:1",
    "2001:0:0:1::1",
  ]) {
    const address = ipv6.parse(text);
    expect(address && ipv6.format(address)).toBe(text);
  }
  expect(ipv6.format(ipv6.parse("2001:DB8:0:0:0:0:0:1") as Uint8Array)).toBe("2001:db8::1");
  for (const wrong of ["", ":", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7", "::1.2.3", "g::"])
    expect(ipv6.parse(wrong)).toBeUndefined();
  expect(ipv6.format(ipv6.linkLocal(Uint8Array.of(2, 0, 0, 0, 0, 1)))).toBe("fe80::ff:fe00:1");
});

test("an IGMPv3 report as Linux sends it", () => {
  const data = new Uint8Array(16);
  expect(igmp.emitV3Report(data, 0, [{ type: igmp.TO_EX, group: 0xef010101, sources: [] }])).toBe(16);
  expect(hex(data)).toBe("2200e9fb0000000104000000ef010101");
  expect(igmp.parseV3Report(data, 0, 16)).toEqual([{ type: 4, group: 0xef010101, sources: [] }]);
  expect(igmp.parseV3Report(data, 0, 12)).toBeUndefined();
  expect(icmp.isError(icmp.ECHO)).toBe(false);
});
