import {
  type Address4,
  type Address6,
  FOREVER,
  IFA_F_DADFAILED,
  IFA_F_DEPRECATED,
  IFA_F_HOMEADDRESS,
  IFA_F_MANAGETEMPADDR,
  IFA_F_MCAUTOJOIN,
  IFA_F_NODAD,
  IFA_F_NOPREFIXROUTE,
  IFA_F_OPTIMISTIC,
  IFA_F_PERMANENT,
  IFA_F_SECONDARY,
  IFA_F_TENTATIVE,
} from "../../network/inet-device.ts";
import type { Context } from "./context.ts";
import { formatAddress, sameAddress } from "./inet.ts";

/** A flag of an address by iproute2's name: whether people may set it, and whether IPv4 has it. */
export interface AddressFlag {
  readonly name: string;
  readonly mask: number;
  readonly readonly: boolean;
  readonly v6only: boolean;
}

const IFA_F_STABLE_PRIVACY = 0x800;

/** In the order of iproute2's ifa_flag_data, which is the order of printing. */
export const ADDRESS_FLAGS: readonly AddressFlag[] = [
  { name: "secondary", mask: IFA_F_SECONDARY, readonly: true, v6only: false },
  { name: "temporary", mask: IFA_F_SECONDARY, readonly: true, v6only: false },
  { name: "nodad", mask: IFA_F_NODAD, readonly: false, v6only: true },
  { name: "optimistic", mask: IFA_F_OPTIMISTIC, readonly: false, v6only: true },
  { name: "dadfailed", mask: IFA_F_DADFAILED, readonly: true, v6only: true },
  { name: "home", mask: IFA_F_HOMEADDRESS, readonly: false, v6only: true },
  { name: "deprecated", mask: IFA_F_DEPRECATED, readonly: true, v6only: true },
  { name: "tentative", mask: IFA_F_TENTATIVE, readonly: true, v6only: true },
  { name: "permanent", mask: IFA_F_PERMANENT, readonly: true, v6only: true },
  { name: "mngtmpaddr", mask: IFA_F_MANAGETEMPADDR, readonly: false, v6only: true },
  { name: "noprefixroute", mask: IFA_F_NOPREFIXROUTE, readonly: false, v6only: false },
  { name: "autojoin", mask: IFA_F_MCAUTOJOIN, readonly: false, v6only: false },
  { name: "stable-privacy", mask: IFA_F_STABLE_PRIVACY, readonly: true, v6only: true },
];

export function addressFlag(name: string): AddressFlag | undefined {
  return ADDRESS_FLAGS.find((f) => f.name === name);
}

export type AnyAddress = Address4 | Address6;

export const isIpv4 = (a: AnyAddress): a is Address4 => typeof a.local === "number";

function printFlags(ctx: Context, a: AnyAddress): void {
  const p = ctx.print;
  let flags = a.flags;
  for (const { name, mask } of ADDRESS_FLAGS) {
    if (mask === IFA_F_PERMANENT) {
      if ((flags & mask) === 0) p.flag("dynamic", "dynamic ");
    } else if ((flags & mask) !== 0) {
      const shown = mask === IFA_F_SECONDARY && !isIpv4(a) ? "temporary" : name;
      p.flag(shown, `${shown} `);
    }
    flags &= ~mask;
  }
  if (flags !== 0) {
    const text = flags.toString(16).padStart(2, "0");
    p.field("ifa_flags", "flags ", text, " ");
  }
}

/** print_addrinfo, after its filters. `withDevice`: "2: eth0" before it (-oneline, flush, monitor). */
export function printAddress(ctx: Context, a: AnyAddress, withDevice: boolean): void {
  const p = ctx.print;
  const brief = ctx.settings.brief;
  const four = isIpv4(a);
  const family = four ? "inet" : "inet6";
  if (!brief) {
    if (withDevice) {
      p.only("index", a.dev.index);
      p.only("dev", a.dev.name);
      p.plain(`${a.dev.index}: ${a.dev.name}`);
    }
    p.field("family", "    ", family, " ");
  }
  p.field("local", "", formatAddress(a.local), "", family);
  if (a.peer !== undefined && !sameAddress(a.peer, a.local)) {
    p.plain(" peer ");
    p.field("address", "", formatAddress(a.peer), "", family);
  }
  p.field("prefixlen", "/", a.prefix, " ");
  if (a.metric !== 0) p.field("metric", "metric ", a.metric, " ");
  if (brief) return;
  if (four && a.broadcast !== undefined) {
    p.plain("brd ");
    p.field("broadcast", "", formatAddress(a.broadcast), " ", family);
  }
  p.field("scope", "scope ", ctx.names.scopes.name(a.scope, ctx.settings.numeric), " ");
  printFlags(ctx, a);
  if (four) p.field("label", "", a.label, "");
  const [valid, preferred] = a.dev.ns.addresses.lifetimes(a);
  const time = (t: number) => (t === FOREVER ? "forever" : `${t}sec`);
  p.nl();
  p.plain(`       valid_lft ${time(valid)} preferred_lft ${time(preferred)}`);
  p.only("valid_life_time", valid);
  p.only("preferred_life_time", preferred);
  p.plain("\n");
}
