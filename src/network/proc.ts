import { format } from "../wire/ethernet.ts";
import { format as formatAddress, mask } from "../wire/ipv4.ts";
import { IFF_LOOPBACK } from "./device.ts";
import type { NetNamespace } from "./namespace.ts";
import { TABLE_MAIN } from "./routes.ts";

/** Eight hex digits of an address as it lies in memory (the kernel prints network order as a host number). */
export function hexAddress(address: number): string {
  const swapped =
    (((address & 0xff) << 24) | ((address & 0xff00) << 8) | ((address >>> 8) & 0xff00) | (address >>> 24)) >>>
    0;
  return swapped.toString(16).toUpperCase().padStart(8, "0");
}

/** /proc/net/route (fib_route_seq_show): the unicast routes and errors of table main, 127 columns a line. */
export function routeFile(ns: NetNamespace): string {
  const line = (text: string) => `${text.padEnd(127)}\n`;
  let text = line("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT");
  for (const r of ns.routes.list(TABLE_MAIN)) {
    if (r.type === "broadcast" || r.type === "multicast") continue;
    const nh = r.nexthops[0];
    let flags = r.type === "unreachable" || r.type === "prohibit" ? 0x200 : 0;
    if (nh?.via) flags |= 2;
    if (r.prefix === 32) flags |= 4;
    flags |= 1;
    const advmss = r.metrics.advmss ? r.metrics.advmss + 40 : 0;
    text += line(
      [
        nh?.dev?.name ?? "*",
        hexAddress(r.dst),
        hexAddress(nh?.via ?? 0),
        flags.toString(16).toUpperCase().padStart(4, "0"),
        0,
        0,
        r.priority,
        hexAddress(mask(r.prefix)),
        advmss,
        r.metrics.window ?? 0,
        (r.metrics.rtt ?? 0) >>> 3,
      ].join("\t"),
    );
  }
  return text;
}

/** /proc/net/arp (arp_seq_show): resolved and failing neighbours, without those that need no ARP. */
export function arpFile(ns: NetNamespace): string {
  let text = "IP address       HW type     Flags       HW address            Mask     Device\n";
  for (const n of ns.neighbours.list()) {
    if (n.state === "NOARP" || n.state === "NONE") continue;
    const type = (n.dev.flags & IFF_LOOPBACK) !== 0 ? 772 : 1;
    const known = n.mac !== undefined && n.state !== "INCOMPLETE" && n.state !== "FAILED";
    const flags = n.state === "PERMANENT" ? 6 : known ? 2 : 0;
    const mac = format(n.mac ?? new Uint8Array(6));
    text += `${formatAddress(n.address).padEnd(17)}${`0x${type.toString(16)}`.padEnd(12)}`;
    text += `${`0x${flags.toString(16)}`.padEnd(12)}${mac}${"     *        "}${n.dev.name}\n`;
  }
  for (const p of ns.neighbours.listProxy()) {
    text += `${formatAddress(p.address).padEnd(17)}${"0x1".padEnd(12)}${"0xc".padEnd(12)}`;
    text += `00:00:00:00:00:00     *        ${p.dev.name}\n`;
  }
  return text;
}
