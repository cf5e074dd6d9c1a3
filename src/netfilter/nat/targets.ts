import * as ipv4 from "../../wire/ipv4.ts";
import { type HookState, NF_ACCEPT, NF_DROP, PREROUTING } from "../hooks.ts";
import type { Packet } from "../packet.ts";
import { setupNat } from "./nat.ts";
import { NAT_MAP_IPS } from "./range.ts";

const LOOPBACK = 0x7f000001;

/** nf_nat_masquerade_ipv4: source NAT to the address of the device that the packet leaves by. `flags` and ports
 *  as in NatRange. */
export function masquerade4(
  pkt: Packet,
  state: HookState,
  flags: number,
  minPort: number,
  maxPort: number,
): number {
  const ct = pkt.ct;
  const out = state.out;
  if (ct === null || out === null) return NF_DROP;
  // A DHCP client has no address yet to speak of.
  if (ct.original.src === 0) return NF_ACCEPT;
  const source = state.host.selectAddress4(out, pkt.route?.gateway ?? ipv4.dst(pkt.data, pkt.net));
  if (source === 0) {
    state.host.printk(6, `${out.name} ate my IP address`);
    return NF_DROP;
  }
  ct.masqueradeIndex = out.index;
  return setupNat(
    ct,
    { flags: flags | NAT_MAP_IPS, minAddress: source, maxAddress: source, minPort, maxPort, basePort: 0 },
    "src",
    state.conntrack,
  );
}

/** nf_nat_redirect_ipv4: destination NAT to this machine: loopback for its own packets, otherwise the primary
 *  address of the device that the packet came in on. */
export function redirect4(
  pkt: Packet,
  state: HookState,
  flags: number,
  minPort: number,
  maxPort: number,
): number {
  const ct = pkt.ct;
  if (ct === null) return NF_DROP;
  let target = LOOPBACK;
  if (state.hook === PREROUTING) {
    target = state.in === null ? 0 : state.host.selectAddress4(state.in, 0);
    // A device that is not up yet.
    if (target === 0) return NF_DROP;
  }
  return setupNat(
    ct,
    { flags: flags | NAT_MAP_IPS, minAddress: target, maxAddress: target, minPort, maxPort, basePort: 0 },
    "dst",
    state.conntrack,
  );
}
