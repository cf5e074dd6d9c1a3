import * as ipv6 from "../ipv6.ts";
import type { Dissection } from "./dissection.ts";
import { printIcmp6 } from "./icmp6.ts";
import { demux } from "./ip.ts";
import { PROTOCOL_VALUES } from "./protocols.ts";
import { hex4 } from "./udp.ts";

/** IPv6 as tcpdump's ip6_print. */
export function printIp6(d: Dissection, at: number, length: number): void {
  d.protocol = "ip6";
  if (!d.has(at, ipv6.LENGTH)) {
    d.truncated();
    return;
  }
  if (length < ipv6.LENGTH) {
    d.print(`truncated-ip6 ${length}`);
    return;
  }
  if (!d.options.link) d.print("IP6 ");
  const version = d.data[at] >>> 4;
  if (version !== 6) {
    d.print(`version error: ${version} != 6`);
    return;
  }
  const payload = ipv6.payloadLength(d.data, at);
  let total = payload + ipv6.LENGTH;
  if (length < total) {
    d.print(`truncated-ip6 - ${total - length} bytes missing!`);
    total = length;
  }
  const next = ipv6.nextHeader(d.data, at);
  if (d.options.verbose > 0) {
    d.print("(");
    const tc = ipv6.trafficClass(d.data, at);
    const flow = ipv6.flowLabel(d.data, at);
    if (tc) d.print(`class 0x${tc.toString(16).padStart(2, "0")}, `);
    if (flow) d.print(`flowlabel 0x${flow.toString(16).padStart(5, "0")}, `);
    d.print(`hlim ${ipv6.hopLimit(d.data, at)}, next-header ${PROTOCOL_VALUES[next] ?? "unknown"} (${next})`);
    d.print(` payload length: ${payload}) `);
  }
  const outerSnap = d.snap;
  d.snap = Math.min(d.snap, at + total);
  walk(d, at, total, next);
  d.snap = outerSnap;
}

/** Extension headers one after the other, then what they lead to. */
function walk(d: Dissection, outer: number, total: number, first: number): void {
  const end = outer + total;
  let next = first;
  let at = outer + ipv6.LENGTH;
  let fragmented = false;
  const addresses = (): string => `${d.ip6(outer + 8)} > ${d.ip6(outer + 24)}: `;
  // TCP and UDP print the addresses with their ports.
  if (next !== 6 && next !== 17 && next !== 132 && next !== 33) d.print(addresses());
  for (;;) {
    switch (next) {
      case ipv6.HOP_BY_HOP: {
        d.protocol = "hbhopt";
        const size = (d.u8(at + 1) + 1) << 3;
        d.print("HBH ");
        if (d.options.verbose) {
          d.need(at, size);
          printHopByHop(d, at, size);
          d.print(" ");
        }
        next = d.u8(at);
        at += size;
        break;
      }
      case ipv6.DEST_OPTIONS: {
        d.protocol = "dstopt";
        const size = (d.u8(at + 1) + 1) << 3;
        d.print("DSTOPT ");
        if (d.options.verbose) {
          d.need(at, size);
          printHopByHop(d, at, size);
          d.print(" ");
        }
        next = d.u8(at);
        at += size;
        break;
      }
      case ipv6.ROUTING: {
        d.protocol = "rt6";
        const size = (d.u8(at + 1) + 1) << 3;
        d.print(`srcrt (len=${d.u8(at + 1)}, type=${d.u8(at + 2)}, segleft=${d.u8(at + 3)}) `);
        next = d.u8(at);
        at += size;
        break;
      }
      case ipv6.FRAGMENT: {
        d.protocol = "frag6";
        d.need(at, 8);
        const word = d.u16(at + 2);
        const offset = word & 0xfff8;
        fragmented = (word & 1) !== 0 || offset !== 0;
        const rest = end - at - 8;
        d.print("frag (");
        if (d.options.verbose)
          d.print(
            `0x${d
              .u32(at + 4)
              .toString(16)
              .padStart(8, "0")}:`,
          );
        d.print(`${offset}|${rest})`);
        if (offset !== 0) return;
        d.print(" ");
        next = d.u8(at);
        at += 8;
        break;
      }
      case ipv6.ICMPV6:
        printIcmp6(d, at, end - at, outer, fragmented);
        return;
      case ipv6.NO_NEXT:
        d.print("no next header");
        return;
      default:
        demux(d, at, end - at, 6, fragmented, next, outer);
        return;
    }
    if (at > end) {
      d.truncated();
      return;
    }
  }
}

function printHopByHop(d: Dissection, at: number, size: number): void {
  for (let i = 2; i < size; ) {
    const type = d.u8(at + i);
    const length = type === 0 ? 1 : d.u8(at + i + 1) + 2;
    if (type === 0) {
      i++;
      continue;
    }
    if (type === 1) {
      d.print("(padn)");
    } else if (type === 5) d.print(`(rtalert: 0x${hex4(d.u16(at + i + 2))}) `);
    else if (type === 0xc2) d.print(`(jumbo: ${d.u32(at + i + 2)}) `);
    else d.print(`(opt_type 0x${type.toString(16).padStart(2, "0")}: len=${length - 2}) `);
    i += length;
  }
}
