import type { Process } from "../../machine/process.ts";
import type { Device } from "../../network/device.ts";
import type { Address4, Address6 } from "../../network/inet-device.ts";
import { format as formatMac } from "../../wire/ethernet.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as ipv6 from "../../wire/ipv6.ts";
import { netmask } from "../route/show.ts";

/** IFF_* that the 16 bits of SIOCGIFFLAGS hold, in ifconfig's order. */
const FLAGS: readonly (readonly [number, string])[] = [
  [0x1, "UP"],
  [0x2, "BROADCAST"],
  [0x4, "DEBUG"],
  [0x8, "LOOPBACK"],
  [0x10, "POINTOPOINT"],
  [0x20, "NOTRAILERS"],
  [0x40, "RUNNING"],
  [0x80, "NOARP"],
  [0x100, "PROMISC"],
  [0x200, "ALLMULTI"],
  [0x400, "SLAVE"],
  [0x800, "MASTER"],
  [0x1000, "MULTICAST"],
  [0x8000, "DYNAMIC"],
];

/** An interface as ifconfig knows it: a device, or an alias of one ("eth0:1") with its address. */
export interface Interface {
  readonly name: string;
  readonly dev: Device;
  readonly alias: boolean;
  readonly address: Address4 | undefined;
}

/** By name; "eth0:1" need not have an address. */
export function interfaceByName(proc: Process, name: string): Interface | undefined {
  const colon = name.indexOf(":");
  const dev = proc.net.links.byName(colon < 0 ? name : name.slice(0, colon));
  if (!dev) return undefined;
  return { name, dev, alias: colon >= 0, address: dev.ipv4.addresses.find((a) => a.label === name) };
}

/** net-tools' nstrcmp: numbers at the end count as numbers. */
function natural(a: string, b: string): number {
  const split = (name: string) => /^(.*?)(\d*)$/.exec(name) ?? [name, name, ""];
  const [, x, m] = split(a);
  const [, y, n] = split(b);
  if (x !== y) return x < y ? -1 : 1;
  return Number(m || -1) - Number(n || -1);
}

/** Devices by name, each followed by its aliases. */
export function interfaces(proc: Process, all: boolean): Interface[] {
  const found: Interface[] = [];
  for (const dev of proc.net.links.list().sort((a, b) => natural(a.name, b.name))) {
    if (!all && !dev.up) continue;
    const seen = new Set<string>();
    const labelled = dev.ipv4.addresses.filter((a) => !seen.has(a.label) && seen.add(a.label));
    found.push({ name: dev.name, dev, alias: false, address: labelled.find((a) => a.label === dev.name) });
    for (const address of labelled) {
      if (address.label !== dev.name) found.push({ name: address.label, dev, alias: true, address });
    }
  }
  return found;
}

const SCOPES: readonly (readonly [number, string, number])[] = [
  [253, "link", 0x20],
  [254, "host", 0x10],
  [200, "site", 0x40],
  [0, "global", 0],
];

function scope6(a: Address6): string {
  const [, name, id] = SCOPES.find(([scope]) => scope === a.scope) ?? [0, "global", 0];
  return `scopeid 0x${id.toString(16)}<${name}>`;
}

/** 1806 → "1.7 KiB" (truncated to a tenth). */
function bytes(n: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
  let divisor = 1;
  let unit = 0;
  while (unit < units.length - 1 && n >= divisor * 1024) {
    divisor *= 1024;
    unit++;
  }
  const tenths = Math.floor((n * 10) / divisor);
  return `${Math.floor(tenths / 10)}.${tenths % 10} ${units[unit]}`;
}

/** ife_print_long */
export function formatInterface(i: Interface): string {
  const { dev } = i;
  const flags = dev.effectiveFlags & 0xffff;
  const names = FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  const indent = "        ";
  let text = `${i.name}: flags=${flags}<${names.join(",")}>  mtu ${dev.mtu}\n`;
  const a = i.address;
  if (a) {
    text += `${indent}inet ${ipv4.format(a.local)}  netmask ${netmask(a.prefix)}`;
    if ((flags & 0x2) !== 0) text += `  broadcast ${ipv4.format(a.broadcast ?? 0)}`;
    if ((flags & 0x10) !== 0) text += `  destination ${ipv4.format(a.peer)}`;
    text += "\n";
  }
  if (!i.alias) {
    for (const six of dev.ns.addresses.list6(dev)) {
      text += `${indent}inet6 ${ipv6.format(six.local)}  prefixlen ${six.prefix}  ${scope6(six)}\n`;
    }
  }
  text += dev.isLoopback
    ? `${indent}loop  txqueuelen ${dev.txQueueLength}  (Local Loopback)\n`
    : `${indent}ether ${formatMac(dev.mac)}  txqueuelen ${dev.txQueueLength}  (Ethernet)\n`;
  if (!i.alias) {
    const s = dev.stats;
    text +=
      `${indent}RX packets ${s.rxPackets}  bytes ${s.rxBytes} (${bytes(s.rxBytes)})\n` +
      `${indent}RX errors ${s.rxErrors}  dropped ${s.rxDropped}  overruns 0  frame 0\n` +
      `${indent}TX packets ${s.txPackets}  bytes ${s.txBytes} (${bytes(s.txBytes)})\n` +
      `${indent}TX errors ${s.txErrors}  dropped ${s.txDropped} overruns 0  carrier 0  collisions ${s.collisions}\n`;
  }
  return `${text}\n`;
}

const SHORT: readonly (readonly [number, string])[] = [
  [0x200, "A"],
  [0x2, "B"],
  [0x4, "D"],
  [0x8, "L"],
  [0x100, "P"],
  [0x1000, "M"],
  [0x8000, "d"],
  [0x20, "N"],
  [0x80, "O"],
  [0x10, "P"],
  [0x800, "m"],
  [0x400, "s"],
  [0x40, "R"],
  [0x1, "U"],
];

export const SHORT_HEADER =
  "Iface      MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n";

/** ife_print_short, for -s. */
export function formatShort(i: Interface): string {
  const { dev } = i;
  const s = dev.stats;
  const flags = dev.effectiveFlags;
  const mtu = String(dev.mtu).padStart(5);
  if (i.alias)
    return `${i.name.padEnd(15)} ${mtu}      - no statistics available -                        ${short(flags)}\n`;
  const n = (value: number, width: number) => String(value).padStart(width);
  return (
    `${i.name.padEnd(15)} ${mtu} ${n(s.rxPackets, 8)} ${n(s.rxErrors, 6)} ${n(s.rxDropped, 6)} ${"0".padEnd(6)} ` +
    `${n(s.txPackets, 8)} ${n(s.txErrors, 6)} ${n(s.txDropped, 6)} ${n(0, 6)} ${short(flags)}\n`
  );
}

function short(flags: number): string {
  return SHORT.filter(([bit]) => (flags & bit) !== 0)
    .map(([, letter]) => letter)
    .join("");
}
