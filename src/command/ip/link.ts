import { KernelError } from "../../base/errno.ts";
import type { LinkChange, NewLink } from "../../network/links.ts";
import { type Arguments, matches } from "./arguments.ts";
import { parseBridgeOptions, parsePortOptions } from "./bridge-options.ts";
import type { Context } from "./context.ts";
import { BRIDGE_HELP, BRIDGE_SLAVE_HELP, HELP, VETH_HELP } from "./help.ts";
import { type LinkCommand, type LinkRequest, parseLink } from "./link-parse.ts";
import { list } from "./list.ts";

/** Kinds that iproute2 knows by name and the simulation does not model. */
const NOT_MODELLED: ReadonlySet<string> = new Set([
  "amt",
  "bareudp",
  "bond",
  "bond_slave",
  "can",
  "dsa",
  "erspan",
  "geneve",
  "gre",
  "gretap",
  "gtp",
  "hsr",
  "ifb",
  "ip6erspan",
  "ip6gre",
  "ip6gretap",
  "ip6tnl",
  "ipip",
  "ipoib",
  "ipvlan",
  "ipvtap",
  "lowpan",
  "macsec",
  "macvlan",
  "macvtap",
  "netdevsim",
  "netkit",
  "nlmon",
  "rmnet",
  "sit",
  "tap",
  "team",
  "team_slave",
  "tun",
  "vcan",
  "virt_wifi",
  "vlan",
  "vrf",
  "vrf_slave",
  "vti",
  "vti6",
  "vxcan",
  "vxlan",
  "wireguard",
  "wwan",
  "xfrm",
]);

/** `ip link …` */
export function link(ctx: Context, args: Arguments): number {
  if (!args.more) return list(ctx, args, true);
  const word = args.word;
  args.at++;
  if (matches(word, "add")) return modify(ctx, args, "add");
  if (matches(word, "set") || matches(word, "change")) return modify(ctx, args, "set");
  if (matches(word, "replace")) return modify(ctx, args, "replace");
  if (matches(word, "delete")) return modify(ctx, args, "delete");
  if (matches(word, "show") || matches(word, "lst") || matches(word, "list")) return list(ctx, args, true);
  for (const other of ["xstats", "afstats", "property"]) {
    if (matches(word, other)) {
      ctx.err(`ip link ${other}: not modelled in this simulation.\n`);
      return 1;
    }
  }
  if (matches(word, "help")) {
    if (!args.more) ctx.die(HELP.link);
    return kindHelp(ctx, args.word);
  }
  ctx.die(`Command "${word}" is unknown, try "ip link help".\n`);
}

function kindHelp(ctx: Context, kind: string): number {
  if (kind === "bridge") ctx.proc.out(BRIDGE_HELP);
  else if (kind === "veth") ctx.proc.out(VETH_HELP);
  else if (kind === "bridge_slave") ctx.proc.out(BRIDGE_SLAVE_HELP);
  else if (NOT_MODELLED.has(kind))
    ctx.err(`ip link help ${kind}: ${kind} is not modelled in this simulation.\n`);
  else ctx.proc.out(`Usage: ... ${kind}\n`);
  return 0;
}

/** What LinkRequest and NewLink have in common. */
function common(request: LinkRequest): Omit<NewLink, "kind"> {
  const {
    up,
    mac,
    broadcast,
    mtu,
    txQueueLength,
    alias,
    group,
    arp,
    multicast,
    promisc,
    allmulticast,
    ns,
    master,
  } = request.change;
  const made: Omit<NewLink, "kind"> = {};
  if (request.name !== undefined) made.name = request.name;
  if (request.index !== undefined) made.index = request.index;
  if (up !== undefined) made.up = up;
  if (mac !== undefined) made.mac = mac;
  if (broadcast !== undefined) made.broadcast = broadcast;
  if (mtu !== undefined) made.mtu = mtu;
  if (txQueueLength !== undefined) made.txQueueLength = txQueueLength;
  if (alias !== undefined) made.alias = alias;
  if (group !== undefined) made.group = group;
  if (arp !== undefined) made.arp = arp;
  if (multicast !== undefined) made.multicast = multicast;
  if (promisc !== undefined) made.promisc = promisc;
  if (allmulticast !== undefined) made.allmulticast = allmulticast;
  if (ns !== undefined) made.ns = ns;
  if (master) made.master = master;
  return made;
}

/** iplink_modify */
function modify(ctx: Context, args: Arguments, command: LinkCommand): number {
  const request = parseLink(ctx, args, command);
  if (typeof request === "number") return request;
  const { type, change } = request;
  const create = command === "add" || command === "replace";
  let peer: LinkRequest | undefined;
  let data: Record<string, number | string> | undefined;
  let slaveData: Record<string, number> | undefined;

  if (type === undefined) {
    if (create) {
      ctx.err('Not enough information: "type" argument is required\n');
      return 1;
    }
  } else if (args.more) {
    if (type === "veth") {
      if (args.word !== "peer") {
        ctx.proc.out(VETH_HELP);
        return 1;
      }
      args.at++;
      // iproute2 reads the peer as a request of its own, with the same flags.
      const parsed = parseLink(ctx, args, command);
      if (typeof parsed === "number") return parsed;
      if (parsed.type !== undefined) args.duplicate("type", parsed.type);
      peer = parsed;
    } else if (type === "bridge") {
      const options = parseBridgeOptions(ctx, args);
      if (typeof options === "number") return options;
      data = options;
    } else if (type === "bridge_slave") {
      const options = parsePortOptions(ctx, args);
      if (typeof options === "number") return options;
      slaveData = options;
    } else if (!NOT_MODELLED.has(type)) {
      if (matches(args.word, "help")) ctx.die(HELP.link);
      ctx.err(`Garbage instead of arguments "${args.word} ...". Try "ip link help".\n`);
      return 1;
    }
  }
  if (type !== undefined && NOT_MODELLED.has(type)) {
    ctx.err(`ip link: device type "${type}" is not modelled in this simulation.\n`);
    return 2;
  }

  const { links } = ctx.net;
  if (command === "delete") {
    return ctx.talk(() => {
      if (request.dev) links.delete(request.dev);
      else deleteGroup(ctx, request.group ?? 0);
    });
  }
  if (create) {
    const made: NewLink = { ...common(request), kind: type as string };
    if (peer) made.peer = common(peer);
    if (data) made.data = data;
    return ctx.talk(() => {
      if ((made.name?.length ?? 0) > 15 || (made.peer?.name?.length ?? 0) > 15) {
        throw new KernelError("ERANGE", "Attribute failed policy validation");
      }
      links.add(made);
    });
  }
  const wanted: LinkChange = change;
  if (request.name !== undefined) wanted.name = request.name;
  if (request.index !== undefined) wanted.newIndex = request.index;
  if (data) wanted.data = data;
  if (slaveData) wanted.slaveData = slaveData;
  return ctx.talk(() => {
    if (request.dev) links.set(request.dev, wanted);
    else {
      const { group, ...rest } = wanted;
      for (const dev of links.list()) if (dev.group === group) links.set(dev, rest);
    }
  });
}

/** rtnl_group_dellink: all or, when one of them cannot go, none. */
function deleteGroup(ctx: Context, group: number): void {
  const { links } = ctx.net;
  const members = links.list().filter((dev) => dev.group === group);
  // The first that refuses (lo) says so before any other is touched.
  const stubborn = members.find((dev) => dev.isLoopback);
  if (stubborn) links.delete(stubborn);
  for (const dev of members) if (!dev.dead) links.delete(dev);
}
