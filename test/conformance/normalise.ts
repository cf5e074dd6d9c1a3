import * as ethernet from "../../src/wire/ethernet.ts";
import * as ipv4 from "../../src/wire/ipv4.ts";

/**
 * What two right runs may differ in, and nothing else. Each entry has its reason; a value that stands for the
 * same thing each time (a MAC address) becomes a name by order of appearance, so that it must still be the
 * same in the same places.
 */
interface Rule {
  readonly reason: string;
  readonly pattern: RegExp;
  /** A fixed word, or a prefix that is numbered by order of appearance. */
  readonly as: string;
  readonly numbered?: boolean;
}

const RULES: readonly Rule[] = [
  {
    reason: "MAC addresses are random on both",
    pattern: /\b(?!00:00:00:00:00:00|ff:ff:ff:ff:ff:ff|01:00:5e|33:33)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g,
    as: "MAC",
    numbered: true,
  },
  {
    reason: "link-local IPv6 addresses follow from the MAC",
    pattern: /\bfe80::[0-9a-f:]+/g,
    as: "LL",
    numbered: true,
  },
  { reason: "round-trip times", pattern: /\btime=[\d.]+ ms/g, as: "time=T ms" },
  { reason: "round-trip times", pattern: /^rtt min\/avg\/max\/mdev = .*$/gm, as: "rtt T" },
  { reason: "how long a run took", pattern: /\btime \d+ms/g, as: "time Tms" },
  { reason: "kernel log time stamps", pattern: /^\[ *\d+\.\d{6}\]/gm, as: "[T]" },
  { reason: "IP IDs and echo identifiers are random", pattern: /\bID=\d+/g, as: "ID=N" },
  { reason: "echo identifiers, as conntrack and tcpdump print them", pattern: /\bid[= ]\d+/g, as: "id N" },
  {
    reason: "ephemeral ports",
    pattern: /\b(?:3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[45]\d{4}|60[0-8]\d\d|609[0-8]\d|6099\d)\b/g,
    as: "EPORT",
  },
  {
    reason: "remaining time of a conntrack entry",
    pattern: /^((?:tcp|udp|icmp|unknown)\s+\d+) \d+ /gm,
    as: "$1 T ",
  },
  { reason: "date of iptables-save", pattern: /^(# (?:Generated|Completed).* on) .*$/gm, as: "$1 DATE" },
];

/** Frames that are left out on both sides. (What else of a frame chance decides: frames/names.ts.) */
export const CHATTER: readonly { readonly reason: string; is(frame: Uint8Array): boolean }[] = [
  {
    reason: "IPv6 is not modelled; the kernel sends router solicitations and MLD reports when it likes",
    is: (frame) => ethernet.type(frame, 0) === ethernet.TYPE_IPV6,
  },
  {
    reason: "IGMP reports come after a random time (RFC 3376, 4.2.1)",
    is: (frame) =>
      ethernet.type(frame, 0) === ethernet.TYPE_IPV4 && frame.length >= 34 && frame[23] === ipv4.IGMP,
  },
];

export function normalise(text: string): string {
  for (const rule of RULES) {
    if (!rule.numbered) {
      text = text.replace(rule.pattern, rule.as);
      continue;
    }
    const names = new Map<string, string>();
    text = text.replace(rule.pattern, (found) => {
      const name = names.get(found) ?? `${rule.as}${names.size + 1}`;
      names.set(found, name);
      return name;
    });
  }
  return text;
}
