import type { Packet } from "../../netfilter/packet.ts";
import { put32, u32 } from "../../wire/bytes.ts";
import * as icmp from "../../wire/icmp.ts";
import { updateChecksum } from "../../wire/ipv4.ts";
import {
  LSRR,
  RECORD_ROUTE,
  SSRR,
  TIMESTAMP,
  TS_AND_ADDRESS,
  TS_ONLY,
  TS_PRESPECIFIED,
  walk,
} from "../../wire/ipv4-options.ts";
import type { Device } from "../device.ts";
import type { Route } from "../flow.ts";
import type { NetNamespace } from "../namespace.ts";

/** Milliseconds since midnight UT (inet_current_timestamp). */
function timeOfDay(ns: NetNamespace): number {
  return Math.floor((ns.host.epoch + ns.host.now) / 1e6) % 86_400_000;
}

/** Where a packet's options have this host's address: offsets from the IP header, 0 for none. */
export interface Filled {
  recorded: number;
  stamped: number;
}

/**
 * ip_rcv_options: checks the options of a packet that came in, refuses source routes where the device does not
 * accept them, and fills record-route and timestamp slots with the address that it would be answered from. `route`
 * is the way on of a packet that is forwarded, else null. Null: the packet is dropped (and said so).
 */
export function inputOptions(ns: NetNamespace, pkt: Packet, dev: Device, route: Route | null): Filled | null {
  const { data, net } = pkt;
  const end = net + ((data[net] & 15) << 2);
  let bad = -1;
  let sourceRouted = false;
  const problem = walk(data, net + 20, end, (type, at, length) => {
    if (type === RECORD_ROUTE || type === LSRR || type === SSRR) {
      if (length < 3) bad = at + 1;
      else if (data[at + 2] < 4) bad = at + 2;
      else if (data[at + 2] <= length && data[at + 2] + 3 > length) bad = at + 2;
      if (type !== RECORD_ROUTE) sourceRouted = true;
    } else if (type === TIMESTAMP) {
      if (length < 4) bad = at + 1;
      else if (data[at + 2] < 5) bad = at + 2;
      else if (data[at + 2] > length && data[at + 3] >>> 4 === 15) bad = at + 3;
    }
    return bad < 0;
  });
  if (problem || bad >= 0) {
    const at = bad >= 0 ? bad : (problem?.at ?? net);
    ns.icmp.send(pkt, icmp.PARAMETER_PROBLEM, 0, ((at - net) << 24) >>> 0);
    ns.drop(pkt, "IP_INHDR", "ip options", { at: at - net });
    return null;
  }
  if (sourceRouted) {
    const conf = dev.ipv4.conf.accept_source_route !== 0 && ns.confAll.accept_source_route !== 0;
    if (!conf) {
      ns.drop(pkt, "IP_INHDR", "ip options", { accept_source_route: 0 });
      return null;
    }
    ns.walk?.emit(ns.name, { kind: "not-modelled", packet: pkt.id, what: "source routing" });
    ns.drop(pkt, "IP_INHDR", "ip options");
    return null;
  }
  return fill(ns, pkt, ns.specDestination(pkt, dev, route));
}

/** ip_forward_options, behind hook FORWARD: in place of that address, the one that the packet leaves from. */
export function forwardOptions(ns: NetNamespace, pkt: Packet, route: Route, filled: Filled): void {
  const { data, net } = pkt;
  const gateway = route.usesGateway ? route.gateway : u32(data, net + 16);
  const address = ns.addresses.select(route.dev, gateway, 0);
  if (filled.recorded > 0) put32(data, net + filled.recorded, address);
  if (filled.stamped > 0) put32(data, net + filled.stamped, address);
  if (filled.recorded + filled.stamped > 0) updateChecksum(data, net);
}

function fill(ns: NetNamespace, pkt: Packet, address: number): Filled {
  const filled: Filled = { recorded: 0, stamped: 0 };
  const { data, net } = pkt;
  const end = net + ((data[net] & 15) << 2);
  let changed = false;
  walk(data, net + 20, end, (type, at, length) => {
    if (type === RECORD_ROUTE && data[at + 2] + 3 <= length) {
      put32(data, at + data[at + 2] - 1, address);
      filled.recorded = at + data[at + 2] - 1 - net;
      data[at + 2] += 4;
      changed = true;
    } else if (type === TIMESTAMP) {
      const slot = at + data[at + 2] - 1;
      const flag = data[at + 3] & 15;
      const size = flag === TS_ONLY ? 4 : 8;
      if (data[at + 2] + size - 1 > length) {
        data[at + 3] += 16;
      } else if (flag === TS_ONLY) {
        put32(data, slot, timeOfDay(ns));
        data[at + 2] += 4;
      } else if (flag === TS_AND_ADDRESS) {
        put32(data, slot, address);
        filled.stamped = slot - net;
        put32(data, slot + 4, timeOfDay(ns));
        data[at + 2] += 8;
      } else if (flag === TS_PRESPECIFIED && ns.addressType4(u32(data, slot), null) === "LOCAL") {
        put32(data, slot + 4, timeOfDay(ns));
        data[at + 2] += 8;
      } else return true;
      changed = true;
    }
    return true;
  });
  if (changed) updateChecksum(data, net);
  return filled;
}

/** A sender's own record-route slot: filled when the packet is made (ip_options_build). */
export function fillOwn(ns: NetNamespace, pkt: Packet, address: number): void {
  fill(ns, pkt, address);
}
