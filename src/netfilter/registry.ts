import type { Extension, Match, Target } from "./extension.ts";
import type { Family } from "./hooks.ts";
import { addrtype } from "./match/addrtype.ts";
import { comment } from "./match/comment.ts";
import { connmark } from "./match/connmark.ts";
import { conntrack } from "./match/conntrack.ts";
import { icmp } from "./match/icmp.ts";
import { iprange } from "./match/iprange.ts";
import { length } from "./match/length.ts";
import { limit } from "./match/limit.ts";
import { mac } from "./match/mac.ts";
import { mark } from "./match/mark.ts";
import { multiport } from "./match/multiport.ts";
import { owner } from "./match/owner.ts";
import { physdev } from "./match/physdev.ts";
import { pkttype } from "./match/pkttype.ts";
import { policy } from "./match/policy.ts";
import { recent } from "./match/recent.ts";
import { sctp } from "./match/sctp.ts";
import { state } from "./match/state.ts";
import { statistic } from "./match/statistic.ts";
import { tcp } from "./match/tcp.ts";
import { ttl } from "./match/ttl.ts";
import { udp } from "./match/udp.ts";
import { CHECKSUM } from "./target/checksum.ts";
import { CONNMARK } from "./target/connmark.ts";
import { CT, NOTRACK } from "./target/ct.ts";
import { DNAT } from "./target/dnat.ts";
import { LOG } from "./target/log.ts";
import { MARK } from "./target/mark.ts";
import { MASQUERADE } from "./target/masquerade.ts";
import { NFLOG } from "./target/nflog.ts";
import { REDIRECT } from "./target/redirect.ts";
import { REJECT } from "./target/reject.ts";
import { SNAT } from "./target/snat.ts";
import { TCPMSS } from "./target/tcpmss.ts";
import { TRACE } from "./target/trace.ts";
import { TTL } from "./target/ttl.ts";

/** Every extension. Explicit on purpose: what is not here is not modelled. */
const ALL: readonly (Match | Target)[] = [
  addrtype,
  comment,
  connmark,
  conntrack,
  icmp,
  iprange,
  length,
  limit,
  mac,
  mark,
  multiport,
  owner,
  physdev,
  pkttype,
  policy,
  recent,
  sctp,
  state,
  statistic,
  tcp,
  ttl,
  udp,
  CHECKSUM,
  CONNMARK,
  CT,
  DNAT,
  LOG,
  MARK,
  MASQUERADE,
  NFLOG,
  NOTRACK,
  REDIRECT,
  REJECT,
  SNAT,
  TCPMSS,
  TRACE,
  TTL,
];

const matches = { ipv4: new Map<string, Match>(), ipv6: new Map<string, Match>() };
const targets = { ipv4: new Map<string, Target>(), ipv6: new Map<string, Target>() };
const implied = { ipv4: new Map<number, Match>(), ipv6: new Map<number, Match>() };
for (const extension of ALL)
  for (const family of extension.families) {
    if (extension.kind === "target") targets[family].set(extension.name, extension);
    else {
      matches[family].set(extension.name, extension);
      if (extension.impliedBy !== undefined) implied[family].set(extension.impliedBy, extension);
    }
  }

/** The match behind `-m name`, or undefined. */
export const findMatch = (name: string, family: Family): Match | undefined => matches[family].get(name);

/** The target behind `-j name`, or undefined. */
export const findTarget = (name: string, family: Family): Target | undefined => targets[family].get(name);

/** The match that `-p protocol` loads when one of its options is used. */
export const impliedMatch = (protocol: number, family: Family): Match | undefined =>
  implied[family].get(protocol);

/** All of them, for the reference table and completion. */
export const extensions = (): readonly Extension<unknown>[] => ALL;
