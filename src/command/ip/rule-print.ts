import type { PolicyRule } from "../../network/rules.ts";
import type { Context } from "./context.ts";
import { formatTos } from "./dsfield.ts";
import { formatAddress } from "./inet.ts";
import { ipProtocolName } from "./ip-protocol.ts";
import { RT_TABLE_LOCAL, RT_TABLE_MAIN } from "./names.ts";
import { TYPE_NUMBER } from "./route-print.ts";

const PROTO_KERNEL = 2;

/** print_rule */
export function printRule(ctx: Context, r: PolicyRule): void {
  const p = ctx.print;
  const s = ctx.settings;
  p.openObject(null);
  p.field("priority", "", r.priority, ":\t");
  if (r.invert) p.mark("not", "not ");
  if (r.srcPrefix === 0) p.field("src", "from ", "all", "");
  else {
    p.plain("from ");
    p.field("src", "", formatAddress(r.src), "", "inet");
    if (r.srcPrefix !== 32) p.field("srclen", "/", r.srcPrefix, "");
  }
  if (r.dstPrefix !== 0) {
    p.plain(" to ");
    p.field("dst", "", formatAddress(r.dst), "", "inet");
    if (r.dstPrefix !== 32) p.field("dstlen", "/", r.dstPrefix, "");
  }
  if (r.tos !== 0) p.field("tos", " tos ", formatTos(r.tos, s.numeric), "");
  if (r.mark !== 0 || r.markMask !== 0) {
    p.hex("fwmark", " fwmark ", r.mark, "");
    if (r.markMask !== 0xffffffff) p.hex("fwmask", "/", r.markMask, "");
  }
  for (const side of ["iif", "oif"] as const) {
    if (r[side] === "") continue;
    p.plain(` ${side} `);
    p.field(side, "", r[side], "", "ifname");
    if (!ctx.net.links.byName(r[side])) p.mark(`${side}_detached`, " [detached]");
  }
  if (r.uidRange) {
    p.field("uid_start", " uidrange ", r.uidRange[0], "");
    p.field("uid_end", "-", r.uidRange[1], "");
  }
  if (r.ipproto !== 0) p.field("ipproto", " ipproto ", ipProtocolName(r.ipproto, s.numeric), "");
  for (const side of ["sport", "dport"] as const) {
    const range = r[side];
    if (!range) continue;
    if (range[0] === range[1]) p.field(side, ` ${side} `, range[0], "");
    else {
      p.field(`${side}_start`, ` ${side} `, range[0], "");
      p.field(`${side}_end`, "-", range[1], "");
    }
  }
  if (r.action === "lookup") {
    p.field("table", " lookup ", ctx.names.tables.name(r.table, s.numeric), "");
    if (r.suppressPrefix >= 0) p.field("suppress_prefixlen", " suppress_prefixlength ", r.suppressPrefix, "");
    if (r.suppressGroup >= 0) {
      p.field(
        "suppress_ifgroup",
        " suppress_ifgroup ",
        ctx.names.groups.name(r.suppressGroup, s.numeric),
        "",
      );
    }
  } else if (r.action === "goto") {
    p.field("goto", " goto ", r.target, "");
    if (ctx.net.rules.unresolved(r)) p.mark("unresolved", " [unresolved]");
  } else if (r.action === "nop") p.mark("nop", " nop");
  else p.field("action", " ", s.numeric ? String(TYPE_NUMBER[r.action]) : r.action, "");
  if ((r.protocol !== 0 && r.protocol !== PROTO_KERNEL) || s.details > 0) {
    p.field("protocol", " proto ", ctx.names.protocols.name(r.protocol, s.numeric), "");
  }
  p.plain("\n");
  p.closeObject();
}

/** The two IPv6 rules that stand in every namespace; more are not modelled. */
export function printRules6(ctx: Context): void {
  const p = ctx.print;
  const s = ctx.settings;
  for (const [priority, table] of [
    [0, RT_TABLE_LOCAL],
    [32766, RT_TABLE_MAIN],
  ]) {
    p.openObject(null);
    p.field("priority", "", priority, ":\t");
    p.field("src", "from ", "all", "");
    p.field("table", " lookup ", ctx.names.tables.name(table, s.numeric), "");
    if (s.details > 0) p.field("protocol", " proto ", ctx.names.protocols.name(PROTO_KERNEL, s.numeric), "");
    p.plain("\n");
    p.closeObject();
  }
}
