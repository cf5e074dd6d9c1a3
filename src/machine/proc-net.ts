import { formatProcEntry } from "../netfilter/conntrack/format.ts";
import type { NetNamespace } from "../network/namespace.ts";
import { arpFile, routeFile } from "../network/proc.ts";
import { rawFile, tcpFile, udpFile } from "../network/socket/proc.ts";
import { type DirectoryInode, LiveDirectory, TextFile } from "./inode.ts";

/** Makers of /proc/net's files; a room above adds its own with `addProcNet` (conntrack, tcp, udp …). */
const makers = new Map<string, (net: NetNamespace) => string>([
  ["dev", deviceTable],
  ["route", routeFile],
  ["arp", arpFile],
  ["nf_conntrack", connectionTable],
  ["tcp", tcpFile],
  ["udp", udpFile],
  ["raw", rawFile],
]);

/** Adds /proc/net/NAME ("nf_conntrack", "stat/nf_conntrack" …). */
export function addProcNet(name: string, make: (net: NetNamespace) => string): void {
  makers.set(name, make);
}

export function netDirectory(net: () => NetNamespace): DirectoryInode {
  return new LiveDirectory(
    (name) => {
      const make = makers.get(name);
      return make ? new TextFile(() => make(net())) : undefined;
    },
    () => [...makers.keys()].sort(),
  );
}

/** ct_seq_show (net/netfilter/nf_conntrack_standalone.c). */
function connectionTable(net: NetNamespace): string {
  const { conntrack } = net.netfilter;
  return conntrack
    .list()
    .map((ct) => `${formatProcEntry(ct, conntrack)}\n`)
    .join("");
}

/** dev_seq_show (net/core/net-procfs.c). */
function deviceTable(net: NetNamespace): string {
  let table =
    "Inter-|   Receive                                                |  Transmit\n" +
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";
  for (const dev of net.links.list()) {
    const s = dev.stats;
    const receive = [
      [s.rxBytes, 7],
      [s.rxPackets, 7],
      [s.rxErrors, 4],
      [s.rxDropped, 4],
      [0, 4],
      [0, 5],
      [0, 10],
      [s.multicast, 9],
    ];
    const transmit = [
      [s.txBytes, 8],
      [s.txPackets, 7],
      [s.txErrors, 4],
      [s.txDropped, 4],
      [0, 4],
      [s.collisions, 5],
      [0, 7],
      [0, 10],
    ];
    const columns = [...receive, ...transmit].map(([n, width]) => String(n).padStart(width)).join(" ");
    table += `${dev.name.padStart(6)}: ${columns}\n`;
  }
  return table;
}
