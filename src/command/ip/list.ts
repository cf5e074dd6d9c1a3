import { KernelError } from "../../base/errno.ts";
import type { Device } from "../../network/device.ts";
import { IFA_F_SECONDARY } from "../../network/inet-device.ts";
import { type AnyAddress, addressFlag, isIpv4, printAddress } from "./address-print.ts";
import { type Arguments, matches } from "./arguments.ts";
import type { Context } from "./context.ts";
import { HELP } from "./help.ts";
import { type Family, type Prefix, samePrefix } from "./inet.ts";
import { type LinkView, printLink, printLinkBrief } from "./link-print.ts";
import { printLinkStats } from "./link-stats.ts";

/** What `ip addr show|flush` and `ip link show` select by. */
interface Filter {
  family: Family;
  dev: Device | undefined;
  up: boolean;
  scope: number | undefined;
  flags: number;
  flagMask: number;
  label: string | undefined;
  to: Prefix | undefined;
  group: number | undefined;
  /** A device, or null: devices without a master. */
  master: Device | null | undefined;
  kind: string | undefined;
  slaveKind: string | undefined;
}

const VIEW_LINK: LinkView = { link: true, hardware: true };

function readFilter(ctx: Context, args: Arguments, link: boolean): Filter | 1 {
  const filter: Filter = {
    family: link ? "link" : ctx.settings.family,
    dev: undefined,
    up: false,
    scope: undefined,
    flags: 0,
    flagMask: 0,
    label: undefined,
    to: undefined,
    group: undefined,
    master: undefined,
    kind: undefined,
    slaveKind: undefined,
  };
  let dev: string | undefined;
  for (; args.more; args.at++) {
    const word = args.word;
    if (word === "to") {
      filter.to = args.prefix(args.next(), filter.family);
      if (filter.family === "") filter.family = filter.to.family;
    } else if (word === "scope") {
      const value = args.next();
      const scope = ctx.names.scopes.number(value);
      if (scope === undefined && value !== "all") args.wrong('invalid "scope"\n', value);
      filter.scope = scope;
    } else if (word === "up") filter.up = true;
    else if (readFlag(filter, word)) {
      // Read.
    } else if (word === "label") filter.label = args.next();
    else if (word === "group") {
      const value = args.next();
      filter.group = ctx.names.groups.number(value);
      if (filter.group === undefined) args.wrong('Invalid "group" value\n', value);
    } else if (word === "master" || word === "vrf") {
      const value = args.next();
      const master = ctx.device(value);
      if (!master) args.wrong(word === "vrf" ? "Not a valid VRF name\n" : "Device does not exist\n", value);
      if (word === "vrf") args.wrong("Not a valid VRF name\n", value);
      filter.master = master;
    } else if (word === "nomaster") filter.master = null;
    else if (word === "type") {
      const kind = args.next();
      if (kind.endsWith("_slave")) filter.slaveKind = kind.slice(0, -6);
      else filter.kind = kind;
    } else {
      if (word === "dev") args.next();
      else if (matches(word, "help")) ctx.die(link ? HELP.link : HELP.address);
      if (dev !== undefined) args.garbage("dev", args.word);
      dev = args.word;
    }
  }
  if (dev !== undefined) {
    filter.dev = ctx.device(dev);
    if (!filter.dev) {
      ctx.err(`Device "${dev}" does not exist.\n`);
      return 1;
    }
  }
  return filter;
}

/** "permanent", "-secondary", "dynamic", "primary": get_filter. */
function readFlag(filter: Filter, word: string): boolean {
  let inverted = word.startsWith("-");
  let name = inverted ? word.slice(1) : word;
  if (name === "dynamic") {
    inverted = !inverted;
    name = "permanent";
  } else if (name === "primary") {
    inverted = !inverted;
    name = "secondary";
  }
  const flag = addressFlag(name);
  if (!flag) return false;
  if (inverted) filter.flags &= ~flag.mask;
  else filter.flags |= flag.mask;
  filter.flagMask |= flag.mask;
  return true;
}

function addressMatches(ctx: Context, filter: Filter, a: AnyAddress): boolean {
  if (filter.family !== "" && filter.family !== (isIpv4(a) ? "inet" : "inet6")) return false;
  if (filter.scope !== undefined && filter.scope !== a.scope) return false;
  if (((filter.flags ^ a.flags) & filter.flagMask) !== 0) return false;
  if (filter.label !== undefined && !globMatches(filter.label, isIpv4(a) ? a.label : a.dev.name))
    return false;
  const to = filter.to;
  if (to?.address !== undefined && to.length > 0 && !samePrefix(a.local, to.address, to.length)) return false;
  return ctx !== undefined;
}

/** The filters of print_linkinfo, by what its return tells: "skip" hides the addresses too. */
function linkMatches(filter: Filter, dev: Device): "print" | "addresses" | "skip" {
  if (filter.dev && dev !== filter.dev) return "skip";
  if (filter.up && !dev.up) return "skip";
  if (filter.label !== undefined) return "addresses";
  if (filter.group !== undefined && dev.group !== filter.group) return "skip";
  if (filter.master && dev.master !== filter.master) return "skip";
  if (filter.kind !== undefined && (dev.isLoopback || dev.kind !== filter.kind)) return "skip";
  if (filter.slaveKind !== undefined && dev.master?.kind !== filter.slaveKind) return "skip";
  return "print";
}

/** fnmatch(3) with *, ? and sets. */
function globMatches(pattern: string, name: string): boolean {
  const source = pattern.replace(/\[!?[^\]]+\]|[*?]|[\\^$.|+()[\]{}]/g, (m) =>
    m === "*" ? ".*" : m === "?" ? "." : m.length > 1 ? m.replace("[!", "[^") : `\\${m}`,
  );
  return new RegExp(`^${source}$`, "s").test(name);
}

/** `ip link show` (`link`) and `ip addr show`. */
export function list(ctx: Context, args: Arguments, link: boolean): number {
  const filter = readFilter(ctx, args, link);
  if (filter === 1) return 1;
  const p = ctx.print;
  const s = ctx.settings;
  const view: LinkView = link
    ? VIEW_LINK
    : {
        link: false,
        hardware: filter.family === "" || filter.family === "link",
        inet6: ctx.settings.family === "inet6" && !filter.dev,
      };
  p.begin();
  if (link && filter.dev && filter.group === undefined) {
    p.openObject(null);
    if (linkMatches(filter, filter.dev) === "print") printOne(ctx, filter.dev, view);
    p.closeObject();
    p.end();
    return 0;
  }
  const devices = filter.dev ? [filter.dev] : dumpedLinks(ctx, filter);
  const addresses = !link && filter.family !== "link";
  const noLink = addresses && s.oneline;
  for (const dev of devices) {
    if (addresses && !worthShowing(ctx, filter, dev)) continue;
    p.openObject(null);
    let result: "print" | "addresses" | "skip" = "addresses";
    if (s.brief || !noLink) {
      result = linkMatches(filter, dev);
      if (result === "print") printOne(ctx, dev, view);
    }
    if (result !== "skip" && addresses) {
      printAddresses(ctx, filter, dev);
    }
    if (result === "print" && !link && s.stats > 0 && !s.brief) {
      printLinkStats(ctx, dev);
      p.nl();
    }
    p.closeObject();
  }
  p.end();
  return 0;
}

function printOne(ctx: Context, dev: Device, view: LinkView): void {
  if (ctx.settings.brief) printLinkBrief(ctx, dev, view);
  else printLink(ctx, dev, view);
}

/** What the kernel leaves out itself (IFLA_MASTER and IFLA_INFO_KIND of the dump request). */
function dumpedLinks(ctx: Context, filter: Filter): Device[] {
  return ctx.net.links.list().filter((dev) => {
    if (filter.master !== undefined && dev.master !== filter.master) return false;
    return filter.kind === undefined || (!dev.isLoopback && dev.kind === filter.kind);
  });
}

function addressesOf(dev: Device): AnyAddress[] {
  return [...dev.ns.addresses.list4(dev), ...dev.ns.addresses.list6(dev)];
}

/** ipaddr_filter: a link stays when one of its addresses fits, or when it has none and no family is asked. */
function worthShowing(ctx: Context, filter: Filter, dev: Device): boolean {
  const all = addressesOf(dev);
  if (all.length === 0) return filter.family === "";
  return all.some((a) => addressMatches(ctx, filter, a));
}

function printAddresses(ctx: Context, filter: Filter, dev: Device): void {
  const p = ctx.print;
  p.openArray("addr_info");
  for (const a of addressesOf(dev)) {
    if (filter.family !== "" && filter.family !== (isIpv4(a) ? "inet" : "inet6")) continue;
    if (filter.up && !dev.up) continue;
    p.openObject(null);
    if (addressMatches(ctx, filter, a)) printAddress(ctx, a, ctx.settings.oneline);
    p.closeObject();
  }
  p.closeArray();
  if (ctx.settings.brief) p.plain("\n");
}

/** `ip addr flush`: rounds of deleting all that fits, until none is left. */
export function flushAddresses(ctx: Context, args: Arguments): number {
  if (!args.more) {
    ctx.err("Flush requires arguments.\n");
    return 1;
  }
  if (ctx.settings.family === "link") {
    ctx.err("Cannot flush link addresses.\n");
    return 1;
  }
  const filter = readFilter(ctx, args, false);
  if (filter === 1) return 1;
  const p = ctx.print;
  const { stats, loops } = ctx.settings;
  const { addresses } = ctx.net;
  let round = 0;
  const done = () => {
    if (stats > 0) {
      p.plain(round === 0 ? "Nothing to flush.\n" : `*** Flush is complete after ${rounds(round)} ***\n`);
    }
    p.flush();
    return 0;
  };
  while (loops === 0 || round < loops) {
    const found = [...addresses.list4(filter.dev), ...addresses.list6(filter.dev)].filter((a) =>
      addressMatches(ctx, filter, a),
    );
    if (found.length === 0) return done();
    if (stats > 1) for (const a of found) printAddress(ctx, a, true);
    round++;
    for (const a of found) {
      try {
        if (isIpv4(a))
          addresses.delete4(a.dev, { local: a.local, prefix: a.prefix, peer: a.peer, label: a.label });
        else addresses.delete6(a.dev, { local: a.local, prefix: a.prefix });
      } catch (error) {
        // Gone with its primary: one delete may take several (promote_secondaries is 0).
        if (!(error instanceof KernelError) || error.code !== "EADDRNOTAVAIL") throw error;
      }
    }
    if (stats > 0) p.plain(`\n*** Round ${round}, deleting ${found.length} addresses ***\n`);
    // Primaries alone: secondaries that take their place must stay.
    if ((filter.flags & IFA_F_SECONDARY) === 0 && (filter.flagMask & IFA_F_SECONDARY) !== 0) return done();
  }
  ctx.err(`*** Flush remains incomplete after ${loops} rounds. ***\n`);
  return 1;
}

export function rounds(n: number): string {
  return `${n} round${n > 1 ? "s" : ""}`;
}
