import type { Command } from "../../machine/program.ts";
import { completeIp } from "./complete.ts";
import { ip } from "./ip.ts";

/** iproute2's `ip`. */
export const ipCommand: Command = {
  names: ["ip"],
  directory: "/usr/sbin",
  summary: "show and change devices, addresses, routes, rules, neighbours and network namespaces",
  run: ip,
  complete: completeIp,
};
