import { KernelError } from "../../base/errno.ts";
import { Exit, type Program, type Running } from "../../machine/process.ts";
import { address } from "./address.ts";
import { type Arguments, matches, USAGE_ERROR } from "./arguments.ts";
import { readBatch } from "./batch.ts";
import { Context, defaultSettings, type Settings } from "./context.ts";
import { readFamily } from "./families.ts";
import { HELP } from "./help.ts";
import { parseUnsigned } from "./inet.ts";
import { link } from "./link.ts";
import { monitor } from "./monitor.ts";
import { neighbour } from "./neighbour.ts";
import { enterNamespace, netns } from "./netns.ts";
import { route } from "./route.ts";
import { rule } from "./rule.ts";

type Handler = (ctx: Context, args: Arguments) => number | Running;

/** An object that is parsed by name only: its help is real, everything else is refused by name. */
function notModelled(name: string, help: string): Handler {
  return (ctx, args) => {
    if (args.more && matches(args.word, "help")) ctx.die(help);
    ctx.err(`ip ${name}: not modelled in this simulation.\n`);
    return 1;
  };
}

/** In iproute2's order, which decides what an abbreviation means ("a" is address, "n" neighbor, "r" route). */
const OBJECTS: readonly (readonly [string, Handler])[] = [
  ["address", address],
  ["addrlabel", notModelled("addrlabel", HELP.addrlabel)],
  ["maddress", notModelled("maddress", HELP.maddress)],
  ["route", route],
  ["rule", rule],
  ["neighbor", neighbour],
  ["neighbour", neighbour],
  ["ntable", notModelled("ntable", HELP.ntable)],
  ["ntbl", notModelled("ntable", HELP.ntable)],
  ["link", link],
  ["l2tp", notModelled("l2tp", HELP.l2tp)],
  ["fou", notModelled("fou", HELP.fou)],
  ["ila", notModelled("ila", HELP.ila)],
  ["macsec", notModelled("macsec", HELP.macsec)],
  ["tunnel", notModelled("tunnel", HELP.tunnel)],
  ["tunl", notModelled("tunnel", HELP.tunnel)],
  ["tuntap", notModelled("tuntap", HELP.tuntap)],
  ["tap", notModelled("tuntap", HELP.tuntap)],
  ["token", notModelled("token", HELP.token)],
  ["tcpmetrics", notModelled("tcpmetrics", HELP.tcpmetrics)],
  ["tcp_metrics", notModelled("tcpmetrics", HELP.tcpmetrics)],
  ["monitor", monitor],
  ["xfrm", notModelled("xfrm", HELP.xfrm)],
  ["mroute", notModelled("mroute", HELP.mroute)],
  ["mrule", notModelled("mrule", HELP.mrule)],
  ["netns", netns],
  ["netconf", notModelled("netconf", HELP.netconf)],
  ["vrf", notModelled("vrf", HELP.vrf)],
  ["sr", notModelled("sr", HELP.sr)],
  ["nexthop", notModelled("nexthop", HELP.nexthop)],
  ["mptcp", notModelled("mptcp", HELP.mptcp)],
  ["ioam", notModelled("ioam", HELP.ioam)],
  ["help", (ctx) => ctx.die(HELP.ip)],
  ["stats", notModelled("stats", HELP.stats)],
];

export const OBJECT_NAMES: readonly string[] = OBJECTS.map(([name]) => name);

/** Runs one object with its arguments: words[at] is the object. */
function* perform(ctx: Context, words: readonly string[], at: number): Running {
  const word = words[at];
  for (const [name, handler] of OBJECTS) {
    if (!matches(word, name)) continue;
    const result = handler(ctx, ctx.arguments(words, at + 1));
    const status = typeof result === "number" ? result : yield* result;
    ctx.print.flush();
    return status;
  }
  ctx.err(`Object "${word}" is unknown, try "ip help".\n`);
  return 1;
}

/** -color, -color=always|auto|never; undefined when it is none of them. */
function colourOption(option: string): Settings["colour"] | undefined {
  const equals = option.indexOf("=");
  if (!matches(equals < 0 ? option : option.slice(0, equals), "-color")) return undefined;
  const value = equals < 0 ? "always" : option.slice(equals + 1);
  if (value === "") return "always";
  return value === "always" || value === "auto" || value === "never" ? value : undefined;
}

/** Reads the options before the object; gives the position after them. `netns` enters a namespace. */
function readOptions(ctx: Context, argv: readonly string[]): number {
  const s = ctx.settings;
  let at = 1;
  const value = (): string => {
    if (++at >= argv.length) ctx.die(HELP.ip);
    return argv[at];
  };
  for (; at < argv.length; at++) {
    let option = argv[at];
    if (option === "--") return at + 1;
    if (!option.startsWith("-")) break;
    if (option[1] === "-") option = option.slice(1);
    const is = (full: string) => matches(option, full);
    let colour: Settings["colour"] | undefined;
    if (is("-loops")) s.loops = Number.parseInt(value(), 10) || 0;
    else if (is("-family")) {
      const name = value();
      if (name === "help") ctx.die(HELP.ip);
      s.family = readFamily(name);
      if (s.family === "") ctx.die(`Error: argument "${name}" is wrong: invalid protocol family\n`);
    } else if (option === "-4") s.family = "inet";
    else if (option === "-6") s.family = "inet6";
    else if (option === "-0") s.family = "link";
    else if (option === "-M") s.family = "mpls";
    else if (option === "-B") s.family = "bridge";
    else if (is("-human") || is("-human-readable")) s.human = true;
    else if (is("-iec")) s.iec = true;
    else if (is("-stats") || is("-statistics")) s.stats++;
    else if (is("-details")) s.details++;
    else if (is("-resolve")) {
      // Names are not looked up: there is no resolver. Addresses print as they are.
    } else if (is("-oneline")) s.oneline = true;
    else if (is("-timestamp")) s.timestamp = true;
    else if (is("-tshort")) s.timestamp = s.timestampShort = true;
    else if (is("-Version")) {
      ctx.proc.out("ip utility, iproute2-6.1.0, libbpf 1.1.2\n");
      throw new Exit(0);
    } else if (is("-force")) s.force = true;
    else if (is("-batch")) s.batch = value();
    else if (is("-brief")) s.brief = true;
    else if (is("-json")) s.json = true;
    else if (is("-pretty")) s.pretty = true;
    else if (is("-rcvbuf")) {
      const size = value();
      if (parseUnsigned(size) === undefined) ctx.die(`Invalid rcvbuf size '${size}'\n`);
    } else if ((colour = colourOption(option)) !== undefined) s.colour = colour;
    else if (is("-help")) ctx.die(HELP.ip);
    else if (is("-netns")) {
      if (++at >= argv.length) ctx.die('Cannot open network namespace "(null)": No such file or directory\n');
      if (enterNamespace(ctx, argv[at]) !== 0) throw new Exit(USAGE_ERROR);
    } else if (is("-Numeric")) s.numeric = true;
    else if (is("-all")) s.all = true;
    else if (option === "-echo") s.echo = true;
    else ctx.die(`Option "${option}" is unknown, try "ip -help".\n`);
  }
  return at;
}

/** `ip`: every run is one generator; it waits only in `netns exec`, `-batch -` and `monitor`. */
export const ip: Program = function* (proc): Running {
  const ctx = new Context(proc, defaultSettings());
  try {
    const at = readOptions(ctx, proc.argv);
    const { batch } = ctx.settings;
    if (batch !== undefined) return yield* runBatch(ctx, batch);
    if (at < proc.argv.length) return yield* perform(ctx, proc.argv, at);
    ctx.err(HELP.ip);
    return USAGE_ERROR;
  } catch (error) {
    if (error instanceof Exit) {
      ctx.print.flush();
      return error.status;
    }
    if (error instanceof KernelError) {
      ctx.kernelSays(error);
      return 2;
    }
    throw error;
  }
};

/** `ip -batch FILE`: a command a line; the first that fails ends it, but for -force. */
function* runBatch(ctx: Context, file: string): Running {
  const family = ctx.settings.family;
  const lines = yield* readBatch(ctx, file);
  if (lines === undefined) return 1;
  const inner = new Context(ctx.proc, ctx.settings, true);
  let status = 0;
  for (const line of lines) {
    inner.settings.family = family;
    if ((yield* perform(inner, line.words, 0)) !== 0) {
      inner.err(`Command failed ${file}:${line.number}\n`);
      status = 1;
      if (!ctx.settings.force) break;
    }
  }
  return status;
}
