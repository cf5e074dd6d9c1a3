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

test("a lab file is the script that it stands for; what is wrong in it is said with its line", async () => {
  const yaml =
    "hosts:\n  a:\n    devices: { eth0: 10.0.0.1/24 }\n  b:\n    devices: { eth0: 10.0.0.2/24 }\nlinks:\n  - [a:eth0, b:eth0]\n";
  const { lab } = await read(file("two.yaml", yaml));
  expect(lab).toMatchObject({ name: "two", main: "lab.sh", files: { "two.yaml": yaml } });
  expect(lab?.files["lab.sh"]).toMatch(/ip netns add a\b[\s\S]*10\.0\.0\.2\/24/);
  await expect(read(file("two.yaml", yaml.replace("hosts:", "hostz:")))).rejects.toThrow(/two\.yaml:1/);
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
