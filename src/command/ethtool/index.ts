import type { Command } from "../../machine/program.ts";
import { ethtool } from "./ethtool.ts";

/** What `ethtool` shows of virtual devices. */
export const ethtoolCommand: Command = {
  names: ["ethtool"],
  directory: "/usr/sbin",
  summary: "show drivers, offloads and link state of devices",
  run: ethtool,
  complete: (words, proc) => {
    const last = words[words.length - 1] ?? "";
    const devices = proc.net.links.list().map((dev) => dev.name);
    const all = words.length <= 2 ? [...devices, "-i", "-k", "-K", "-P", "-S"] : devices;
    return all.filter((word) => word.startsWith(last));
  },
};
