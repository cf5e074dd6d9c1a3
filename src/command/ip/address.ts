import { KernelError } from "../../base/errno.ts";
import { FOREVER, IFA_F_MCAUTOJOIN } from "../../network/inet-device.ts";
import { addressFlag } from "./address-print.ts";
import { type Arguments, matches } from "./arguments.ts";
import type { Context } from "./context.ts";
import { HELP } from "./help.ts";
import { type Address, type Family, type Prefix, parseBits } from "./inet.ts";
import { flushAddresses, list } from "./list.ts";

const RT_SCOPE_HOST = 254;

/** `ip address …` */
export function address(ctx: Context, args: Arguments): number {
  if (!args.more) return list(ctx, args, false);
  const word = args.word;
  args.at++;
  if (matches(word, "add")) return modify(ctx, args, "add");
  if (matches(word, "change") || word === "chg") return modify(ctx, args, "change");
  if (matches(word, "replace")) return modify(ctx, args, "replace");
  if (matches(word, "delete")) return modify(ctx, args, "delete");
  if (matches(word, "list") || matches(word, "show") || matches(word, "lst")) return list(ctx, args, false);
  if (matches(word, "flush")) return flushAddresses(ctx, args);
  for (const binary of ["save", "showdump", "restore"]) {
    if (matches(word, binary)) {
      ctx.err(`ip address ${binary}: not modelled in this simulation.\n`);
      return 1;
    }
  }
  if (matches(word, "help")) ctx.die(HELP.address);
  ctx.die(`Command "${word}" is unknown, try "ip address help".\n`);
}

function lifetime(args: Arguments, option: string): number {
  const text = args.next();
  if (text === "forever") return FOREVER;
  const value = parseBits(text, 32);
  if (value === undefined) args.wrong(`${option} value`, text);
  return value;
}

function modify(ctx: Context, args: Arguments, mode: "add" | "change" | "replace" | "delete"): number {
  let family: Family = ctx.settings.family;
  let local: Prefix | undefined;
  let localText = "";
  let peer: Prefix | undefined;
  let broadcast: Address | undefined;
  let computed: "+" | "-" | undefined;
  let anycast: Address | undefined;
  let scope: number | undefined;
  let dev: string | undefined;
  let label: string | undefined;
  let metric: number | undefined;
  let valid: number | undefined;
  let preferred: number | undefined;
  let flags = 0;
  const narrow = (p: Prefix): Prefix => {
    if (family === "") family = p.family;
    return p;
  };

  for (; args.more; args.at++) {
    const word = args.word;
    if (word === "peer" || word === "remote") {
      args.next();
      if (peer) args.duplicate("peer", args.word);
      peer = narrow(args.prefix(args.word, family));
    } else if (matches(word, "broadcast") || word === "brd") {
      const value = args.next();
      if (broadcast !== undefined || computed) args.duplicate("broadcast", value);
      if (value === "+" || value === "-") computed = value;
      else broadcast = narrow(args.address(value, family)).address;
    } else if (word === "anycast") {
      const value = args.next();
      if (anycast !== undefined) args.duplicate("anycast", value);
      anycast = narrow(args.address(value, family)).address;
    } else if (word === "scope") {
      const value = args.next();
      scope = ctx.names.scopes.number(value);
      if (scope === undefined) args.wrong("invalid scope value.", value);
    } else if (word === "dev") dev = args.next();
    else if (word === "label") label = args.next();
    else if (matches(word, "metric") || matches(word, "priority") || matches(word, "preference")) {
      const value = args.next();
      metric = parseBits(value, 32);
      if (metric === undefined) args.wrong('"metric" value is invalid\n', value);
    } else if (matches(word, "valid_lft")) {
      if (valid !== undefined) args.duplicate("valid_lft", word);
      valid = lifetime(args, "valid_lft");
    } else if (matches(word, "preferred_lft")) {
      if (preferred !== undefined) args.duplicate("preferred_lft", word);
      preferred = lifetime(args, "preferred_lft");
    } else {
      const flag = addressFlag(word);
      if (flag) {
        if (flag.readonly) ctx.err(`Warning: ${flag.name} option is not mutable from userspace\n`);
        else if (flag.v6only && family !== "inet6") {
          ctx.err(`Warning: ${flag.name} option can be set only for IPv6 addresses\n`);
        } else flags |= flag.mask;
        continue;
      }
      if (word === "local") args.next();
      if (matches(args.word, "help")) ctx.die(HELP.address);
      if (local) args.garbage("local", args.word);
      localText = args.word;
      local = narrow(args.prefix(localText, family));
    }
  }

  if (dev === undefined) {
    ctx.err('Not enough information: "dev" argument is required.\n');
    return 1;
  }
  let near = peer;
  let wildcard = false;
  if (!peer && local) {
    if (mode === "delete" && local.family === "inet" && !local.specified) {
      wildcard = true;
      ctx.err(
        "Warning: Executing wildcard deletion to stay compatible with old scripts.\n" +
          `         Explicitly specify the prefix length (${localText}/32) to avoid this warning.\n` +
          "         This special behaviour is likely to disappear in further releases,\n" +
          "         fix your scripts!\n",
      );
    } else near = local;
  }
  let prefix = peer?.length ?? 0;
  if (prefix <= 0) prefix = Math.max(0, local?.length ?? 0);

  if (computed && mode !== "delete") {
    if (family !== "inet") {
      ctx.err("Broadcast can be set only for IPv4 addresses\n");
      return 1;
    }
    const base = near?.address;
    const length = near?.length ?? 32;
    if (typeof base === "number" && length <= 30) {
      const host = length === 0 ? 0xffffffff : (1 << (32 - length)) - 1;
      broadcast = computed === "+" ? (base | host) >>> 0 : (base & ~host) >>> 0;
    }
  }
  if (scope === undefined && mode !== "delete") {
    const first = typeof local?.address === "number" ? local.address >>> 24 : 0;
    scope = first === 127 ? RT_SCOPE_HOST : 0;
  }
  const device = ctx.device(dev);
  if (!device) return ctx.noDevice(dev);
  if (valid !== undefined || preferred !== undefined) {
    valid ??= FOREVER;
    preferred ??= FOREVER;
    if (valid === 0) {
      ctx.err("valid_lft is zero\n");
      return 1;
    }
    if (valid < preferred) {
      ctx.err("preferred_lft is greater than valid_lft\n");
      return 1;
    }
  }
  const multicast = typeof local?.address === "number" ? local.address >>> 28 === 14 : false;
  if ((flags & IFA_F_MCAUTOJOIN) !== 0 && !multicast) {
    ctx.err("autojoin needs multicast address\n");
    return 1;
  }

  const { addresses } = ctx.net;
  const own = local?.address;
  const far = near?.address;
  return ctx.talk(() => {
    // Without an address there is no family, and no one to answer.
    if (family !== "inet" && family !== "inet6") throw new KernelError("EOPNOTSUPP");
    // The kernel adds what `change` does not find, as `replace` does.
    const how = mode === "change" ? "replace" : mode;
    if (own instanceof Uint8Array) {
      if (how === "delete") addresses.delete6(device, { local: own, prefix });
      else {
        addresses.add6(
          device,
          {
            local: own,
            prefix,
            flags,
            ...(peer?.address instanceof Uint8Array ? { peer: peer.address } : {}),
            ...(scope === undefined ? {} : { scope }),
            ...(valid === undefined ? {} : { valid }),
            ...(preferred === undefined ? {} : { preferred }),
            ...(metric === undefined ? {} : { metric }),
          },
          how,
        );
      }
      return;
    }
    if (how === "delete") {
      addresses.delete4(device, {
        ...(own === undefined ? {} : { local: own }),
        ...(wildcard || typeof far !== "number" ? {} : { prefix, peer: far }),
        ...(label === undefined ? {} : { label }),
      });
      return;
    }
    addresses.add4(
      device,
      {
        local: own ?? (typeof far === "number" ? far : 0),
        prefix,
        flags,
        scope: scope ?? 0,
        ...(typeof peer?.address === "number" ? { peer: peer.address } : {}),
        ...(typeof broadcast === "number" ? { broadcast } : {}),
        ...(typeof anycast === "number" ? { anycast } : {}),
        ...(label === undefined ? {} : { label }),
        ...(valid === undefined ? {} : { valid }),
        ...(preferred === undefined ? {} : { preferred }),
        ...(metric === undefined ? {} : { metric }),
      },
      how,
    );
  });
}
