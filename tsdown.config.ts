import { defineConfig, type UserConfig } from "tsdown";

/** A function of what CommonJS gives a module, in ASCII (a backslash escape means the same in all the text that we have). */
const oneFunction = {
  name: "one-function",
  generateBundle(_: unknown, files: Record<string, { code?: string; isEntry?: boolean }>) {
    for (const file of Object.values(files)) {
      if (!file.isEntry || file.code === undefined) continue;
      const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
      file.code = `(function(exports,require,module){${file.code.replace(/[^\0-\x7f]/g, escape)}\n})`;
    }
  },
};

/** What `run`, `walk` and `shell` all load, in one file instead of ten. */
const RUN =
  /src.cli.(run-script|main-job|load-engine|options|event-file|pcap-folder|signals|stdin)\.ts|src.lab.disk-folder|src.wire.pcap|src.base.(text|bytes)/;

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
  // The library.
  { ...common, entry: { index: "src/engine/index.ts" }, format: "esm", clean: ["dist/*.js"] },
  // The command line, its verbs loaded when used. Node starts CommonJS sooner than modules.
  {
    ...common,
    entry: { cli: "src/cli/main.ts" },
    format: "cjs",
    clean: ["dist/*.cjs", "dist/*.cache*"],
    outputOptions: { codeSplitting: { groups: [{ name: "run", test: RUN, includeDependenciesRecursively: false }] } },
  },
  // The simulated engine as the command line loads it, by src/cli/load-engine.ts.
  {
    ...common,
    entry: { simulated: "src/engine/simulated/engine.ts" },
    format: "cjs",
    clean: false,
    plugins: [oneFunction],
  },
]);
