import type { Packet } from "../../netfilter/packet.ts";
import { put32, u32 } from "../../wire/bytes.ts";
import * as icmp from "../../wire/icmp.ts";
import { headerLength, updateChecksum } from "../../wire/ipv4.ts";
import {
  EOL,
  LSRR,
  pad,
  RECORD_ROUTE,
  ROUTER_ALERT,
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

/** What was read and filled in a packet's options (struct ip_options): offsets from the IP header, 0 for none. */
export interface Filled {
  recorded: number;
  stamped: number;
  changed: boolean;
}

/**
 * ip_rcv_options: checks the options of a packet that came in, refuses source routes where the device does not
 * accept them, and fills record-route and timestamp slots with the address that it would be answered from. The header's
 * checksum is left as it is, as the kernel leaves it to ip_forward_options: a packet that goes no further is never sent
 * again, and one that is quoted is quoted so. `route` is the way on of a packet that is forwarded, else null. Null: the
 * packet is dropped (and said so).
 */
export function inputOptions(ns: NetNamespace, pkt: Packet, dev: Device, route: Route | null): Filled | null {
  const { data, net } = pkt;
  const options = new Compiler(ns, data, net, () => ns.specDestination(pkt, dev, route));
  const bad = options.run();
  if (bad >= 0) {
    ns.icmp.send(pkt, icmp.PARAMETER_PROBLEM, 0, ((bad - net) << 24) >>> 0);
    ns.drop(pkt, "IP_INHDR", "ip options", { at: bad - net });
    return null;
  }
  if (options.sourceRoute > 0) {
    const conf = dev.ipv4.conf.accept_source_route !== 0 && ns.confAll.accept_source_route !== 0;
    if (!conf) {
      ns.drop(pkt, "IP_INHDR", "ip options", { accept_source_route: 0 });
      return null;
    }
    ns.walk?.emit(ns.name, { kind: "not-modelled", packet: pkt.id, what: "source routing" });
    ns.drop(pkt, "IP_INHDR", "ip options");
    return null;
  }
  return options;
}

/** The check alone, and the filling, of a packet that is answered later than it came in. False: its options are bad. */
export function readOptions(ns: NetNamespace, pkt: Packet, dev: Device | null, route: Route | null): boolean {
  return new Compiler(ns, pkt.data, pkt.net, () => ns.specDestination(pkt, dev, route)).run() < 0;
}

/** The options before `end` that an answer carries back (__ip_options_echo): record route, then timestamp, padded. */
export function echoedOptions(
  about: Packet,
  end = about.net + headerLength(about.data, about.net),
): Uint8Array {
  const { data, net } = about;
  if (end <= net + 20) return new Uint8Array(0);
  const found = new Map<number, Uint8Array>();
  walk(data, net + 20, end, (type, at, length) => {
    found.set(type, data.subarray(at, at + length));
    return true;
  });
  return pad(...[RECORD_ROUTE, TIMESTAMP].flatMap((type) => found.get(type) ?? []));
}

/** A sender's own record-route slot: filled when the packet is made (ip_options_build). */
export function fillOwn(ns: NetNamespace, pkt: Packet, address: number): void {
  const options = new Compiler(ns, pkt.data, pkt.net, () => address, true);
  options.run();
  if (options.changed) updateChecksum(pkt.data, pkt.net);
}

/** __ip_options_compile, for a packet: one pass that checks and fills, and stops at the first bad byte. */
class Compiler implements Filled {
  recorded = 0;
  stamped = 0;
  changed = false;
  /** Offset of the source route. */
  sourceRoute = 0;
  private hasRecord = false;
  private hasTimestamp = false;
  private readonly ns: NetNamespace;
  private readonly data: Uint8Array;
  private readonly net: number;
  private readonly address: () => number;
  /** Made here: a full option is as full as before. */
  private readonly own: boolean;

  constructor(ns: NetNamespace, data: Uint8Array, net: number, address: () => number, own = false) {
    this.ns = ns;
    this.data = data;
    this.net = net;
    this.address = address;
    this.own = own;
  }

  /** Offset of the byte that is wrong, or −1. */
  run(): number {
    const end = this.net + ((this.data[this.net] & 15) << 2);
    let bad = -1;
    const problem = walk(this.data, this.net + 20, end, (type, at, length) => {
      if (type === EOL) this.clear(at + 1, end);
      else if (type === LSRR || type === SSRR) bad = this.source(at, length);
      else if (type === RECORD_ROUTE) bad = this.record(at, length);
      else if (type === TIMESTAMP) bad = this.timestamp(at, length);
      else if (type === ROUTER_ALERT && length < 4) bad = at + 1;
      return bad < 0;
    });
    return bad >= 0 ? bad : (problem?.at ?? -1);
  }

  /** Behind the end of the list stands nothing but zeros. */
  private clear(from: number, end: number): void {
    for (let i = from; i < end; i++) {
      if (this.data[i] !== EOL) this.changed = true;
      this.data[i] = EOL;
    }
  }

  private source(at: number, length: number): number {
    if (length < 3) return at + 1;
    if (this.data[at + 2] < 4) return at + 2;
    if (this.sourceRoute > 0) return at;
    this.sourceRoute = at - this.net;
    return -1;
  }

  private record(at: number, length: number): number {
    const { data } = this;
    if (this.hasRecord) return at;
    if (length < 3) return at + 1;
    const pointer = data[at + 2];
    if (pointer < 4) return at + 2;
    if (pointer <= length) {
      if (pointer + 3 > length) return at + 2;
      put32(data, at + pointer - 1, this.address());
      this.recorded = at + pointer - 1 - this.net;
      data[at + 2] += 4;
      this.changed = true;
    }
    this.hasRecord = true;
    return -1;
  }

  private timestamp(at: number, length: number): number {
    const { data, ns } = this;
    if (this.hasTimestamp) return at;
    if (length < 4) return at + 1;
    const pointer = data[at + 2];
    if (pointer < 5) return at + 2;
    const flag = data[at + 3] & 15;
    const slot = at + pointer - 1;
    if (pointer <= length) {
      if (pointer + 3 > length) return at + 2;
      if (flag === TS_ONLY) {
        data[at + 2] += 4;
        put32(data, slot, timeOfDay(ns));
        this.changed = true;
      } else if (flag === TS_AND_ADDRESS || flag === TS_PRESPECIFIED) {
        if (pointer + 7 > length) return at + 2;
        if (flag === TS_AND_ADDRESS) {
          put32(data, slot, this.address());
          this.stamped = slot - this.net;
        }
        if (flag === TS_AND_ADDRESS || ns.addressType4(u32(data, slot), null) !== "UNICAST") {
          data[at + 2] += 8;
          put32(data, slot + 4, timeOfDay(ns));
          this.changed = true;
        }
      }
    } else if (flag !== TS_PRESPECIFIED && !this.own) {
      if (data[at + 3] >>> 4 === 15) return at + 3;
      data[at + 3] += 16;
      this.changed = true;
    }
    this.hasTimestamp = true;
    return -1;
  }
}

/** ip_forward_options, behind hook FORWARD: in place of that address, the one that the packet leaves from. */
export function forwardOptions(ns: NetNamespace, pkt: Packet, route: Route, filled: Filled): void {
  const { data, net } = pkt;
  const gateway = route.usesGateway ? route.gateway : u32(data, net + 16);
  const address = ns.addresses.select(route.dev, gateway, 0);
  if (filled.recorded > 0) put32(data, net + filled.recorded, address);
  if (filled.stamped > 0) put32(data, net + filled.stamped, address);
  if (filled.changed || filled.recorded + filled.stamped > 0) updateChecksum(data, net);
}
