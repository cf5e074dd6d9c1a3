import { describe, expect, test } from "vitest";
import { SimulatedEngine } from "../src/engine/simulated/engine.ts";

/** Runs a script; what it said, how it ended, and what the engine had to say. */
function run(script: string) {
  const said: string[] = [];
  const notices: string[] = [];
  const decoder = new TextDecoder();
  const engine = new SimulatedEngine({ timeLimit: 60e9, onNotice: (line) => notices.push(line) });
  const status = engine.runToEnd({
    argv: ["bash", "-c", script, "case"],
    output: (bytes) => said.push(decoder.decode(bytes)),
  });
  return { status, text: said.join(""), notices: notices.join("\n") };
}

describe("whatever would run for ever meets its limit, and the run says where", () => {
  test.each([
    "yes > /dev/null",
    "yes | cat > /dev/null",
    "cat /dev/zero > /dev/null",
    "awk 'BEGIN{while(1);}'",
    "echo a | sed ':a;ba'",
    "echo a | sed ':a;s/a/aa/;ta'",
    "read x < /dev/zero",
    "while read -n1 x; do :; done < /dev/zero",
    "trap 'echo again' INT; while :; do sleep 1; done",
    "sleep 99999 & wait",
  ])("%s", (script) => {
    const { status, notices } = run(`true\n${script}`);
    expect(status).toBeGreaterThanOrEqual(130);
    expect(notices).toMatch(/^case: line 2: ".*" still ran after \d+ simulated seconds and was interrupted/);
  });

  test("timeout ends a program that never waits", () => {
    expect(run("timeout 1 yes > /dev/null; echo $?")).toMatchObject({ text: "124\n", notices: "" });
  });

  test("a program that traps Ctrl-C is killed in the end", () => {
    const { status, notices } = run("trap '' INT; tail -f /dev/null");
    expect(status).toBe(137);
    expect(notices).toContain('"tail -f /dev/null" did not heed Ctrl-C and was killed');
  });

  test("one sleep is slept out however long it is", () => {
    expect(run("sleep 10d; date")).toMatchObject({ text: "Thu Jan 15 09:00:00 UTC 2026\n", notices: "" });
  });
});

describe("a program's stack and memory have an end", () => {
  test.each([
    ["awk 'function f(x){return f(x+1)} BEGIN{f(1)}'; echo $?", "139", "calls itself too deeply"],
    [`awk 'BEGIN{s="x"; while(1) s=s s}'; echo $?`, "137", "used up its memory"],
    ["sort /dev/zero; echo $?", "137", "used up its memory"],
    ["(x=$(yes)); echo $?", "137", "used up its memory"],
    [`e='eval "$e"'; (eval "$e"); echo $?`, "139", "calls itself too deeply"],
    [`(s=x; while :; do s=$s$s; done); echo $?`, "137", "used up its memory"],
  ])("%s", (script, status, words) => {
    const { text, notices } = run(script);
    expect(text.trim().split("\n").at(-1)).toBe(status);
    expect(text).not.toContain("internal error");
    expect(notices).toContain(words);
  });
});

test("what garbage arguments broke", () => {
  const { text } = run(
    "watch nosuchprogram & sleep 1; kill $!; conntrack -E -e toString; grep $(printf %070000d 1) /etc/hosts; true",
  );
  expect(text).toContain("Bad parameter `toString'");
  expect(text).not.toContain("internal error");
});

test("a message to a standard error that cannot be written is lost, as in C", () => {
  expect(run("(exit 2<<<x a b); echo $?").text).toBe("2\n");
});
