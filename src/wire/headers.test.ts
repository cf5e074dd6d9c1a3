import { expect, test } from "vitest";
import { describe } from "./headers.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ""), "hex"));

test("an echo request", () => {
  const data = bytes("4500001c00014000400126de0a0000010a0000020800f7f600070002");
  expect(describe(data, 0, data.length, 0x0800, 5)).toEqual({
    family: "ipv4",
    src: "10.0.0.1",
    dst: "10.0.0.2",
    protocol: "icmp",
    type: 8,
    code: 0,
    id: 7,
    sequence: 2,
    ttl: 64,
    tos: 0,
    length: 28,
    ipId: 1,
    fragment: "DF",
    mark: 5,
    summary: "ICMP echo request, id 7, seq 2, length 8",
  });
});

test("a TCP SYN, a later fragment, ARP", () => {
  const syn = bytes(
    "45000028000100004006 0000 0a000001 0a000002 0fa0 2260 000003e8 00000000 5002faf0 00000000",
  );
  expect(describe(syn, 0, syn.length, 0x0800)).toMatchObject({
    protocol: "tcp",
    sport: 4000,
    dport: 8800,
    flags: "S",
    summary: "Flags [S], seq 1000, win 64240, length 0",
  });
  const rest = bytes("4500001c 0001 20b9 4011 0000 0a000001 0a000002 6161616161616161");
  const h = describe(rest, 0, rest.length, 0x0800);
  expect(h).toMatchObject({ protocol: "udp", fragment: "MF+1480", summary: "ip-proto-17" });
  expect(h.sport).toBeUndefined();
  const arp = bytes("0001080006040001 020000000001 0a000001 000000000000 0a000002");
  expect(describe(arp, 0, arp.length, 0x0806)).toEqual({
    family: "arp",
    src: "10.0.0.1",
    dst: "10.0.0.2",
    protocol: "arp",
    type: 1,
    length: 28,
    summary: "ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28",
  });
});

test("what is cut short never throws", () => {
  const data = bytes("4500001c00014000400126de0a0000010a0000020800f7f600070002");
  for (let n = 0; n <= data.length; n++) expect(describe(data, 0, n, 0x0800).summary).toBeTypeOf("string");
  expect(describe(data, 0, data.length, 0x1234)).toMatchObject({ family: "other", protocol: "0x1234" });
});
