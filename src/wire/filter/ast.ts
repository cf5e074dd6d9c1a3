/** The filter language of pcap-filter(7), parsed. */

export type Direction = "src" | "dst" | "either" | "both";

/** What a primitive's protocol qualifier restricts it to; "" is none. */
export type Protocol =
  | ""
  | "ether"
  | "ip"
  | "ip6"
  | "arp"
  | "rarp"
  | "tcp"
  | "udp"
  | "sctp"
  | "icmp"
  | "icmp6"
  | "igmp";

export type Filter =
  | { kind: "and" | "or"; left: Filter; right: Filter }
  | { kind: "not"; of: Filter }
  | { kind: "constant"; value: boolean }
  /** EtherType (or, up to 1500, an LLC frame's service access point). */
  | { kind: "ethertype"; type: number }
  /** IPv4, IPv6 or both carry this protocol. */
  | { kind: "protocol"; family: "ip" | "ip6" | "both"; number: number }
  | { kind: "host4"; protocol: Protocol; direction: Direction; address: number; mask: number }
  | { kind: "host6"; protocol: Protocol; direction: Direction; address: Uint8Array; prefix: number }
  | { kind: "mac"; direction: Direction; address: Uint8Array }
  | { kind: "port"; protocol: "" | "tcp" | "udp" | "sctp"; direction: Direction; low: number; high: number }
  | { kind: "vlan"; id: number | null }
  | { kind: "broadcast" | "multicast"; protocol: "" | "ether" | "ip" | "ip6" }
  | { kind: "direction"; inbound: boolean }
  | { kind: "compare"; operator: ">" | "<" | ">=" | "<=" | "=" | "!="; left: Arithmetic; right: Arithmetic };

export type Arithmetic =
  | { kind: "number"; value: number }
  | { kind: "length" }
  | { kind: "load"; protocol: string; offset: Arithmetic; size: 1 | 2 | 4 }
  | {
      kind: "operation";
      operator: "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>";
      left: Arithmetic;
      right: Arithmetic;
    }
  | { kind: "negate"; of: Arithmetic };

/** A filter that cannot be; the message is what tcpdump prints behind its name. */
export class FilterError extends Error {}

export const syntaxError = (): FilterError => new FilterError("can't parse filter expression: syntax error");
