import { parseBits } from "./inet.ts";

/** The protocols of /etc/protocols that people name. */
const PROTOCOLS: readonly (readonly [number, string])[] = [
  [1, "icmp"],
  [2, "igmp"],
  [4, "ipencap"],
  [6, "tcp"],
  [17, "udp"],
  [33, "dccp"],
  [41, "ipv6"],
  [47, "gre"],
  [50, "esp"],
  [51, "ah"],
  [58, "ipv6-icmp"],
  [89, "ospf"],
  [103, "pim"],
  [112, "vrrp"],
  [132, "sctp"],
  [136, "udplite"],
];

/** inet_proto_a2n: a number or a name. */
export function ipProtocol(text: string): number | undefined {
  const number = parseBits(text, 8);
  if (number !== undefined) return number;
  return PROTOCOLS.find(([, name]) => name === text)?.[0];
}

/** inet_proto_n2a */
export function ipProtocolName(value: number, numeric: boolean): string {
  const name = numeric ? undefined : PROTOCOLS.find(([number]) => number === value)?.[1];
  return name ?? `ipproto-${value}`;
}
