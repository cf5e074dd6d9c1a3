import { KernelError } from "../../base/errno.ts";
import type { Device } from "../../network/device.ts";
import type { NeighbourChange, NeighbourInfo, NeighbourState } from "../../network/neighbours.ts";
import { type Arguments, matches, parseLinkAddress } from "./arguments.ts";
import type { Context } from "./context.ts";
import { HELP } from "./help.ts";
import { type Prefix, parseUnsigned, samePrefix } from "./inet.ts";
import { rounds } from "./list.ts";
import { NUD } from "./names.ts";
import { printNeighbour } from "./neighbour-print.ts";

const NUD_NONE_BIT = 0x100;

/** `ip neighbour …` */
export function neighbour(ctx: Context, args: Arguments): number {
  if (!args.more) return showOrFlush(ctx, args, false);
  const word = args.word;
  args.at++;
  if (matches(word, "add")) return modify(ctx, args, "add");
  if (matches(word, "change") || word === "chg") return modify(ctx, args, "change");
  if (matches(word, "replace")) return modify(ctx, args, "replace");
  if (matches(word, "delete")) return modify(ctx, args, "delete");
  if (matches(word, "get")) return get(ctx, args);
  if (matches(word, "show") || matches(word, "lst") || matches(word, "list")) {
    return showOrFlush(ctx, args, false);
  }
  if (matches(word, "flush")) return showOrFlush(ctx, args, true);
  if (matches(word, "help")) ctx.die(HELP.neigh);
  ctx.die(`Command "${word}" is unknown, try "ip neigh help".\n`);
}

/** nud_state_a2n: NUD_* as a bit, 0 for none. */
function stateBit(text: string): number | undefined {
  if (matches(text, "permanent")) return NUD.PERMANENT;
  if (matches(text, "reachable")) return NUD.REACHABLE;
  if (text === "noarp") return NUD.NOARP;
  if (text === "none") return 0;
  if (text === "stale") return NUD.STALE;
  if (text === "incomplete") return NUD.INCOMPLETE;
  if (text === "delay") return NUD.DELAY;
  if (text === "probe") return NUD.PROBE;
  if (matches(text, "failed")) return NUD.FAILED;
  const number = parseUnsigned(text);
  if (number === undefined || number >= 0x100 || (number & (number - 1)) !== 0) return undefined;
  return number;
}

function stateName(bit: number): NeighbourState {
  const found = Object.entries(NUD).find(([, value]) => value === bit);
  return found ? (found[0] as NeighbourState) : "NONE";
}

function bitOf(state: NeighbourState): number {
  return state === "NONE" ? 0 : NUD[state];
}

function modify(ctx: Context, args: Arguments, mode: "add" | "change" | "replace" | "delete"): number {
  const family = ctx.settings.family;
  let lladdr: string | undefined;
  let state: number = NUD.PERMANENT;
  let dst: Prefix | undefined;
  let dev: string | undefined;
  let devOk = false;
  let proxy = false;
  let router = false;
  let extern = false;
  let protocol: number | undefined;
  for (; args.more; args.at++) {
    const word = args.word;
    if (matches(word, "lladdr")) {
      const value = args.next();
      if (lladdr !== undefined) args.duplicate("lladdr", value);
      lladdr = value;
    } else if (word === "nud") {
      const value = args.next();
      const bit = stateBit(value);
      if (bit === undefined) args.wrong("nud state is bad", value);
      state = bit;
    } else if (matches(word, "proxy")) {
      const value = args.next();
      if (matches(value, "help")) ctx.die(HELP.neigh);
      if (dst) args.duplicate("address", value);
      dst = args.address(value, family);
      proxy = devOk = true;
    } else if (word === "router") router = true;
    else if (word === "use" || word === "managed") {
      ctx.err(`ip neigh: "${word}" is not modelled in this simulation.\n`);
      return 2;
    } else if (matches(word, "extern_learn")) extern = true;
    else if (word === "dev") {
      dev = args.next();
      devOk = true;
    } else if (matches(word, "protocol")) {
      const value = args.next();
      protocol = ctx.names.protocols.number(value);
      if (protocol === undefined) args.wrong('"protocol" value is invalid\n', value);
    } else {
      if (word === "to") args.next();
      if (matches(args.word, "help")) args.next();
      if (dst) args.garbage("to", args.word);
      dst = args.address(args.word, family);
    }
  }
  if (!devOk || !dst || dst.family === "") ctx.die("Device and destination are required arguments.\n");
  let mac: Uint8Array | undefined;
  if (lladdr !== undefined && lladdr !== "null") {
    mac = parseLinkAddress(ctx.proc, lladdr);
    if (!mac) return 1;
  }
  let device: Device | undefined;
  if (dev !== undefined) {
    device = ctx.device(dev);
    if (!device) return ctx.noDevice(dev);
  }
  const { address } = dst;
  if (typeof address !== "number") {
    ctx.err("ip neigh: an IPv6 neighbour is not modelled in this simulation.\n");
    return 2;
  }
  const { neighbours } = ctx.net;
  return ctx.talk(() => {
    if (!device) throw ctx.invalid();
    if (proxy) {
      if (mode === "delete") neighbours.deleteProxy(device, address);
      else neighbours.addProxy(device, address);
      return;
    }
    if (mode === "delete") {
      neighbours.delete(device, address);
      return;
    }
    if (mac && mac.length !== device.mac.length) throw new KernelError("EINVAL", "Invalid link address");
    const request: NeighbourChange = { address, state: stateName(state) };
    if (mac) request.mac = mac;
    if (router) request.router = true;
    if (extern) request.extern = true;
    if (protocol !== undefined) request.protocol = protocol;
    neighbours.change(device, request, mode);
  });
}

function showOrFlush(ctx: Context, args: Arguments, flush: boolean): number {
  if (flush && !args.more) {
    ctx.err("Flush requires arguments.\n");
    return 1;
  }
  let family = ctx.settings.family;
  let states = flush ? 0xfff & ~(NUD.PERMANENT | NUD.NOARP) : 0xff & ~NUD.NOARP;
  let stateGiven = false;
  let devName: string | undefined;
  let master: Device | undefined;
  let noMaster = false;
  let unused = false;
  let proxy = false;
  let protocol = 0;
  let to: Prefix | undefined;
  for (; args.more; args.at++) {
    const word = args.word;
    if (word === "dev") {
      const value = args.next();
      if (devName !== undefined) args.duplicate("dev", value);
      devName = value;
    } else if (word === "master" || word === "vrf") {
      const value = args.next();
      master = ctx.device(value);
      if (!master || word === "vrf") {
        args.wrong(word === "vrf" ? "Not a valid VRF name\n" : "Device does not exist\n", value);
      }
    } else if (word === "nomaster") noMaster = true;
    else if (word === "unused") unused = true;
    else if (word === "nud") {
      const value = args.next();
      if (!stateGiven) {
        stateGiven = true;
        states = 0;
      }
      let bits = stateBit(value);
      if (bits === undefined) {
        if (value !== "all") args.wrong("nud state is bad", value);
        bits = flush ? 0xfff & ~NUD.NOARP : 0xfff;
      }
      states |= bits === 0 ? NUD_NONE_BIT : bits;
    } else if (word === "proxy") proxy = true;
    else if (matches(word, "protocol")) {
      const value = args.next();
      const number = ctx.names.protocols.number(value);
      if (number === undefined && value !== "all") args.wrong('invalid "protocol"\n', value);
      protocol = number ?? 0;
    } else {
      if (word === "to") args.next();
      if (matches(args.word, "help")) ctx.die(HELP.neigh);
      to = args.prefix(args.word, family);
      if (family === "") family = to.family;
    }
  }
  let dev: Device | undefined;
  if (devName !== undefined) {
    dev = ctx.device(devName);
    if (!dev) return ctx.noDevice(devName);
  }
  const p = ctx.print;
  const wanted = (n: NeighbourInfo): boolean => {
    if (family !== "" && family !== "inet") return false;
    if (dev && n.dev !== dev) return false;
    if (master && n.dev.master !== master) return false;
    if (noMaster && n.dev.master) return false;
    const bit = bitOf(n.state);
    if ((states & bit) === 0 && !n.proxy && !n.extern && (bit !== 0 || (states & NUD_NONE_BIT) === 0))
      return false;
    if (to?.address !== undefined && to.length > 0 && !samePrefix(n.address, to.address, to.length))
      return false;
    if (protocol !== 0 && (n.protocol ?? 0) !== protocol) return false;
    return !(unused && n.references > 0);
  };
  const { neighbours } = ctx.net;
  if (proxy) {
    p.begin();
    for (const entry of neighbours.listProxy()) {
      if (dev && entry.dev !== dev) continue;
      printNeighbour(ctx, { ...entry, proxy: true }, dev !== undefined);
    }
    p.end();
    return 0;
  }
  if (!flush) {
    p.begin();
    for (const n of neighbours.list(dev)) if (wanted(n)) printNeighbour(ctx, n, dev !== undefined);
    p.end();
    return 0;
  }
  const { stats } = ctx.settings;
  let round = 0;
  while (round < 10) {
    const found = neighbours.list(dev).filter(wanted);
    if (found.length === 0) {
      if (stats > 0) {
        p.plain(round === 0 ? "Nothing to flush.\n" : `*** Flush is complete after ${rounds(round)} ***\n`);
      }
      return 0;
    }
    if (stats > 1) for (const n of found) printNeighbour(ctx, n, dev !== undefined);
    round++;
    for (const n of found) {
      try {
        neighbours.delete(n.dev, n.address);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
      }
    }
    if (stats > 0) p.plain(`\n*** Round ${round}, deleting ${found.length} entries ***\n`);
    states &= ~NUD.FAILED;
  }
  p.plain("*** Flush not complete bailing out after 10 rounds\n");
  return 1;
}

function get(ctx: Context, args: Arguments): number {
  const family = ctx.settings.family;
  let dev: string | undefined;
  let devOk = false;
  let proxy = false;
  let dst: Prefix | undefined;
  for (; args.more; args.at++) {
    const word = args.word;
    if (word === "dev") {
      dev = args.next();
      devOk = true;
      continue;
    }
    if (matches(word, "proxy")) {
      args.next();
      proxy = devOk = true;
    } else if (word === "to") args.next();
    if (matches(args.word, "help")) ctx.die(HELP.neigh);
    if (dst) {
      if (proxy) args.duplicate("address", args.word);
      args.garbage("to", args.word);
    }
    dst = args.address(args.word, family);
  }
  if (!devOk || !dst || dst.family === "") {
    ctx.err("Device and address are required arguments.\n");
    return 1;
  }
  const device = dev === undefined ? undefined : ctx.device(dev);
  if (dev !== undefined && !device) return ctx.noDevice(dev);
  const { address } = dst;
  return ctx.talk(() => {
    if (typeof address !== "number") throw new KernelError("ENOENT", "Neighbour entry not found");
    if (proxy) {
      const entry = ctx.net.neighbours
        .listProxy()
        .find((e) => e.address === address && (!device || e.dev === device));
      if (!entry) throw new KernelError("ENOENT", "Proxy neighbour entry not found");
      printNeighbour(ctx, { ...entry, proxy: true }, false);
      return;
    }
    const found = device && ctx.net.neighbours.get(device, address);
    if (!found) throw new KernelError("ENOENT", "Neighbour entry not found");
    printNeighbour(ctx, found, false);
  });
}
