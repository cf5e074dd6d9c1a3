import { defineConfig } from "vitest/config";
import ClosingLine from "./scripts/closing-line.ts";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 60_000,
    maxConcurrency: 8,
    reporters: ["default", new ClosingLine()],
  },
});
