import { maxReceiveBuffer } from "./options.ts";
import { sendAck } from "./output.ts";
import type { TcpSocket } from "./socket.ts";

/** What is advertised now (__tcp_select_window): never shrinks, and nothing rather than a sliver (RFC 9293 3.8.6.2.2). */
export function selectWindow(sk: TcpSocket): number {
  const current = Math.max(0, (sk.rcvWup + sk.rcvWnd - sk.rcvNxt) | 0);
  const full = sk.rcvSsthresh;
  let free = full - sk.receivedBytes;
  if (free < full >> 1 && (free < full >> 4 || free < Math.min(sk.rcvMss, full >> 1))) free = 0;
  if (free < 0) free = 0;
  const unit = 1 << sk.rcvWscale;
  let window = sk.rcvWscale > 0 ? Math.ceil(free / unit) * unit : free;
  if (window < current) window = Math.ceil(current / unit) * unit;
  return Math.min(window, sk.windowScaling ? 65535 * unit : 65535);
}

/** tcp_grow_window: full segments open the window by two each, as long as the program keeps reading. */
export function growWindow(sk: TcpSocket, length: number): void {
  if (length < 1024 || sk.receivedBytes * 2 > sk.rcvSsthresh) return;
  const limit = sk.windowScaling ? maxReceiveBuffer(sk) / 2 : 65535;
  sk.rcvSsthresh = Math.min(limit, sk.rcvSsthresh + 2 * sk.advertisedMss);
}

/** The program has read: says so when the window has opened much (tcp_cleanup_rbuf). */
export function consumed(sk: TcpSocket): void {
  if (sk.state !== "ESTABLISHED" && sk.state !== "FIN-WAIT-1" && sk.state !== "FIN-WAIT-2") return;
  const current = Math.max(0, (sk.rcvWup + sk.rcvWnd - sk.rcvNxt) | 0);
  if (2 * current <= sk.rcvSsthresh) {
    const next = selectWindow(sk);
    if (next > 0 && next >= 2 * current) {
      sendAck(sk);
      return;
    }
  }
  // A delayed ACK goes at once when more than one full segment is unacknowledged.
  if (sk.ackPending && ((sk.rcvNxt - sk.rcvWup) | 0) > sk.rcvMss) sendAck(sk);
}
