import { expect, test } from "vitest";
import { countCharacters, sliceCharacters } from "./characters.ts";

test("a character beyond the basic plane counts once", () => {
  expect(countCharacters("a😀b")).toBe(3);
  expect(sliceCharacters("a😀b", 1, 2)).toBe("😀");
  expect(sliceCharacters("a😀b", 2, 3)).toBe("b");
});

test("long texts, one after the other", () => {
  const ascii = "x".repeat(200);
  const faces = "😀".repeat(200);
  for (const text of [ascii, faces, ascii, `${ascii}é`, faces]) {
    expect(countCharacters(text)).toBe(Array.from(text).length);
    expect(sliceCharacters(text, 150, 201)).toBe(Array.from(text).slice(150, 201).join(""));
  }
});
