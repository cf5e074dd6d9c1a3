import { type Dissection, TRUNCATED } from "./dissection.ts";
import { hexAsciiPrint } from "./hex.ts";

const HARDWARE: Readonly<Record<number, string>> = {
  1: "Ethernet",
  6: "TokenRing",
  7: "ArcNet",
  15: "FrameRelay",
  17: "Strip",
  24: "IEEE 1394",
};
const OPERATIONS: Readonly<Record<number, string>> = {
  1: "Request",
  2: "Reply",
  3: "Reverse Request",
  4: "Reverse Reply",
  8: "Inverse Request",
  9: "Inverse Reply",
  10: "NACK Reply",
};

/** ARP and RARP as tcpdump prints them (RFC 826, 903). */
export function printArp(d: Dissection, at: number, length: number, to: number): void {
  d.protocol = "arp";
  const hardware = d.u16(at);
  const protocol = d.u16(at + 2);
  const hlen = d.u8(at + 4);
  const plen = d.u8(at + 5);
  const op = d.u16(at + 6);
  const shaAt = at + 8;
  const spaAt = shaAt + hlen;
  const thaAt = spaAt + plen;
  const tpaAt = thaAt + hlen;
  if (!d.has(at + 8, 2 * hlen + 2 * plen)) {
    throw TRUNCATED;
  }
  if (!d.options.link) d.print("ARP, ");
  const known = (protocol === 0x0800 && plen === 4 && hlen !== 0 && hardware !== 0) || false;
  if (!known || d.options.verbose > 0) {
    const hw = HARDWARE[hardware] ?? `Unknown Hardware (${hardware})`;
    const pro =
      protocol === 0x0800 ? "IPv4" : `Unknown Protocol (0x${protocol.toString(16).padStart(4, "0")})`;
    d.print(`${hw} (len ${hlen}), ${pro} (len ${plen})`);
    // Nothing more is understood without being asked for.
    if (d.options.verbose === 0) {
      d.print(`, length ${length}`);
      return;
    }
    d.print(", ");
  }
  d.print(`${OPERATIONS[op] ?? `Unknown (${op})`} `);
  const ip = (where: number): string =>
    protocol !== 0x0800 ? "<wrong proto type>" : plen !== 4 ? "<wrong len>" : d.ip4(where);
  const hw = (where: number): string => (hlen === 6 ? d.mac(where) : linkAddress(d, where, hlen));
  switch (op) {
    case 1: {
      d.print(`who-has ${ip(tpaAt)}`);
      let nonzero = false;
      for (let i = 0; i < hlen; i++) nonzero ||= d.data[thaAt + i] !== 0;
      if (nonzero) d.print(` (${hw(thaAt)})`);
      d.print(` tell ${ip(spaAt)}`);
      break;
    }
    case 2:
      d.print(`${ip(spaAt)} is-at ${hw(shaAt)}`);
      break;
    case 3:
    case 8:
      d.print(`who-is ${hw(thaAt)} tell ${hw(shaAt)}`);
      break;
    case 4:
      d.print(`${hw(thaAt)} at ${ip(tpaAt)}`);
      break;
    case 9:
      d.print(`${hw(shaAt)} at ${ip(spaAt)}`);
      break;
    default:
      d.print(hexAsciiPrint(d.data, at, to));
      return;
  }
  d.print(`, length ${length}`);
}

function linkAddress(d: Dissection, at: number, length: number): string {
  if (length === 0) return "<empty>";
  const parts: string[] = [];
  for (let i = 0; i < length; i++)
    parts.push(
      d
        .u8(at + i)
        .toString(16)
        .padStart(2, "0"),
    );
  return parts.join(":");
}
