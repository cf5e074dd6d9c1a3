import type { Command } from "../../machine/program.ts";
import { ifconfig } from "./ifconfig.ts";

const WORDS = ["up", "down", "netmask", "broadcast", "mtu", "hw", "promisc", "-promisc", "arp", "-arp", "-a"];

/** net-tools' `ifconfig`. */
export const ifconfigCommand: Command = {
  names: ["ifconfig"],
  directory: "/usr/sbin",
  summary: "show and change interfaces",
  run: ifconfig,
  complete: (words, proc) => {
    const last = words[words.length - 1] ?? "";
    const all = words.length <= 2 ? [...proc.net.links.list().map((dev) => dev.name), "-a"] : WORDS;
    return all.filter((word) => word.startsWith(last));
  },
};
