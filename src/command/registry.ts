import type { Command } from "../machine/program.ts";
import { IPTABLES } from "./iptables/iptables.ts";
import { TOOLS } from "./tools.ts";

/** Every simulated program. Explicit on purpose: what is not here does not exist (exit 127). */
export const COMMANDS: readonly Command[] = [...TOOLS, ...IPTABLES];
