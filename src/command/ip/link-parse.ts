import { namedNamespace } from "../../machine/netns.ts";
import type { Device } from "../../network/device.ts";
import type { LinkChange } from "../../network/links.ts";
import type { NetNamespace } from "../../network/namespace.ts";
import { type Arguments, isInterfaceName, matches, parseLinkAddress } from "./arguments.ts";
import type { Context } from "./context.ts";
import { HELP } from "./help.ts";
import { parseInteger } from "./inet.ts";
import { setNsid } from "./netns-id.ts";

export type LinkCommand = "add" | "replace" | "set" | "delete";

/** What `ip link add|set|delete` was asked, before the kind's own options (iplink_parse). */
export interface LinkRequest {
  change: LinkChange;
  /** The new name: of a device that is made, or to rename to. */
  name: string | undefined;
  /** set and delete: the device; undefined with `group` alone. */
  dev: Device | undefined;
  index: number | undefined;
  group: number | undefined;
  type: string | undefined;
}

function onOff(ctx: Context, what: string, value: string): boolean | undefined {
  if (value === "on") return true;
  if (value === "off") return false;
  ctx.err(`Error: argument of "${what}" must be "on" or "off", not "${value}"\n`);
  return undefined;
}

/** netns_get_fd, or a process id. */
function namespaceOf(ctx: Context, args: Arguments, value: string): NetNamespace {
  const named = namedNamespace(ctx.proc, value);
  if (named) return named;
  const pid = parseInteger(value);
  if (pid === undefined) args.wrong('Invalid "netns" value\n', value);
  const proc = ctx.proc.machine.processes.get(pid);
  if (!proc) ctx.die("RTNETLINK answers: No such process\n", 2);
  return proc.net;
}

const OPERSTATES = ["UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP"];
const ADDRESS_GENERATION = ["eui64", "none", "stable_secret", "random"];

/** Reads the common options; a number is the exit status of a command that failed. */
export function parseLink(ctx: Context, args: Arguments, command: LinkCommand): LinkRequest | number {
  const create = command === "add" || command === "replace";
  const change: LinkChange = {};
  let name: string | undefined;
  let dev: string | undefined;
  // iproute2 compares the two by pointer: "dev" may be given once, beside "name" or instead of it.
  let devIsName = true;
  let moved = false;
  let type: string | undefined;
  let index: number | undefined;
  let link: string | undefined;
  let addressLength = 0;
  let nsid: number | undefined;

  const integer = (option: string, value: string): number => {
    const n = parseInteger(value);
    if (n === undefined) args.wrong(`Invalid "${option}" value\n`, value);
    return n;
  };
  const unmodelled = (what: string): number => {
    ctx.err(`ip link: "${what}" is not modelled in this simulation.\n`);
    return 2;
  };

  for (; args.more; args.at++) {
    const word = args.word;
    if (word === "up") change.up = true;
    else if (word === "down") change.up = false;
    else if (word === "name") {
      const value = args.next();
      if (name !== undefined) args.duplicate("name", value);
      if (!isInterfaceName(value)) args.wrong('"name" not a valid ifname', value);
      name = value;
      devIsName = dev === undefined;
      dev ??= name;
    } else if (word === "index") {
      const value = args.next();
      if (index !== undefined) args.duplicate("index", value);
      index = Number.parseInt(value, 10) || 0;
      if (index <= 0) args.wrong('Invalid "index" value', value);
    } else if (matches(word, "link")) link = args.next();
    else if (matches(word, "address")) {
      const bytes = parseLinkAddress(ctx.proc, args.next());
      if (!bytes) return 1;
      addressLength = bytes.length;
      change.mac = bytes;
    } else if (matches(word, "broadcast") || word === "brd") {
      const bytes = parseLinkAddress(ctx.proc, args.next());
      if (!bytes) return 1;
      change.broadcast = bytes;
    } else if (matches(word, "txqueuelen") || word === "qlen" || matches(word, "txqlen")) {
      const value = args.next();
      if (change.txQueueLength !== undefined) args.duplicate("txqueuelen", value);
      change.txQueueLength = integer("txqueuelen", value);
    } else if (word === "mtu") {
      const value = args.next();
      if (change.mtu !== undefined) args.duplicate("mtu", value);
      change.mtu = integer("mtu", value);
    } else if (word === "netns") {
      const value = args.next();
      if (moved) args.duplicate("netns", value);
      change.ns = namespaceOf(ctx, args, value);
      moved = true;
    } else if (word === "multicast" || word === "allmulticast" || word === "promisc" || word === "trailers") {
      const on = onOff(ctx, word, args.next());
      if (on === undefined) return 1;
      change[word] = on;
    } else if (word === "arp") {
      const on = onOff(ctx, word, args.next());
      if (on === undefined) return 1;
      change.arp = on;
    } else if (word === "carrier") {
      const value = args.next();
      if (value !== "on" && value !== "off") {
        ctx.err(`Error: argument of "carrier" must be one of "off", "on", not "${value}"\n`);
        return 22;
      }
      change.carrier = value === "on";
    } else if (
      ["xdp", "xdpgeneric", "xdpdrv", "xdpoffload", "vf", "protodown", "protodown_reason"].includes(word)
    ) {
      return unmodelled(word);
    } else if (matches(word, "master")) {
      const value = args.next();
      const master = ctx.device(value);
      if (!master) args.wrong("Device does not exist\n", value);
      change.master = master;
    } else if (word === "vrf") args.wrong("Not a valid VRF name\n", args.next());
    else if (matches(word, "nomaster")) change.master = null;
    else if (matches(word, "dynamic")) {
      const on = onOff(ctx, "dynamic", args.next());
      if (on === undefined) return 1;
      change.dynamic = on;
    } else if (matches(word, "type")) {
      type = args.next();
      args.at++;
      break;
    } else if (matches(word, "alias")) {
      const value = args.next();
      if (value.length >= 256) args.wrong("alias too long\n", value);
      change.alias = value;
    } else if (word === "group") {
      const value = args.next();
      if (change.group !== undefined) args.duplicate("group", value);
      change.group = ctx.names.groups.number(value);
      if (change.group === undefined) args.wrong('Invalid "group" value\n', value);
    } else if (word === "mode") {
      const value = args.next();
      if (value.toLowerCase() !== "default" && value.toLowerCase() !== "dormant") {
        args.wrong("Invalid link mode\n", value);
      }
      if (value.toLowerCase() === "dormant") return unmodelled("mode dormant");
    } else if (word === "state") {
      const value = args.next();
      if (!OPERSTATES.includes(value.toUpperCase())) args.wrong("Invalid operstate\n", value);
      return unmodelled("state");
    } else if (matches(word, "numtxqueues") || matches(word, "numrxqueues")) {
      integer(matches(word, "numtxqueues") ? "numtxqueues" : "numrxqueues", args.next());
    } else if (matches(word, "addrgenmode")) {
      const value = args.next();
      const mode = ADDRESS_GENERATION.indexOf(value);
      if (mode < 0) args.wrong("Invalid address generation mode\n", value);
      change.addrGenMode = mode;
    } else if (matches(word, "link-netns")) {
      const value = args.next();
      if (nsid !== undefined) args.duplicate("link-netns/link-netnsid", value);
      const other = namedNamespace(ctx.proc, value);
      if (!other) args.wrong('Invalid "link-netns" value\n', value);
      nsid = ctx.net.ids.of(other, false);
      if (nsid < 0) nsid = setNsid(ctx.net, other, -1);
    } else if (matches(word, "link-netnsid")) {
      const value = args.next();
      if (nsid !== undefined) args.duplicate("link-netns/link-netnsid", value);
      nsid = integer("link-netnsid", value);
    } else if (["gso_max_size", "gso_max_segs", "gro_max_size", "parentdev"].includes(word)) {
      args.next();
      return unmodelled(word);
    } else {
      if (matches(word, "help")) ctx.die(HELP.link);
      if (word === "dev") args.next();
      if (!devIsName) args.garbage("dev", args.word);
      if (args.word === "" || /[/\s]/.test(args.word)) args.wrong('"dev" not a valid ifname', args.word);
      dev = args.word;
      devIsName = false;
    }
  }

  // "ip link add dev X" and "ip link add name X" are one.
  if (name === undefined) name = dev;
  else if (dev === undefined) dev = name;

  if (dev !== undefined && addressLength > 0 && !create) {
    const length = ctx.device(dev)?.mac.length;
    if (length !== undefined && length !== addressLength) {
      ctx.err(`Invalid address length ${addressLength} - must be ${length} bytes\n`);
      return 1;
    }
  }
  if (index !== undefined && !create && !moved) {
    ctx.die("index can be used only when creating devices or when moving device to another netns.\n");
  }
  const { group } = change;
  if (group !== undefined && dev === undefined) {
    if (args.more) {
      ctx.die(`Garbage instead of arguments "${args.word} ...". Try "ip link help".\n`);
    }
    if (create) ctx.die("group cannot be used when creating devices.\n");
    return { change, name: undefined, dev: undefined, index, group, type: undefined };
  }
  if (!create) {
    if (dev === undefined) ctx.die('Not enough information: "dev" argument is required.\n');
    const device = ctx.device(dev);
    if (!device) return ctx.noDevice(dev);
    return { change, name: name === dev ? undefined : name, dev: device, index, group, type };
  }
  if (name !== dev) ctx.die('both "name" and "dev" cannot be used when creating devices.\n');
  if (link !== undefined && !ctx.device(link)) return ctx.noDevice(link);
  return { change, name, dev: undefined, index, group, type };
}
