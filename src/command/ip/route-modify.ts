import { KernelError } from "../../base/errno.ts";
import type { Device } from "../../network/device.ts";
import type { RouteType } from "../../network/flow.ts";
import type { NexthopSpec, RouteMetrics, RouteMode, RouteSpec } from "../../network/routes.ts";
import { type Arguments, matches } from "./arguments.ts";
import type { Context } from "./context.ts";
import { parseTos } from "./dsfield.ts";
import { readFamily } from "./families.ts";
import { HELP } from "./help.ts";
import { type Family, type Prefix, parseBits, parseUnsigned } from "./inet.ts";
import { ROUTE_TYPES, RT_TABLE_LOCAL, RT_TABLE_MAIN, routeType } from "./names.ts";

const PROTO_BOOT = 3;
const SCOPE_UNIVERSE = 0;
const SCOPE_LINK = 253;
const SCOPE_HOST = 254;

/** get_time_rtt: milliseconds, and whether no unit was written. */
function parseTime(text: string): { value: number; raw: boolean } | undefined {
  const match = /^(\d+(?:\.\d*)?|\.\d+|0[xX][0-9a-fA-F]+)(s|secs?|ms|msecs?)?$/i.exec(text);
  if (!match) return undefined;
  const unit = match[2]?.toLowerCase();
  const number = Number(match[1]) * (unit?.startsWith("s") ? 1000 : 1);
  return { value: Math.ceil(number), raw: unit === undefined };
}

/** Metrics with a plain number: the option, whether it may be cut short, and what complaints call it. */
const NUMBERS: readonly (readonly [keyof RouteMetrics & string, boolean, string])[] = [
  ["mtu", false, "mtu"],
  ["hoplimit", false, "hoplimit"],
  ["advmss", false, "mss"],
  ["reordering", true, "reordering"],
  ["window", true, "window"],
  ["cwnd", true, "cwnd"],
  ["initcwnd", true, "initcwnd"],
  ["initrwnd", true, "initrwnd"],
  ["ssthresh", true, "ssthresh"],
];

/** What a route command says, as it is read. */
class Reader {
  readonly ctx: Context;
  readonly args: Arguments;
  readonly metrics: RouteMetrics = {};
  private readonly locks: string[] = [];

  constructor(ctx: Context, args: Arguments) {
    this.ctx = ctx;
    this.args = args;
  }

  /** One of the metrics under the cursor; false when it is none. */
  metric(word: string): boolean {
    const args: Arguments = this.args;
    const metrics = this.metrics;
    const plain = NUMBERS.find(([name, short]) => (short ? matches(word, name) : word === name));
    if (plain) {
      const [name, , called] = plain;
      const value = this.locked(name);
      const number = parseBits(value, 32);
      if (number === undefined || (name === "hoplimit" && number > 255)) {
        args.wrong(`"${called}" value is invalid\n`, value);
      }
      (metrics as Record<string, number>)[name] = number;
      return true;
    }
    if (word === "rtt" || matches(word, "rttvar") || word === "rto_min") {
      const name = word === "rtt" ? "rtt" : word === "rto_min" ? "rto_min" : "rttvar";
      if (name === "rto_min") this.locks.push("rto_min");
      const value = name === "rto_min" ? args.next() : this.locked(name);
      const time = parseTime(value);
      if (!time) args.wrong(`"${name}" value is invalid\n`, value);
      const scale = name === "rto_min" || time.raw ? 1 : name === "rtt" ? 8 : 4;
      metrics[name] = time.value * scale;
      return true;
    }
    if (matches(word, "features")) {
      const value = args.next();
      if (value !== "ecn") args.wrong('"features" value not valid\n', value);
      metrics.features = 1;
      return true;
    }
    if (matches(word, "quickack")) {
      const value = args.next();
      const number = parseUnsigned(value);
      if (number === undefined) args.wrong('"quickack" value is invalid\n', value);
      if (number > 1) args.wrong('"quickack" value should be 0 or 1\n', value);
      metrics.quickack = number;
      return true;
    }
    if (matches(word, "congctl")) {
      metrics.congctl = this.locked("congctl");
      return true;
    }
    return false;
  }

  /** The value of a metric, after an optional `lock`. */
  private locked(name: string): string {
    let value = this.args.next();
    if (value === "lock") {
      this.locks.push(name);
      value = this.args.next();
    }
    return value;
  }

  finish(): RouteMetrics | undefined {
    if (this.locks.length > 0) this.metrics.lock = this.locks;
    return Object.keys(this.metrics).length > 0 ? this.metrics : undefined;
  }
}

/** iproute_modify: add, append, prepend, replace, change, test, delete. */
export function modifyRoute(ctx: Context, args: Arguments, mode: RouteMode | "delete"): number {
  const reader = new Reader(ctx, args);
  let family: Family = ctx.settings.family;
  let dst: Prefix | undefined;
  let src: number | undefined;
  let via: number | undefined;
  let viaGiven = false;
  let dev: string | undefined;
  let type: RouteType | undefined;
  let table: number | undefined;
  let tos: number | undefined;
  let priority: number | undefined;
  let scope: number | undefined;
  let protocol: number | undefined;
  let onlink = false;
  let hops: NexthopSpec[] | undefined;
  const narrow = (p: Prefix): Prefix => {
    if (family === "") family = p.family;
    return p;
  };
  const refuse = (what: string): number => {
    ctx.err(`ip route: "${what}" is not modelled in this simulation.\n`);
    return 2;
  };

  for (; args.more; args.at++) {
    const word = args.word;
    if (word === "src") {
      const found = narrow(args.address(args.next(), family));
      if (typeof found.address === "number") src = found.address;
    } else if (word === "via") {
      if (viaGiven) args.wrong("use nexthop syntax to specify multiple via\n", word);
      viaGiven = true;
      let value = args.next();
      const named = readFamily(value);
      if (named !== "") value = args.next();
      const found = narrow(args.address(value, named === "" ? family : named));
      if (found.family === "inet6" && family === "inet") return refuse("via inet6");
      if (typeof found.address === "number") via = found.address;
    } else if (word === "from") {
      narrow(args.prefix(args.next(), family));
      if (family !== "inet6") return ctx.talk(() => fail("EINVAL"));
    } else if (word === "tos" || matches(word, "dsfield")) {
      const value = args.next();
      tos = parseTos(value);
      if (tos === undefined) args.wrong('"tos" value is invalid\n', value);
    } else if (matches(word, "metric") || matches(word, "priority") || word === "preference") {
      const value = args.next();
      priority = parseBits(value, 32);
      if (priority === undefined) args.wrong('"metric" value is invalid\n', value);
    } else if (word === "scope") {
      const value = args.next();
      scope = ctx.names.scopes.number(value);
      if (scope === undefined) args.wrong('invalid "scope" value\n', value);
    } else if (reader.metric(word)) {
      // Read.
    } else if (word === "onlink") onlink = true;
    else if (word === "nexthop") {
      const parsed = parseNexthops(ctx, args, family);
      if (typeof parsed === "number") return parsed;
      hops = parsed;
      break;
    } else if (
      ["as", "expires", "nhid", "encap", "ttl-propagate"].includes(word) ||
      matches(word, "realms")
    ) {
      args.next();
      return refuse(word);
    } else if (matches(word, "protocol")) {
      const value = args.next();
      protocol = ctx.names.protocols.number(value);
      if (protocol === undefined) args.wrong('"protocol" value is invalid\n', value);
    } else if (matches(word, "table")) {
      const value = args.next();
      table = ctx.names.tables.number(value);
      if (table === undefined) args.wrong('"table" value is invalid\n', value);
    } else if (matches(word, "vrf")) args.wrong("Invalid VRF\n", args.next());
    else if (word === "dev" || word === "oif") dev = args.next();
    else if (matches(word, "pref")) {
      args.next();
      return refuse("pref");
    } else {
      if (word === "to") args.next();
      if (!/^[0-9]/.test(args.word)) {
        const number = routeType(args.word);
        if (number !== undefined) {
          type = ROUTE_TYPES[number] as RouteType;
          args.next();
        }
      }
      if (matches(args.word, "help")) ctx.die(HELP.route);
      if (dst) args.garbage("to", args.word);
      dst = narrow(args.prefix(args.word, family));
    }
  }
  if (!dst) ctx.die(HELP.route);
  let device: Device | undefined;
  if (dev !== undefined) {
    device = ctx.device(dev);
    if (!device) return ctx.noDevice(dev);
  }
  if (family === "inet6") return refuse("an IPv6 route");

  const kind = type ?? (mode === "delete" ? undefined : "unicast");
  if (table === undefined) {
    const local = kind === "local" || kind === "broadcast" || kind === "nat" || kind === "anycast";
    table = local ? RT_TABLE_LOCAL : RT_TABLE_MAIN;
  }
  if (scope === undefined) {
    if (kind === "local" || kind === "nat") scope = SCOPE_HOST;
    else if (kind === "broadcast" || kind === "multicast" || kind === "anycast") scope = SCOPE_LINK;
    else if (mode !== "delete") {
      scope = kind === "unicast" && !viaGiven && !hops ? SCOPE_LINK : SCOPE_UNIVERSE;
    }
  }
  const metrics = reader.finish();
  const single: NexthopSpec = {};
  if (device) single.dev = device;
  if (via !== undefined) single.via = via;
  if (onlink) single.onlink = true;
  const named = device !== undefined || via !== undefined;
  const spec: RouteSpec = {
    dst: typeof dst.address === "number" ? dst.address : 0,
    prefix: Math.max(0, dst.length),
    table,
    nexthops: hops ?? (named || onlink ? [single] : []),
    ...(tos === undefined ? {} : { tos }),
    ...(scope === undefined ? {} : { scope }),
    ...(kind === undefined ? {} : { type: kind }),
    ...(priority === undefined ? {} : { priority }),
    ...(src === undefined ? {} : { prefsrc: src }),
    ...(metrics ? { metrics } : {}),
  };
  if (protocol !== undefined) spec.protocol = protocol;
  else if (mode !== "delete") spec.protocol = PROTO_BOOT;
  const { routes } = ctx.net;
  return ctx.talk(() => {
    if (mode !== "delete") {
      if (hops && device && hops[0]?.dev !== device) {
        throw new KernelError("EINVAL", "Nexthop device index does not match RTA_OIF");
      }
      routes.change(mode, spec);
    } else {
      const { nexthops, ...rest } = spec;
      routes.delete(nexthops.length > 0 ? spec : rest);
    }
  });
}

function fail(code: "EINVAL"): never {
  throw new KernelError(code);
}

/** parse_nexthops: the rest of the line. */
function parseNexthops(ctx: Context, args: Arguments, family: Family): NexthopSpec[] | number {
  const hops: NexthopSpec[] = [];
  while (args.more) {
    if (args.word !== "nexthop") {
      args.fail(`Error: "nexthop" or end of line is expected instead of "${args.word}"\n`);
    }
    if (args.left <= 1) args.fail('Error: unexpected end of line after "nexthop"\n');
    const hop: NexthopSpec = {};
    args.at++;
    for (const words = args.words; args.more; args.at++) {
      const word = words[args.at];
      if (word === "via") {
        let value = args.next();
        const named = readFamily(value);
        if (named !== "") value = args.next();
        const found = args.address(value, named === "" ? family : named);
        if (found.family === "inet6") {
          ctx.err('ip route: "via inet6" is not modelled in this simulation.\n');
          return 2;
        }
        if (typeof found.address === "number") hop.via = found.address;
      } else if (word === "dev") {
        const name = args.next();
        const dev = ctx.device(name);
        if (!dev) {
          ctx.err(`Cannot find device "${name}"\n`);
          args.fail("Error: cannot parse nexthop\n");
        }
        hop.dev = dev;
      } else if (word === "weight") {
        const value = args.next();
        const weight = parseUnsigned(value);
        if (weight === undefined || weight === 0 || weight > 256) args.wrong('"weight" is invalid\n', value);
        hop.weight = weight;
      } else if (word === "onlink") hop.onlink = true;
      else if (matches(word, "realms") || word === "encap" || word === "as") {
        ctx.err(`ip route: "${word}" is not modelled in this simulation.\n`);
        return 2;
      } else break;
    }
    hops.push(hop);
  }
  return hops;
}
