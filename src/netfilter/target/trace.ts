import { TARGET_CONTINUE, target } from "../extension.ts";
import { BOTH } from "../headers.ts";

export const TRACE = target<null>({
  name: "TRACE",
  families: BOTH,
  tables: ["raw"],
  native: () => true,
  terminating: false,
  help: `TRACE does not take any options
`,
  options: [],
  initial: () => null,
  // What it switches on is seen by `xtables-monitor --trace`; the walk tells all of that without it.
  apply: () => () => TARGET_CONTINUE,
  print: () => "TRACE",
  save: () => "",
});
