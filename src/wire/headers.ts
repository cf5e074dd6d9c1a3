import type { Headers } from "../walk/event.ts";
import * as arp from "./arp.ts";
import * as icmp from "./icmp.ts";
import * as icmpv6 from "./icmpv6.ts";
import * as ipv4 from "./ipv4.ts";
import * as ipv6 from "./ipv6.ts";
import { summarize } from "./print/printer.ts";
import { flagText } from "./print/tcp.ts";
import * as tcp from "./tcp.ts";
import * as udp from "./udp.ts";

const PROTOCOLS: Readonly<Record<number, string>> = {
  [ipv4.ICMP]: "icmp",
  [ipv4.IGMP]: "igmp",
  [ipv4.TCP]: "tcp",
  [ipv4.UDP]: "udp",
  [ipv4.ICMPV6]: "icmpv6",
};

/**
 * What a packet's headers say, for the walk. `net` is the offset of the network header, `end` one past the
 * packet's last byte, `ethertype` what stands at `net`. Makes objects and text: call it only when somebody
 * listens. Never throws: what is cut short or malformed leaves its fields out.
 */
export function describe(data: Uint8Array, net: number, end: number, ethertype: number, mark = 0): Headers {
  const h: Headers = {
    family: "other",
    src: "",
    dst: "",
    protocol: `0x${ethertype.toString(16).padStart(4, "0")}`,
    length: end - net,
    summary: summarize(data, net, end, ethertype),
  };
  if (mark !== 0) h.mark = mark;
  if (ethertype === 0x0800 && end - net >= ipv4.LENGTH) describe4(data, net, end, h);
  else if (ethertype === 0x86dd && end - net >= ipv6.LENGTH) describe6(data, net, end, h);
  else if ((ethertype === 0x0806 || ethertype === 0x8035) && end - net >= arp.LENGTH) {
    h.family = "arp";
    h.protocol = "arp";
    h.src = ipv4.format(arp.spa(data, net));
    h.dst = ipv4.format(arp.tpa(data, net));
    h.type = arp.op(data, net);
    h.length = arp.LENGTH;
  }
  return h;
}

function describe4(data: Uint8Array, net: number, end: number, h: Headers): void {
  const protocol = ipv4.protocol(data, net);
  h.family = "ipv4";
  h.src = ipv4.format(ipv4.src(data, net));
  h.dst = ipv4.format(ipv4.dst(data, net));
  h.protocol = PROTOCOLS[protocol] ?? String(protocol);
  h.ttl = ipv4.ttl(data, net);
  h.tos = ipv4.tos(data, net);
  h.length = ipv4.totalLength(data, net);
  h.ipId = ipv4.id(data, net);
  const word = ipv4.fragment(data, net);
  const offset = (word & ipv4.OFFSET) * 8;
  let fragment = word & ipv4.DF ? "DF" : "";
  if (word & ipv4.MF) fragment += fragment ? ",MF" : "MF";
  if (offset > 0) fragment += `+${offset}`;
  if (fragment) h.fragment = fragment;
  // Only the first fragment has the transport header.
  if (offset === 0) transport(data, net + ipv4.headerLength(data, net), end, protocol, h);
}

function describe6(data: Uint8Array, net: number, end: number, h: Headers): void {
  h.family = "ipv6";
  h.src = ipv6.format(ipv6.src(data, net));
  h.dst = ipv6.format(ipv6.dst(data, net));
  h.ttl = ipv6.hopLimit(data, net);
  h.tos = ipv6.trafficClass(data, net);
  h.length = ipv6.payloadLength(data, net) + ipv6.LENGTH;
  const upper = ipv6.upper(data, net, end);
  const protocol = upper?.protocol ?? ipv6.nextHeader(data, net);
  h.protocol = PROTOCOLS[protocol] ?? String(protocol);
  if (upper) transport(data, upper.at, end, protocol, h);
}

function transport(data: Uint8Array, at: number, end: number, protocol: number, h: Headers): void {
  const room = end - at;
  if (protocol === ipv4.TCP && room >= tcp.LENGTH) {
    h.sport = tcp.sport(data, at);
    h.dport = tcp.dport(data, at);
    h.flags = flagText(tcp.flags(data, at));
  } else if (protocol === ipv4.UDP && room >= udp.LENGTH) {
    h.sport = udp.sport(data, at);
    h.dport = udp.dport(data, at);
  } else if (protocol === ipv4.ICMP && room >= icmp.LENGTH) {
    h.type = icmp.type(data, at);
    h.code = icmp.code(data, at);
    if (h.type === icmp.ECHO || h.type === icmp.ECHO_REPLY) {
      h.id = icmp.id(data, at);
      h.sequence = icmp.sequence(data, at);
    }
  } else if (protocol === ipv4.ICMPV6 && room >= icmpv6.LENGTH) {
    h.type = icmpv6.type(data, at);
    h.code = icmpv6.code(data, at);
    if (h.type === icmpv6.ECHO_REQUEST || h.type === icmpv6.ECHO_REPLY) {
      h.id = icmpv6.id(data, at);
      h.sequence = icmpv6.sequence(data, at);
    }
  }
}
