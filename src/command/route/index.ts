import type { Command } from "../../machine/program.ts";
import { route } from "./route.ts";

const WORDS = ["add", "del", "default", "-net", "-host", "gw", "netmask", "dev", "metric", "reject", "-n"];

/** net-tools' `route`. */
export const routeCommand: Command = {
  names: ["route"],
  directory: "/usr/sbin",
  summary: "show and change the IPv4 routing table",
  run: route,
  complete: (words, proc) => {
    const last = words[words.length - 1] ?? "";
    const before = words[words.length - 2];
    const all = before === "dev" ? proc.net.links.list().map((dev) => dev.name) : WORDS;
    return all.filter((word) => word.startsWith(last));
  },
};
