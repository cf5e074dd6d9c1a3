import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { takeWork, WorkExhausted } from "../work.ts";
import { BoundedRegExp } from "./bounded.ts";

describe("what makes the host's matcher run away is answered in linear time", () => {
  const as = "a".repeat(5000);
  test.each([
    ["^(a+)+$", `${as}b`, null],
    ["^(a|aa)+$", `${as}b`, null],
    ["^(a*)*$", as, as],
    ["^(?:.*a.*a.*a.*a.*a.*b)$", as, null],
    ["(x+x+)+y", "x".repeat(5000), null],
    ["(?:a?){100}a{100}", "a".repeat(100), "a".repeat(100)],
    ["(.*)*x", "y".repeat(20000), null],
    ["((a{1,20}){1,20}){1,20}c", "a".repeat(50), null],
  ])("%s", (source, text, match) => {
    expect(new BoundedRegExp(source, "s", true).exec(text)?.[0] ?? null).toBe(match);
    expect(takeWork()).toBeGreaterThan(0);
  });

  test("references back meet a budget", () => {
    const regexp = new BoundedRegExp("^(a*)*(a*)*(a*)*\\1\\2\\3b$", "s", true);
    expect(() => regexp.exec("a".repeat(60))).toThrow(WorkExhausted);
  });

  test("an expression that is too big when written out", () => {
    const regexp = new BoundedRegExp("(((a{1,100}){1,100}){1,100}){1,100}", "s", true);
    expect(() => regexp.exec("a".repeat(50))).toThrow(/too big/);
  });
});

// glibc's answers: `echo TEXT | grep -oE PATTERN | head -1`.
test.each([
  ["a|ab|abc", "abcd", "abc"],
  ["(a|ab)(c|bcd)(d*)", "abcd", "abcd"],
  ["(foo|foobar)?(bar|barbaz)*", "foobarbaz", "foobarbaz"],
  ["x*(ab|a)b?", "xxab", "xxab"],
  ["(a|b)*abb", "ababbabb", "ababbabb"],
  ["[0-9]+|[0-9]+\\.[0-9]+", "3.14", "3.14"],
])("POSIX: the longest of the leftmost matches: %s in %s", (source, text, match) => {
  expect(new BoundedRegExp(source, "s", true).exec(text)?.[0]).toBe(match);
});

describe("all that a RegExp is for", () => {
  const words = () => new BoundedRegExp("(?:(a+)|(b+))+", "gs", true);
  test("replace, matchAll, split, test, match", () => {
    expect("aab-ba-c".replace(words(), "<$1,$2>")).toBe("<aa,b>-<a,b>-c");
    expect([..."aab-ba".matchAll(words())].map((m) => [m.index, m[0]])).toEqual([
      [0, "aab"],
      [4, "ba"],
    ]);
    expect("1aab2ba3".split(new BoundedRegExp("(?:a|b)+", "s", true))).toEqual(["1", "2", "3"]);
    expect("aab-ba".match(words())).toEqual(["aab", "ba"]);
    expect(words().test("xyz")).toBe(false);
  });
  test("lazy", () => {
    expect("aXbXc".match(new BoundedRegExp("^(?:a|b)+?(?:.|x)*?X", ""))?.[0]).toBe("aX");
  });
  test("names, case, lines, code points, looks", () => {
    expect(new BoundedRegExp("(?<n>(?:a|b)+)\\k<n>", "i").exec("xABab")?.groups).toEqual({ n: "AB" });
    expect("a\nab\n".match(new BoundedRegExp("^(?:a|ab)+$", "gm", true))).toEqual(["a", "ab"]);
    expect(new BoundedRegExp("^(?:(?:.|x)+)$", "su").exec("😀x")?.[0]).toBe("😀x");
    expect(new BoundedRegExp("(?<!\\w)(?:a|ab)+(?!\\w)", "", true).exec("xab ab")?.index).toBe(4);
    expect(new BoundedRegExp("^(?:(?!(?:a+)+$).*)$", "s").test("aaaa")).toBe(false);
  });
});

test("prefixes and suffixes, longest and shortest", () => {
  const star = new BoundedRegExp("a.*b", "su");
  expect([star.prefix("axbxbx", "longest"), star.prefix("axbxbx", "shortest")]).toEqual([5, 3]);
  expect([star.suffix("axaxb", "longest"), star.suffix("axaxb", "shortest")]).toEqual([0, 2]);
  expect([star.prefix("xab", "longest"), star.suffix("abx", "shortest")]).toEqual([-1, -1]);
});

/** Expressions over "a" and "b", in which the host's matcher does not run away on a short text. */
const expression: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthIdentifier: "r" },
    // Of an optional part that matches nothing Perl keeps its groups, JavaScript not: only characters are optional.
    fc.constantFrom("a", "b", ".", "[ab]", "\\b", "^", "$", "a?", "[ab]{1,2}"),
    fc.tuple(tie("node"), tie("node")).map(([x, y]) => x + y),
    fc.tuple(tie("node"), tie("node")).map(([x, y]) => `(${x}|${y})`),
    fc.tuple(tie("node"), fc.constantFrom("*", "+", "{2}")).map(([x, q]) => `(?:${x})${q}`),
    tie("node").map((x) => `(${x})`),
    tie("node").map((x) => `(?=${x})`),
    tie("node").map((x) => `(?!${x})`),
  ),
})).node;
const text = fc.string({ unit: fc.constantFrom("a", "b", "-"), maxLength: 8 });

/** The same, never given to the host. */
class Ours extends BoundedRegExp {
  override exec(s: string): RegExpExecArray | null {
    return (this as unknown as { search(s: string): RegExpExecArray | null }).search(s);
  }
}

test("Perl's way: the host's own answer", () => {
  fc.assert(
    fc.property(expression, text, (source, s) => {
      const [ours, host] = [new Ours(source, "s").exec(s), new RegExp(source, "s").exec(s)];
      expect(ours && [ours.index, ours[0]]).toEqual(host && [host.index, host[0]]);
    }),
    { seed: 20260105, numRuns: 3000 },
  );
});

test("POSIX's way: the leftmost place, and there the longest that matches whole", () => {
  fc.assert(
    fc.property(
      expression.filter((s) => !s.includes("(?=") && !s.includes("(?!") && !/[$^]|\\b|[*+?]\?/.test(s)),
      text,
      (source, s) => {
        const found = new BoundedRegExp(source, "s", true).exec(s);
        const whole = new RegExp(`^(?:${source})$`, "s");
        let best: [number, string] | null = null;
        for (let from = 0; from <= s.length && !best; from++)
          for (let to = s.length; to >= from && !best; to--)
            if (whole.test(s.slice(from, to))) best = [from, s.slice(from, to)];
        expect(found && [found.index, found[0]]).toEqual(best);
      },
    ),
    { seed: 20260105, numRuns: 3000 },
  );
});
