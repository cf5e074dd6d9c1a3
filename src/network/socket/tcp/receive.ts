import type { Packet } from "../../../netfilter/packet.ts";
import { PACKET_HOST } from "../../../netfilter/packet.ts";
import * as ipv4 from "../../../wire/ipv4.ts";
import * as tcp from "../../../wire/tcp.ts";
import { parse } from "../../../wire/tcp-options.ts";
import { arrivedBy } from "../arrival.ts";
import { restartTimeWait } from "./data.ts";
import { connectionRequest } from "./handshake.ts";
import { endSeq, type Incoming, segmentArrives } from "./input.ts";
import { sendAck } from "./output.ts";
import { replyReset } from "./reset.ts";
import { after, before, distance } from "./seq.ts";
import type { TcpSocket } from "./socket.ts";
import type { TcpTable } from "./table.ts";

/** tcp_v4_rcv. */
export function receiveTcp(table: TcpTable, pkt: Packet): void {
  const ns = table.ns;
  const data = pkt.data;
  const at = pkt.trans;
  if (pkt.pktType !== PACKET_HOST) {
    ns.drop(pkt, "NOT_SPECIFIED", "TCP");
    return;
  }
  if (pkt.end - at < tcp.LENGTH) {
    ns.drop(pkt, "PKT_TOO_SMALL", "TCP");
    return;
  }
  const header = tcp.headerLength(data, at);
  if (header < tcp.LENGTH) {
    ns.drop(pkt, "PKT_TOO_SMALL", "TCP");
    return;
  }
  if (pkt.end - at < header) {
    ns.drop(pkt, "PKT_TOO_SMALL", "TCP");
    return;
  }
  const src = ipv4.src(data, pkt.net);
  const dst = ipv4.dst(data, pkt.net);
  if (!pkt.partial && !tcp.verify4(data, at, pkt.end, src, dst)) {
    ns.drop(pkt, "TCP_CSUM", "TCP");
    return;
  }
  const sport = tcp.sport(data, at);
  const dport = tcp.dport(data, at);
  const flags = tcp.flags(data, at);
  const s: Incoming = {
    pkt,
    seq: tcp.seq(data, at),
    ack: tcp.ack(data, at),
    flags,
    window: tcp.window(data, at),
    dataAt: at + header,
    length: pkt.end - at - header,
    options: parse(data, at, pkt.end),
  };
  let sk = table.connection(dst, dport, src, sport, arrivedBy(table.ns, pkt));
  if (sk !== undefined && (sk.state === "TIME-WAIT" || (sk.state === "FIN-WAIT-2" && sk.orphan))) {
    const verdict = timeWaitArrives(sk, s);
    if (verdict === "reuse") {
      sk.done(null);
      sk = undefined;
    } else if (verdict !== "process") {
      if (verdict === "") ns.deliver(pkt, "tcp", undefined, dport);
      else ns.drop(pkt, verdict, "TCP");
      return;
    }
  }
  if (sk !== undefined) {
    finish(sk, pkt, segmentArrives(sk, s));
    return;
  }
  const listener = table.listener(
    dst,
    dport,
    arrivedBy(table.ns, pkt),
    (src ^ Math.imul(sport, 0x9e3779b1)) >>> 0,
  );
  if (listener !== undefined) {
    finish(listener, pkt, listenArrives(listener, s));
    return;
  }
  replyReset(ns, pkt);
  ns.drop(pkt, "NO_SOCKET", "TCP", { protocol: "tcp", port: dport });
}

function finish(sk: TcpSocket, pkt: Packet, reason: string): void {
  if (reason === "") sk.ns.deliver(pkt, "socket", sk.owner.name, sk.localPort);
  else sk.ns.drop(pkt, reason, "TCP", { process: sk.owner.name, port: sk.localPort, state: sk.state });
}

/** TCP_LISTEN of tcp_rcv_state_process. */
function listenArrives(listener: TcpSocket, s: Incoming): string {
  if (s.flags & tcp.RST) return "TCP_RESET";
  if (s.flags & tcp.ACK) {
    replyReset(listener.ns, s.pkt);
    return "TCP_FLAGS";
  }
  if ((s.flags & tcp.SYN) === 0 || s.flags & tcp.FIN) return "TCP_FLAGS";
  return connectionRequest(listener, s) === null ? "TCP_LISTEN_OVERFLOW" : "";
}

/**
 * tcp_timewait_state_process: "" when answered or taken, a drop reason, "reuse" for a SYN that begins a new
 * connection between the same ports, "process" when the ordinary code is to see it.
 */
function timeWaitArrives(sk: TcpSocket, s: Incoming): string {
  if (sk.state === "FIN-WAIT-2") return "process";
  const ts = s.options.timestamp;
  const paws = sk.timestamps && ts !== undefined && distance(ts.value, sk.tsRecent) < 0;
  if (s.flags & tcp.RST) {
    if (s.seq !== sk.rcvNxt && !(s.length === 0 && s.seq === sk.rcvNxt)) return "TCP_RESET";
    sk.done(null);
    return "TCP_RESET";
  }
  if (!paws && s.seq === sk.rcvNxt && endSeq(s) === s.seq && (s.flags & (tcp.SYN | tcp.FIN)) === 0) {
    if (ts) sk.tsRecent = ts.value;
    return "";
  }
  if (
    s.flags & tcp.SYN &&
    (s.flags & tcp.ACK) === 0 &&
    !paws &&
    (after(s.seq, sk.rcvNxt) || (sk.timestamps && ts !== undefined && distance(ts.value, sk.tsRecent) > 0))
  ) {
    return "reuse";
  }
  // The FIN again: our last ACK was lost.
  if (before(s.seq, sk.rcvNxt) || s.flags & tcp.FIN) restartTimeWait(sk);
  sendAck(sk);
  return "TCP_OLD_DATA";
}
