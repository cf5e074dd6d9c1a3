import { SECOND } from "../../../base/clock.ts";
import { KernelError } from "../../../base/errno.ts";
import { knob } from "./options.ts";
import { push, sendReset } from "./output.ts";
import type { TcpSocket } from "./socket.ts";
import { armTimeWait } from "./timers.ts";

/** tcp_shutdown. */
export function shutdown(sk: TcpSocket, how: "read" | "write" | "both"): void {
  if (sk.state === "CLOSE" || sk.state === "SYN-SENT") throw new KernelError("ENOTCONN");
  if (how !== "write") {
    sk.receiveShut = true;
    sk.readable.wake();
  }
  if (how !== "read" && !sk.sendShut) {
    sk.sendShut = true;
    sendFin(sk);
  }
}

/** tcp_close_state, tcp_send_fin. */
function sendFin(sk: TcpSocket): void {
  if (sk.state === "ESTABLISHED" || sk.state === "SYN-RECV") sk.state = "FIN-WAIT-1";
  else if (sk.state === "CLOSE-WAIT") sk.state = "LAST-ACK";
  else return;
  sk.finQueued = true;
  push(sk);
}

/** Ends the connection with a RST. */
export function reset(sk: TcpSocket): void {
  if (sk.state === "LISTEN") {
    closeListener(sk);
    return;
  }
  if (sk.state !== "CLOSE" && sk.state !== "SYN-SENT" && sk.state !== "TIME-WAIT") sendReset(sk);
  sk.done(null);
}

/** A listener's connections that nobody accepted are reset (inet_csk_listen_stop). */
function closeListener(sk: TcpSocket): void {
  for (const child of sk.acceptQueue.splice(0)) child.abort();
  for (const other of [...sk.table.all()]) if (other.listener === sk) other.done(null);
  sk.done(null);
}

/** __tcp_close. */
export function closeSocket(sk: TcpSocket): void {
  switch (sk.state) {
    case "LISTEN":
      closeListener(sk);
      return;
    case "CLOSE":
      // Bound, never connected: the port is free again.
      sk.table.remove(sk);
      return;
    case "SYN-SENT":
      sk.done(null);
      return;
    case "TIME-WAIT":
      return;
  }
  sk.receiveShut = true;
  if (sk.receivedBytes > 0) {
    // Data that nobody will read: the other side must know (RFC 2525 2.17).
    reset(sk);
    return;
  }
  if (!sk.sendShut) {
    sk.sendShut = true;
    sendFin(sk);
  }
  if (sk.state === "FIN-WAIT-2") armTimeWait(sk, knob(sk, "tcp_fin_timeout", 60) * SECOND);
}
