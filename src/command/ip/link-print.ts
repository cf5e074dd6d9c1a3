import { SECOND } from "../../base/clock.ts";
import { namedNamespace, namespaceNames } from "../../machine/netns.ts";
import { Bridge } from "../../network/bridge/bridge.ts";
import { type BridgePort, portId } from "../../network/bridge/port.ts";
import { type Device, IFF_POINTOPOINT, IFF_RUNNING, IFF_UP } from "../../network/device.ts";
import type { NetNamespace } from "../../network/namespace.ts";
import { format as formatMac } from "../../wire/ethernet.ts";
import type { Context } from "./context.ts";
import { printLinkStats } from "./link-stats.ts";
import type { Printer } from "./printer.ts";

/** What is shown of links, and how: `ip link` and `ip addr` differ. */
export interface LinkView {
  /** `ip link`: link mode, address generation, alias and statistics belong to it. */
  readonly link: boolean;
  /** The link-layer address line: all but `ip -4 addr` and `-6`. */
  readonly hardware: boolean;
  /**
   * The links come from the IPv6 dump (`ip -6 addr` without a device: inet6_dump_ifinfo), which tells less:
   * no qdisc, master, group, nor whose namespace the peer is in.
   */
  readonly inet6?: boolean;
}

// IFF_* in the order and with the names of print_link_flags.
const FLAGS: readonly (readonly [number, string])[] = [
  [0x8, "LOOPBACK"],
  [0x2, "BROADCAST"],
  [0x10, "POINTOPOINT"],
  [0x1000, "MULTICAST"],
  [0x80, "NOARP"],
  [0x200, "ALLMULTI"],
  [0x100, "PROMISC"],
  [0x400, "MASTER"],
  [0x800, "SLAVE"],
  [0x4, "DEBUG"],
  [0x8000, "DYNAMIC"],
  [0x4000, "AUTOMEDIA"],
  [0x2000, "PORTSEL"],
  [0x20, "NOTRAILERS"],
  [0x1, "UP"],
  [0x10000, "LOWER_UP"],
  [0x20000, "DORMANT"],
  [0x40000, "ECHO"],
];

export function flagNames(flags: number, lowerDown = false): string[] {
  const names: string[] = [];
  if ((flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) === 0) names.push("NO-CARRIER");
  for (const [bit, name] of FLAGS) if ((flags & bit) !== 0) names.push(name);
  if (lowerDown) names.push("M-DOWN");
  return names;
}

export function printFlags(p: Printer, flags: number, lowerDown: boolean): void {
  p.openArray("flags", "<");
  let first = true;
  for (const name of flagNames(flags, lowerDown)) {
    p.element(first ? "" : ",", name, "");
    first = false;
  }
  p.closeArray("> ");
}

/** The other end of a link, and the id of its namespace when that is another one (IFLA_LINK_NETNSID). */
export function linkEnd(dev: Device): { peer: Device; nsid: number | undefined } | undefined {
  const peer = dev.peer;
  if (!peer) return undefined;
  return { peer, nsid: peer.ns === dev.ns ? undefined : dev.ns.ids.of(peer.ns, true) };
}

/** The name in /run/netns of the namespace that `net` knows by an id. */
export function nameOfNsid(ctx: Context, net: NetNamespace, nsid: number): string | undefined {
  for (const name of namespaceNames(ctx.proc)) {
    const other = namedNamespace(ctx.proc, name);
    if (other && net.ids.of(other, false) === nsid) return name;
  }
  return undefined;
}

/** print_name_and_link; true when the device under this one is down ("M-DOWN"). */
export function printName(
  p: Printer,
  dev: Device,
  before: string,
  after: string,
  width = 0,
  inet6 = false,
): boolean {
  const end = inet6 ? undefined : linkEnd(dev);
  let name = dev.name;
  let lowerDown = false;
  if (end) {
    if (end.nsid !== undefined) {
      if (p.json) p.only("link_index", end.peer.index);
      else name = `${name}@if${end.peer.index}`;
    } else {
      if (p.json) p.only("link", end.peer.name);
      else name = `${name}@${end.peer.name}`;
      lowerDown = !end.peer.up;
    }
  }
  const index = inet6 ? dev.peer?.index : undefined;
  if (index !== undefined && index !== dev.index) {
    // Without the namespace's id iproute2 takes the index for one of this namespace.
    const other = dev.ns.links.byIndex(index);
    const text = other?.name ?? `if${index}`;
    if (p.json) p.only("link", text);
    else name = `${name}@${text}`;
    lowerDown = other !== undefined && !other.up;
  }
  p.field("ifname", before, p.json ? name : name.padEnd(width), after, "ifname");
  return lowerDown;
}

export function printOperState(p: Printer, state: string, brief: boolean): void {
  const colour = state === "UP" ? "up" : state === "DOWN" ? "down" : null;
  if (brief) p.field("operstate", "", p.json ? state : state.padEnd(14), " ", colour);
  else {
    p.plain("state ");
    p.field("operstate", "", state, " ", colour);
  }
}

function hardwareAddress(dev: Device): string {
  return formatMac(dev.mac);
}

/** One line of `ip -br link` or the beginning of one of `ip -br addr`. */
export function printLinkBrief(ctx: Context, dev: Device, view: LinkView): void {
  const p = ctx.print;
  const lowerDown = printName(p, dev, "", " ", 16, view.inet6);
  printOperState(p, dev.operState, true);
  if (!view.link) return;
  p.field("address", "", hardwareAddress(dev), " ", "mac");
  printFlags(p, dev.effectiveFlags, lowerDown);
  p.plain("\n");
}

/** print_linkinfo, after its filters. */
export function printLink(ctx: Context, dev: Device, view: LinkView): void {
  const p = ctx.print;
  const s = ctx.settings;
  const flags = dev.effectiveFlags;
  p.field("ifindex", "", dev.index, ": ");
  const lowerDown = printName(p, dev, "", ": ", 0, view.inet6);
  printFlags(p, flags, lowerDown);
  p.field("mtu", "mtu ", dev.mtu, " ");
  const full = !view.inet6;
  if (full) p.field("qdisc", "qdisc ", dev.qdisc, " ");
  if (full && dev.master) p.field("master", "master ", dev.master.name, " ");
  printOperState(p, dev.operState, false);
  if (view.link) p.field("linkmode", "mode ", "DEFAULT", " ");
  if (full) p.field("group", "group ", ctx.names.groups.name(dev.group, s.numeric), " ");
  if (dev.txQueueLength !== 0) p.field("txqlen", "qlen ", dev.txQueueLength, "");

  if (view.hardware || s.details > 0) {
    p.nl();
    p.field("link_type", "    link/", dev.isLoopback ? "loopback" : "ether", " ");
    p.field("address", "", hardwareAddress(dev), "", "mac");
    if ((flags & IFF_POINTOPOINT) !== 0) {
      p.plain(" peer ");
      p.only("link_pointtopoint", true);
    } else p.plain(" brd ");
    p.field("broadcast", "", formatMac(dev.broadcast), "", "mac");
  }
  const nsid = full ? linkEnd(dev)?.nsid : undefined;
  if (nsid !== undefined) {
    if (p.json) p.only("link_netnsid", nsid);
    else {
      const name = nsid >= 0 ? nameOfNsid(ctx, dev.ns, nsid) : "unknown";
      p.plain(
        name === undefined || nsid < 0 ? ` link-netnsid ${nsid < 0 ? name : nsid}` : ` link-netns ${name}`,
      );
    }
  }
  if (full && s.details > 0) printDetails(ctx, dev, view);
  if ((view.link || s.details > 0) && dev.alias !== "") {
    p.plain(`${p.newline}    `);
    p.field("ifalias", "alias ", dev.alias, "");
  }
  if (view.link && s.stats > 0) {
    p.nl();
    printLinkStats(ctx, dev);
  }
  p.plain("\n");
}

const ADDRESS_GENERATION = ["eui64", "none", "stable_secret", "random"];

function printDetails(ctx: Context, dev: Device, view: LinkView): void {
  const p = ctx.print;
  p.field("promiscuity", " promiscuity ", dev.promiscuity, " ");
  p.field("allmulti", " allmulti ", dev.allmulticast, " ");
  p.field("min_mtu", "minmtu ", dev.minMtu, " ");
  p.field("max_mtu", "maxmtu ", dev.maxMtu, " ");
  const port = dev.master instanceof Bridge ? dev.master.portOf(dev) : undefined;
  if (!dev.isLoopback || port) {
    p.openObject("linkinfo");
    if (!dev.isLoopback) {
      p.nl();
      p.field("info_kind", "    ", dev.kind, " ");
      if (dev instanceof Bridge) {
        p.openObject("info_data");
        printBridge(ctx, dev);
        p.closeObject();
      }
    }
    if (port) {
      p.nl();
      p.field("info_slave_kind", "    ", p.json ? "bridge" : "bridge_slave", " ");
      p.openObject("info_slave_data");
      printPort(p, port);
      p.closeObject();
    }
    p.closeObject();
  }
  if (view.link) {
    const mode = Number(dev.ipv6.conf.get("addr_gen_mode") ?? "0");
    p.field("inet6_addr_gen_mode", "addrgenmode ", ADDRESS_GENERATION[mode] ?? "0", " ");
  }
  // A veth has a queue a processor (veth_get_num_queues); the simulated box has two.
  const queues = dev.kind === "veth" ? 2 : 1;
  p.field("num_tx_queues", "numtxqueues ", queues, " ");
  p.field("num_rx_queues", "numrxqueues ", queues, " ");
  p.field("gso_max_size", "gso_max_size ", 65536, " ");
  p.field("gso_max_segs", "gso_max_segs ", 65535, " ");
  p.field("tso_max_size", "tso_max_size ", 524280, " ");
  p.field("tso_max_segs", "tso_max_segs ", 65535, " ");
  p.field("gro_max_size", "gro_max_size ", 65536, " ");
}

const NO_ADDRESS = new Uint8Array(6);
/** addr_assign_type of an address that a person set. */
const NET_ADDR_SET = 3;

/** bridge_id.addr: nothing before the first port, unless the address was set (br_stp_recalculate_bridge_id). */
export function bridgeIdAddress(bridge: Bridge): Uint8Array {
  return bridge.ports.length === 0 && bridge.macAssign !== NET_ADDR_SET ? NO_ADDRESS : bridge.mac;
}

/** The bridge's id: priority and address (br_dump_bridge_id). */
export function bridgeId(bridge: Bridge): string {
  // ether_ntoa writes a byte below 16 with one digit.
  const mac = [...bridgeIdAddress(bridge)].map((b) => b.toString(16)).join(":");
  return `${bridge.priority.toString(16).padStart(4, "0")}.${mac}`;
}

function timer(p: Printer, key: string, seconds: number): void {
  const text = seconds.toFixed(2);
  if (p.json) p.literal(key, text);
  else p.plain(`${key} ${text.padStart(7)} `);
}

function printBridge(ctx: Context, bridge: Bridge): void {
  const p = ctx.print;
  const id = bridgeId(bridge);
  const number = (key: string, value: number, word = key) => p.field(key, `${word} `, value, " ");
  number("forward_delay", bridge.forwardDelay);
  number("hello_time", bridge.helloTime);
  number("max_age", bridge.maxAge);
  number("ageing_time", bridge.ageingTime);
  number("stp_state", bridge.stpState);
  number("priority", bridge.priority);
  number("vlan_filtering", bridge.vlanFiltering);
  p.field("bridge_id", "bridge_id ", id, " ");
  p.field("root_id", "designated_root ", id, " ");
  number("root_port", 0);
  number("root_path_cost", 0);
  number("topology_change", 0);
  number("topology_change_detected", 0);
  timer(p, "hello_timer", 0);
  timer(p, "tcn_timer", 0);
  timer(p, "topology_change_timer", 0);
  timer(p, "gc_timer", garbageCollection(bridge));
  p.hex("group_fwd_mask", "group_fwd_mask ", bridge.groupFwdMask, " ");
  p.field("group_addr", "group_address ", "01:80:c2:00:00:00", " ");
  number("mcast_snooping", bridge.mcastSnooping);
  number("no_linklocal_learn", 0);
  number("mcast_vlan_snooping", 0);
  number("mcast_router", 1);
  number("mcast_query_use_ifaddr", 0);
  number("mcast_querier", 0);
  number("mcast_hash_elasticity", 16);
  number("mcast_hash_max", 4096);
  number("mcast_last_member_cnt", 2, "mcast_last_member_count");
  number("mcast_startup_query_cnt", 2, "mcast_startup_query_count");
  number("mcast_last_member_intvl", 100, "mcast_last_member_interval");
  number("mcast_membership_intvl", 26000, "mcast_membership_interval");
  number("mcast_querier_intvl", 25500, "mcast_querier_interval");
  number("mcast_query_intvl", 12500, "mcast_query_interval");
  number("mcast_query_response_intvl", 1000, "mcast_query_response_interval");
  number("mcast_startup_query_intvl", 3124, "mcast_startup_query_interval");
  number("mcast_stats_enabled", 0);
  number("mcast_igmp_version", 2);
  number("mcast_mld_version", 1);
  number("nf_call_iptables", 0);
  number("nf_call_ip6tables", 0);
  number("nf_call_arptables", 0);
}

/** br_fdb_cleanup runs every ageing time while the bridge is up: what is left of the present round. */
function garbageCollection(bridge: Bridge): number {
  if (!bridge.up) return 0;
  const round = bridge.ageingTime / 100;
  if (round === 0) return 0;
  return round - ((bridge.ns.host.now / SECOND) % round);
}

function printPort(p: Printer, port: BridgePort): void {
  const bridge = bridgeId(port.bridge);
  const id = ((port.priority << 8) & 0xffff) | port.number;
  p.field("state", "state ", port.state, " ");
  p.field("priority", "priority ", port.priority, " ");
  p.field("cost", "cost ", port.cost, " ");
  p.onOff("hairpin", "hairpin ", port.hairpin, " ");
  p.onOff("guard", "guard ", port.guard, " ");
  p.onOff("root_block", "root_block ", port.rootBlock, " ");
  p.onOff("fastleave", "fastleave ", port.fastLeave, " ");
  p.onOff("learning", "learning ", port.learning, " ");
  p.onOff("flood", "flood ", port.flood, " ");
  p.hex("id", "port_id ", portId(port), " ");
  p.hex("no", "port_no ", port.number, " ");
  p.field("designated_port", "designated_port ", id === 0 ? 0 : portId(port), " ");
  p.field("designated_cost", "designated_cost ", 0, " ");
  p.field("bridge_id", "designated_bridge ", bridge, " ");
  p.field("root_id", "designated_root ", bridge, " ");
  timer(p, "hold_timer", 0);
  timer(p, "message_age_timer", 0);
  timer(p, "forward_delay_timer", 0);
  p.field("topology_change_ack", "topology_change_ack ", 0, " ");
  p.field("config_pending", "config_pending ", 0, " ");
  p.onOff("proxy_arp", "proxy_arp ", port.proxyArp, " ");
  p.onOff("proxy_arp_wifi", "proxy_arp_wifi ", port.proxyArpWifi, " ");
  p.field("multicast_router", "mcast_router ", 1, " ");
  p.plain(`mcast_fast_leave ${port.fastLeave ? "on" : "off"} `);
  p.onOff("mcast_flood", "mcast_flood ", port.mcastFlood, " ");
  p.onOff("bcast_flood", "bcast_flood ", port.bcastFlood, " ");
  p.onOff("mcast_to_unicast", "mcast_to_unicast ", false, " ");
  p.onOff("neigh_suppress", "neigh_suppress ", port.neighSuppress, " ");
  p.hex("group_fwd_mask", "group_fwd_mask ", 0, " ");
  p.field("group_fwd_mask_str", "group_fwd_mask_str ", "0x0", " ");
  p.onOff("vlan_tunnel", "vlan_tunnel ", false, " ");
  p.onOff("isolated", "isolated ", port.isolated, " ");
  p.onOff("locked", "locked ", false, " ");
}
