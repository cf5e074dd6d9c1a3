import { effect, type Signal, signal } from "@preact/signals";
import type { Lab } from "./lab.ts";

const PREFIX = "packetwalk.";

/** Reads what was kept in this browser; anything unreadable is as if it were not there. */
export function kept<T>(name: string, isRight: (value: unknown) => value is T): T | undefined {
  try {
    const text = localStorage.getItem(PREFIX + name);
    const value: unknown = text === null ? undefined : JSON.parse(text);
    return isRight(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a value in this browser. False when there is no room or no permission. */
export function keep(name: string, value: unknown): boolean {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** A signal that survives a reload. */
export function keptSignal<T>(name: string, initial: T, isRight: (value: unknown) => value is T): Signal<T> {
  const s = signal<T>(kept(name, isRight) ?? initial);
  effect(() => void keep(name, s.value));
  return s;
}

export const keepLab = (lab: Lab): boolean => keep("lab", lab);
export const keptLab = (): Lab | undefined => kept("lab", isLab);

export const isText = (value: unknown): value is string => typeof value === "string";
export const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value);
export const isFlag = (value: unknown): value is boolean => typeof value === "boolean";

export function isLab(value: unknown): value is Lab {
  if (value === null || typeof value !== "object") return false;
  const { name, files, main } = value as Record<string, unknown>;
  return (
    isText(name) &&
    isText(main) &&
    files !== null &&
    typeof files === "object" &&
    Object.values(files).every(isText)
  );
}
