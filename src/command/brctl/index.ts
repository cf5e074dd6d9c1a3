import type { Command } from "../../machine/program.ts";
import { BRCTL_COMMANDS, brctl } from "./brctl.ts";

/** bridge-utils' `brctl`. */
export const brctlCommand: Command = {
  names: ["brctl"],
  directory: "/usr/sbin",
  summary: "make and show Ethernet bridges",
  run: brctl,
  complete: (words, proc) => {
    const last = words[words.length - 1] ?? "";
    const all = words.length <= 2 ? BRCTL_COMMANDS : proc.net.links.list().map((dev) => dev.name);
    return all.filter((word) => word.startsWith(last));
  },
};
