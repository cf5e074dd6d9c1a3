import { KernelError } from "../../../base/errno.ts";
import { PACKET_HOST, type Packet } from "../../../netfilter/packet.ts";
import { describe } from "../../../wire/headers.ts";
import * as ipv4 from "../../../wire/ipv4.ts";
import * as tcp from "../../../wire/tcp.ts";
import { echoedOptions } from "../../ipv4/options.ts";
import type { NetNamespace } from "../../namespace.ts";
import { hex } from "../hex.ts";

/** Answers a segment that has no place here with a RST (tcp_v4_send_reset; RFC 9293 3.5.2). */
export function replyReset(ns: NetNamespace, pkt: Packet): void {
  const data = pkt.data;
  const at = pkt.trans;
  const flags = tcp.flags(data, at);
  if (flags & tcp.RST) return;
  const from = ipv4.dst(data, pkt.net);
  if (pkt.pktType !== PACKET_HOST || ns.addressType4(from, null) !== "LOCAL") return;
  const length = pkt.end - at - tcp.headerLength(data, at);
  const taken = length + (flags & tcp.SYN ? 1 : 0) + (flags & tcp.FIN ? 1 : 0);
  const header =
    flags & tcp.ACK
      ? { seq: tcp.ack(data, at), ack: 0, flags: tcp.RST }
      : { seq: 0, ack: (tcp.seq(data, at) + taken) >>> 0, flags: tcp.RST | tcp.ACK };
  reply(ns, pkt, header);
}

/** A bare segment in answer to one: no socket, the other's IP options, id 0, DF (ip_send_unicast_reply). */
function reply(ns: NetNamespace, pkt: Packet, header: { seq: number; ack: number; flags: number }): void {
  const from = ipv4.dst(pkt.data, pkt.net);
  const to = ipv4.src(pkt.data, pkt.net);
  const sport = tcp.dport(pkt.data, pkt.trans);
  const dport = tcp.sport(pkt.data, pkt.trans);
  try {
    const mark = ns.sysctl.number("net/ipv4/fwmark_reflect") ? pkt.mark : 0;
    const route = ns.routeOutput4({ dst: to, src: from, protocol: ipv4.TCP, sport, dport, mark });
    const options = echoedOptions(pkt);
    const length = ipv4.LENGTH + options.length;
    const out = ns.newPacket4(length, tcp.LENGTH);
    out.trans = out.net + length;
    out.end = out.trans + tcp.LENGTH;
    out.parent = pkt.id;
    out.mark = mark;
    tcp.emit4(out.data, out.trans, out.end, { sport, dport, window: 0, ...header }, from, to);
    ipv4.emit(out.data, out.net, {
      tos: 0,
      totalLength: length + tcp.LENGTH,
      id: 0,
      fragment: ipv4.DF,
      ttl: route.hoplimit || ns.sysctl.number("net/ipv4/ip_default_ttl") || 64,
      protocol: ipv4.TCP,
      src: from,
      dst: to,
      options,
    });
    if (options.length > 0) ns.recordRoute(out, from);
    ns.host.walk?.emit(ns.name, {
      kind: "born",
      packet: out.id,
      parent: pkt.id,
      by: "tcp",
      headers: describe(out.data, out.net, out.end, out.protocol, out.mark),
      bytes: hex(out.data, out.net, out.end),
    });
    ns.output4(out, route);
  } catch (error) {
    // No way back for the answer: the kernel lets it go.
    if (!(error instanceof KernelError)) throw error;
  }
}
