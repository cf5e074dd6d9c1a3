import { Bridge } from "../../network/bridge/bridge.ts";
import type { PortState } from "../../network/bridge/port.ts";
import type { Device } from "../../network/device.ts";
import { type Arguments, matches } from "../ip/arguments.ts";
import type { Context } from "../ip/context.ts";
import { parseUnsigned } from "../ip/inet.ts";
import { printFlags, printName } from "../ip/link-print.ts";
import { BRIDGE_USAGE } from "./help.ts";

const FAILED = 255;
const STATES: readonly PortState[] = ["disabled", "listening", "learning", "forwarding", "blocking"];

/** `bridge link …` */
export function link(ctx: Context, args: Arguments): number {
  if (!args.more) return show(ctx, args);
  const word = args.word;
  args.at++;
  if (matches(word, "set") || matches(word, "change")) return set(ctx, args);
  if (matches(word, "show") || matches(word, "lst") || matches(word, "list")) return show(ctx, args);
  if (matches(word, "help")) ctx.die(BRIDGE_USAGE.link);
  ctx.die(`Command "${word}" is unknown, try "bridge link help".\n`);
}

function show(ctx: Context, args: Arguments): number {
  let name: string | undefined;
  for (; args.more; args.at++) {
    if (args.word !== "dev") continue;
    const value = args.next();
    if (name !== undefined) args.duplicate("dev", value);
    name = value;
  }
  const dev = name === undefined ? undefined : ctx.device(name);
  if (name !== undefined && !dev) {
    ctx.noDevice(name);
    return FAILED;
  }
  ctx.print.begin();
  for (const device of ctx.net.links.list()) if (!dev || dev === device) printPort(ctx, device);
  ctx.print.end();
  return 0;
}

function printPort(ctx: Context, dev: Device): void {
  const port = dev.master instanceof Bridge ? dev.master.portOf(dev) : undefined;
  if (!port) return;
  const p = ctx.print;
  p.openObject(null);
  p.field("ifindex", "", dev.index, ": ");
  // The bridge dump names no namespace of the other end.
  const lowerDown = printName(p, dev, "", ": ", 0, true);
  printFlags(p, dev.effectiveFlags, lowerDown);
  p.field("mtu", "mtu ", dev.mtu, " ");
  p.field("master", "master ", port.bridge.name, " ");
  p.field("state", "state ", port.state, " ");
  p.field("priority", "priority ", port.priority, " ");
  p.field("cost", "cost ", port.cost, " ");
  if (ctx.settings.details > 0) {
    p.plain(`${p.newline}    `);
    const flag = (key: string, value: boolean) => p.onOff(key, `${key} `, value, " ");
    flag("hairpin", port.hairpin);
    flag("guard", port.guard);
    flag("root_block", port.rootBlock);
    flag("fastleave", port.fastLeave);
    flag("learning", port.learning);
    flag("flood", port.flood);
    flag("mcast_flood", port.mcastFlood);
    flag("bcast_flood", port.bcastFlood);
    p.field("mcast_router", "mcast_router ", 1, " ");
    flag("mcast_to_unicast", false);
    flag("neigh_suppress", port.neighSuppress);
    flag("vlan_tunnel", false);
    flag("isolated", port.isolated);
    flag("locked", false);
  }
  p.plain("\n");
  p.closeObject();
}

/** Options that are on or off, by the names of ip's bridge_slave. */
const SWITCHES = [
  "guard",
  "hairpin",
  "fastleave",
  "root_block",
  "learning",
  "learning_sync",
  "flood",
  "mcast_flood",
  "bcast_flood",
  "mcast_to_unicast",
  "neigh_suppress",
  "vlan_tunnel",
  "isolated",
  "locked",
];
const UNMODELLED: ReadonlySet<string> = new Set([
  "learning_sync",
  "mcast_to_unicast",
  "vlan_tunnel",
  "locked",
  "mcast_router",
  "hwmode",
  "backup_port",
  "nobackup_port",
]);

function set(ctx: Context, args: Arguments): number {
  let name: string | undefined;
  const data: Record<string, number> = {};
  for (; args.more; args.at++) {
    const word = args.word;
    if (word === "dev") name = args.next();
    else if (UNMODELLED.has(word)) {
      ctx.err(`bridge link: "${word}" is not modelled in this simulation.\n`);
      return FAILED;
    } else if (SWITCHES.includes(word)) {
      const value = args.next();
      if (value !== "on" && value !== "off") {
        ctx.err(`Error: argument of "${word}" must be one of "off", "on", not "${value}"\n`);
        return 234;
      }
      data[word] = value === "on" ? 1 : 0;
    } else if (word === "cost" || word === "priority") data[word] = Number.parseInt(args.next(), 10) || 0;
    else if (word === "state") {
      const value = args.next();
      const number = parseUnsigned(value);
      const state = number ?? (STATES as readonly string[]).indexOf(value.toLowerCase());
      if (state < 0) {
        ctx.err("Error: invalid STP port state\n");
        return FAILED;
      }
      data["state"] = state;
    } else if (word === "self" || word === "master") {
      // Where the request goes; a port's options belong to its master.
    } else ctx.die(BRIDGE_USAGE.link);
  }
  if (name === undefined) {
    ctx.err("Device is a required argument.\n");
    return FAILED;
  }
  const dev = ctx.device(name);
  if (!dev) {
    ctx.err(`Cannot find bridge device "${name}"\n`);
    return FAILED;
  }
  if (Object.keys(data).length === 0) return 0;
  if (!(dev.master instanceof Bridge)) {
    ctx.err("RTNETLINK answers: Operation not supported\n");
    return FAILED;
  }
  return ctx.talk(() => ctx.net.links.set(dev, { slaveData: data }), FAILED);
}
