import type { Process } from "../../machine/process.ts";
import type { RouteEntry } from "../../network/routes.ts";
import { TABLE_MAIN } from "../../network/routes.ts";
import * as ipv4 from "../../wire/ipv4.ts";

/** "255.255.255.0" */
export function netmask(prefix: number): string {
  return ipv4.format(prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0);
}

/** What /proc/net/route has of a route: nothing of local and broadcast ones. */
function shown(entry: RouteEntry): boolean {
  return entry.type !== "broadcast" && entry.type !== "multicast";
}

/** `route [-n] [-e[e]]`: INET_rprint. `extended` counts the -e. */
export function showRoutes(proc: Process, numeric: boolean, extended: number): number {
  const { routes } = proc.net;
  proc.out("Kernel IP routing table\n");
  const base = "Destination     Gateway         Genmask         Flags ";
  if (extended === 1) proc.out(`${base}  MSS Window  irtt Iface\n`);
  else if (extended === 0) proc.out(`${base}Metric Ref    Use Iface\n`);
  else proc.out(`${base}Metric Ref    Use Iface    MSS   Window irtt\n`);
  // A namespace that never had a route has no main table, and /proc/net/route is empty.
  if (!routes.tables().includes(TABLE_MAIN)) return 1;
  for (const entry of routes.list(TABLE_MAIN)) if (shown(entry)) proc.out(line(entry, numeric, extended));
  return 0;
}

function line(entry: RouteEntry, numeric: boolean, extended: number): string {
  const hop = entry.nexthops[0];
  const reject = entry.type === "unreachable" || entry.type === "prohibit";
  const via = hop?.via ?? 0;
  const flags = `${reject ? "!" : "U"}${via !== 0 ? "G" : ""}${entry.prefix === 32 ? "H" : ""}`;
  const destination = entry.dst === 0 && !numeric ? "default" : ipv4.format(entry.dst);
  const gateway = reject ? "-" : via === 0 && !numeric ? "0.0.0.0" : ipv4.format(via);
  const start = `${destination.padEnd(15)} ${gateway.padEnd(15)} ${netmask(entry.prefix).padEnd(15)} ${flags.padEnd(5)} `;
  const device = reject ? "-" : (hop?.dev?.name ?? "*");
  const mss = entry.metrics.advmss ? entry.metrics.advmss + 40 : 0;
  const window = entry.metrics.window ?? 0;
  const irtt = entry.metrics.rtt ? entry.metrics.rtt >> 3 : 0;
  if (extended === 1) {
    const numbers = reject
      ? `${"-".padStart(5)} ${"-".padEnd(5)} ${"-".padStart(6)}`
      : `${String(mss).padStart(5)} ${String(window).padEnd(5)} ${String(irtt).padStart(6)}`;
    return `${start}${numbers} ${device}\n`;
  }
  const metric = `${String(entry.priority).padEnd(6)} ${(reject ? "-" : "0").padEnd(2)} ${"0".padStart(7)} `;
  if (extended === 0) return `${start}${metric}${device}\n`;
  const more = reject
    ? `${"-".padEnd(5)} ${"-".padEnd(6)} -`
    : `${String(mss).padEnd(5)} ${String(window).padEnd(6)} ${irtt}`;
  return `${start}${metric}${device.padEnd(8)} ${more}\n`;
}
