import { SECOND } from "../../base/clock.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { type Connection, IPS_ASSURED, IPS_SEEN_REPLY } from "./connection.ts";
import type { Conntrack, ConntrackEvent } from "./conntrack.ts";
import { TCP_STATE_NAMES } from "./tcp/states.ts";
import { DCCP, hasPorts, type Tuple } from "./tuple.ts";

/** /etc/protocols, as far as the tool and the kernel name them. */
function protocolName(protocol: number): string {
  switch (protocol) {
    case ipv4.ICMP:
      return "icmp";
    case ipv4.TCP:
      return "tcp";
    case ipv4.UDP:
      return "udp";
    case ipv4.GRE:
      return "gre";
    case 132:
      return "sctp";
    case 136:
      return "udplite";
    default:
      return "unknown";
  }
}

function formatTuple(t: Tuple, tool: boolean): string {
  const text = `src=${ipv4.format(t.src)} dst=${ipv4.format(t.dst)} `;
  if (t.protocol === ipv4.GRE)
    return `${text}srckey=0x${t.sport.toString(16)} dstkey=0x${t.dport.toString(16)} `;
  // The tool expects ports of DCCP, which the kernel no longer tracks.
  return hasPorts(t.protocol) || (tool && t.protocol === DCCP)
    ? `${text}sport=${t.sport} dport=${t.dport} `
    : text;
}

/** ICMP's own part: type and code of the direction, the identifier. */
const formatIcmp = (t: Tuple): string => `type=${t.dport >>> 8} code=${t.dport & 255} id=${t.sport} `;

/** Which of the parts that vary between prints to show. */
export interface EntryParts {
  /** Seconds left; absent: not shown (DESTROY events). */
  readonly timeout?: number;
  /** TCP's state. */
  readonly state?: boolean;
  /** [UNREPLIED], [ASSURED]. */
  readonly status?: boolean;
  readonly mark?: boolean;
  /** The kernel prints (not the tool): GRE's timeouts, "timeout=30, stream_timeout=180". */
  readonly greTimeouts?: string;
}

/** The middle of an entry: name, number, timeout, state, both tuples, counters, status. */
export function formatConnection(ct: Connection, parts: EntryParts): string {
  const { protocol } = ct.original;
  const tool = parts.greTimeouts === undefined;
  const name = tool && protocol === DCCP ? "dccp" : protocolName(protocol);
  let text = `${name.padEnd(8)} ${protocol} `;
  if (parts.timeout !== undefined) text += `${parts.timeout} `;
  if (!tool && protocol === ipv4.GRE) text += `${parts.greTimeouts} `;
  if (ct.tcp !== null && parts.state !== false) text += `${TCP_STATE_NAMES[ct.tcp.state]} `;
  text += formatTuple(ct.original, tool);
  if (protocol === ipv4.ICMP) text += formatIcmp(ct.original);
  if (ct.accounting) text += `packets=${ct.originalPackets} bytes=${ct.originalBytes} `;
  if (parts.status !== false && !(ct.status & IPS_SEEN_REPLY)) text += "[UNREPLIED] ";
  text += formatTuple(ct.reply, tool);
  if (protocol === ipv4.ICMP) text += formatIcmp(ct.reply);
  if (ct.accounting) text += `packets=${ct.replyPackets} bytes=${ct.replyBytes} `;
  if (parts.status !== false && ct.status & IPS_ASSURED) text += "[ASSURED] ";
  if (parts.mark !== false) text += `mark=${ct.mark} `;
  return text;
}

/** One line of `conntrack -L`. */
export function formatEntry(ct: Connection, conntrack: Conntrack): string {
  return `${formatConnection(ct, { timeout: conntrack.secondsLeft(ct) })}use=1`;
}

/** One line of /proc/net/nf_conntrack. */
export function formatProcEntry(ct: Connection, conntrack: Conntrack): string {
  const { greTimeout, greStreamTimeout } = conntrack.settings;
  const greTimeouts = `timeout=${greTimeout / SECOND}, stream_timeout=${greStreamTimeout / SECOND}`;
  return `ipv4     2 ${formatConnection(ct, { timeout: conntrack.secondsLeft(ct), greTimeouts })}zone=0 use=2`;
}

/** One line of `conntrack -E`, as far as the kernel's message goes (what `conntrack -D` caused gets
 *  " [USERSPACE] portid=…" behind it by the tool). */
export function formatEvent(event: ConntrackEvent, ct: Connection, conntrack: Conntrack): string {
  const left = conntrack.secondsLeft(ct);
  // A timeout of zero is left out of a message about the end.
  const timeout = event === "DESTROY" && left === 0 ? {} : { timeout: left };
  const text = formatConnection(ct, { ...timeout, mark: ct.mark !== 0 });
  return `${`[${event}]`.padStart(9)} ${text.trimEnd()}`;
}
