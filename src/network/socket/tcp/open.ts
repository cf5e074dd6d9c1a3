import { KernelError } from "../../../base/errno.ts";
import * as ipv4 from "../../../wire/ipv4.ts";
import { checkBindAddress, ephemeralPort } from "../ports.ts";
import { BROADCAST_ALL, flowOf, isMulticast, refuse } from "../send.ts";
import { start, synSegment } from "./handshake.ts";
import { advertisedMss, chooseWindowScale, initialWindow, knob, syncMss } from "./options.ts";
import { sendSegment } from "./output.ts";
import { add } from "./seq.ts";
import type { TcpSocket } from "./socket.ts";
import { armRetransmit } from "./timers.ts";

/** inet_bind, inet_csk_get_port. */
export function bind(sk: TcpSocket, address: number, port: number): void {
  if (sk.localPort !== 0 || sk.state !== "CLOSE") throw new KernelError("EINVAL");
  checkBindAddress(sk, address);
  sk.localAddress = address;
  if (port !== 0) {
    if (!sk.table.portFree(sk, address, port)) {
      sk.localAddress = 0;
      throw new KernelError("EADDRINUSE");
    }
    sk.table.bindPort(sk, port);
    return;
  }
  const free = ephemeralPort(sk.ns, (p) => sk.table.portFree(sk, address, p), 1);
  if (free === undefined) throw new KernelError("EADDRINUSE");
  sk.table.bindPort(sk, free);
}

/** inet_listen. */
export function listen(sk: TcpSocket, backlog: number): void {
  if (sk.state !== "CLOSE" && sk.state !== "LISTEN") throw new KernelError("EINVAL");
  sk.backlog = Math.min(backlog < 0 ? 4096 : backlog, sk.ns.sysctl.number("net/core/somaxconn") || 4096);
  if (sk.state === "LISTEN") return;
  if (sk.localPort === 0) bind(sk, 0, 0);
  else {
    // Another socket may have begun to listen on the port since bind.
    sk.state = "LISTEN";
    if (!sk.table.portFree(sk, sk.localAddress, sk.localPort)) {
      sk.state = "CLOSE";
      throw new KernelError("EADDRINUSE");
    }
  }
  sk.state = "LISTEN";
  sk.table.addListener(sk);
}

/** tcp_v4_connect. */
export function connect(sk: TcpSocket, address: number, port: number): void {
  if (sk.state === "SYN-SENT" || sk.state === "SYN-RECV") throw new KernelError("EALREADY");
  if (sk.state !== "CLOSE" || sk.remotePort !== 0) throw new KernelError("EISCONN");
  const dst = address === 0 ? 0x7f000001 : address;
  const flow = flowOf(sk, ipv4.TCP, dst, port);
  const table = sk.table;
  let src: number;
  try {
    const route = sk.ns.routeOutput4(flow);
    if (route.type === "broadcast" || isMulticast(dst) || dst === BROADCAST_ALL)
      throw new KernelError("ENETUNREACH");
    src = sk.localAddress || route.src;
    sk.advertisedMss = advertisedMss(route);
    sk.peerMss = 65535;
    syncMss(sk, route);
    sk.peerMss = 536;
  } catch (error) {
    if (error instanceof KernelError) refuse(sk, flow, error);
    throw error;
  }
  if (sk.localPort === 0) {
    const free = ephemeralPort(sk.ns, (p) => table.connectFree(sk, p, src, dst, port), 0);
    if (free === undefined) throw new KernelError("EADDRNOTAVAIL");
    table.bindPort(sk, free);
  } else if (table.connection(src, sk.localPort, dst, port, null) !== undefined)
    throw new KernelError("EADDRNOTAVAIL");
  sk.localAddress = src;
  sk.remoteAddress = dst;
  sk.remotePort = port;
  sk.timestamps = knob(sk, "tcp_timestamps", 1) !== 0;
  sk.sackOk = knob(sk, "tcp_sack", 1) !== 0;
  sk.windowScaling = knob(sk, "tcp_window_scaling", 1) !== 0;
  sk.rcvWscale = chooseWindowScale(sk);
  sk.rcvWnd = initialWindow(sk.advertisedMss);
  sk.rcvSsthresh = sk.rcvWnd;
  start(sk);
  sk.state = "SYN-SENT";
  table.addConnection(sk);
  const syn = synSegment(sk.iss);
  sk.inflight.push(syn);
  sk.sndNxt = add(sk.iss, 1);
  armRetransmit(sk);
  sendSegment(sk, syn, null);
}
