import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { WalkSink } from "../walk/event.ts";
import type { Conntrack } from "./conntrack/conntrack.ts";
import type { DeviceRef, Packet } from "./packet.ts";

export type Family = "ipv4" | "ipv6";
export type HookName = "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING";
export type TableName = "raw" | "mangle" | "nat" | "filter" | "security";

// enum nf_inet_hooks
export const PREROUTING = 0;
export const INPUT = 1;
export const FORWARD = 2;
export const OUTPUT = 3;
export const POSTROUTING = 4;
export const HOOK_NAMES: readonly HookName[] = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

// What a hook answers (include/uapi/linux/netfilter.h).
export const NF_DROP = 0;
export const NF_ACCEPT = 1;
export const NF_STOLEN = 2;

/** Where a packet stands while rules judge it (struct nf_hook_state). One object per traversal, reused. */
export interface HookState {
  hook: number;
  family: Family;
  in: DeviceRef | null;
  out: DeviceRef | null;
  host: NetfilterHost;
  /** Set by a match that wants the packet dropped whatever the rule says (xt_action_param.hotdrop). */
  hotdrop: boolean;
  /** The table that judges now, for LOG, TRACE and the walk. */
  table: TableName;
  /** Connection tracking of the namespace (CONNMARK, CT, SNAT … work on it). */
  conntrack: Conntrack;
}

/** RTN_* types, as addrtype names them. */
export type AddressType =
  | "UNSPEC"
  | "UNICAST"
  | "LOCAL"
  | "BROADCAST"
  | "ANYCAST"
  | "MULTICAST"
  | "BLACKHOLE"
  | "UNREACHABLE"
  | "PROHIBIT"
  | "THROW"
  | "NAT"
  | "XRESOLVE";

/**
 * What netfilter asks of the network namespace it sits in; network/ implements it. IPv4 addresses are
 * unsigned numbers.
 */
export interface NetfilterHost {
  /** The namespace's name, for the walk. */
  readonly name: string;
  /** Its number (ns.inum), and whether it is the initial one; some log lines name it. */
  readonly id: number;
  readonly initial: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly walk: WalkSink | null;
  /** A new packet's walk id. */
  nextPacketId(): number;
  /** A line for the kernel log (level 0 … 7), unless this namespace may not log (nf_log_all_netns is 0):
   *  then it answers false. */
  netfilterLog(level: number, line: string): boolean;
  /** A line for the kernel log, always (net_warn_ratelimited and the like). */
  printk(level: number, line: string): void;
  /** inet_dev_addr_type: what kind of address this is here; `dev` restricts LOCAL to that device. */
  addressType4(address: number, dev: DeviceRef | null): AddressType;
  /** inet_select_addr: the source address to use on a device towards `gateway` (0: any), or 0 for none. */
  selectAddress4(dev: DeviceRef, gateway: number): number;
  /** icmp_send: an ICMP error about `pkt`, rate limits and the never-about-an-error rules applied. */
  icmpError4(pkt: Packet, type: number, code: number, info: number): void;
  /** ip_route_me_harder + ip_local_out: routes and sends a packet made by netfilter (a TCP reset). */
  sendLocal4(pkt: Packet, inReplyTo: Packet): void;
  /** ip_route_me_harder: a local packet's source, destination, mark or TOS changed in OUTPUT, so its route is
   *  looked up again and `pkt.route` replaced. False: there is no route, and the packet is dropped. */
  reroute4(pkt: Packet): boolean;
  /** ip_defrag (nf_defrag_ipv4): asked for fragments at PREROUTING and OUTPUT while connection tracking runs.
   *  True: `pkt` itself has become the whole datagram. False: it was kept (or dropped) by reassembly. */
  defragment4(pkt: Packet, hook: number): boolean;
  /** The socket whose connection a packet at INPUT is of, found before its protocol looks (early demux); opaque. */
  earlySocket4?(pkt: Packet): unknown;
  /** tcpmss_reverse_mtu: the MTU of the route to an address, 0 when there is none. */
  pathMtu4?(address: number): number;
}
