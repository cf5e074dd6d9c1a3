import { type Arguments, matches } from "./arguments.ts";
import type { Context } from "./context.ts";
import { HELP } from "./help.ts";

/** `ip monitor`: netlink notifications are not modelled, so there is nothing to listen to. */
export function monitor(ctx: Context, args: Arguments): number {
  if (args.more && matches(args.word, "help")) ctx.die(HELP.monitor);
  ctx.err("ip monitor: not modelled in this simulation.\n");
  return 1;
}
