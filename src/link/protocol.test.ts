import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { pack, reason, unpack } from "./codec.ts";
import { requestSchema } from "./protocol.ts";

const isRight = (request: unknown): boolean => v.safeParse(requestSchema, request).success;
const open = (files: Record<string, string>) => ({ type: "open", seed: 7, profile: "ubuntu", files });

describe("what a page may ask", () => {
  test("a lab with files in folders", () => {
    expect(isRight(open({ "setup.sh": "ip a", "www/index.html": "Hello!" }))).toBe(true);
  });

  test.each(["/etc/passwd", "../x", "a/../../x", "a//b", "./x", "", "a\0b", "a/."])(
    "no file outside of the lab's folder: %j",
    (path) => {
      expect(isRight(open({ [path]: "" }))).toBe(false);
      expect(isRight({ type: "put", path, text: "" })).toBe(false);
    },
  );

  test.each([
    null,
    {},
    { type: "eval", code: "1" },
    { type: "start", job: 1, argv: [] },
    { type: "start", job: -1, argv: ["ls"] },
    { type: "start", job: 1, argv: ["ls", 5] },
    { type: "start", job: 1, argv: ["bash"], terminal: { columns: 1e9, rows: 2 } },
    { type: "signal", job: 1, name: "KILL; rm" },
    { type: "write", job: 1 },
  ])("nothing else: %j", (request) => {
    expect(isRight(request)).toBe(false);
  });
});

describe("on a WebSocket", () => {
  test("captures go as bytes, all else as JSON", () => {
    const bytes = Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a);
    const packed = pack({ type: "captured", id: 70_000, bytes }) as Uint8Array<ArrayBuffer>;
    expect([...packed]).toEqual([0, 1, 0x11, 0x70, 0x0a, 0x0d, 0x0d, 0x0a]);
    expect(unpack(packed.buffer)).toEqual({ type: "captured", id: 70_000, bytes });
    expect(unpack(pack({ type: "notice", line: "a" }) as string)).toEqual({ type: "notice", line: "a" });
  });

  test("a reason for the end fits into a control frame", () => {
    expect(reason("short")).toBe("short");
    const long = reason("é".repeat(100));
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(123);
    expect(long).toMatch(/^é+$/);
  });
});
