import { type Arguments, matches } from "../ip/arguments.ts";
import type { Context } from "../ip/context.ts";
import { parseUnsigned } from "../ip/inet.ts";
import { BRIDGE_USAGE } from "./help.ts";

const FAILED = 255;

/**
 * `bridge vlan …`: VLAN filtering is not modelled, and the simulated kernel says what one built without it
 * says: no port has a VLAN, and adding one is not supported.
 */
export function vlan(ctx: Context, args: Arguments): number {
  const word = args.more ? args.word : "show";
  args.at++;
  if (matches(word, "add")) return modify(ctx, args, true);
  if (matches(word, "delete")) return modify(ctx, args, false);
  if (matches(word, "show") || matches(word, "lst") || matches(word, "list")) return show(ctx, args);
  if (matches(word, "help")) ctx.die(BRIDGE_USAGE.vlan);
  if (["tunnelshow", "set", "global"].some((name) => matches(word, name))) {
    ctx.err(`bridge vlan ${word}: not modelled in this simulation.\n`);
    return FAILED;
  }
  ctx.die(`Command "${word}" is unknown, try "bridge vlan help".\n`);
}

function show(ctx: Context, args: Arguments): number {
  let dev: string | undefined;
  for (; args.more; args.at++) {
    if (args.word === "dev") dev = args.next();
    else if (args.word === "vid") args.next();
  }
  if (dev !== undefined && !ctx.device(dev)) {
    ctx.noDevice(dev);
    return FAILED;
  }
  if (ctx.settings.details > 0) {
    ctx.proc.err("RTNETLINK answers: Operation not supported\nDump terminated\n");
  }
  ctx.print.begin();
  ctx.print.plain("port              vlan-id  \n");
  ctx.print.end();
  return ctx.settings.details > 0 ? 1 : 0;
}

function modify(ctx: Context, args: Arguments, add: boolean): number {
  let dev: string | undefined;
  let vid: string | undefined;
  for (; args.more; args.at++) {
    const word = args.word;
    if (word === "dev") dev = args.next();
    else if (word === "vid") {
      vid = args.next();
      for (const part of vid.split("-")) {
        const number = parseUnsigned(part);
        if (number === undefined || number >= 4096) {
          ctx.err(`Invalid VLAN ID "${vid}"\n`);
          return FAILED;
        }
      }
    } else if (word === "tunnel_info") args.next();
    else if (matches(word, "help")) ctx.die(BRIDGE_USAGE.vlan);
  }
  if (dev === undefined || vid === undefined) {
    ctx.err("Device and VLAN ID are required arguments.\n");
    return FAILED;
  }
  if (!ctx.device(dev)) {
    ctx.err(`Cannot find bridge device "${dev}"\n`);
    return FAILED;
  }
  if (!add) return 0;
  ctx.err("RTNETLINK answers: Operation not supported\n");
  return FAILED;
}
