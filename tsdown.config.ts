import { defineConfig, type UserConfig } from "tsdown";

const common: UserConfig = {
  platform: "node",
  target: "node20",
  outDir: "dist",
  fixedExtension: false,
  dts: false,
  minify: true,
  deps: { alwaysBundle: [/.*/] },
};

export default defineConfig([
  // The command line (its verbs are loaded when used) and the library.
  { ...common, entry: { cli: "src/cli/main.ts", index: "src/engine/index.ts" }, format: "esm", clean: ["dist/*.js"] },
  // The simulated engine as the command line loads it, by src/cli/load-engine.ts.
  { ...common, entry: { simulated: "src/engine/simulated/engine.ts" }, format: "cjs", clean: ["dist/simulated.*"] },
]);
