import { expect, test } from "vitest";
import { concat } from "../base/text.ts";
import { fileHeader, LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL2, read, record } from "./pcap.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ""), "hex"));

test("writes the header that tcpdump -w writes", () => {
  expect(hex(fileHeader(LINKTYPE_ETHERNET))).toBe("d4c3b2a1020004000000000000000000" + "0000040001000000");
  expect(hex(fileHeader(LINKTYPE_LINUX_SLL2)).slice(-8)).toBe("14010000");
});

test("a record holds seconds, microseconds, both sizes and the bytes", () => {
  const written = record({ seconds: 1700000000, nanoseconds: 1_999, data: bytes("0a0b0c"), length: 60 });
  expect(hex(written)).toBe("00f15365" + "01000000" + "03000000" + "3c000000" + "0a0b0c");
});

test("reads big-endian files with nanoseconds", () => {
  const file = bytes(`a1b23c4d 0002 0004 00000000 00000000 0000ffff 00000065
    6553f100 00000007 00000002 00000040 beef`);
  expect(read(file)).toEqual({
    format: "pcap",
    linkType: 101,
    snaplen: 65535,
    nanoseconds: true,
    packets: [{ seconds: 1700000000, nanoseconds: 7, data: bytes("beef"), length: 64, linkType: 101 }],
  });
});

test("says with libpcap's words what is wrong", () => {
  expect(read(new Uint8Array(0))).toEqual({
    error: "truncated dump file; tried to read 4 file header bytes, only got 0",
  });
  expect(read(bytes("6162630a"))).toEqual({ error: "unknown file format" });
  const whole = concat([
    fileHeader(1),
    record({ seconds: 1, nanoseconds: 0, data: bytes("00112233"), length: 4 }),
    record({ seconds: 2, nanoseconds: 0, data: bytes("00112233"), length: 4 }),
  ]);
  const cut = read(whole.subarray(0, whole.length - 1));
  expect(cut).toMatchObject({ error: "truncated dump file; tried to read 4 captured bytes, only got 3" });
  expect("packets" in cut && cut.packets.length).toBe(1);
  const header = read(whole.subarray(0, whole.length - 15));
  expect(header).toMatchObject({ error: "truncated dump file; tried to read 16 header bytes, only got 5" });
});
