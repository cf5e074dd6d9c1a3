import type { Device } from "../../network/device.ts";
import type { RouteEntry } from "../../network/routes.ts";
import { type Arguments, matches } from "./arguments.ts";
import type { Context } from "./context.ts";
import { parseTos } from "./dsfield.ts";
import { readFamily } from "./families.ts";
import { HELP } from "./help.ts";
import { type Prefix, parseBits, parseUnsigned, samePrefix } from "./inet.ts";
import { RT_TABLE_MAIN, routeType, routeTypeName } from "./names.ts";

/** What `ip route show|flush` selects by. */
export interface RouteFilter {
  /** 0: all tables. */
  table: number;
  cache: boolean;
  tos: number | undefined;
  protocol: number | undefined;
  scope: number | undefined;
  type: string | undefined;
  oif: Device | undefined;
  iif: Device | undefined;
  metric: number | undefined;
  via: Prefix | undefined;
  src: Prefix | undefined;
  /** At least this long, and inside (root). */
  root: Prefix | undefined;
  /** At most this long, and around (match). */
  match: Prefix | undefined;
  /** realms or mark were asked: no route has them. */
  never: boolean;
  family: "" | "inet" | "inet6";
}

export function emptyFilter(): RouteFilter {
  return {
    table: RT_TABLE_MAIN,
    cache: false,
    tos: undefined,
    protocol: undefined,
    scope: undefined,
    type: undefined,
    oif: undefined,
    iif: undefined,
    metric: undefined,
    via: undefined,
    src: undefined,
    root: undefined,
    match: undefined,
    never: false,
    family: "",
  };
}

/** Reads the selectors; a number is the exit status. */
export function readRouteFilter(ctx: Context, args: Arguments): RouteFilter | number {
  const f = emptyFilter();
  const family = ctx.settings.family;
  let iif: string | undefined;
  let oif: string | undefined;
  for (; args.more; args.at++) {
    const word = args.word;
    if (matches(word, "table")) {
      const value = args.next();
      const id = ctx.names.tables.number(value);
      if (id !== undefined) f.table = id;
      else if (value === "all") f.table = 0;
      else if (value === "cache") f.cache = true;
      else if (value === "help") ctx.die(HELP.route);
      else args.wrong("table id value is invalid\n", value);
    } else if (matches(word, "vrf")) args.wrong("Invalid VRF\n", args.next());
    else if (matches(word, "cached") || matches(word, "cloned")) f.cache = true;
    else if (word === "tos" || matches(word, "dsfield")) {
      const value = args.next();
      f.tos = parseTos(value);
      if (f.tos === undefined) args.wrong("TOS value is invalid\n", value);
    } else if (matches(word, "protocol")) {
      const value = args.next();
      f.protocol = ctx.names.protocols.number(value);
      if (f.protocol === undefined && value !== "all") args.wrong('invalid "protocol"\n', value);
    } else if (matches(word, "scope")) {
      const value = args.next();
      f.scope = ctx.names.scopes.number(value);
      if (f.scope === undefined && value !== "all") args.wrong('invalid "scope"\n', value);
    } else if (matches(word, "type")) {
      const value = args.next();
      const type = routeType(value);
      if (type === undefined) args.wrong("node type value is invalid\n", value);
      f.type = routeTypeName(type);
    } else if (word === "dev" || word === "oif") oif = args.next();
    else if (word === "iif") iif = args.next();
    else if (word === "mark") {
      const value = args.next();
      const mark = parseUnsigned(value);
      if (mark === undefined) args.wrong("invalid mark value", value);
      f.never = mark !== 0;
    } else if (matches(word, "metric") || matches(word, "priority") || word === "preference") {
      const value = args.next();
      f.metric = parseBits(value, 32);
      if (f.metric === undefined) args.wrong('"metric" value is invalid\n', value);
    } else if (word === "via") {
      let value = args.next();
      let wanted = readFamily(value);
      if (wanted === "") wanted = family;
      else value = args.next();
      f.via = args.prefix(value, wanted);
    } else if (word === "src") f.src = args.prefix(args.next(), family);
    else if (matches(word, "realms")) {
      args.next();
      f.never = true;
    } else if (matches(word, "from")) {
      let value = args.next();
      if (matches(value, "root") || matches(value, "match") || matches(value, "exact")) value = args.next();
      // No IPv4 route has a source prefix; only "from default" fits all.
      f.never = args.prefix(value, family).length > 0;
    } else {
      if (matches(word, "to")) args.next();
      const how = args.word;
      if (matches(how, "root")) f.root = args.prefix(args.next(), family);
      else if (matches(how, "match")) f.match = args.prefix(args.next(), family);
      else {
        if (matches(how, "exact")) args.next();
        f.root = f.match = args.prefix(args.word, family);
      }
    }
  }
  f.family = family === "inet" || family === "inet6" ? family : f.table !== 0 ? "inet" : "";
  if (iif !== undefined) {
    f.iif = ctx.device(iif);
    if (!f.iif) return ctx.noDevice(iif);
    f.never = true;
  }
  if (oif !== undefined) {
    f.oif = ctx.device(oif);
    if (!f.oif) return ctx.noDevice(oif);
  }
  return f;
}

/** filter_nlmsg for an IPv4 entry. */
export function routeMatches(f: RouteFilter, e: RouteEntry): boolean {
  if (f.never || f.cache) return false;
  if (f.table !== 0 && f.table !== e.table) return false;
  if (f.protocol !== undefined && f.protocol !== e.protocol) return false;
  if (f.scope !== undefined && f.scope !== e.scope) return false;
  if (f.type !== undefined && f.type !== e.type) return false;
  if (f.tos !== undefined && f.tos !== e.tos) return false;
  if (f.metric !== undefined && f.metric !== e.priority) return false;
  if (f.root && !inside(f.root, e)) return false;
  if (f.match && !around(f.match, e)) return false;
  const single = e.nexthops.length === 1 ? e.nexthops[0] : undefined;
  // A multipath route's devices are not in RTA_OIF, which is what iproute2 compares.
  if (f.oif && single?.dev !== f.oif) return false;
  if (f.via?.address !== undefined && !samePrefix(single?.via ?? 0, f.via.address, f.via.length))
    return false;
  if (f.src?.address !== undefined && !samePrefix(e.prefsrc, f.src.address, f.src.length)) return false;
  return true;
}

/** root P: the entry's prefix lies in P. */
function inside(root: Prefix, e: RouteEntry): boolean {
  if (root.length > e.prefix) return false;
  return root.address === undefined || root.family !== "inet" || samePrefix(e.dst, root.address, root.length);
}

/** match P: P lies in the entry's prefix. */
function around(match: Prefix, e: RouteEntry): boolean {
  if (match.address === undefined) return match.specified ? e.prefix === 0 : true;
  return match.length >= e.prefix && samePrefix(e.dst, match.address, e.prefix);
}
