import type { Command } from "../../machine/program.ts";
import { arp } from "./arp.ts";

/** net-tools' `arp`. */
export const arpCommand: Command = {
  names: ["arp"],
  directory: "/usr/sbin",
  summary: "show and change the ARP cache",
  run: arp,
  complete: (words, proc) => {
    const last = words[words.length - 1] ?? "";
    const all =
      words[words.length - 2] === "-i"
        ? proc.net.links.list().map((dev) => dev.name)
        : ["-a", "-d", "-i", "-n", "-s"];
    return all.filter((word) => word.startsWith(last));
  },
};
