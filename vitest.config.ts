import { defineConfig } from "vitest/config";
import ClosingLine from "./scripts/closing-line.ts";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 30_000,
    reporters: ["default", new ClosingLine()],
  },
});
