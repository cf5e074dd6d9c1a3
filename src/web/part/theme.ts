import { effect } from "@preact/signals";
import { keptSignal } from "../lab/keep.ts";

export type Theme = "system" | "light" | "dark";

const isTheme = (value: unknown): value is Theme =>
  value === "system" || value === "light" || value === "dark";

export const themeChoice = keptSignal<Theme>("theme", "system", isTheme);

const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

export const isDark = (): boolean =>
  themeChoice.value === "dark" || (themeChoice.value === "system" && dark.matches);

function apply(): void {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
  for (const listener of listeners) listener();
}

effect(apply);
dark.addEventListener("change", apply);

/** Calls back after the colours changed. */
export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
