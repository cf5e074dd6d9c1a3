import { describe, expect, it } from "vitest";
import { BASH } from "../../shell/command.ts";
import { runCommand } from "../tool/testing.ts";
import { TOOLS } from "../tools.ts";

/** What a script prints whose one and two lack their last newline. */
function answer(script: string): string {
  const files = `printf 'a\\nb\\nc' > one; printf 'x y\\nz' > two\n`;
  return runCommand([...TOOLS, BASH], ["bash", "-c", files + script]).out;
}

// Answers of GNU sed 4.9.
describe("sed", () => {
  it("cuts a file edited in place at q", () => {
    expect(answer("sed -i.old '2q' one; cat one; echo -; cat one.old")).toBe("a\nb\n-\na\nb\nc");
  });
  it("keeps a last line without its newline in w, P and R", () => {
    expect(answer("sed -n 'w /dev/stdout' two")).toBe("x y\nz");
    expect(answer("sed 's/x*/-/g;w /dev/stdout' two")).toBe("- -y-\n- -y-\n-z--z-");
    expect(answer("sed -n P two")).toBe("x y\nz");
    expect(answer("sed -n '1,3w out' one two; cat out")).toBe("a\nb\nc");
    expect(answer("sed -n 'w out' one two; cat out")).toBe("a\nb\nc\nx y\nz");
    expect(answer("sed '1,2!d;R two' one")).toBe("a\nx y\nb\nz");
  });
  it("writes /dev/stdout past the file that it edits", () => {
    expect(answer("sed -i 'w /dev/stdout' two; echo; cat two")).toBe("x y\nz\nx y\nz");
  });
});
