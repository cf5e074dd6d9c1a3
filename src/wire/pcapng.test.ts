import { expect, test } from "vitest";
import { concat } from "../base/text.ts";
import { LINKTYPE_ETHERNET } from "./pcap.ts";
import { enhancedPacket, interfaceDescription, Recorder, read, sectionHeader } from "./pcapng.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const FRAME = Uint8Array.of(1, 2, 3, 4, 5);

test("a section header names the application", () => {
  expect(hex(sectionHeader("ab"))).toBe(
    "0a0d0d0a" +
      "28000000" +
      "4d3c2b1a" +
      "01000000" +
      "ffffffffffffffff" +
      "0400020061620000" +
      "00000000" +
      "28000000",
  );
});

test("an interface has its name and counts nanoseconds", () => {
  expect(hex(interfaceDescription(LINKTYPE_ETHERNET, { name: "v0" }))).toBe(
    "01000000" +
      "28000000" +
      "01000000" +
      "00000400" +
      "0200020076300000" +
      "0900010009000000" +
      "00000000" +
      "28000000",
  );
});

test("an enhanced packet is padded, and tells direction and comments", () => {
  expect(
    hex(
      enhancedPacket({ interface: 0, time: 0x1_0000_0002n, data: FRAME, direction: "out", comments: ["hi"] }),
    ),
  ).toBe(
    "06000000" +
      "3c000000" +
      "00000000" +
      "01000000" +
      "02000000" +
      "05000000" +
      "05000000" +
      "0102030405000000" +
      "0100020068690000" +
      "0200040002000000" +
      "00000000" +
      "3c000000",
  );
});

test("what the recorder writes is read back", () => {
  const recorder = new Recorder(LINKTYPE_ETHERNET, "veth0");
  const file = concat([
    recorder.start(),
    recorder.packet(1_700_000_000_123_456_789n, FRAME, "in", ["first", "second"]),
    recorder.packet(1_700_000_001_000_000_000n, FRAME),
  ]);
  const capture = read(file);
  if (!("packets" in capture)) throw new Error(capture.error);
  expect(capture.linkType).toBe(1);
  expect(capture.nanoseconds).toBe(true);
  expect(capture.interfaces[0].name).toBe("veth0");
  expect(capture.packets[0]).toMatchObject({
    seconds: 1_700_000_000,
    nanoseconds: 123_456_789,
    length: 5,
    direction: "in",
    comments: ["first", "second"],
  });
  expect(capture.packets[1].direction).toBeUndefined();
});

test("a cut file gives its whole packets and says what is missing", () => {
  const recorder = new Recorder(LINKTYPE_ETHERNET, "veth0");
  const file = concat([recorder.start(), recorder.packet(1n, FRAME), recorder.packet(2n, FRAME)]);
  const capture = read(file.subarray(0, file.length - 2));
  expect("packets" in capture && capture.packets.length).toBe(1);
  expect(capture.error).toMatch(/^truncated/);
  expect(read(Uint8Array.of(1, 2, 3))).toEqual({ error: "unknown file format" });
});
