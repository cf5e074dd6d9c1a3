import { u16 } from "../bytes.ts";
import { checksum } from "../checksum.ts";
import * as ip from "../ipv4.ts";
import { type Dissection, TRUNCATED } from "./dissection.ts";
import { printIcmp } from "./icmp.ts";
import { printIgmp } from "./igmp.ts";
import { printOptions } from "./ip-options.ts";
import { printIp6 } from "./ip6.ts";
import { DECODED_BY_TCPDUMP, PROTOCOL_NAMES, PROTOCOL_VALUES } from "./protocols.ts";
import { printTcp } from "./tcp.ts";
import { printUdp } from "./udp.ts";

/** How many packets may stand in packets before the printing stops (a crafted capture could nest for ever). */
const MAX_DEPTH = 16;

/** Explicit congestion notification, low two bits of TOS (RFC 3168). */
const ECN = ["", ",ECT(1)", ",ECT(0)", ",CE"];

/** IPv4 as tcpdump's ip_print: `length` is what the layer below says there is. */
export function printIp(d: Dissection, at: number, length: number): void {
  d.protocol = "ip";
  const first = d.has(at, 1) ? d.u8(at) : -1;
  if (first >= 0 && first >>> 4 !== 4) {
    d.print(first >>> 4 === 6 ? "IP6, wrong link-layer encapsulation" : `IP${first >>> 4}`);
    d.invalid();
    return;
  }
  if (first >= 0 && !d.options.link) d.print("IP ");
  if (first < 0) throw TRUNCATED;
  if (length < ip.LENGTH) {
    if (!d.has(at, length)) d.truncated();
    else if (d.has(at, ip.LENGTH)) d.print(`truncated-ip ${length}`);
    else d.truncated();
    return;
  }
  if (!d.has(at, ip.LENGTH)) {
    d.truncated();
    return;
  }
  const hlen = ip.headerLength(d.data, at);
  if (hlen < ip.LENGTH) {
    d.print(`bad-hlen ${hlen}`);
    return;
  }
  let total = d.u16(at + 2);
  if (length < total) d.print(`truncated-ip - ${total - length} bytes missing! `);
  if (total < hlen) {
    d.print(`bad-len ${total}`);
    return;
  }
  const outerSnap = d.snap;
  if (at + total < d.snap) d.snap = at + total;
  const headerTotal = total;
  total -= hlen;

  const fragment = d.u16(at + 6);
  const protocol = d.u8(at + 9);
  if (d.options.verbose > 0) {
    const tos = d.u8(at + 1);
    d.print(`(tos 0x${tos.toString(16)}${ECN[tos & 3]}`);
    if (d.data[at + 8] >= 1) d.print(`, ttl ${d.data[at + 8]}`);
    const flags: string[] = [];
    if (fragment & ip.MF) flags.push("+");
    if (fragment & ip.DF) flags.push("DF");
    if (fragment & 0x8000) flags.push("rsvd");
    d.print(`, id ${u16(d.data, at + 4)}, offset ${(fragment & ip.OFFSET) * 8}`);
    d.print(`, flags [${flags.join(", ") || "none"}]`);
    d.print(`, proto ${PROTOCOL_VALUES[protocol] ?? "unknown"} (${protocol}), length ${headerTotal}`);
    if (hlen > ip.LENGTH) {
      d.print(", options (");
      if (!printOptions(d, at + ip.LENGTH, hlen - ip.LENGTH)) d.truncated();
      d.print(")");
    }
    if (!d.options.ignoreChecksums && at + hlen <= d.snap) {
      const wrong = checksum(d.data, at, at + hlen);
      if (wrong !== 0) {
        const stands = u16(d.data, at + 10);
        d.print(`, bad cksum ${stands.toString(16)} (->${shouldBe(stands, wrong).toString(16)})!`);
      }
    }
    d.print(")\n    ");
  }

  const addresses = (): string => `${d.ip4(at + 12)} > ${d.ip4(at + 16)}`;
  if ((fragment & ip.OFFSET) === 0) {
    if (protocol !== ip.TCP && protocol !== ip.UDP && protocol !== ip.SCTP && protocol !== 33)
      d.print(`${addresses()}: `);
    if (!d.has(at, hlen)) {
      d.print(` [remaining caplen(${outerSnap - at}) < header length(${hlen})]`);
      throw TRUNCATED;
    }
    demux(d, at + hlen, total, 4, (fragment & ip.MF) !== 0, protocol, at);
  } else if (d.options.quiet <= 1) {
    const name = d.options.numeric ? undefined : PROTOCOL_NAMES[protocol];
    d.print(`${addresses()}: ${name ?? `ip-proto-${protocol}`}`);
  }
  d.snap = outerSnap;
}

/** in_cksum_shouldbe: what the field that stands there should say. */
export function shouldBe(stands: number, computed: number): number {
  let total = (~stands & 0xffff) + (~computed & 0xffff);
  total = (total & 0xffff) + (total >>> 16);
  total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
}

/** ip_demux_print: what the IP header (at `outer`) carries. */
export function demux(
  d: Dissection,
  at: number,
  length: number,
  version: 4 | 6,
  fragmented: boolean,
  protocol: number,
  outer: number,
): void {
  if (++d.depth > MAX_DEPTH) {
    d.print(" [nested too deep]");
    return;
  }
  switch (protocol) {
    case ip.TCP:
      printTcp(d, at, length, version, outer, fragmented);
      return;
    case ip.UDP:
      printUdp(d, at, length, version, outer, fragmented);
      return;
    case ip.ICMP:
      if (version === 4) printIcmp(d, at, length, fragmented);
      else {
        d.print("[ICMP requires IPv4]");
        d.invalid();
      }
      return;
    case ip.ICMPV6:
      d.print("[ICMPv6 requires IPv6]");
      d.invalid();
      return;
    case ip.IGMP:
      if (version === 4) printIgmp(d, at, length);
      else {
        d.print("[IGMP requires IPv4]");
        d.invalid();
      }
      return;
    case ip.IPIP:
      printIp(d, at, length);
      return;
    case 41:
      printIp6(d, at, length);
      return;
    case ip.ESP:
      d.protocol = "esp";
      d.need(at, 8);
      d.print(`ESP(spi=0x${hex8(d.u32(at))},seq=0x${d.u32(at + 4).toString(16)}), length ${length}`);
      return;
    default: {
      const name = DECODED_BY_TCPDUMP[protocol];
      if (name !== undefined) {
        d.undecoded.add(name);
        // SCTP and DCCP print their own addresses, which ip_print left to them.
        if (protocol === ip.SCTP || protocol === 33)
          d.print(
            version === 4
              ? `${d.ip4(outer + 12)} > ${d.ip4(outer + 16)}: `
              : `${d.ip6(outer + 8)} > ${d.ip6(outer + 24)}: `,
          );
        d.print(`${name} (not decoded), length ${length}`);
        return;
      }
      const known = d.options.numeric ? undefined : PROTOCOL_NAMES[protocol];
      d.print(` ${known ?? `ip-proto-${protocol}`} ${length}`);
    }
  }
}

const hex8 = (n: number): string => n.toString(16).padStart(8, "0");
