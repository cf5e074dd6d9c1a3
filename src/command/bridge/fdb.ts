import { SECOND } from "../../base/clock.ts";
import { Bridge } from "../../network/bridge/bridge.ts";
import type { FdbEntry } from "../../network/bridge/fdb.ts";
import type { Device } from "../../network/device.ts";
import { format as formatMac, parse as parseMac } from "../../wire/ethernet.ts";
import { type Arguments, matches } from "../ip/arguments.ts";
import type { Context } from "../ip/context.ts";
import { BRIDGE_USAGE } from "./help.ts";

const FAILED = 255;

/** `bridge fdb …` */
export function fdb(ctx: Context, args: Arguments): number {
  if (!args.more) return show(ctx, args);
  const word = args.word;
  args.at++;
  if (matches(word, "add")) return modify(ctx, args, "add");
  if (matches(word, "append")) return modify(ctx, args, "append");
  if (matches(word, "replace")) return modify(ctx, args, "replace");
  if (matches(word, "delete")) return modify(ctx, args, "delete");
  if (matches(word, "get")) {
    ctx.err("bridge fdb get: not modelled in this simulation.\n");
    return FAILED;
  }
  if (matches(word, "show") || matches(word, "lst") || matches(word, "list")) return show(ctx, args);
  if (matches(word, "flush")) return flush(ctx, args);
  if (matches(word, "help")) ctx.die(BRIDGE_USAGE.fdb);
  ctx.die(`Command "${word}" is unknown, try "bridge fdb help".\n`);
}

type State = "permanent" | "static" | "stale" | "";

interface Line {
  readonly mac: string;
  readonly dev: Device;
  /** undefined: an address of the device's own filter list ("self"). */
  readonly bridge: Bridge | undefined;
  readonly entry: FdbEntry | undefined;
  readonly state: State;
}

/** fdb_to_nud */
function stateOf(bridge: Bridge, entry: FdbEntry): State {
  if (entry.local) return "permanent";
  if (entry.static) return "static";
  const age = (bridge.ns.host.now - entry.updated) / SECOND;
  return age > bridge.ageingTime / 100 ? "stale" : "";
}

/** dev->mc: the multicast addresses that IPv4, IPv6 and the bridge itself listen to. */
function multicast(dev: Device): string[] {
  const list = ["33:33:00:00:00:01"];
  if (!dev.up) return list;
  if (dev instanceof Bridge && dev.mcastSnooping) list.push("01:00:5e:00:00:6a", "33:33:00:00:00:6a");
  list.push("01:00:5e:00:00:01");
  for (const { local } of dev.ipv6.addresses) {
    const mac = `33:33:ff:${formatMac(local.subarray(13, 16))}`;
    if (!list.includes(mac)) list.push(mac);
  }
  return list;
}

/** rtnl_fdb_dump: a device's entries in its bridge, then its own. */
function lines(ctx: Context): Line[] {
  const found: Line[] = [];
  for (const dev of ctx.net.links.list()) {
    if (dev.isLoopback) continue;
    if (dev.master instanceof Bridge) {
      for (const entry of dev.master.fdb.entries()) {
        if (entry.port !== dev) continue;
        found.push({
          mac: formatMac(entry.mac),
          dev,
          bridge: dev.master,
          entry,
          state: stateOf(dev.master, entry),
        });
      }
    }
    for (const mac of multicast(dev))
      found.push({ mac, dev, bridge: undefined, entry: undefined, state: "permanent" });
    if (dev instanceof Bridge) {
      for (const entry of dev.fdb.entries()) {
        if (entry.port !== null) continue;
        found.push({ mac: formatMac(entry.mac), dev, bridge: dev, entry, state: stateOf(dev, entry) });
      }
    }
  }
  return found;
}

function show(ctx: Context, args: Arguments): number {
  let dev: string | undefined;
  let br: string | undefined;
  let state: State | undefined;
  let dynamic = false;
  let vlan = 0;
  for (; args.more; args.at++) {
    const word = args.word;
    if (word === "brport" || word === "dev") dev = args.next();
    else if (word === "br") br = args.next();
    else if (word === "vlan") vlan = Number.parseInt(args.next(), 10) || 0;
    else if (word === "state") {
      const value = args.next();
      if (matches(value, "permanent")) state = "permanent";
      else if (matches(value, "static") || matches(value, "temp")) state = "static";
      else if (matches(value, "stale")) state = "stale";
      else if (value !== "all") args.wrong("invalid state", value);
    } else if (word === "dynamic") dynamic = true;
    else if (matches(word, "help")) ctx.die(BRIDGE_USAGE.fdb);
  }
  const bridge = br === undefined ? undefined : ctx.device(br);
  if (br !== undefined && !bridge) {
    ctx.err(`Cannot find bridge device "${br}"\n`);
    return FAILED;
  }
  const only = dev === undefined ? undefined : ctx.device(dev);
  if (dev !== undefined && !only) {
    ctx.noDevice(dev);
    return FAILED;
  }
  const p = ctx.print;
  p.begin();
  for (const line of lines(ctx)) {
    if (only && line.dev !== only) continue;
    if (bridge && line.dev.master !== bridge && line.dev !== bridge) continue;
    if (state !== undefined && line.state !== state) continue;
    if (dynamic && line.state === "permanent") continue;
    if (vlan !== 0) continue;
    print(ctx, line, only !== undefined);
  }
  p.end();
  return 0;
}

function print(ctx: Context, line: Line, oneDevice: boolean): void {
  const p = ctx.print;
  p.openObject(null);
  p.field("mac", "", line.mac, " ", "mac");
  if (!oneDevice) {
    p.plain("dev ");
    p.field("ifname", "", line.dev.name, " ", "ifname");
  }
  if (line.entry && ctx.settings.stats > 0) {
    const ago = (time: number) => Math.floor((ctx.net.host.now - time) / SECOND);
    p.field("used", "used ", ago(line.entry.used), "");
    p.field("updated", "/", ago(line.entry.updated), " ");
  }
  p.openArray("flags");
  if (!line.bridge) p.element("", "self", " ");
  p.closeArray();
  if (line.bridge) p.field("master", "master ", line.bridge.name, " ");
  p.field("state", "", line.state, "\n");
  p.closeObject();
}

function modify(ctx: Context, args: Arguments, mode: "add" | "append" | "replace" | "delete"): number {
  let dev: string | undefined;
  let address: string | undefined;
  let self = false;
  let master = false;
  let state: "permanent" | "static" | "dynamic" = "permanent";
  for (; args.more; args.at++) {
    const word = args.word;
    if (word === "dev") dev = args.next();
    else if (word === "self") self = true;
    else if (matches(word, "master")) master = true;
    else if (matches(word, "local") || matches(word, "permanent")) state = "permanent";
    else if (matches(word, "temp") || matches(word, "static")) state = "static";
    else if (matches(word, "dynamic")) state = "dynamic";
    else if (
      [
        "dst",
        "nhid",
        "port",
        "vni",
        "src_vni",
        "via",
        "vlan",
        "router",
        "use",
        "extern_learn",
        "sticky",
      ].includes(word)
    ) {
      ctx.err(`bridge fdb: "${word}" is not modelled in this simulation.\n`);
      return FAILED;
    } else {
      if (word === "to") args.next();
      if (matches(args.word, "help")) ctx.die(BRIDGE_USAGE.fdb);
      if (address !== undefined) args.garbage("to", args.word);
      address = args.word;
    }
  }
  if (dev === undefined || address === undefined) {
    ctx.err("Device and address are required arguments.\n");
    return FAILED;
  }
  const mac = parseMac(address);
  if (!mac) {
    ctx.err(`Invalid mac address ${address}\n`);
    return FAILED;
  }
  const device = ctx.device(dev);
  if (!device) {
    ctx.noDevice(dev);
    return FAILED;
  }
  const own = self || !master;
  if (own && !(device instanceof Bridge)) {
    ctx.err(`bridge fdb: an entry of ${dev} itself ("self") is not modelled in this simulation.\n`);
    return FAILED;
  }
  const bridge = device instanceof Bridge ? device : device.master;
  if (device.isLoopback && mode !== "delete") {
    ctx.err("Error: FDB add only supported for Ethernet devices.\n");
    return FAILED;
  }
  if (!(bridge instanceof Bridge)) {
    ctx.err("RTNETLINK answers: Operation not supported\n");
    return FAILED;
  }
  return ctx.talk(() => {
    if (mode === "delete") bridge.fdb.delete(device, mac);
    else bridge.fdb.add(device, mac, { state, replace: mode !== "add" });
  }, FAILED);
}

function flush(ctx: Context, args: Arguments): number {
  let dev: string | undefined;
  for (; args.more; args.at++) {
    if (args.word === "dev") dev = args.next();
    else {
      ctx.err(`bridge fdb flush: "${args.word}" is not modelled in this simulation.\n`);
      return FAILED;
    }
  }
  if (dev === undefined) {
    ctx.err("Device is required argument.\n");
    return FAILED;
  }
  const device = ctx.device(dev);
  if (!device) {
    ctx.err(`Cannot find bridge device "${dev}"\n`);
    return FAILED;
  }
  const bridge = device instanceof Bridge ? device : device.master;
  if (!(bridge instanceof Bridge)) {
    ctx.err("RTNETLINK answers: Operation not supported\n");
    return FAILED;
  }
  return ctx.talk(() => {
    for (const entry of bridge.fdb.entries()) {
      if (entry.local || (device !== bridge && entry.port !== device)) continue;
      bridge.fdb.delete(entry.port ?? bridge, entry.mac);
    }
  }, FAILED);
}
