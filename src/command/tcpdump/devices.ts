import type { Device } from "../../network/device.ts";
import type { NetNamespace } from "../../network/namespace.ts";

/** What libpcap calls a device that is none: all of them at once. */
export const ANY = "any";

interface Entry {
  name: string;
  text: string;
}

/** libpcap's get_figure_of_merit: the better a device to capture on, the smaller. */
function merit(dev: Device): number {
  let n = 0;
  if (!dev.running) n |= 0x80000000;
  if (!dev.up) n |= 0x40000000;
  if (dev.isLoopback) n |= 0x10000000;
  return n >>> 0;
}

function flags(dev: Device): string {
  const words: string[] = [];
  if (dev.up) words.push("Up");
  if (dev.running) words.push("Running");
  if (dev.isLoopback) words.push("Loopback");
  else words.push(dev.carrier ? "Connected" : "Disconnected");
  return words.join(", ");
}

/** `tcpdump -D`, in libpcap's order: running devices first, then "any", loopback, those without carrier. Devices that
 *  are down are not listed. */
export function deviceList(ns: NetNamespace): Entry[] {
  const devices = [...ns.links.all()]
    .filter((dev) => dev.up)
    .sort((a, b) => merit(a) - merit(b) || a.index - b.index);
  const entry = (dev: Device): Entry => ({ name: dev.name, text: `${dev.name} [${flags(dev)}]` });
  const first = devices.filter((dev) => dev.running && !dev.isLoopback).map(entry);
  const rest = devices.filter((dev) => !(dev.running && !dev.isLoopback)).map(entry);
  return [
    ...first,
    { name: ANY, text: "any (Pseudo-device that captures on all interfaces) [Up, Running]" },
    ...rest,
    { name: "bluetooth-monitor", text: "bluetooth-monitor (Bluetooth Linux Monitor) [Wireless]" },
    { name: "nflog", text: "nflog (Linux netfilter log (NFLOG) interface) [none]" },
    { name: "nfqueue", text: "nfqueue (Linux netfilter queue (NFQUEUE) interface) [none]" },
    { name: "dbus-system", text: "dbus-system (D-Bus system bus) [none]" },
    { name: "dbus-session", text: "dbus-session (D-Bus session bus) [none]" },
  ];
}
