import * as icmp from "../../wire/icmp.ts";

const UNREACHABLE = [
  "Destination Net Unreachable",
  "Destination Host Unreachable",
  "Destination Protocol Unreachable",
  "Destination Port Unreachable",
  "",
  "Source Route Failed",
  "Destination Net Unknown",
  "Destination Host Unknown",
  "Source Host Isolated",
  "Destination Net Prohibited",
  "Destination Host Prohibited",
  "Destination Net Unreachable for Type of Service",
  "Destination Host Unreachable for Type of Service",
  "Packet filtered",
  "Precedence Violation",
  "Precedence Cutoff",
];
const REDIRECTS = [
  "Redirect Network",
  "Redirect Host",
  "Redirect Type of Service and Network",
  "Redirect Type of Service and Host",
];

/** An ICMP message as ping prints it (pr_icmph); `info` is the MTU, or the gateway's text for a redirect. */
export function icmpText(type: number, code: number, info: number | string): string {
  switch (type) {
    case icmp.DEST_UNREACH:
      if (code === icmp.FRAG_NEEDED) return `Frag needed and DF set (mtu = ${info})`;
      return UNREACHABLE[code] ?? `Dest Unreachable, Bad Code: ${code}`;
    case icmp.SOURCE_QUENCH:
      return "Source Quench";
    case icmp.REDIRECT:
      return `${REDIRECTS[code] ?? `Redirect, Bad Code: ${code}`}(New nexthop: ${info})`;
    case icmp.TIME_EXCEEDED:
      if (code === 0) return "Time to live exceeded";
      return code === 1 ? "Frag reassembly time exceeded" : `Time exceeded, Bad Code: ${code}`;
    case icmp.PARAMETER_PROBLEM:
      return `Parameter problem: pointer = ${info}`;
    default:
      return `Bad ICMP type: ${type}`;
  }
}
