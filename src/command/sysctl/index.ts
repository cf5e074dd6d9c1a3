import type { Command } from "../../machine/program.ts";
import { completeSysctl, sysctl } from "./sysctl.ts";

/** procps' `sysctl`. */
export const sysctlCommand: Command = {
  names: ["sysctl"],
  directory: "/usr/sbin",
  summary: "read and write kernel parameters",
  run: sysctl,
  complete: completeSysctl,
};
