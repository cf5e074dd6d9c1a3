import type { Packet } from "../../netfilter/packet.ts";
import { LENGTH as ETHERNET } from "../../wire/ethernet.ts";
import * as ip from "../../wire/ipv4.ts";
import type { Device } from "../device.ts";
import type { NetNamespace } from "../namespace.ts";

/** ip_handle_martian_source: where log_martians is on, two lines. */
export function logMartianSource(ns: NetNamespace, src: number, dst: number, dev: Device, pkt: Packet): void {
  if (dev.ipv4.conf.log_martians === 0 && ns.confAll.log_martians === 0) return;
  ns.printk(4, `IPv4: martian source ${ip.format(dst)} from ${ip.format(src)}, on dev ${dev.name}`);
  if (pkt.mac < 0) return;
  const bytes = [...pkt.data.subarray(pkt.mac, pkt.mac + ETHERNET)].map((b) =>
    b.toString(16).padStart(2, "0"),
  );
  ns.printk(4, `ll header: 00000000: ${bytes.join(" ")}`);
}

export function logMartianDestination(ns: NetNamespace, src: number, dst: number, dev: Device): void {
  if (dev.ipv4.conf.log_martians === 0 && ns.confAll.log_martians === 0) return;
  ns.printk(4, `IPv4: martian destination ${ip.format(dst)} from ${ip.format(src)}, dev ${dev.name}`);
}
