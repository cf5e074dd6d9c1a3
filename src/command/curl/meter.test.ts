import { expect, it } from "vitest";
import { max5 } from "./meter.ts";

it("sizes in five characters, as curl prints them", () => {
  expect(max5(0)).toBe("    0");
  expect(max5(350)).toBe("  350");
  expect(max5(183 * 1024)).toBe(" 183k");
  expect(max5(25 * 1024 * 1024)).toBe("25.0M");
});
