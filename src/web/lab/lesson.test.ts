import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { LessonFault, readLesson } from "./lesson.ts";

const EXAMPLE = new URL("../../../examples/virtual-router/lesson.md", import.meta.url);

describe("lessons", () => {
  test("the virtual router's lesson is read whole", () => {
    const lesson = readLesson(readFileSync(EXAMPLE, "utf8"));
    expect(lesson.title).toBe("The virtual router");
    expect(lesson.steps.map((s) => s.title[0])).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
    expect(lesson.steps[1].parts.map((p) => p.kind)).toEqual(["text", "command", "check", "command", "text"]);
    expect(lesson.steps[1].parts[1]).toEqual({
      kind: "command",
      ns: "boxA",
      command: "ip route add default via 172.16.100.1",
    });
  });

  test("a command on several lines is one", () => {
    const { steps } = readLesson("# L\n## one\n```sh\nip route add \\\n  default via 10.0.0.1\n```\n");
    expect(steps[0].parts).toEqual([
      { kind: "command", ns: "host", command: "ip route add default via 10.0.0.1" },
    ]);
  });

  test.each([
    ["# L\n## one\n```sh a\nls\n", /line 3: the block .* no end/],
    ["# L\n```sh a\nls\n```\n", /line 2: .* before the first/],
    ["# L\n## one\n```check a\nip route\n```\n", /line 3: a check needs/],
    ["# L\n## one\n```check a\nip route\nexpect: (\n```\n", /line 3: "\(" is no regular expression/],
  ])("a fault names its line", (text, message) => {
    expect(() => readLesson(text)).toThrow(LessonFault);
    expect(() => readLesson(text)).toThrow(message);
  });
});
