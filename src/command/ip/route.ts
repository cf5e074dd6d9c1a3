import { KernelError } from "../../base/errno.ts";
import type { Flow4 } from "../../network/flow.ts";
import type { RouteEntry, RouteMode } from "../../network/routes.ts";
import { type Arguments, matches } from "./arguments.ts";
import type { Context } from "./context.ts";
import { parseTos } from "./dsfield.ts";
import { HELP } from "./help.ts";
import { type Prefix, parseBits, parseUnsigned } from "./inet.ts";
import { ipProtocol } from "./ip-protocol.ts";
import { rounds } from "./list.ts";
import { RT_TABLE_MAIN } from "./names.ts";
import { emptyFilter, readRouteFilter, routeMatches } from "./route-filter.ts";
import { modifyRoute } from "./route-modify.ts";
import { printAnswer, printRoute } from "./route-print.ts";
import { printRoutes6 } from "./route6.ts";

/** `ip route …` */
export function route(ctx: Context, args: Arguments): number {
  if (!args.more) return show(ctx, args);
  const word = args.word;
  args.at++;
  const modify = (mode: RouteMode | "delete") => modifyRoute(ctx, args, mode);
  if (matches(word, "add")) return modify("add");
  if (matches(word, "change") || word === "chg") return modify("change");
  if (matches(word, "replace")) return modify("replace");
  if (matches(word, "prepend")) return modify("prepend");
  if (matches(word, "append")) return modify("append");
  if (matches(word, "test")) return modify("test");
  if (matches(word, "delete")) return modify("delete");
  if (matches(word, "list") || matches(word, "show") || matches(word, "lst")) return show(ctx, args);
  if (matches(word, "get")) return get(ctx, args);
  if (matches(word, "flush")) return flush(ctx, args);
  for (const binary of ["save", "restore", "showdump"]) {
    if (matches(word, binary)) {
      ctx.err(`ip route ${binary}: not modelled in this simulation.\n`);
      return 1;
    }
  }
  if (matches(word, "help")) ctx.die(HELP.route);
  ctx.die(`Command "${word}" is unknown, try "ip route help".\n`);
}

/** The entries of a dump, or the kernel's refusal of a table that was never made. */
function dump(ctx: Context, table: number): RouteEntry[] | undefined {
  const { routes } = ctx.net;
  if (table === 0) return routes.list();
  if (table !== RT_TABLE_MAIN && !routes.tables().includes(table)) return undefined;
  return routes.list(table);
}

function noTable(ctx: Context, what: string): 2 {
  ctx.kernelSays(new KernelError("ENOENT", "ipv4: FIB table does not exist"));
  ctx.err(`${what} terminated\n`);
  return 2;
}

function show(ctx: Context, args: Arguments): number {
  const filter = readRouteFilter(ctx, args);
  if (typeof filter === "number") return filter;
  const p = ctx.print;
  p.begin();
  if (filter.family !== "inet6") {
    const entries = dump(ctx, filter.table);
    if (!entries) return noTable(ctx, "Dump");
    for (const entry of entries) if (routeMatches(filter, entry)) printRoute(ctx, entry, filter);
  }
  if (filter.family !== "inet") printRoutes6(ctx, filter);
  p.end();
  return 0;
}

/** `ip route flush`: rounds of deleting all that fits, until none is left. */
function flush(ctx: Context, args: Arguments): number {
  if (!args.more) {
    ctx.err('"ip route flush" requires arguments.\n');
    return 1;
  }
  const filter = readRouteFilter(ctx, args);
  if (typeof filter === "number") return filter;
  const p = ctx.print;
  const { stats } = ctx.settings;
  if (filter.cache) {
    if (filter.family !== "inet6") {
      ctx.net.routes.flushCache();
      if (stats > 0) p.plain("*** IPv4 routing cache is flushed.\n");
    }
    if (filter.family === "inet") return 0;
  }
  if (filter.family === "inet6") return 0;
  let round = 0;
  for (;;) {
    const entries = dump(ctx, filter.table);
    if (!entries) return noTable(ctx, "Flush");
    const found = entries.filter((e) => routeMatches(filter, e));
    if (found.length === 0) {
      if (stats > 0) {
        p.plain(round === 0 ? "Nothing to flush.\n" : `*** Flush is complete after ${rounds(round)} ***\n`);
      }
      return 0;
    }
    if (stats > 1) for (const e of found) printRoute(ctx, e, filter);
    round++;
    for (const e of found) {
      try {
        ctx.net.routes.delete({
          dst: e.dst,
          prefix: e.prefix,
          tos: e.tos,
          table: e.table,
          protocol: e.protocol,
          scope: e.scope,
          type: e.type,
          priority: e.priority,
        });
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        ctx.err(`RTNETLINK answers: ${error.message}\n`);
        ctx.err(`Failed to send flush request: ${error.message}\n`);
        return 2;
      }
    }
    if (stats > 0) p.plain(`\n*** Round ${round}, deleting ${found.length} entries ***\n`);
  }
}

/** `ip route get` */
function get(ctx: Context, args: Arguments): number {
  const flow: Flow4 = { dst: 0 };
  let family = ctx.settings.family;
  let found: Prefix | undefined;
  let iif: string | undefined;
  let oif: string | undefined;
  let connected = false;
  let fromGiven = false;
  let fibmatch = false;
  const narrow = (prefix: Prefix): Prefix => {
    if (family === "") family = prefix.family;
    return prefix;
  };
  for (; args.more; args.at++) {
    const word = args.word;
    if (word === "tos" || matches(word, "dsfield")) {
      const value = args.next();
      const tos = parseTos(value);
      if (tos === undefined) args.wrong("TOS value is invalid\n", value);
      flow.tos = tos;
    } else if (matches(word, "from")) {
      const value = args.next();
      if (matches(value, "help")) ctx.die(HELP.route);
      const from = narrow(args.prefix(value, family));
      fromGiven = true;
      if (typeof from.address === "number") flow.src = from.address;
    } else if (matches(word, "iif")) iif = args.next();
    else if (matches(word, "mark")) {
      const value = args.next();
      const mark = parseUnsigned(value);
      if (mark === undefined) args.wrong("invalid mark value", value);
      flow.mark = mark;
    } else if (matches(word, "oif") || word === "dev") oif = args.next();
    else if (matches(word, "notify")) {
      // Asks the kernel to tell listeners too; there are none.
    } else if (matches(word, "connected")) connected = true;
    else if (matches(word, "vrf")) args.wrong("Invalid VRF\n", args.next());
    else if (matches(word, "uid")) {
      const value = args.next();
      const uid = parseUnsigned(value);
      if (uid === undefined) args.wrong("invalid UID\n", value);
      flow.uid = uid;
    } else if (matches(word, "fibmatch")) fibmatch = true;
    else if (word === "as") {
      ctx.err('ip route get: "as" is not modelled in this simulation.\n');
      return 2;
    } else if (matches(word, "sport") || matches(word, "dport")) {
      const key = matches(word, "sport") ? "sport" : "dport";
      const value = args.next();
      const port = parseBits(value, 16);
      if (port === undefined) args.wrong(`invalid ${key}\n`, value);
      flow[key] = port;
    } else if (matches(word, "ipproto")) {
      const value = args.next();
      const protocol = ipProtocol(value);
      if (protocol === undefined) args.wrong('Invalid "ipproto" value\n', value);
      flow.protocol = protocol;
    } else {
      if (word === "to") args.next();
      if (matches(args.word, "help")) ctx.die(HELP.route);
      const prefix = narrow(args.prefix(args.word, family));
      if (typeof prefix.address === "number") flow.dst = prefix.address;
      const full = family === "inet6" ? 128 : 32;
      if ((family === "inet" || family === "inet6") && prefix.length !== full) {
        ctx.err(`Warning: /${prefix.length} as prefix is invalid, only /${full} (or none) is supported.\n`);
      }
      found = prefix;
    }
  }
  if (!found) {
    ctx.err("need at least a destination address\n");
    return 1;
  }
  if (iif !== undefined) {
    const dev = ctx.device(iif);
    if (!dev) return ctx.noDevice(iif);
    flow.iif = dev.index;
  }
  if (oif !== undefined) {
    const dev = ctx.device(oif);
    if (!dev) return ctx.noDevice(oif);
    flow.oif = dev.index;
  }
  if (family === "inet6") {
    ctx.err("RTNETLINK answers: Network is unreachable\n");
    return 2;
  }
  const p = ctx.print;
  return ctx.talk(() => {
    let answer = ctx.net.routes.get(flow);
    p.begin();
    const print = () => {
      if (fibmatch && answer.entry) printRoute(ctx, answer.entry, emptyFilter());
      else printAnswer(ctx, answer, iif !== undefined);
    };
    print();
    if (connected && !fromGiven) {
      answer = ctx.net.routes.get(flow);
      print();
    }
    p.end();
  });
}
