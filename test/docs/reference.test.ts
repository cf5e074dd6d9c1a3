import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reference } from "../../scripts/reference.ts";

test("docs/reference.md is what the code says (npm run reference)", () => {
  const path = new URL("../../docs/reference.md", import.meta.url);
  expect(readFileSync(path, "utf8")).toBe(reference());
});
