import type { Command } from "../machine/program.ts";
import { arpCommand } from "./arp/index.ts";
import { brctlCommand } from "./brctl/index.ts";
import { bridgeCommand } from "./bridge/index.ts";
import { ethtoolCommand } from "./ethtool/index.ts";
import { ifconfigCommand } from "./ifconfig/index.ts";
import { ipCommand } from "./ip/index.ts";
import { routeCommand } from "./route/index.ts";
import { sysctlCommand } from "./sysctl/index.ts";

/** iproute2, bridge-utils, net-tools, procps' sysctl and ethtool. */
export const IP_TOOLS: readonly Command[] = [
  ipCommand,
  bridgeCommand,
  brctlCommand,
  ifconfigCommand,
  routeCommand,
  arpCommand,
  sysctlCommand,
  ethtoolCommand,
];
