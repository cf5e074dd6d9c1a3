import { KernelError } from "../base/errno.ts";
import type { Device } from "../network/device.ts";
import { type DirectoryInode, type Inode, LiveDirectory, TextFile } from "./inode.ts";
import type { Process } from "./process.ts";

const hex = (mac: Uint8Array) => [...mac].map((b) => b.toString(16).padStart(2, "0")).join(":");

const files: Record<string, (dev: Device) => string> = {
  address: (dev) => hex(dev.mac),
  addr_len: (dev) => String(dev.mac.length),
  broadcast: (dev) => (dev.kind === "loopback" ? "00:00:00:00:00:00" : "ff:ff:ff:ff:ff:ff"),
  carrier: (dev) => {
    if (!dev.up) throw new KernelError("EINVAL");
    return dev.carrier ? "1" : "0";
  },
  dev_id: () => "0x0",
  dormant: () => "0",
  flags: (dev) => `0x${dev.flags.toString(16)}`,
  ifalias: (dev) => dev.alias,
  ifindex: (dev) => String(dev.index),
  iflink: (dev) => String(dev.peer?.index ?? dev.index),
  link_mode: () => "0",
  mtu: (dev) => String(dev.mtu),
  netdev_group: (dev) => String(dev.group),
  operstate: (dev) => dev.operState.toLowerCase(),
  tx_queue_len: (dev) => String(dev.txQueueLength),
  type: (dev) => (dev.kind === "loopback" ? "772" : "1"),
};

const statistics: Record<string, (dev: Device) => number> = {
  collisions: (dev) => dev.stats.collisions,
  multicast: (dev) => dev.stats.multicast,
  rx_bytes: (dev) => dev.stats.rxBytes,
  rx_dropped: (dev) => dev.stats.rxDropped,
  rx_errors: (dev) => dev.stats.rxErrors,
  rx_packets: (dev) => dev.stats.rxPackets,
  tx_bytes: (dev) => dev.stats.txBytes,
  tx_dropped: (dev) => dev.stats.txDropped,
  tx_errors: (dev) => dev.stats.txErrors,
  tx_packets: (dev) => dev.stats.txPackets,
};

const folder = (entries: Record<string, () => Inode>): DirectoryInode =>
  new LiveDirectory(
    (name) => (Object.hasOwn(entries, name) ? entries[name]() : undefined),
    () => Object.keys(entries),
    "EACCES",
  );

function device(dev: Device): DirectoryInode {
  const entries: Record<string, () => Inode> = {};
  for (const [name, read] of Object.entries(files))
    entries[name] = () => new TextFile(() => `${read(dev)}\n`);
  entries.statistics = () =>
    folder(
      Object.fromEntries(
        Object.entries(statistics).map(([name, read]) => [name, () => new TextFile(() => `${read(dev)}\n`)]),
      ),
    );
  if (dev.kind === "bridge") {
    entries.bridge = () => folder({});
    entries.brif = () =>
      folder(
        Object.fromEntries(
          dev.ns.links
            .list()
            .filter((port) => port.master === dev)
            .map((port) => [port.name, () => device(port)]),
        ),
      );
  }
  const { master } = dev;
  if (master) entries.master = () => device(master);
  return folder(entries);
}

/** /sys, as far as labs look at it: class/net is the reader's namespace. */
export function makeSys(): DirectoryInode {
  const net = new LiveDirectory(
    (name: string, proc: Process) => {
      const dev = proc.net.links.byName(name);
      return dev ? device(dev) : undefined;
    },
    (proc) =>
      proc.net.links
        .list()
        .map((dev) => dev.name)
        .sort(),
  );
  const klass = folder({ net: () => net });
  return folder({
    class: () => klass,
    devices: () => folder({}),
    module: () => folder({}),
    fs: () => folder({}),
  });
}
