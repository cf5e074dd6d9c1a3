import * as ipv4 from "../wire/ipv4.ts";
import { type CompiledRule, matchesInterface } from "./compile/program.ts";
import type { View } from "./compile/view.ts";
import type { HookState } from "./hooks.ts";
import type { Packet } from "./packet.ts";
import type { AddressMatch4, InterfaceMatch } from "./rule.ts";

/** Which condition of a rule does not hold for this packet, in words: "dst 10.0.0.2 is not 10.0.0.1". */
export function failedCondition(
  c: CompiledRule,
  view: View,
  pkt: Packet,
  state: HookState,
): string | undefined {
  const { rule } = c;
  const src = address("src", rule.src as AddressMatch4 | null, view.src >>> 0);
  if (src !== undefined) return src;
  const dst = address("dst", rule.dst as AddressMatch4 | null, view.dst >>> 0);
  if (dst !== undefined) return dst;
  if (c.protocol !== 0 && (view.protocol === c.protocol) === c.protocolInverted)
    return `protocol ${protocolName(view.protocol)} is ${c.protocolInverted ? "" : "not "}${protocolName(c.protocol)}`;
  const inside = device("in", rule.in, view.in);
  if (inside !== undefined) return inside;
  const outside = device("out", rule.out, view.out);
  if (outside !== undefined) return outside;
  if (c.fragment !== 0 && (c.fragment === 1) !== view.laterFragment)
    return view.laterFragment ? "a later fragment" : "not a later fragment";
  // A match is asked again only when that changes nothing.
  for (const { match, data } of rule.matches) {
    const why = match.explain?.(data, pkt, state);
    if (why !== undefined) return why;
  }
  return undefined;
}

function address(what: string, m: AddressMatch4 | null, value: number): string | undefined {
  if (m === null || (((value & m.mask) | 0) === ((m.address & m.mask) | 0)) !== m.inverted) return undefined;
  const prefix = ipv4.prefixOf(m.mask);
  const net = `${ipv4.format(m.address)}${m.mask === 0xffffffff ? "" : `/${prefix < 0 ? ipv4.format(m.mask) : prefix}`}`;
  const verb = m.mask === 0xffffffff ? (m.inverted ? "is" : "is not") : m.inverted ? "is in" : "is not in";
  return `${what} ${ipv4.format(value)} ${verb} ${net}`;
}

function device(what: string, m: InterfaceMatch | null, name: string): string | undefined {
  if (m === null || matchesInterface(m, name)) return undefined;
  const wanted = `${m.name}${m.wildcard ? "+" : ""}`;
  if (name === "") return `there is no ${what} device`;
  return `${what} ${name} is ${m.inverted ? "" : "not "}${wanted}`;
}

function protocolName(protocol: number): string {
  if (protocol === ipv4.ICMP) return "icmp";
  if (protocol === ipv4.TCP) return "tcp";
  return protocol === ipv4.UDP ? "udp" : String(protocol);
}
