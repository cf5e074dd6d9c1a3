import type { Nanoseconds } from "../../base/clock.ts";
import type { NetNamespace } from "../namespace.ts";
import { hexAddress } from "../proc.ts";
import type { Socket } from "./socket.ts";
import { socketsOf } from "./table.ts";
import type { TcpSocket, TcpState } from "./tcp/socket.ts";

// /proc/net/tcp, udp and raw: the sockets of a namespace, as programs before ss(8) read them.

/** enum of include/net/tcp_states.h. */
const STATES: Partial<Record<TcpState, number>> = {
  ESTABLISHED: 1,
  "SYN-SENT": 2,
  "SYN-RECV": 3,
  "FIN-WAIT-1": 4,
  "FIN-WAIT-2": 5,
  "TIME-WAIT": 6,
  CLOSE: 7,
  "CLOSE-WAIT": 8,
  "LAST-ACK": 9,
  LISTEN: 10,
  CLOSING: 11,
};

const HEAD =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";

/** TMPSZ - 1 of tcp_ipv4.c, and the width that udp4_seq_show sets. */
const TCP_WIDTH = 149;
const UDP_WIDTH = 127;

const hex = (value: number, width: number) => value.toString(16).toUpperCase().padStart(width, "0");
/** jiffies_to_clock_t: hundredths of a second. */
const ticks = (span: Nanoseconds) => Math.max(0, Math.floor(span / 1e7));

/** `port`: what stands for the local port (inet_num). */
function place(sk: Socket, port = sk.localPort): string {
  const end = (address: number, port: number) => `${hexAddress(address)}:${hex(port, 4)}`;
  return `${end(sk.localAddress, port)} ${end(sk.remoteAddress, sk.remotePort)}`;
}

/** A number for %pK: the same for a socket, and no address. */
const pointer = (sk: Socket) => hex(Math.imul(sk.inodeNumber, 0x9e3779b1) >>> 0, 16).toLowerCase();

/** tcp4_seq_show: those that listen, then the others. */
export function tcpFile(ns: NetNamespace): string {
  const all = [...socketsOf(ns).tcp.all()].filter((sk) => sk.state !== "CLOSE");
  const listening = all.filter((sk) => sk.state === "LISTEN");
  const rows = [...listening, ...all.filter((sk) => sk.state !== "LISTEN")];
  const lines = [HEAD, ...rows.map((sk, i) => `${String(i).padStart(4)}: ${tcpRow(ns, sk)}`)];
  return lines.map((line) => `${line.padEnd(TCP_WIDTH)}\n`).join("");
}

function tcpRow(ns: NetNamespace, sk: TcpSocket): string {
  const { now } = ns.host;
  const state = hex(STATES[sk.state] ?? 7, 2);
  if (sk.timeWaitTimer) {
    const left = hex(ticks(sk.timeWaitTimer.at - now), 8);
    return `${place(sk)} ${state} 00000000:00000000 03:${left} 00000000     0        0 0 3 ${pointer(sk)}`;
  }
  const listens = sk.state === "LISTEN";
  const sending = listens ? 0 : sk.unsentBytes + Math.max(0, (sk.sndNxt - sk.sndUna) | 0);
  const waiting = listens ? sk.acceptQueue.length : sk.receivedBytes;
  const timer = sk.retransmitTimer === null ? 0 : sk.inflight.length > 0 ? 1 : 4;
  const due = sk.retransmitTimer === null ? 0 : ticks(sk.retransmitTimer.at - now);
  const quick = ((sk.quick << 1) | (sk.pingpong ? 1 : 0)) >>> 0;
  const threshold = listens ? 0 : sk.ssthresh === 0x7fffffff ? -1 : sk.ssthresh;
  // TCP_ATO_MIN once data has come (tcp_event_data_recv).
  const ato = sk.segmentsIn > 0 && !listens && sk.bytesReceived > 0 ? 4 : 0;
  return [
    place(sk),
    state,
    `${hex(sending, 8)}:${hex(waiting, 8)}`,
    `${hex(timer, 2)}:${hex(due, 8)}`,
    hex(sk.retransmits, 8),
    String(sk.owner.uid).padStart(5),
    String(sk.probes).padStart(8),
    `${sk.inodeNumber} 1 ${pointer(sk)} ${ticks(sk.rto)} ${ato} ${quick} ${sk.cwnd} ${threshold}`,
  ].join(" ");
}

/** udp4_format_sock; the slot is the port's place in a table of 4,096. */
export function udpFile(ns: NetNamespace): string {
  const rows = [...socketsOf(ns).udpSockets()].map((sk) => ({ sk, slot: sk.localPort & 4095 }));
  const head = ` ${HEAD} ref pointer drops`;
  const lines = rows
    .sort((a, b) => a.slot - b.slot)
    .map(({ sk, slot }) => `${String(slot).padStart(5)}: ${datagramRow(sk, sk.remotePort !== 0)}`);
  return [head, ...lines].map((line) => `${line.padEnd(UDP_WIDTH)}\n`).join("");
}

/** raw_sock_seq_show: the protocol stands where a port would, and for the slot. */
export function rawFile(ns: NetNamespace): string {
  const rows = socketsOf(ns).raws.map(
    (sk) => `${String(sk.protocol).padStart(4)}: ${datagramRow(sk, sk.remoteAddress !== 0, sk.protocol)}`,
  );
  return [`${HEAD} ref pointer drops`, ...rows].map((line) => `${line}\n`).join("");
}

function datagramRow(
  sk: Socket & { readonly receiveMemory: number },
  connected: boolean,
  port = sk.localPort,
): string {
  const state = hex(connected ? 1 : 7, 2);
  const queues = `00000000:${hex(sk.receiveMemory, 8)}`;
  const owner = `${String(sk.owner.uid).padStart(5)} ${"0".padStart(8)}`;
  return `${place(sk, port)} ${state} ${queues} 00:00000000 00000000 ${owner} ${sk.inodeNumber} 2 ${pointer(sk)} 0`;
}
