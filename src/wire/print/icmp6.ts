import { checksum } from "../checksum.ts";
import * as icmp6 from "../icmpv6.ts";
import { verify } from "../icmpv6.ts";
import { pseudo6 } from "../ipv6.ts";
import type { Dissection } from "./dissection.ts";
import { shouldBe } from "./ip.ts";
import { hex4 } from "./udp.ts";

const NAMES: Readonly<Record<number, string>> = {
  1: "destination unreachable",
  2: "packet too big",
  3: "time exceeded in-transit",
  4: "parameter problem",
  128: "echo request",
  129: "echo reply",
  130: "multicast listener query",
  131: "multicast listener report",
  132: "multicast listener done",
  133: "router solicitation",
  134: "router advertisement",
  135: "neighbor solicitation",
  136: "neighbor advertisement",
  137: "redirect",
  138: "router renumbering",
  143: "multicast listener report v2",
};

const UNREACHABLE = [
  "unreachable route",
  " unreachable prohibited",
  "beyond scope",
  "unreachable address",
  "unreachable port",
];
const RECORDS = ["", "is_in", "is_ex", "to_in", "to_ex", "allow", "block"];

/** ICMPv6 with neighbour and listener discovery, as tcpdump prints it. */
export function printIcmp6(
  d: Dissection,
  at: number,
  length: number,
  outer: number,
  fragmented: boolean,
): void {
  d.protocol = "icmp6";
  const verbose = d.options.verbose;
  d.need(at, 4);
  if (verbose && !d.options.ignoreChecksums && !fragmented && d.has(at, length)) {
    const source = d.data.subarray(outer + 8, outer + 24);
    const to = d.data.subarray(outer + 24, outer + 40);
    if (verify(d.data, at, at + length, source, to)) d.print("[icmp6 sum ok] ");
    else {
      const sum = checksum(d.data, at, at + length, pseudo6(source, to, 58, length));
      const stands = d.u16(at + 2);
      d.print(`[bad icmp6 cksum 0x${hex4(stands)} -> 0x${hex4(shouldBe(stands, sum))}!] `);
    }
  }
  const type = d.u8(at);
  const code = d.u8(at + 1);
  d.print(`ICMP6, ${NAMES[type] ?? `unknown icmp6 type (${type})`}`);
  if (verbose && LENGTH_FIRST.has(type)) d.print(`, length ${length}`);
  switch (type) {
    case icmp6.ECHO_REQUEST:
    case icmp6.ECHO_REPLY:
      d.print(`, id ${d.u16(at + 4)}, seq ${d.u16(at + 6)}`);
      break;
    case icmp6.DEST_UNREACH:
      unreachable(d, at, code);
      break;
    case icmp6.PACKET_TOO_BIG:
      d.print(`, mtu ${d.u32(at + 4)}`);
      break;
    case icmp6.TIME_EXCEEDED: {
      const about = d.ip6(at + 32);
      if (code === 0) d.print(` for ${about}`);
      else if (code === 1) d.print(" (reassembly)");
      else d.print(`, unknown code (${code})`);
      break;
    }
    case icmp6.PARAMETER_PROBLEM: {
      const where = d.u32(at + 4);
      if (code === 0) d.print(`, erroneous - octet ${where}`);
      else if (code === 1) d.print(`, next header - octet ${where}`);
      else if (code === 2) d.print(`, option - octet ${where}`);
      else if (code === 3) d.print(`, incomplete header chain - octet ${where}`);
      else d.print(`, code-#${code}`);
      break;
    }
    case icmp6.NEIGHBOUR_SOLICIT:
      d.print(`, who has ${d.ip6(at + 8)}`);
      if (verbose) ndOptions(d, at + 24, at + length);
      break;
    case icmp6.NEIGHBOUR_ADVERT: {
      d.print(`, tgt is ${d.ip6(at + 8)}`);
      if (verbose) {
        const flags = d.u8(at + 4);
        const names: string[] = [];
        if (flags & 0x80) names.push("router");
        if (flags & 0x40) names.push("solicited");
        if (flags & 0x20) names.push("override");
        d.print(`, Flags [${names.join(", ") || "none"}]`);
        ndOptions(d, at + 24, at + length);
      }
      break;
    }
    case icmp6.ROUTER_SOLICIT:
      if (verbose) ndOptions(d, at + 8, at + length);
      break;
    case icmp6.ROUTER_ADVERT:
      if (verbose) advertisement(d, at, length);
      break;
    case icmp6.REDIRECT:
      d.print(`, ${d.ip6(at + 24)} to ${d.ip6(at + 8)}`);
      if (verbose) ndOptions(d, at + 40, at + length);
      break;
    case icmp6.MLD_QUERY:
      if (length >= 28) listenerQuery(d, at, length);
      else d.print(`max resp delay: ${d.u16(at + 4)} addr: ${d.ip6(at + 8)}`);
      break;
    case icmp6.MLD_REPORT:
    case icmp6.MLD_DONE:
      d.print(`max resp delay: ${d.u16(at + 4)} addr: ${d.ip6(at + 8)}`);
      break;
    case icmp6.MLDV2_REPORT:
      listenerReport(d, at, length);
      break;
    default:
      break;
  }
  if (!verbose) d.print(`, length ${length}`);
}

/** With -v discovery messages tell their length before what they say, and the others do not. */
const LENGTH_FIRST: ReadonlySet<number> = new Set([133, 134, 135, 136, 137]);

function unreachable(d: Dissection, at: number, code: number): void {
  const about = d.ip6(at + 32);
  if (code === 4) {
    // The quoted packet's own port, through its extension headers.
    const next = d.u8(at + 14);
    const inner = at + 48;
    if (next === 6 || next === 17) {
      const port = d.u16(inner + 2);
      const protocol = next === 6 ? "tcp" : "udp";
      d.print(`, unreachable port, ${about} ${protocol} port ${d.port(port, protocol)}`);
    } else d.print(`, unreachable port, ${about} protocol ${next} port ${d.u16(inner + 2)} unreachable`);
  } else if (code < 4) {
    d.print(`, ${UNREACHABLE[code]} ${about}`);
    if (code === 2) d.print(`, source address ${d.ip6(at + 16)}`);
  } else d.print(`, unknown unreach code (${code})`);
}

function advertisement(d: Dissection, at: number, length: number): void {
  const flags = d.u8(at + 5);
  const names: string[] = [];
  if (flags & 0x80) names.push("managed");
  if (flags & 0x40) names.push("other stateful");
  if (flags & 0x20) names.push("home agent");
  const preference = ["medium", "high", "reserved", "low"][(flags >>> 3) & 3];
  d.print(`\n\thop limit ${d.u8(at + 4)}, Flags [${names.join(", ") || "none"}], pref ${preference}`);
  d.print(
    `, router lifetime ${d.u16(at + 6)}s, reachable time ${d.u32(at + 8)}ms, retrans timer ${d.u32(at + 12)}ms`,
  );
  ndOptions(d, at + 16, at + length);
}

function ndOptions(d: Dissection, from: number, end: number): void {
  for (let at = from; at < end; ) {
    const type = d.u8(at);
    const units = d.u8(at + 1);
    if (units === 0) {
      d.truncated();
      return;
    }
    const size = units << 3;
    d.need(at, size);
    const name: Readonly<Record<number, string>> = {
      1: "source link-address",
      2: "destination link-address",
      3: "prefix info",
      4: "redirected header",
      5: "mtu",
      25: "rdnss",
      31: "dnssl",
    };
    d.print(`\n\t  ${name[type] ?? "unknown"} option (${type}), length ${size} (${units}): `);
    if (type === 1 || type === 2) d.print(d.mac(at + 2));
    else if (type === 5) d.print(` ${d.u32(at + 4)}`);
    else if (type === 3) {
      const flags = d.u8(at + 3);
      const names: string[] = [];
      if (flags & 0x80) names.push("onlink");
      if (flags & 0x40) names.push("auto");
      if (flags & 0x20) names.push("router");
      const time = (s: number): string => (s === 0xffffffff ? "infinity" : `${s}s`);
      d.print(
        `${d.ip6(at + 16)}/${d.u8(at + 2)}${units !== 4 ? "badlen" : ""}, Flags [${names.join(", ") || "none"}]`,
      );
      d.print(`, valid time ${time(d.u32(at + 4))}, pref. time ${time(d.u32(at + 8))}`);
    } else if (type === 25) {
      d.print(` lifetime ${d.u32(at + 4)}s,`);
      for (let i = 8; i + 16 <= size; i += 16) d.print(` addr: ${d.ip6(at + i)}`);
    }
    at += size;
  }
}

function listenerQuery(d: Dissection, at: number, length: number): void {
  const code = d.u16(at + 4);
  const max = code < 32768 ? code : ((code & 0xfff) | 0x1000) << (((code >>> 12) & 7) + 3);
  const verbose = d.options.verbose;
  d.print(" v2");
  if (verbose) d.print(` [max resp delay=${max}]`);
  d.print(` [gaddr ${d.ip6(at + 8)}`);
  if (verbose) {
    if (d.u8(at + 24) & 8) d.print(" sflag");
    if (d.u8(at + 24) & 7) d.print(` robustness=${d.u8(at + 24) & 7}`);
    const qqic = d.u8(at + 25);
    const qqi = qqic < 128 ? qqic : ((qqic & 15) | 16) << (((qqic >>> 4) & 7) + 3);
    d.print(` qqi=${qqi}`);
  }
  const sources = d.u16(at + 26);
  if (sources > 0) {
    if (length < 28 + 16 * sources) d.print(` [invalid number of sources ${sources}]`);
    else if (verbose > 1) {
      d.print(" {");
      for (let i = 0; i < sources; i++) d.print(` ${d.ip6(at + 28 + 16 * i)}`);
      d.print(" }");
    } else d.print(`, ${sources} source(s)`);
  }
  d.print("]");
}

function listenerReport(d: Dissection, at: number, length: number): void {
  const count = d.u16(at + 6);
  d.print(`, ${count} group record(s)`);
  if (!d.options.verbose) return;
  let group = 8;
  for (let i = 0; i < count; i++) {
    if (group + 20 > length) {
      d.print(` [invalid number of groups]`);
      return;
    }
    d.print(` [gaddr ${d.ip6(at + group + 4)}`);
    const type = d.u8(at + group);
    d.print(` ${RECORDS[type] || ` [v2-report-#${type}]`}`);
    const sources = d.u16(at + group + 2);
    if (length < group + 20 + 16 * sources) {
      d.print(` [invalid number of sources ${sources}]`);
      return;
    }
    if (d.options.verbose === 1) d.print(`, ${sources} source(s)`);
    else {
      d.print(" {");
      for (let j = 0; j < sources; j++) d.print(` ${d.ip6(at + group + 20 + 16 * j)}`);
      d.print(" }");
    }
    group += 20 + 16 * sources;
    d.print("]");
  }
}
