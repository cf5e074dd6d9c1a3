import type { Lab } from "./lab.ts";

/** Two labs are the same when every file of theirs is. */
export const sameLab = (a: Lab, b: Lab): boolean =>
  a.name === b.name &&
  a.main === b.main &&
  Object.keys(a.files).length === Object.keys(b.files).length &&
  Object.entries(a.files).every(([path, text]) => b.files[path] === text);
