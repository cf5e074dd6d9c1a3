import type { Packet } from "../../../netfilter/packet.ts";
import * as icmp from "../../../wire/icmp.ts";
import * as ipv4 from "../../../wire/ipv4.ts";
import * as tcp from "../../../wire/tcp.ts";
import { arrivedBy } from "../arrival.ts";
import { icmpMeaning } from "../icmp-errors.ts";
import { syncMss } from "./options.ts";
import { retransmit, routeOf } from "./output.ts";
import { after, before } from "./seq.ts";
import type { TcpTable } from "./table.ts";

/** What ends a connection that has not been accepted yet (tcp_v4_err: `fatal` for tcp_req_err). */
const endsRequest = (type: number, code: number): boolean =>
  type === icmp.PARAMETER_PROBLEM ||
  type === icmp.TIME_EXCEEDED ||
  (type === icmp.DEST_UNREACH && (code === icmp.NET_UNREACH || code === icmp.HOST_UNREACH));

/** tcp_v4_err: an ICMP error about a segment sent from here. */
export function tcpError(
  table: TcpTable,
  pkt: Packet,
  inner: number,
  type: number,
  code: number,
  info: number,
): void {
  const data = pkt.data;
  const at = inner + ipv4.headerLength(data, inner);
  const local = ipv4.src(data, inner);
  const remote = ipv4.dst(data, inner);
  const sk = table.connection(
    local,
    tcp.sport(data, at),
    remote,
    tcp.dport(data, at),
    arrivedBy(table.ns, pkt),
  );
  if (sk === undefined || sk.state === "TIME-WAIT" || sk.state === "LISTEN") return;
  const seq = tcp.seq(data, at);
  // An error about data that is not outstanding is old, or forged (RFC 5927 4.1).
  if (before(seq, sk.sndUna) || after(seq, sk.sndNxt)) return;
  // What has not been accepted yet has no route of its own (tcp_req_err); a redirect waits for nobody (do_redirect).
  if (sk.state !== "SYN-RECV" && !(type === icmp.REDIRECT && sk.held))
    table.ns.icmp.learn(pkt, inner, type, code, info);
  const meaning = icmpMeaning(type, code);
  if (meaning === undefined) return;
  if (type === icmp.DEST_UNREACH && code === icmp.FRAG_NEEDED) {
    if (sk.options.mtuDiscover === "dont" || sk.state === "SYN-SENT") return;
    const before = sk.mss;
    const route = routeOf(sk);
    if (route !== null) syncMss(sk, route);
    if (info > 0 && sk.mss < before && sk.inflight.length > 0) {
      // tcp_simple_retransmit: what was too big goes again in smaller pieces, without blaming congestion.
      for (const s of sk.inflight) if (s.data.length > sk.mss) s.lost = true;
      const lost = sk.inflight.filter((s) => s.lost && !s.sacked);
      if (lost.length > 0) retransmit(sk, lost[0]);
      for (const s of [...sk.inflight]) if (s.lost && !s.retransmitted && !s.sacked) retransmit(sk, s);
    }
    return;
  }
  if (sk.options.receiveErrors) {
    sk.queueError({
      errno: meaning.errno,
      origin: "icmp",
      type,
      code,
      info: 0,
      offender: ipv4.src(data, pkt.net),
      to: remote,
      port: sk.remotePort,
      data: data.slice(at, pkt.end),
      ttl: ipv4.ttl(data, pkt.net),
      time: table.ns.host.now,
    });
  }
  if (sk.state === "SYN-SENT") {
    if (!sk.held) sk.done(meaning.errno);
    else {
      sk.softError = meaning.errno;
      sk.errorQueued = true;
    }
    return;
  }
  if (sk.state === "SYN-RECV") {
    if (sk.listener === null) sk.done(meaning.errno);
    else if (endsRequest(type, code)) sk.done(null);
    return;
  }
  // An established connection outlives it: it is only what a later time-out will say (RFC 1122 4.2.3.9).
  sk.softError = meaning.errno;
}
