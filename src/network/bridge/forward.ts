import { PACKET_HOST, type Packet } from "../../netfilter/packet.ts";
import { equal, isGroup, TYPE_VLAN } from "../../wire/ethernet.ts";
import { IFF_PROMISC } from "../device.ts";
import type { Bridge } from "./bridge.ts";
import { forwardChains, meetsChains, prerouting, refusesArp } from "./netfilter.ts";
import { type BridgePort, mayLeave } from "./port.ts";

/** br_handle_frame: a frame from a port. */
export function handleFrame(bridge: Bridge, pkt: Packet, port: BridgePort | undefined): void {
  const { data, mac } = pkt;
  if (!port || (data[mac + 6] & 1) !== 0) {
    discard(bridge, pkt, "MAC_INVALID_SOURCE");
    return;
  }
  if (port.state !== "forwarding" && port.state !== "learning") {
    discard(bridge, pkt, "BRIDGE_INGRESS_STP_STATE", { port: port.dev.name, state: port.state });
    return;
  }
  if (isLinkLocal(data, mac)) {
    discard(bridge, pkt);
    return;
  }
  if (equal(bridge.mac, data.subarray(mac, mac + 6))) pkt.pktType = PACKET_HOST;
  if (meetsChains(bridge, pkt) && !prerouting(bridge, pkt, port)) return;
  finishFrame(bridge, pkt, port);
}

/** 01:80:c2:00:00:0x never crosses a bridge, but for the spanning tree's own (…:00) while STP is off. */
function isLinkLocal(data: Uint8Array, mac: number): boolean {
  return (
    data[mac] === 1 &&
    data[mac + 1] === 0x80 &&
    data[mac + 2] === 0xc2 &&
    data[mac + 4] === 0 &&
    data[mac + 5] !== 0 &&
    data[mac + 5] < 16
  );
}

function discard(
  bridge: Bridge,
  pkt: Packet,
  reason = "NOT_SPECIFIED",
  facts?: Record<string, string | number>,
): void {
  bridge.ns.drop(pkt, reason, `bridge ${bridge.name}`, facts);
}

/** br_handle_frame_finish */
function finishFrame(bridge: Bridge, pkt: Packet, port: BridgePort): void {
  const { data, mac } = pkt;
  bridge.fdb.learn(port, data, mac + 6);
  if (port.state === "learning") {
    discard(bridge, pkt, "BRIDGE_INGRESS_STP_STATE", { port: port.dev.name, state: port.state });
    return;
  }
  if (isGroup(data, mac)) {
    flood(bridge, pkt, port, true);
    return;
  }
  const entry = bridge.fdb.lookup(data, mac);
  if (entry === undefined) {
    flood(bridge, pkt, port, (bridge.flags & IFF_PROMISC) !== 0 || bridge.promiscuity > 0);
    return;
  }
  entry.used = bridge.ns.host.now;
  if (entry.local) {
    tell(bridge, pkt, port, "local", []);
    passUp(bridge, pkt);
    return;
  }
  const out = entry.port ? bridge.portOf(entry.port) : undefined;
  if (bridge.promiscuity > 0) passUp(bridge, copyOf(bridge, pkt));
  if (!out || !mayLeave(out, port)) {
    discard(bridge, pkt, undefined, out === port ? { port: port.dev.name, hairpin: 0 } : undefined);
    return;
  }
  tell(bridge, pkt, port, "forward", [out]);
  forward(bridge, pkt, out);
}

/** br_dev_xmit: a frame that this host sends through the bridge. */
export function sendThrough(bridge: Bridge, pkt: Packet): void {
  const { data, mac } = pkt;
  const entry = isGroup(data, mac) ? undefined : bridge.fdb.lookup(data, mac);
  if (entry === undefined) {
    flood(bridge, pkt, null, false);
    return;
  }
  const out = entry.port ? bridge.portOf(entry.port) : undefined;
  if (!out || !mayLeave(out, null)) {
    discard(bridge, pkt);
    return;
  }
  tell(bridge, pkt, null, "forward", [out]);
  leave(bridge, pkt, out);
}

function tell(
  bridge: Bridge,
  pkt: Packet,
  from: BridgePort | null,
  action: string,
  to: readonly BridgePort[],
): void {
  bridge.ns.walk?.emit(bridge.ns.name, {
    kind: "bridge",
    packet: pkt.id,
    bridge: bridge.name,
    port: from === null ? bridge.name : from.dev.name,
    action,
    ports: to.map((p) => p.dev.name),
  });
}

/** br_flood: out of every port that takes such a frame, and `up` to this host. `from` null: this host sent it. */
function flood(bridge: Bridge, pkt: Packet, from: BridgePort | null, up: boolean): void {
  const group = isGroup(pkt.data, pkt.mac);
  const broadcast = group && pkt.data[pkt.mac] === 0xff;
  const targets = bridge.ports.filter(
    (p) => mayLeave(p, from) && (broadcast ? p.bcastFlood : group ? p.mcastFlood : p.flood),
  );
  tell(bridge, pkt, from, "flood", targets);
  const last = targets.length - 1;
  if (!up && last < 0) {
    discard(bridge, pkt, "NO_TX_TARGET", { reason: "no other port" });
    return;
  }
  for (let i = 0; i <= last; i++) {
    const mine = !up && i === last ? pkt : copyOf(bridge, pkt);
    if (from === null) leave(bridge, mine, targets[i]);
    else forward(bridge, mine, targets[i]);
  }
  if (up) passUp(bridge, pkt);
}

function copyOf(bridge: Bridge, pkt: Packet): Packet {
  const copy = pkt.clone(bridge.ns.nextPacketId());
  bridge.ns.born(copy, "clone");
  return copy;
}

/** __br_forward, with the IPv4 chains where the frame met them on its way in. */
function forward(bridge: Bridge, pkt: Packet, to: BridgePort): void {
  if (refusesArp(bridge, pkt)) {
    discard(bridge, pkt, "PKT_TOO_SMALL");
    return;
  }
  if (pkt.physIn !== null && meetsChains(bridge, pkt) && !forwardChains(bridge, pkt, to)) return;
  leave(bridge, pkt, to);
}

/** Bytes of a VLAN tag. */
const VLAN = 4;

/** br_dev_queue_push_xmit, is_skb_forwardable: room for a VLAN tag is there beyond the MTU, and the kernel holds one beside. */
function leave(bridge: Bridge, pkt: Packet, to: BridgePort): void {
  const length = pkt.end - pkt.net - (pkt.protocol === TYPE_VLAN ? VLAN : 0);
  const mtu = to.dev.mtu;
  if (length > mtu + VLAN) {
    discard(bridge, pkt, undefined, { dev: to.dev.name, mtu, length });
    return;
  }
  bridge.ns.transmit(to.dev, pkt);
}

/** br_pass_frame_up: the frame is for this host. */
function passUp(bridge: Bridge, pkt: Packet): void {
  pkt.iif = null;
  bridge.ns.receiver.on(bridge, pkt);
}
