import { TARGET_CONTINUE, target } from "../extension.ts";
import { BOTH } from "../headers.ts";

export const CHECKSUM = target<null>({
  name: "CHECKSUM",
  families: BOTH,
  tables: ["mangle"],
  terminating: false,
  help: `CHECKSUM target options
  --checksum-fill			Fill in packet checksum.
`,
  options: [{ name: "checksum-fill", required: true, parse() {} }],
  initial: () => null,
  // It completes a checksum that was left to the hardware; here checksums are always complete.
  apply: () => () => TARGET_CONTINUE,
  print: () => "CHECKSUM fill",
  save: () => "--checksum-fill",
});
