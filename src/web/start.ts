import "./style/base.css";
import "./style/layout.css";
import "./style/panels.css";
import "./style/map.css";
import { servedEngine } from "./link/engine-link.ts";
import { beginWorker } from "./link/worker-link.ts";

/** The page does not wait longer for the worker's first word (ms). */
const PATIENCE = 150;

// The first module of the page, and a small one: the simulation is loaded while the page itself still is.
if (servedEngine() !== "kernel")
  await Promise.race([beginWorker(), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
await import("./main.tsx");
