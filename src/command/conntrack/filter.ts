import {
  type Connection,
  IPS_ASSURED,
  IPS_CONFIRMED,
  IPS_DST_NAT,
  IPS_FIXED_TIMEOUT,
  IPS_SEEN_REPLY,
  IPS_SRC_NAT,
} from "../../netfilter/conntrack/connection.ts";
import { TCP_STATE_NAMES } from "../../netfilter/conntrack/tcp/states.ts";
import { hasPorts } from "../../netfilter/conntrack/tuple.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { fail, type Tool } from "../tool/tool.ts";

const PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  icmpv6: 58,
  sctp: 132,
  udplite: 136,
};

/** What the options of one protocol are: they are unknown without its -p. */
const PROTOCOL_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  tcp: ["sport", "orig-port-src", "dport", "orig-port-dst", "reply-port-src", "reply-port-dst", "state"],
  udp: ["sport", "orig-port-src", "dport", "orig-port-dst", "reply-port-src", "reply-port-dst"],
  icmp: ["icmp-type", "icmp-code", "icmp-id"],
};

export interface Filter {
  protocol: number | null;
  protocolName: string;
  src: [number, number] | null;
  dst: [number, number] | null;
  replySrc: [number, number] | null;
  replyDst: [number, number] | null;
  sport: number | null;
  dport: number | null;
  replySport: number | null;
  replyDport: number | null;
  state: string | null;
  icmpType: number | null;
  icmpCode: number | null;
  icmpId: number | null;
  status: number | null;
  unreplied: boolean;
  mark: [number, number] | null;
  srcNat: [number, number] | null | true;
  dstNat: [number, number] | null | true;
  anyNat: [number, number] | null | true;
  timeout: number | null;
}

/** "conntrack v1.4.7 (conntrack-tools): message" with the hint, exit 2. */
export function parameterError(tool: Tool, message: string): never {
  tool.proc.err(
    `conntrack v1.4.7 (conntrack-tools): ${message}\nTry \`conntrack -h' or 'conntrack --help' for more information.\n`,
  );
  return fail({ ...tool, warn: () => {} }, "", 2);
}

function address(tool: Tool, text: string): [number, number] {
  const [host, length] = text.split("/", 2);
  const parsed = ipv4.parse(host);
  const bits = length === undefined ? 32 : Number(length);
  if (parsed === undefined || !(bits >= 0 && bits <= 32))
    parameterError(tool, `Invalid IP address \`${text}'`);
  return [parsed, ipv4.mask(bits)];
}

export function emptyFilter(): Filter {
  return {
    protocol: null,
    protocolName: "",
    src: null,
    dst: null,
    replySrc: null,
    replyDst: null,
    sport: null,
    dport: null,
    replySport: null,
    replyDport: null,
    state: null,
    icmpType: null,
    icmpCode: null,
    icmpId: null,
    status: null,
    unreplied: false,
    mark: null,
    srcNat: null,
    dstNat: null,
    anyNat: null,
    timeout: null,
  };
}

const STATUS: Readonly<Record<string, number>> = {
  ASSURED: IPS_ASSURED,
  SEEN_REPLY: IPS_SEEN_REPLY,
  FIXED_TIMEOUT: IPS_FIXED_TIMEOUT,
  CONFIRMED: IPS_CONFIRMED,
  SRC_NAT: IPS_SRC_NAT,
  DST_NAT: IPS_DST_NAT,
  UNSET: 0,
};

/** Reads one option with its argument into the filter; false when it is not one of these. */
export function filterOption(tool: Tool, f: Filter, key: string, value: string): boolean {
  const number = () =>
    /^(0x[0-9a-fA-F]+|\d+)$/.test(value)
      ? Number(value)
      : parameterError(tool, `Invalid number: \`${value}'`);
  switch (key) {
    case "s":
      f.src = address(tool, value);
      return true;
    case "d":
      f.dst = address(tool, value);
      return true;
    case "r":
      f.replySrc = address(tool, value);
      return true;
    case "q":
      f.replyDst = address(tool, value);
      return true;
    case "n":
      f.srcNat = value === "" ? true : address(tool, value);
      return true;
    case "g":
      f.dstNat = value === "" ? true : address(tool, value);
      return true;
    case "j":
      f.anyNat = value === "" ? true : address(tool, value);
      return true;
    case "m": {
      const [mark, mask] = value.split("/", 2);
      f.mark = [Number(mark) >>> 0, mask === undefined ? 0xffffffff : Number(mask) >>> 0];
      return true;
    }
    case "u":
      f.status ??= 0;
      for (const word of value.split(",")) {
        if (word === "UNREPLIED") f.unreplied = true;
        else if (STATUS[word] === undefined) parameterError(tool, `Bad parameter \`${value}'`);
        else f.status |= STATUS[word];
      }
      return true;
    case "t":
      f.timeout = number();
      return true;
    case "sport":
    case "orig-port-src":
      f.sport = number();
      return true;
    case "dport":
    case "orig-port-dst":
      f.dport = number();
      return true;
    case "reply-port-src":
      f.replySport = number();
      return true;
    case "reply-port-dst":
      f.replyDport = number();
      return true;
    case "state":
      if (!(TCP_STATE_NAMES as readonly string[]).includes(value))
        parameterError(tool, `unknown TCP state \`${value}'`);
      f.state = value;
      return true;
    case "icmp-type":
      f.icmpType = number();
      return true;
    case "icmp-code":
      f.icmpCode = number();
      return true;
    case "icmp-id":
      f.icmpId = number();
      return true;
    default:
      return false;
  }
}

/** -p: which options there are depends on it. */
export function filterProtocol(tool: Tool, f: Filter, name: string): readonly string[] {
  const word = name.toLowerCase();
  const known = PROTOCOLS[word] ?? (/^\d+$/.test(word) && Number(word) < 256 ? Number(word) : undefined);
  if (known === undefined) parameterError(tool, `\`${name}' unsupported protocol`);
  f.protocol = known;
  f.protocolName = Object.keys(PROTOCOLS).find((k) => PROTOCOLS[k] === known) ?? "unknown";
  return PROTOCOL_OPTIONS[f.protocolName] ?? (hasPorts(known) ? PROTOCOL_OPTIONS.udp : []);
}

const within = (a: number, net: readonly [number, number]) => (a & net[1]) >>> 0 === (net[0] & net[1]) >>> 0;

export function matches(f: Filter, ct: Connection): boolean {
  const { original: o, reply: r } = ct;
  if (f.protocol !== null && o.protocol !== f.protocol) return false;
  if (f.src && !within(o.src, f.src)) return false;
  if (f.dst && !within(o.dst, f.dst)) return false;
  if (f.replySrc && !within(r.src, f.replySrc)) return false;
  if (f.replyDst && !within(r.dst, f.replyDst)) return false;
  if (f.sport !== null && o.sport !== f.sport) return false;
  if (f.dport !== null && o.dport !== f.dport) return false;
  if (f.replySport !== null && r.sport !== f.replySport) return false;
  if (f.replyDport !== null && r.dport !== f.replyDport) return false;
  if (f.icmpType !== null && o.dport >>> 8 !== f.icmpType) return false;
  if (f.icmpCode !== null && (o.dport & 255) !== f.icmpCode) return false;
  if (f.icmpId !== null && o.sport !== f.icmpId) return false;
  if (f.state !== null && (!ct.tcp || TCP_STATE_NAMES[ct.tcp.state] !== f.state)) return false;
  if (f.status && (ct.status & f.status) !== f.status) return false;
  if (f.unreplied && ct.status & IPS_SEEN_REPLY) return false;
  if (f.mark && (ct.mark & f.mark[1]) >>> 0 !== (f.mark[0] & f.mark[1]) >>> 0) return false;
  // Ports are compared whole, as libnetfilter_conntrack does: an ICMP entry always counts as translated.
  const icmp = o.protocol === ipv4.ICMP;
  const ports = hasPorts(o.protocol);
  const srcNat = (want: [number, number] | true) =>
    (icmp || o.src !== r.dst || (ports && o.sport !== r.dport)) && (want === true || within(r.dst, want));
  const dstNat = (want: [number, number] | true) =>
    (icmp || o.dst !== r.src || (ports && o.dport !== r.sport)) && (want === true || within(r.src, want));
  if (f.srcNat && !srcNat(f.srcNat)) return false;
  if (f.dstNat && !dstNat(f.dstNat)) return false;
  if (f.anyNat && !srcNat(f.anyNat) && !dstNat(f.anyNat)) return false;
  return true;
}
