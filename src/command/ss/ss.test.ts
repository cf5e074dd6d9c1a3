import { describe, expect, test } from "vitest";
import { runLab } from "../../../test/support/lab.ts";

describe("ss", () => {
  test.each(["-e", "-i", "-m", "-r"])("%s is refused by name: its columns are not simulated", (option) => {
    const { stdout, stderr, status } = runLab(`ss ${option} -tln`);
    expect(stdout).toBe("");
    expect(stderr).toContain(`option ${option} is not simulated by Packetwalk`);
    expect(status).not.toBe(0);
  });
});
