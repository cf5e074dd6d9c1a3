import { format, parse as parseAddress } from "../../wire/ipv4.ts";
import { integer } from "../argument.ts";
import { type Option, type OptionUse, type RuleContext, UsageError } from "../extension.ts";
import {
  NAT_MAP_IPS,
  NAT_OFFSET,
  NAT_PERSISTENT,
  NAT_PORTS,
  NAT_RANDOM,
  NAT_RANDOM_FULLY,
  type NatRange,
} from "../nat/range.ts";
import { serviceByName } from "../services.ts";

/** What SNAT, DNAT, MASQUERADE and REDIRECT share: the range and its text (libxt_NAT). */
export type Range = { -readonly [K in keyof NatRange]: NatRange[K] };

export const emptyRange = (): Range => ({
  flags: 0,
  minAddress: 0,
  maxAddress: 0,
  minPort: 0,
  maxPort: 0,
  basePort: 0,
});

/** tcp, udp, sctp, dccp and icmp have something to be translated beside the address. */
const portsAllowed = (rule: RuleContext): boolean => [1, 6, 17, 33, 132].includes(rule.protocol);

function onePort(text: string): number {
  const port = integer(text, 0, 0xffff) ?? serviceByName(text);
  if (port === undefined) throw new UsageError(`Port \`${text}' not valid`);
  return port;
}

/** "port", "port-port" or, for DNAT, "port-port/base". */
export function parsePorts(range: Range, text: string, rule: RuleContext, shiftable = false): void {
  if (!portsAllowed(rule)) throw new UsageError("Need TCP, UDP, SCTP or DCCP with port specification");
  range.flags |= NAT_PORTS;
  const dash = /^\d/.test(text)
    ? text.indexOf("-")
    : serviceByName(text) === undefined
      ? text.indexOf("-")
      : -1;
  if (dash < 0) {
    range.minPort = range.maxPort = onePort(text);
    return;
  }
  range.minPort = onePort(text.slice(0, dash));
  let rest = text.slice(dash + 1);
  const slash = shiftable ? rest.indexOf("/") : -1;
  if (slash >= 0) {
    range.basePort = onePort(rest.slice(slash + 1));
    range.flags |= NAT_OFFSET;
    rest = rest.slice(0, slash);
  }
  range.maxPort = onePort(rest);
  if (range.maxPort < range.minPort) throw new UsageError(`Port range \`${rest}' funky`);
}

function address(text: string): number {
  const value = parseAddress(text);
  if (value === undefined) throw new UsageError(`Bad IP address "${text}"`);
  return value;
}

/** "[address[-address]][:ports]". */
export function parseTo(range: Range, text: string, use: OptionUse, shiftable: boolean): void {
  const colon = text.indexOf(":");
  if (colon >= 0) parsePorts(range, text.slice(colon + 1), use.rule, shiftable);
  const addresses = colon < 0 ? text : text.slice(0, colon);
  if (addresses === "") {
    if (colon < 0) throw new UsageError(`Bad IP address ""`);
    return;
  }
  range.flags |= NAT_MAP_IPS;
  const dash = addresses.indexOf("-");
  range.minAddress = address(dash < 0 ? addresses : addresses.slice(0, dash));
  range.maxAddress = dash < 0 ? range.minAddress : address(addresses.slice(dash + 1));
}

export function portsText(range: NatRange): string {
  if (!(range.flags & NAT_PORTS)) return "";
  let text = String(range.minPort);
  if (range.maxPort !== range.minPort) text += `-${range.maxPort}`;
  return range.flags & NAT_OFFSET ? `${text}/${range.basePort}` : text;
}

/** "1.2.3.4-1.2.3.9:80-90". */
export function toText(range: NatRange): string {
  let text = "";
  if (range.flags & NAT_MAP_IPS) {
    text = format(range.minAddress);
    if (range.maxAddress !== range.minAddress) text += `-${format(range.maxAddress)}`;
  }
  return range.flags & NAT_PORTS ? `${text}:${portsText(range)}` : text;
}

const FLAGS = [
  ["random", NAT_RANDOM],
  ["random-fully", NAT_RANDOM_FULLY],
  ["persistent", NAT_PERSISTENT],
] as const;

/** " random persistent", or with dashes. */
export const flagsText = (range: NatRange, dashes = ""): string =>
  FLAGS.map(([name, bit]) => (range.flags & bit ? ` ${dashes}${name}` : "")).join("");

/** The options --random, --random-fully and --persistent, as far as a target has them. */
export const flagOptions = (...names: readonly (typeof FLAGS)[number][0][]): Option<Range>[] =>
  FLAGS.filter(([name]) => names.includes(name)).map(([name, bit]) => ({
    name,
    parse(range) {
      range.flags |= bit;
    },
  }));
