import preact from "@preact/preset-vite";
import { defineConfig } from "vite";
import { preload } from "./preload-plugin.ts";
import { offline } from "./sw-plugin.ts";

// The page: static files that any web host can serve, with relative addresses throughout.
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [preact(), preload(), offline()],
  build: { outDir: "../../dist/web", emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 1500 },
  worker: { format: "es" },
});
