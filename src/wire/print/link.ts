import { u16 } from "../bytes.ts";
import { isTag } from "../vlan.ts";
import { printArp } from "./arp.ts";
import type { Dissection } from "./dissection.ts";
import { hexAsciiPrint } from "./hex.ts";
import { printIp } from "./ip.ts";
import { printIp6 } from "./ip6.ts";
import { hex4 } from "./udp.ts";
import { ETHERTYPES } from "./values.ts";

/** EtherTypes whose payload tcpdump decodes and this printer names only. */
const UNDECODED: Readonly<Record<number, string>> = {
  34887: "MPLS",
  34888: "MPLS",
  34915: "PPPoE",
  34916: "PPPoE",
  34958: "EAPOL",
  35020: "LLDP",
  35045: "MACsec",
  34825: "Slow Protocols",
  36864: "Loopback",
};

const named = (d: Dissection, type: number): string =>
  d.options.quiet
    ? (ETHERTYPES[type] ?? `Unknown Ethertype (0x${hex4(type)})`)
    : `ethertype ${ETHERTYPES[type] ?? "Unknown"} (0x${hex4(type)})`;

/** An Ethernet frame; the answer is the length of its link header (what -x leaves out). */
export function printEthernet(d: Dissection, length: number): number {
  d.protocol = "ether";
  if (length < 14 || d.snap < 14) {
    d.truncated();
    return Math.min(length, d.snap);
  }
  const link = (): void => {
    d.print(`${d.mac(6)} > ${d.mac(0)}, `);
  };
  if (d.options.link) link();
  let type = u16(d.data, 12);
  let at = 14;
  let printed = false;
  while (isTag(type)) {
    d.protocol = "vlan";
    if (d.snap < at + 4 || length < at + 4) {
      d.truncated();
      return at;
    }
    const tag = u16(d.data, at);
    if (d.options.link) {
      d.print(printed ? `${named(d, type)}, ` : `${named(d, type)}, length ${length}: `);
      printed = true;
      d.print(`vlan ${tag & 0xfff}, p ${tag >>> 13}${tag & 0x1000 ? ", DEI" : ""}, `);
    }
    type = u16(d.data, at + 2);
    at += 4;
  }
  if (type <= 1500) {
    if (d.options.link) {
      if (!printed) d.print(`802.3, length ${type}: `);
      else d.print(`802.3, length ${type}, `);
    }
    const to = Math.min(d.snap, at + type);
    return at + printLlc(d, at, Math.min(length - at, type), to, link);
  }
  if (d.options.link) {
    d.print(named(d, type));
    d.print(printed ? ", " : `, length ${length}: `);
  }
  if (printNetwork(d, type, at, length - at)) return at;
  // Nobody knows the type: the header is told even without -e.
  if (!d.options.link) {
    link();
    d.print(`${named(d, type)}, length ${length}: `);
  }
  if (!d.options.quiet && !dumps(d)) d.print(hexAsciiPrint(d.data, at, d.snap));
  return at;
}

/** -x, -X and -A print the bytes anyway. */
const dumps = (d: Dissection): boolean => d.options.hex + d.options.hexAscii + d.options.ascii > 0;

/** ethertype_print: false for an EtherType that is not known. */
export function printNetwork(d: Dissection, type: number, at: number, length: number): boolean {
  switch (type) {
    case 0x0800:
      printIp(d, at, length);
      return true;
    case 0x86dd:
      printIp6(d, at, length);
      return true;
    case 0x0806:
    case 0x8035:
      printArp(d, at, length, d.snap);
      return true;
    default: {
      const name = UNDECODED[type];
      if (name === undefined) return false;
      d.undecoded.add(name);
      d.print(`${name} (not decoded), length ${length}`);
      return true;
    }
  }
}

const SAPS: Readonly<Record<number, string>> = {
  0: "Null",
  66: "STP",
  170: "SNAP",
  224: "IPX",
  240: "NetBeui",
  254: "ISO CLNS",
  255: "Global",
};

/** An 802.2 frame: spanning tree is decoded, the others are named. */
function printLlc(d: Dissection, at: number, length: number, to: number, link: () => void): number {
  d.protocol = "llc";
  if (length < 3 || to < at + 3) {
    d.truncated();
    return 0;
  }
  const dsap = d.data[at];
  const ssap = d.data[at + 1];
  const control = d.data[at + 2];
  const sap = (n: number): string =>
    `${SAPS[n & 0xfe] ?? "Unknown"} (0x${(n & 0xfe).toString(16).padStart(2, "0")})`;
  if (d.options.link) {
    d.print(`LLC, dsap ${sap(dsap)} ${dsap & 1 ? "Group" : "Individual"}, ssap ${sap(ssap)} `);
    d.print(`${ssap & 1 ? "Response" : "Command"}, ctrl 0x${control.toString(16).padStart(2, "0")}: `);
  }
  if (dsap === 0x42 && ssap === 0x42 && control === 3) {
    const snap = d.snap;
    d.snap = to;
    printStp(d, at + 3, length - 3);
    d.snap = snap;
    return 3;
  }
  if (!d.options.link) link();
  d.undecoded.add("802.2 LLC");
  d.print(`LLC (not decoded), length ${length}`);
  return 3;
}

/** A spanning tree BPDU (IEEE 802.1D 9.3). */
function printStp(d: Dissection, at: number, length: number): void {
  d.protocol = "stp";
  if (length < 4) {
    d.truncated();
    return;
  }
  if (d.u16(at) !== 0) {
    d.print(`STP unknown version, length ${length}`);
    return;
  }
  const version = d.u8(at + 2);
  const kind = d.u8(at + 3);
  const versions: Readonly<Record<number, string>> = { 0: "STP 802.1d", 2: "STP 802.1w", 3: "STP 802.1s" };
  d.print(versions[version] ?? `Unknown STP protocol (0x${version.toString(16).padStart(2, "0")})`);
  if (kind === 0x80) {
    d.print(", Topology Change");
    return;
  }
  if (version !== 0 || kind !== 0 || length < 35) {
    d.undecoded.add("rapid spanning tree");
    d.print(` (not decoded), length ${length}`);
    return;
  }
  const flags = d.u8(at + 4);
  const names: string[] = [];
  if (flags & 1) names.push("Topology change");
  if (flags & 0x80) names.push("Topology change ACK");
  const bridge = (where: number): string =>
    `${d.u16(where).toString(16).padStart(4, "0")}.${macOf(d, where + 2)}`;
  d.print(`, Config, Flags [${names.join(", ") || "none"}]`);
  d.print(`, bridge-id ${bridge(at + 17)}.${hex4(d.u16(at + 25))}, length ${length}`);
  if (!d.options.verbose) return;
  // Times are 256ths of a second.
  const time = (where: number): string => (d.u16(where) / 256).toFixed(2);
  d.print(`\n\tmessage-age ${time(at + 27)}s, max-age ${time(at + 29)}s, hello-time ${time(at + 31)}s`);
  d.print(`, forwarding-delay ${time(at + 33)}s`);
  d.print(`\n\troot-id ${bridge(at + 5)}, root-pathcost ${d.u32(at + 13)}`);
}

function macOf(d: Dissection, at: number): string {
  d.need(at, 6);
  return Array.from(d.data.subarray(at, at + 6), (b) => b.toString(16).padStart(2, "0")).join(":");
}

const PACKET_TYPES = ["In", "B", "M", "P", "Out"];

/** LINUX_SLL2, the link type of a capture on every device at once. `device` names an interface index. */
export function printCooked2(
  d: Dissection,
  length: number,
  device: (index: number) => string | undefined,
): number {
  d.protocol = "sll2";
  if (d.snap < 20) {
    d.truncated();
    return Math.min(length, d.snap);
  }
  const type = u16(d.data, 0);
  const index = d.u32(4);
  const kind = d.data[10];
  d.print(`${(device(index) ?? "?").padEnd(5)} ${(PACKET_TYPES[kind] ?? "?").padEnd(3)} `);
  if (d.options.link) {
    d.print(`ifindex ${index} `);
    const size = d.data[11];
    if (size === 6) d.print(d.mac(12));
    else if (size > 0) d.print("?");
    if (d.options.quiet) d.print(" ");
    else d.print(` ethertype ${ETHERTYPES[type] ?? "Unknown"} (0x${hex4(type)}), length ${length}: `);
  }
  if (!printNetwork(d, type, 20, length - 20) && !d.options.quiet && !dumps(d))
    d.print(hexAsciiPrint(d.data, 20, d.snap));
  return 20;
}
