import * as ipv4 from "../../wire/ipv4.ts";
import {
  type Connection,
  CT_ESTABLISHED_REPLY,
  CT_NEW,
  CT_RELATED,
  CT_RELATED_REPLY,
  direction,
  IPS_CONFIRMED,
  IPS_DST_NAT,
  IPS_DST_NAT_DONE,
  IPS_NAT_DONE_MASK,
  IPS_NAT_MASK,
  IPS_SRC_NAT,
  IPS_SRC_NAT_DONE,
} from "../conntrack/connection.ts";
import type { Conntrack } from "../conntrack/conntrack.ts";
import { invert, Tuple } from "../conntrack/tuple.ts";
import { type HookState, INPUT, NF_ACCEPT, NF_DROP, OUTPUT, POSTROUTING } from "../hooks.ts";
import type { Packet } from "../packet.ts";
import { rewriteIcmpInner, rewritePacket } from "./mangle.ts";
import { type Manip, NAT_MAP_IPS, type NatRange } from "./range.ts";
import { uniqueTuple } from "./unique.ts";

/** HOOK2MANIP: POSTROUTING and INPUT change the source, PREROUTING and OUTPUT the destination. */
export const manipOf = (hook: number): Manip => (hook === POSTROUTING || hook === INPUT ? "src" : "dst");

const doneBit = (manip: Manip): number => (manip === "src" ? IPS_SRC_NAT_DONE : IPS_DST_NAT_DONE);

/** nf_nat_initialized: has this connection met the nat table at this kind of hook? */
export const natBound = (ct: Connection, hook: number): boolean => (ct.status & doneBit(manipOf(hook))) !== 0;

const current = new Tuple(0, 0, 0, 0, 0);
const chosen = new Tuple(0, 0, 0, 0, 0);

/**
 * nf_nat_setup_info: binds a new connection to a translation within `range`. The packet itself is rewritten when
 * the nat table is done. Answers NF_ACCEPT or NF_DROP. What SNAT, DNAT and the like call.
 */
export function setupNat(ct: Connection, range: NatRange, manip: Manip, conntrack: Conntrack): number {
  if (ct.status & IPS_CONFIRMED) return NF_ACCEPT;
  if (ct.status & doneBit(manip)) return NF_DROP;
  // What the packet looks like now: the inverse of the reply that is expected.
  invert(current, ct.reply);
  uniqueTuple(chosen, current, range, ct, manip, conntrack);
  if (!chosen.equals(current)) {
    invert(ct.reply, chosen);
    ct.status |= manip === "src" ? IPS_SRC_NAT : IPS_DST_NAT;
  }
  if (manip === "src") conntrack.rememberSource(ct);
  ct.status |= doneBit(manip);
  return NF_ACCEPT;
}

/** nf_nat_alloc_null_binding: no rule translates; still the tuple must be unique, which may move a port. */
function nullBinding(ct: Connection, manip: Manip, conntrack: Conntrack): number {
  const address = manip === "src" ? ct.reply.dst : ct.reply.src;
  return setupNat(
    ct,
    { flags: NAT_MAP_IPS, minAddress: address, maxAddress: address, minPort: 0, maxPort: 0, basePort: 0 },
    manip,
    conntrack,
  );
}

/**
 * nf_nat_ipv4_fn: the NAT hook of one place. `rules` runs the nat table's chain for this hook (for the first
 * packet of a connection alone); answers a verdict. Fragments have been put together before.
 */
export function natHook(
  pkt: Packet,
  state: HookState,
  rules: ((pkt: Packet, state: HookState) => number) | null,
): number {
  const ct = pkt.ct;
  if (ct === null) return NF_ACCEPT;
  const ctinfo = pkt.ctinfo;
  const manip = manipOf(state.hook);
  if (ctinfo === CT_RELATED || ctinfo === CT_RELATED_REPLY) {
    if (pkt.data[pkt.net + 9] === ipv4.ICMP) return icmpError(pkt, ct, ctinfo, manip, state);
  }
  if (ctinfo === CT_NEW || ctinfo === CT_RELATED || ctinfo === CT_RELATED_REPLY) {
    if (!(ct.status & doneBit(manip))) {
      if (rules !== null) {
        const verdict = rules(pkt, state);
        if (verdict !== NF_ACCEPT) return verdict;
      }
      if (!(ct.status & doneBit(manip)) && nullBinding(ct, manip, state.conntrack) !== NF_ACCEPT)
        return NF_DROP;
    } else if (outputChanged(ct, ctinfo, state)) return gone(ct, pkt, state);
  } else if (outputChanged(ct, ctinfo, state)) return gone(ct, pkt, state);
  return translate(pkt, ct, ctinfo, manip, state);
}

/** nf_nat_oif_changed: a masqueraded connection now leaves by another device. */
function outputChanged(ct: Connection, ctinfo: number, state: HookState): boolean {
  return (
    ct.masqueradeIndex !== 0 &&
    state.hook === POSTROUTING &&
    ctinfo < CT_ESTABLISHED_REPLY &&
    state.out !== null &&
    ct.masqueradeIndex !== state.out.index
  );
}

function gone(ct: Connection, pkt: Packet, state: HookState): number {
  state.conntrack.kill(ct);
  pkt.dropReason = "NETFILTER_DROP";
  return NF_DROP;
}

/** The status bit that says whether this direction is rewritten at this kind of hook. */
function translationBit(manip: Manip, dir: 0 | 1): number {
  const bit = manip === "src" ? IPS_SRC_NAT : IPS_DST_NAT;
  return dir === 1 ? bit ^ IPS_NAT_MASK : bit;
}

const target = new Tuple(0, 0, 0, 0, 0);

/** nf_nat_packet */
function translate(pkt: Packet, ct: Connection, ctinfo: number, manip: Manip, state: HookState): number {
  const dir = direction(ctinfo);
  if (!(ct.status & translationBit(manip, dir))) return NF_ACCEPT;
  // What the packet must look like: the inverse of what the other direction's answer looks like.
  invert(target, ct.tuple(dir === 0 ? 1 : 0));
  const walk = state.host.walk;
  const before = walk === null ? "" : endpoint(pkt, manip);
  if (!rewritePacket(pkt.data, pkt.net, pkt.end, target, manip, pkt.partial)) return NF_DROP;
  if (walk !== null) {
    const now = endpoint(pkt, manip);
    if (now !== before)
      walk.emit(state.host.name, {
        kind: "nat",
        packet: pkt.id,
        manip,
        from: before,
        to: now,
        ...(ctinfo === CT_NEW ? {} : { reply: true }),
      });
  }
  return NF_ACCEPT;
}

/** nf_nat_icmp_reply_translation: an error about a translated connection is translated inside and out. */
function icmpError(pkt: Packet, ct: Connection, ctinfo: number, manip: Manip, state: HookState): number {
  const dir = direction(ctinfo);
  const data = pkt.data;
  const at = pkt.net + ipv4.headerLength(data, pkt.net);
  if (at + 8 + ipv4.LENGTH > pkt.end) return NF_DROP;
  // A redirect goes on only for a connection that is surely not translated.
  if (data[at] === 5) {
    if ((ct.status & IPS_NAT_DONE_MASK) !== IPS_NAT_DONE_MASK) return NF_DROP;
    if (ct.status & IPS_NAT_MASK) return NF_DROP;
  }
  if (!(ct.status & translationBit(manip, dir))) return NF_ACCEPT;
  const other = dir === 0 ? 1 : 0;
  const walk = state.host.walk;
  const before = walk === null ? "" : endpoint(pkt, manip);
  rewriteIcmpInner(data, at, pkt.end, ct.tuple(other), manip === "src" ? "dst" : "src");
  invert(target, ct.tuple(other));
  // Only the address: an error has no port.
  if (manip === "src") ipv4.setSrc(data, pkt.net, target.src);
  else ipv4.setDst(data, pkt.net, target.dst);
  if (walk !== null) {
    const now = endpoint(pkt, manip);
    if (now !== before)
      walk.emit(state.host.name, { kind: "nat", packet: pkt.id, manip, from: before, to: now, reply: true });
  }
  return NF_ACCEPT;
}

/** "192.168.0.2:4000", or the address alone when there are no ports; for the walk. */
function endpoint(pkt: Packet, manip: Manip): string {
  const { data, net } = pkt;
  const address = ipv4.format(manip === "src" ? ipv4.src(data, net) : ipv4.dst(data, net));
  const protocol = data[net + 9];
  if (protocol !== ipv4.TCP && protocol !== ipv4.UDP) return address;
  const at = net + ipv4.headerLength(data, net) + (manip === "src" ? 0 : 2);
  return `${address}:${(data[at] << 8) | data[at + 1]}`;
}

/** True when a local packet's destination was translated in OUTPUT: its route must be looked up again. */
export function outputNeedsReroute(pkt: Packet, state: HookState): boolean {
  const ct = pkt.ct;
  if (state.hook !== OUTPUT || ct === null) return false;
  const dir = direction(pkt.ctinfo);
  return ct.tuple(dir).dst !== ct.tuple(dir === 0 ? 1 : 0).src;
}
