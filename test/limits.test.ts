import { describe, expect, test } from "vitest";
import { SimulatedEngine } from "../src/engine/simulated/engine.ts";
import type { Allowance } from "../src/machine/spending.ts";

/** Runs a script; what it said, how it ended, and what the engine had to say. */
function run(script: string, allowance?: Allowance) {
  const said: string[] = [];
  const notices: string[] = [];
  const decoder = new TextDecoder();
  const engine = new SimulatedEngine({ timeLimit: 60e9, onNotice: (line) => notices.push(line) });
  if (allowance) engine.machine.spending.allowance = allowance;
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
    [`(a=(x); while :; do a+=("\${a[@]}"); done); echo $?`, "137", "used up its memory"],
    ['(while :; do set -- x "$@" "$@"; done); echo $?', "137", "used up its memory"],
    [`awk 'BEGIN{s="a"; while(1) gsub(/a/,"aa",s)}'; echo $?`, "137", "used up its memory"],
    ["(printf '%1000000000d' 1); echo $?", "137", "used up its memory"],
  ])("%s", (script, status, words) => {
    const { text, notices } = run(script);
    expect(text.trim().split("\n").at(-1)).toBe(status);
    expect(text).not.toContain("internal error");
    expect(notices).toContain(words);
  });
});

describe("a pattern cannot hang its program", () => {
  test.each([
    ["echo $(printf a%.0s {1..40})b | grep -E '^(a+)+$'", "1"],
    ["echo $(printf a%.0s {1..40})b | grep -P '^(a+)+$'", "1"],
    ["[[ $(printf a%.0s {1..40})b =~ ^(a|aa)+$ ]]", "1"],
    ["echo $(printf a%.0s {1..40})b | awk '/^(a|a)*$/{exit 3}'", "0"],
    ["[[ $(printf a%.0s {1..200}) == *a*a*a*a*a*a*a*a*a*a*a*b ]]", "1"],
    ["shopt -s extglob; [[ $(printf a%.0s {1..40})b == +(+(a)) ]]", "1"],
    [`s=$(seq 1 2000); [[ \${s##*x} == "$s" && \${s%%x*} == "$s" && \${s//*a*a*b/x} == "$s" ]]`, "0"],
  ])("%s", (script, status) => {
    const { text, notices } = run(`${script}; echo $?`);
    expect(text.trim().split("\n").at(-1)).toBe(status);
    expect(notices).toBe("");
  });

  test("references back meet a budget, and the run says which text and where", () => {
    const { text, notices } = run(
      "echo $(printf a%.0s {1..60}) | grep -E '^(a*)*(a*)*(a*)*\\1\\2\\3b$'; echo $?",
    );
    expect(text.trim().split("\n").at(-1)).toBe("137");
    expect(notices).toMatch(/^case: line 1: grep .* a regular expression asks too much of a text of 60 char/);
  });
});

test("the longest of the leftmost matches, as glibc", () => {
  const { text } = run(
    "echo foobarbaz | grep -oE 'foo|foobar|(foo|foobar)bar?(baz)?'; [[ abcd =~ (a|ab)(c|bcd) ]] && echo $BASH_REMATCH",
  );
  expect(text).toBe("foobarbaz\nabcd\n");
});

// bash's own words, under `ulimit -v` and `ulimit -n`.
test("braces and descriptors have an end", () => {
  expect(run("for i in {1..1000000000}; do echo $i; done").text).toBe(
    "case: line 1: brace expansion: failed to allocate memory for 1000000000 elements\n{1..1000000000}\n",
  );
  expect(run("while exec {fd}</dev/null; do :; done; echo $? $fd").text).toMatch(
    /redirection error: cannot duplicate fd: Too many open files\n.*line 1: \/dev\/null: Too many open files\n0 1023\n$/,
  );
  expect(run("exec 5000</dev/null; echo $?").text).toMatch(/line 1: 5000: Bad file descriptor\n1\n$/);
  expect(run("echo $((7**99999999999)) $((3**5))").text).toBe("-744213426008379977 243\n");
});

describe("one command may start so many processes and send so many packets", () => {
  test.each([
    ["while :; do /bin/true; done", "500 processes were started by one command"],
    [
      "ip link set lo up; for ((i=0;;i++)); do echo x > /dev/udp/127.0.0.1/9; done",
      "20000 packets were sent by one command",
    ],
  ])("%s", (script, words) => {
    const { status, notices } = run(`true\n${script}`, { processes: 500, packets: 20_000 });
    expect(status).toBe(130);
    expect(notices).toContain("case: line 2: ");
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

describe("a full disk", () => {
  const small = (script: string) => {
    const said: string[] = [];
    const engine = new SimulatedEngine({});
    engine.machine.disk.capacity = 2 ** 20;
    engine.runToEnd({
      argv: ["bash", "-c", `cd /tmp\n${script}`, "case"],
      output: (bytes) => said.push(new TextDecoder().decode(bytes)),
    });
    return said.join("");
  };

  // As Debian 12 says it on a tmpfs of 1 MiB.
  test("is met by what writes to it, each in its words", () => {
    expect(
      small(`head -c 900000 /dev/zero > a; echo $?
head -c 900000 /dev/zero > b; echo $?
printf '%200000s' x > c; echo $?
seq 100000 > d; echo $?
seq 100000 | tee h > /dev/null; echo $?
seq 100000 | sort > k; echo $?
seq 100000 | grep 1 > l; echo $?`),
    ).toBe(`0
head: error writing 'standard output': No space left on device
1
case: line 4: printf: write error: No space left on device
1
seq: write error: No space left on device
1
tee: h: No space left on device
1
sort: write failed: 'standard output': No space left on device
sort: write error
2
grep: write error: No space left on device
2
`);
  });

  test("has room again when a file is gone: by rm when it is open nowhere, at the last close otherwise", () => {
    expect(
      small(`head -c 800000 /dev/zero > a; rm a; head -c 800000 /dev/zero > b; echo $?
exec 3> open; mv b c; mv c b; rm b; head -c 800000 /dev/zero >&3; rm open
head -c 800000 /dev/zero 2>&1 > m; echo $?; exec 3>&-
head -c 800000 /dev/zero > m; echo $?; head -c 800000 /dev/zero > m; echo $?`),
    ).toBe("0\nhead: error writing 'standard output': No space left on device\n1\n0\n0\n");
  });

  test("does not trouble tools that do not look", () => {
    expect(
      small("ip addr > /dev/full; echo $?; iptables -S > /dev/full; echo $?; ss > /dev/full; echo $?"),
    ).toBe("0\n0\n0\n");
  });
});
