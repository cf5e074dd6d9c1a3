import { checksum } from "../checksum.ts";
import * as icmp from "../icmp.ts";
import * as ipv4 from "../ipv4.ts";
import type { Dissection } from "./dissection.ts";
import { printIp, shouldBe } from "./ip.ts";

const UNREACHABLE: Readonly<Record<number, (host: string) => string>> = {
  0: (h) => `net ${h} unreachable`,
  1: (h) => `host ${h} unreachable`,
  5: (h) => `${h} unreachable - source route failed`,
  6: (h) => `net ${h} unreachable - unknown`,
  7: (h) => `host ${h} unreachable - unknown`,
  8: (h) => `${h} unreachable - source host isolated`,
  9: (h) => `net ${h} unreachable - admin prohibited`,
  10: (h) => `host ${h} unreachable - admin prohibited`,
  11: (h) => `net ${h} unreachable - tos prohibited`,
  12: (h) => `host ${h} unreachable - tos prohibited`,
  13: (h) => `host ${h} unreachable - admin prohibited filter`,
  14: (h) => `host ${h} unreachable - host precedence violation`,
  15: (h) => `host ${h} unreachable - precedence cutoff`,
};

/** ICMP for IPv4 as tcpdump prints it; with -v the packet that an error quotes is printed too. */
export function printIcmp(d: Dissection, at: number, length: number, fragmented: boolean): void {
  d.protocol = "icmp";
  const type = d.u8(at);
  d.u8(at + 1);
  const text = meaning(d, at, type);
  d.print(`ICMP ${text}, length ${length}`);
  if (d.options.verbose >= 1 && !d.options.ignoreChecksums && !fragmented && d.has(at, length)) {
    const wrong = checksum(d.data, at, at + length);
    if (wrong !== 0) {
      const stands = d.u16(at + 2);
      d.print(` (wrong icmp cksum ${stands.toString(16)} (->${shouldBe(stands, wrong).toString(16)})!)`);
    }
  }
  if (d.options.verbose >= 1 && icmp.isError(type)) {
    const quoted = at + 8;
    d.print("\n\t");
    const snap = d.snap;
    const total = d.u16(quoted + 2);
    if (quoted + total < d.snap) d.snap = quoted + total;
    printIp(d, quoted, total);
    d.snap = snap;
  }
}

function meaning(d: Dissection, at: number, type: number): string {
  const code = d.data[at + 1];
  switch (type) {
    case icmp.ECHO:
    case icmp.ECHO_REPLY:
      return `echo ${type === icmp.ECHO ? "request" : "reply"}, id ${d.u16(at + 4)}, seq ${d.u16(at + 6)}`;
    case icmp.DEST_UNREACH:
      return unreachable(d, at, code);
    case icmp.SOURCE_QUENCH:
      return "source quench";
    case icmp.REDIRECT: {
      const about = d.ip4(at + 24);
      const by = d.ip4(at + 4);
      if (code === 0) return `redirect ${about} to net ${by}`;
      if (code === 1) return `redirect ${about} to host ${by}`;
      if (code === 2) return `redirect-tos ${about} to net ${by}`;
      if (code === 3) return `redirect-tos ${about} to host ${by}`;
      return `redirect-#${code} ${about} to ${by}`;
    }
    case 9:
      return routerAdvertisement(d, at);
    case 10:
      return "router solicitation";
    case icmp.TIME_EXCEEDED:
      if (code === 0) return "time exceeded in-transit";
      if (code === 1) return "ip reassembly time exceeded";
      return `time exceeded-#${code}`;
    case icmp.PARAMETER_PROBLEM:
      return `parameter problem - ${code ? `code ${code}` : `octet ${d.u8(at + 4)}`}`;
    case icmp.TIMESTAMP:
      return `time stamp query id ${d.u16(at + 4)} seq ${d.u16(at + 6)}`;
    case icmp.TIMESTAMP_REPLY:
      d.need(at + 4, 16);
      return `time stamp reply id ${d.u16(at + 4)} seq ${d.u16(at + 6)}: org ${clock(d.u32(at + 8))}, recv ${clock(
        d.u32(at + 12),
      )}, xmit ${clock(d.u32(at + 16))}`;
    case icmp.INFO_REQUEST:
      return "information request";
    case icmp.INFO_REPLY:
      return "information reply";
    case icmp.ADDRESS:
      return "address mask request";
    case icmp.ADDRESS_REPLY:
      return `address mask is 0x${d
        .u32(at + 8)
        .toString(16)
        .padStart(8, "0")}`;
    default:
      return `type-#${type}`;
  }
}

function unreachable(d: Dissection, at: number, code: number): string {
  // Every form names the quoted packet's destination.
  const host = d.ip4(at + 24);
  switch (code) {
    case icmp.PROT_UNREACH:
      return `${host} protocol ${d.u8(at + 17)} unreachable`;
    case icmp.PORT_UNREACH: {
      const protocol = d.u8(at + 17);
      const inner = at + 8 + ((d.u8(at + 8) & 15) << 2);
      const port = d.u16(inner + 2);
      if (protocol === ipv4.TCP) return `${host} tcp port ${d.port(port, "tcp")} unreachable`;
      if (protocol === ipv4.UDP) return `${host} udp port ${d.port(port, "udp")} unreachable`;
      return `${host} protocol ${protocol} port ${port} unreachable`;
    }
    case icmp.FRAG_NEEDED: {
      const mtu = d.u16(at + 6);
      return `${host} unreachable - need to frag${mtu ? ` (mtu ${mtu})` : ""}`;
    }
    default:
      return UNREACHABLE[code]?.(host) ?? `${host} unreachable - #${code}`;
  }
}

function routerAdvertisement(d: Dissection, at: number): string {
  const lifetime = d.u16(at + 6);
  const two = (n: number): string => String(n).padStart(2, "0");
  let out = "router advertisement lifetime ";
  if (lifetime < 60) out += lifetime;
  else if (lifetime < 3600) out += `${Math.floor(lifetime / 60)}:${two(lifetime % 60)}`;
  else
    out += `${Math.floor(lifetime / 3600)}:${two(Math.floor((lifetime % 3600) / 60))}:${two(lifetime % 60)}`;
  const count = d.u8(at + 4);
  out += ` ${count}:`;
  const size = d.u8(at + 5);
  if (size !== 2) return `${out} [size ${size}]`;
  for (let i = 0; i < count; i++) {
    const entry = at + 8 + 8 * i;
    out += ` {${d.ip4(entry)} ${d.u32(entry + 4)}}`;
  }
  return out;
}

/** Milliseconds since midnight, as 01:00:00.123. */
function clock(ms: number): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const s = Math.floor(ms / 1000);
  return `${two(Math.floor(s / 3600))}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}.${String(ms % 1000).padStart(3, "0")}`;
}
