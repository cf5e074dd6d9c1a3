import "./style/base.css";
import "./style/layout.css";
import "./style/panels.css";
import "./style/map.css";
import { servedEngine } from "./link/engine-link.ts";
import { beginWorker } from "./link/worker-link.ts";

// The first module of the page, and a small one: the simulation is fetched while the page itself still is.
if (servedEngine() !== "kernel") beginWorker();
await import("./main.tsx");
