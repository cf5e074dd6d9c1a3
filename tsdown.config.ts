import { defineConfig } from "tsdown";

// One bundle for the command line (its verbs are loaded when used), one for the library.
export default defineConfig({
  entry: { cli: "src/cli/main.ts", index: "src/engine/index.ts" },
  format: "esm",
  platform: "node",
  target: "node20",
  outDir: "dist",
  fixedExtension: false,
  dts: false,
  clean: true,
  minify: true,
  deps: { alwaysBundle: [/.*/] },
});
