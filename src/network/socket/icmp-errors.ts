import type { Errno } from "../../base/errno.ts";
import * as icmp from "../../wire/icmp.ts";

/** What an ICMP error means to a socket: its errno, and whether it ends the matter (icmp_err_convert[].fatal). */
export interface IcmpMeaning {
  readonly errno: Errno;
  readonly hard: boolean;
}

const meaning = (errno: Errno, hard: boolean): IcmpMeaning => ({ errno, hard });

/** icmp_err_convert (net/ipv4/icmp.c), by the code of DEST_UNREACH. */
const UNREACHABLE: readonly IcmpMeaning[] = [
  meaning("ENETUNREACH", false),
  meaning("EHOSTUNREACH", false),
  meaning("ENOPROTOOPT", true),
  meaning("ECONNREFUSED", true),
  meaning("EMSGSIZE", false),
  meaning("EOPNOTSUPP", false),
  meaning("ENETUNREACH", true),
  meaning("EHOSTDOWN", true),
  meaning("ENONET", true),
  meaning("ENETUNREACH", true),
  meaning("EHOSTUNREACH", true),
  meaning("ENETUNREACH", false),
  meaning("EHOSTUNREACH", false),
  meaning("EHOSTUNREACH", true),
  meaning("EHOSTUNREACH", true),
  meaning("EHOSTUNREACH", true),
];

const TIME = meaning("EHOSTUNREACH", false);
const PARAMETER = meaning("EPROTO", true);

/** The meaning of an ICMP error, or undefined for what sockets are not told (source quench, redirects). */
export function icmpMeaning(type: number, code: number): IcmpMeaning | undefined {
  switch (type) {
    case icmp.DEST_UNREACH:
      return UNREACHABLE[code];
    case icmp.TIME_EXCEEDED:
      return TIME;
    case icmp.PARAMETER_PROBLEM:
      return PARAMETER;
    default:
      return undefined;
  }
}
