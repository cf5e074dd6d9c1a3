import { Exit, type Program, type Running } from "../../machine/process.ts";
import { type Arguments, matches, USAGE_ERROR } from "../ip/arguments.ts";
import { readBatch } from "../ip/batch.ts";
import { Context, defaultSettings, type Settings } from "../ip/context.ts";
import { enterNamespace } from "../ip/netns.ts";
import { fdb } from "./fdb.ts";
import { BRIDGE_USAGE } from "./help.ts";
import { link } from "./link.ts";
import { vlan } from "./vlan.ts";

type Handler = (ctx: Context, args: Arguments) => number;

function notModelled(name: "mdb" | "monitor" | "vni"): Handler {
  return (ctx, args) => {
    if (args.more && matches(args.word, "help")) ctx.die(BRIDGE_USAGE[name]);
    ctx.err(`bridge ${name}: not modelled in this simulation.\n`);
    return 1;
  };
}

const OBJECTS: readonly (readonly [string, Handler])[] = [
  ["link", link],
  ["fdb", fdb],
  ["mdb", notModelled("mdb")],
  ["vlan", vlan],
  ["vni", notModelled("vni")],
  ["monitor", notModelled("monitor")],
  ["help", (ctx) => ctx.die(BRIDGE_USAGE.bridge)],
];

function perform(ctx: Context, words: readonly string[], at: number): number {
  const word = words[at];
  for (const [name, handler] of OBJECTS) {
    if (!matches(word, name)) continue;
    // bridge gives exit() what a command returns, so its -1 is 255.
    const status = handler(ctx, ctx.arguments(words, at + 1));
    ctx.print.flush();
    return status;
  }
  ctx.err(`Object "${word}" is unknown, try "bridge help".\n`);
  return USAGE_ERROR;
}

function colour(option: string): Settings["colour"] | undefined {
  const equals = option.indexOf("=");
  const name = equals < 0 ? option : option.slice(0, equals);
  if (!matches(name, "-color")) return undefined;
  const value = equals < 0 ? "always" : option.slice(equals + 1);
  return value === "always" || value === "auto" || value === "never" ? value : undefined;
}

function readOptions(ctx: Context, argv: readonly string[]): number {
  const s = ctx.settings;
  let at = 1;
  for (; at < argv.length; at++) {
    let option = argv[at];
    if (option === "--") return at + 1;
    if (!option.startsWith("-")) break;
    if (option[1] === "-") option = option.slice(1);
    const is = (full: string) => matches(option, full);
    if (is("-help")) ctx.die(BRIDGE_USAGE.bridge);
    else if (is("-Version")) {
      ctx.proc.out("bridge utility, 6.1.0\n");
      throw new Exit(0);
    } else if (is("-stats") || is("-statistics")) s.stats++;
    else if (is("-details")) s.details++;
    else if (is("-oneline")) s.oneline = true;
    else if (is("-timestamp")) s.timestamp = true;
    else if (is("-family")) {
      const family = argv[++at];
      if (family === undefined || family === "help") ctx.die(BRIDGE_USAGE.bridge);
      if (family !== "inet" && family !== "inet6") {
        ctx.die(`Error: argument "${family}" is wrong: invalid protocol family\n`);
      }
      s.family = family;
    } else if (option === "-4") s.family = "inet";
    else if (option === "-6") s.family = "inet6";
    else if (is("-netns")) {
      const name = argv[++at];
      if (name === undefined) ctx.die('Command line is not complete. Try option "help"\n');
      if (enterNamespace(ctx, name) !== 0) throw new Exit(USAGE_ERROR);
    } else if (colour(option) !== undefined) s.colour = colour(option) ?? "never";
    else if (is("-compressvlans")) {
      // Ranges in `vlan show`; there are no VLANs to show.
    } else if (is("-force")) s.force = true;
    else if (is("-json")) s.json = true;
    else if (is("-pretty")) s.pretty = true;
    else if (is("-batch")) {
      s.batch = argv[++at];
      if (s.batch === undefined) ctx.die(BRIDGE_USAGE.bridge);
    } else ctx.die(`Option "${option}" is unknown, try "bridge help".\n`);
  }
  return at;
}

/** iproute2's `bridge`. */
export const bridge: Program = function* (proc): Running {
  const ctx = new Context(proc, defaultSettings());
  try {
    const at = readOptions(ctx, proc.argv);
    const { batch } = ctx.settings;
    if (batch !== undefined) {
      const lines = yield* readBatch(ctx, batch);
      if (lines === undefined) return 1;
      let status = 0;
      for (const line of lines) {
        if (perform(ctx, line.words, 0) === 0) continue;
        ctx.err(`Command failed ${batch}:${line.number}\n`);
        status = 1;
        if (!ctx.settings.force) break;
      }
      return status;
    }
    if (at < proc.argv.length) return perform(ctx, proc.argv, at);
    ctx.err(BRIDGE_USAGE.bridge);
    return USAGE_ERROR;
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    ctx.print.flush();
    return error.status;
  }
};
