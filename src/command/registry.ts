import { hping3 } from "./hping3.ts";
import { arping } from "./arping.ts";
import { tracepath } from "./traceroute/tracepath.ts";
import { traceroute } from "./traceroute/traceroute.ts";
import type { Command } from "../machine/program.ts";
import { IP_TOOLS } from "./ip-tools.ts";
import { curl } from "./curl/curl.ts";
import { python3 } from "./http-server/python3.ts";
import { nc } from "./nc/nc.ts";
import { ss } from "./ss/ss.ts";
import { IPTABLES } from "./iptables/iptables.ts";
import { tcpdump } from "./tcpdump/index.ts";
import { conntrack } from "./conntrack/conntrack.ts";
import { dmesg } from "./dmesg.ts";
import { ping } from "./ping/ping.ts";
import { TOOLS } from "./tools.ts";

/** Every simulated program. Explicit on purpose: what is not here does not exist (exit 127). */
export const COMMANDS: readonly Command[] = [
  ...IP_TOOLS,
  tcpdump,
  ...TOOLS,
  ping,
  arping,
  hping3,
  traceroute,
  tracepath,
  conntrack,
  dmesg,
  ...IPTABLES,
  curl,
  python3,
  nc,
  ss,
];
