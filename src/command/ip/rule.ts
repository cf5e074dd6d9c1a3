import type { NewRule, PolicyRule, RuleAction } from "../../network/rules.ts";
import { type Arguments, isInterfaceName, matches } from "./arguments.ts";
import type { Context } from "./context.ts";
import { parseTos } from "./dsfield.ts";
import { HELP } from "./help.ts";
import { type Prefix, parseBits, parseInteger } from "./inet.ts";
import { ipProtocol } from "./ip-protocol.ts";
import { RT_TABLE_MAIN, routeType, routeTypeName } from "./names.ts";
import { printRule, printRules6 } from "./rule-print.ts";

/** `ip rule …` */
export function rule(ctx: Context, args: Arguments): number {
  if (!args.more) return listRules(ctx, args, false);
  const word = args.word;
  args.at++;
  if (matches(word, "list") || matches(word, "lst") || matches(word, "show"))
    return listRules(ctx, args, false);
  if (matches(word, "save") || matches(word, "restore")) {
    ctx.err(`ip rule ${matches(word, "save") ? "save" : "restore"}: not modelled in this simulation.\n`);
    return 1;
  }
  if (matches(word, "add")) return modify(ctx, args, "add");
  if (matches(word, "delete")) return modify(ctx, args, "delete");
  if (matches(word, "flush")) return listRules(ctx, args, true);
  if (matches(word, "help")) ctx.die(HELP.rule);
  ctx.die(`Command "${word}" is unknown, try "ip rule help".\n`);
}

function ports(text: string): readonly [number, number] | undefined {
  const match = /^\s*(\d+)(?:-(\d+))?/.exec(text);
  if (!match) return undefined;
  const first = Number(match[1]) & 0xffff;
  return [first, match[2] === undefined ? first : Number(match[2]) & 0xffff];
}

function uids(text: string): readonly [number, number] | undefined {
  const match = /^\s*(\d+)-(\d+)/.exec(text);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

type Draft = { -readonly [K in keyof PolicyRule]?: PolicyRule[K] };

/** "0x10/0xff"; the mask stays undefined when none is written. */
function readMark(args: Arguments, draft: Draft): void {
  const value = args.next();
  const slash = value.indexOf("/");
  const text = slash < 0 ? value : value.slice(0, slash);
  const mark = parseBits(text, 32);
  if (mark === undefined) args.wrong("fwmark value is invalid\n", text);
  draft.mark = mark;
  if (slash < 0) return;
  const mask = parseBits(value.slice(slash + 1), 32);
  if (mask === undefined) args.wrong("fwmask value is invalid\n", value.slice(slash + 1));
  draft.markMask = mask;
}

/** What both the filter and the rule are made of; false: the word is none of these. */
function readSelector(ctx: Context, args: Arguments, draft: Draft): boolean {
  const word = args.word;
  if (matches(word, "preference") || matches(word, "order") || matches(word, "priority")) {
    const value = args.next();
    draft.priority = parseBits(value, 32);
    if (draft.priority === undefined) args.wrong("preference value is invalid\n", value);
  } else if (word === "fwmark") readMark(args, draft);
  else if (word === "uidrange") {
    const value = args.next();
    const range = uids(value);
    if (!range) args.wrong("invalid UID range\n", value);
    draft.uidRange = range;
  } else if (word === "ipproto") {
    const value = args.next();
    draft.ipproto = ipProtocol(value);
    if (draft.ipproto === undefined) args.wrong('Invalid "ipproto" value\n', value);
  } else if (word === "sport" || word === "dport") {
    const value = args.next();
    const range = ports(value);
    if (!range) args.wrong("invalid port range\n", value);
    draft[word] = range;
  } else if (word === "dev" || word === "iif" || word === "oif") {
    const value = args.next();
    if (!isInterfaceName(value)) {
      args.wrong(word === "oif" ? '"oif" not a valid ifname' : '"iif"/"dev" not a valid ifname', value);
    }
    draft[word === "oif" ? "oif" : "iif"] = value;
  } else return ctx === undefined;
  return true;
}

function setPrefix(draft: Draft, side: "src" | "dst", prefix: Prefix): void {
  draft[side] = typeof prefix.address === "number" ? prefix.address : 0;
  draft[side === "src" ? "srcPrefix" : "dstPrefix"] = Math.max(0, prefix.length);
}

function modify(ctx: Context, args: Arguments, mode: "add" | "delete"): number {
  if (!args.more) {
    ctx.err(`"ip rule ${mode === "add" ? "add" : "del"}" requires arguments.\n`);
    return 1;
  }
  const draft: Draft = {};
  const family = ctx.settings.family;
  let action: RuleAction | undefined = mode === "add" ? "lookup" : undefined;
  let tableGiven = false;
  let six = family === "inet6";
  for (; args.more; args.at++) {
    const word = args.word;
    if (word === "not") draft.invert = true;
    else if (word === "from" || word === "to") {
      const prefix = args.prefix(args.next(), family);
      if (prefix.family === "inet6") six = true;
      setPrefix(draft, word === "from" ? "src" : "dst", prefix);
    } else if (word === "tos" || matches(word, "dsfield")) {
      const value = args.next();
      draft.tos = parseTos(value);
      if (draft.tos === undefined) args.wrong("TOS value is invalid\n", value);
    } else if (readSelector(ctx, args, draft)) {
      // Read.
    } else if (
      matches(word, "realms") ||
      matches(word, "tun_id") ||
      word === "l3mdev" ||
      word === "nat" ||
      matches(word, "map-to")
    ) {
      ctx.err(`ip rule: "${word}" is not modelled in this simulation.\n`);
      return 2;
    } else if (matches(word, "protocol")) {
      const value = args.next();
      draft.protocol = ctx.names.protocols.number(value);
      if (draft.protocol === undefined) args.wrong('"protocol" value is invalid\n', value);
    } else if (matches(word, "table") || word === "lookup") {
      const value = args.next();
      draft.table = ctx.names.tables.number(value);
      if (draft.table === undefined) args.wrong("invalid table ID\n", value);
      tableGiven = true;
    } else if (matches(word, "suppress_prefixlength") || word === "sup_pl") {
      const value = args.next();
      const length = parseInteger(value);
      if (length === undefined || length < 0) args.wrong("suppress_prefixlength value is invalid\n", value);
      draft.suppressPrefix = length;
    } else if (matches(word, "suppress_ifgroup") || word === "sup_group") {
      const value = args.next();
      draft.suppressGroup = ctx.names.groups.number(value);
      if (draft.suppressGroup === undefined) args.wrong('Invalid "suppress_ifgroup" value\n', value);
    } else {
      if (word === "type") args.next();
      const what = args.word;
      if (matches(what, "help")) ctx.die(HELP.rule);
      if (matches(what, "goto")) {
        const value = args.next();
        draft.target = parseBits(value, 32);
        if (draft.target === undefined) args.wrong("invalid target\n", value);
        action = "goto";
      } else if (matches(what, "nop")) action = "nop";
      else {
        const type = routeType(what);
        if (type === undefined) args.wrong("Failed to parse rule type", what);
        const name = routeTypeName(type);
        if (name !== "blackhole" && name !== "unreachable" && name !== "prohibit" && name !== "unicast") {
          return ctx.talk(() => {
            throw ctx.invalid();
          });
        }
        action = name === "unicast" ? "lookup" : name;
      }
      tableGiven = true;
    }
  }
  if (six) {
    ctx.err("ip rule: an IPv6 rule is not modelled in this simulation.\n");
    return 2;
  }
  if (!tableGiven && mode === "add") draft.table = RT_TABLE_MAIN;
  if (mode === "add") {
    const made: NewRule = { ...draft, action: action ?? "lookup" };
    return ctx.talk(() => ctx.net.rules.add(made));
  }
  const which: Partial<PolicyRule> = action === undefined ? draft : { ...draft, action };
  return ctx.talk(() => ctx.net.rules.delete(which));
}

function listRules(ctx: Context, args: Arguments, flush: boolean): number {
  const draft: Draft = {};
  const family = ctx.settings.family === "inet6" ? "inet6" : "inet";
  for (; args.more; args.at++) {
    const word = args.word;
    if (readSelector(ctx, args, draft)) continue;
    if (word === "not") draft.invert = true;
    else if (word === "tos" || word === "dsfield") {
      const value = args.next();
      draft.tos = parseTos(value);
      if (draft.tos === undefined) args.wrong("TOS value is invalid\n", value);
    } else if (matches(word, "lookup") || matches(word, "table")) {
      const value = args.next();
      draft.table = ctx.names.tables.number(value);
      if (draft.table === undefined) args.wrong("table id value is invalid\n", value);
    } else if (matches(word, "from") || matches(word, "src")) {
      setPrefix(draft, "src", args.prefix(args.next(), family));
    } else if (matches(word, "protocol")) {
      const value = args.next();
      const protocol = ctx.names.protocols.number(value);
      if (protocol === undefined && value !== "all") args.wrong('invalid "protocol"\n', value);
      if (flush && protocol !== undefined) draft.protocol = protocol;
    } else {
      if (matches(word, "dst") || matches(word, "to")) args.next();
      setPrefix(draft, "dst", args.prefix(args.word, family));
    }
  }
  const p = ctx.print;
  if (flush) {
    if (family === "inet6") return 0;
    // A rule with priority 0 has no FRA_PRIORITY in its dump, and iproute2 leaves it alone.
    for (const r of [...ctx.net.rules.list()]) {
      if (r.priority !== 0 && ruleMatches(draft, r)) {
        const status = ctx.talk(() => ctx.net.rules.delete(r));
        if (status !== 0) {
          ctx.err("Dump terminated\n");
          return 1;
        }
      }
    }
    return 0;
  }
  p.begin();
  if (family === "inet6") printRules6(ctx);
  else for (const r of ctx.net.rules.list()) if (ruleMatches(draft, r)) printRule(ctx, r);
  p.end();
  return 0;
}

/** filter_nlmsg: a length of 0 filters nothing; marks and ports of 0 neither. */
function ruleMatches(f: Draft, r: PolicyRule): boolean {
  const prefix = (side: "src" | "dst", length: "srcPrefix" | "dstPrefix") => {
    const bits = f[length] ?? 0;
    if (bits > r[length]) return false;
    return bits === 0 || ((f[side] ?? 0) ^ r[side]) >>> (32 - bits) === 0;
  };
  const range = (a: readonly [number, number] | null | undefined, b: readonly [number, number] | null) =>
    !a || a[0] === 0 || (b !== null && a[0] === b[0] && a[1] === b[1]);
  if (f.priority !== undefined && f.priority !== r.priority) return false;
  if (f.invert && !r.invert) return false;
  if (!prefix("src", "srcPrefix") || !prefix("dst", "dstPrefix")) return false;
  if (f.tos !== undefined && f.tos !== r.tos) return false;
  if (f.mark && f.mark !== r.mark) return false;
  if (f.markMask && f.markMask !== r.markMask) return false;
  if (f.iif !== undefined && f.iif !== r.iif) return false;
  if (f.oif !== undefined && f.oif !== r.oif) return false;
  if (f.uidRange && (!r.uidRange || f.uidRange[0] !== r.uidRange[0] || f.uidRange[1] !== r.uidRange[1]))
    return false;
  if (f.ipproto && f.ipproto !== r.ipproto) return false;
  if (!range(f.sport, r.sport) || !range(f.dport, r.dport)) return false;
  if (f.protocol !== undefined && f.protocol !== r.protocol) return false;
  return !f.table || (r.action === "lookup" && f.table === r.table);
}
