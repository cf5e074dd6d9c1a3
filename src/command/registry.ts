import type { Command } from "../machine/program.ts";
import { arping } from "./arping.ts";
import { conntrack } from "./conntrack/conntrack.ts";
import { curl } from "./curl/curl.ts";
import { dmesg } from "./dmesg.ts";
import { hping3 } from "./hping3.ts";
import { python3 } from "./http-server/python3.ts";
import { IP_TOOLS } from "./ip-tools.ts";
import { IPTABLES } from "./iptables/iptables.ts";
import { nc } from "./nc/nc.ts";
import { packetwalkInject } from "./packetwalk-inject.ts";
import { ping } from "./ping/ping.ts";
import { ss } from "./ss/ss.ts";
import { tcpdump } from "./tcpdump/index.ts";
import { TOOLS } from "./tools.ts";
import { tracepath } from "./traceroute/tracepath.ts";
import { traceroute } from "./traceroute/traceroute.ts";

/** Every simulated program. Explicit on purpose: what is not here does not exist (exit 127). */
export const COMMANDS: readonly Command[] = [
  ...IP_TOOLS,
  tcpdump,
  ...TOOLS,
  ping,
  arping,
  hping3,
  packetwalkInject,
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
