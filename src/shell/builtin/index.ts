import type { Builtin } from "./builtin.ts";
import { DECLARE } from "./declare.ts";
import { DIRS } from "./dirs.ts";
import { echo, printf } from "./echo.ts";
import { FLOW } from "./flow.ts";
import { JOBS } from "./jobs.ts";
import { LOOKUP } from "./lookup.ts";
import { MISC } from "./misc.ts";
import { READ } from "./read.ts";
import { TEST } from "./test.ts";

let map: ReadonlyMap<string, Builtin> | null = null;

/** Made when first asked: builtins look others up here, and run commands that look builtins up. */
function all(): ReadonlyMap<string, Builtin> {
  map ??= new Map<string, Builtin>([
    ["echo", echo],
    ["printf", printf],
    ...[FLOW, TEST, DECLARE, JOBS, DIRS, READ, LOOKUP, MISC].flatMap((group) => Object.entries(group)),
  ]);
  return map;
}

/** Every builtin, by name. */
export const BUILTINS = {
  get: (name: string): Builtin | undefined => all().get(name),
  has: (name: string): boolean => all().has(name),
  keys: () => all().keys(),
};

/** Builtins whose arguments may be assignments. */
export const DECLARATIONS: ReadonlySet<string> = new Set([
  "declare",
  "typeset",
  "local",
  "export",
  "readonly",
]);
