import type { Extension, Match, Target } from "./extension.ts";
import type { Family } from "./hooks.ts";

/** Every extension. Explicit on purpose: what is not here is not modelled. */
const ALL: readonly (Match | Target)[] = [];

const matches = { ipv4: new Map<string, Match>(), ipv6: new Map<string, Match>() };
const targets = { ipv4: new Map<string, Target>(), ipv6: new Map<string, Target>() };
const implied = { ipv4: new Map<number, Match>(), ipv6: new Map<number, Match>() };
for (const extension of ALL)
  for (const family of extension.families) {
    if (extension.kind === "target") targets[family].set(extension.name, extension);
    else {
      matches[family].set(extension.name, extension);
      if (extension.impliedBy !== undefined) implied[family].set(extension.impliedBy, extension);
    }
  }

/** The match behind `-m name`, or undefined. */
export const findMatch = (name: string, family: Family): Match | undefined => matches[family].get(name);

/** The target behind `-j name`, or undefined. */
export const findTarget = (name: string, family: Family): Target | undefined => targets[family].get(name);

/** The match that `-p protocol` loads when one of its options is used. */
export const impliedMatch = (protocol: number, family: Family): Match | undefined =>
  implied[family].get(protocol);

/** All of them, for the reference table and completion. */
export const extensions = (): readonly Extension<unknown>[] => ALL;
