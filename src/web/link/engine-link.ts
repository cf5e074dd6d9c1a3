import type { Link } from "../../link/protocol.ts";
import { socketLink } from "./socket-link.ts";
import { workerLink } from "./worker-link.ts";

/** The engine of the `packetwalk ui` that serves this page; undefined where it is files on some web host. */
export function servedEngine(): "simulated" | "kernel" | undefined {
  const { served } = document.documentElement.dataset;
  return served === "simulated" || served === "kernel" ? served : undefined;
}

/** A way to a fresh engine: the kernel's where the page is served with it, else the simulated one. */
export const engineLink = (): Link => (servedEngine() === "kernel" ? socketLink() : workerLink());
