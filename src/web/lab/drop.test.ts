import { expect, test } from "vitest";
import { readDrop } from "./drop.ts";

const file = (name: string, ...parts: BlobPart[]) => new File(parts, name);
const read = (...files: File[]) =>
  readDrop(
    files,
    files.map((f) => f.name),
  );

test("a script is a lab; the output of iptables-save is a ruleset", async () => {
  expect(await read(file("two.sh", "ip netns add a\n"))).toMatchObject({
    lab: { name: "two", main: "two.sh", files: { "two.sh": "ip netns add a\n" } },
  });
  const save = "# Generated\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n";
  expect(await read(file("x.v4", save))).toMatchObject({ rules: { path: "x.v4", text: save } });
});

test("a folder is taken without what is no text, and says so", async () => {
  const dropped = await readDrop(
    [file("setup.sh", "true\n"), file("logo.png", new Uint8Array([0x89, 0x50, 0, 255]))],
    ["lab/setup.sh", "lab/logo.png"],
  );
  expect(dropped.lab).toMatchObject({ name: "lab", main: "setup.sh" });
  expect(dropped.leftOut).toEqual(["lab/logo.png"]);
});

test.each([
  ["nothing", [], /no file/],
  ["a binary file", [file("x.bin", new Uint8Array([0, 1, 2, 255]))], /x\.bin is no text/],
  [
    "a huge script",
    [file("big.sh", "a".repeat(10_000_000))],
    /big\.sh has 10 MB: a lab's file may have 1 MB/,
  ],
  [
    "a thousand files",
    Array.from({ length: 1000 }, (_, i) => file(`${i}.sh`, "true")),
    /more than 200 files/,
  ],
  [
    "much together",
    Array.from({ length: 6 }, (_, i) => file(`${i}.sh`, "a".repeat(900_000))),
    /more than 4 MB together/,
  ],
])("%s is refused with a reason", async (_, files, message) => {
  await expect(read(...files)).rejects.toThrow(message);
});
