import { SECOND } from "../../base/clock.ts";
import type { Process } from "../../machine/process.ts";
import type { Socket } from "../../network/socket/socket.ts";
import { socketsOf } from "../../network/socket/table.ts";

/** One line of ss. */
export interface Row {
  readonly netid: string;
  readonly state: string;
  readonly receiveQueue: number;
  readonly sendQueue: number;
  readonly localAddress: number;
  readonly localPort: number;
  readonly remoteAddress: number;
  readonly remotePort: number;
  readonly device: string;
  readonly socket: Socket;
  /** "(timewait,45sec,0)" or "". */
  readonly timer: string;
}

function span(ns: number): string {
  const ms = Math.max(0, Math.floor(ns / 1e6));
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  let text = "";
  if (minutes > 0) text += `${minutes}min`;
  if (seconds % 60 > 0 || minutes > 0) {
    text +=
      minutes > 9
        ? ""
        : `${seconds % 60}${minutes > 0 ? "sec" : ms % 1000 && seconds < 10 ? `.${String(ms % 1000).padStart(3, "0")}ms` : "sec"}`;
    return text;
  }
  return text || `${String(ms).padStart(3, "0")}ms`;
}

/** The sockets of the process's namespace, one row each: UDP, raw, then TCP. */
export function rows(proc: Process): Row[] {
  const table = socketsOf(proc.net);
  const now = proc.machine.now;
  const list: Row[] = [];
  const base = (sk: Socket) => ({
    localAddress: sk.localAddress,
    localPort: sk.localPort,
    remoteAddress: sk.remoteAddress,
    remotePort: sk.remotePort,
    device: sk.options.device?.name ?? "",
    socket: sk,
  });
  for (const sk of table.udpSockets()) {
    list.push({
      netid: "udp",
      state: sk.remotePort ? "ESTAB" : "UNCONN",
      receiveQueue: sk.receiveMemory,
      sendQueue: 0,
      timer: "",
      ...base(sk),
    });
  }
  for (const sk of table.pings.values()) {
    list.push({
      netid: "icmp",
      state: sk.remoteAddress ? "ESTAB" : "UNCONN",
      receiveQueue: sk.receiveMemory,
      sendQueue: 0,
      timer: "",
      ...base(sk),
    });
  }
  for (const sk of table.raws) {
    list.push({
      netid: "raw",
      state: sk.remoteAddress ? "ESTAB" : "UNCONN",
      receiveQueue: sk.receiveMemory,
      sendQueue: 0,
      timer: "",
      ...base(sk),
    });
  }
  for (const sk of table.tcp.all()) {
    const listening = sk.state === "LISTEN";
    let timer = "";
    if (sk.timeWaitTimer)
      timer = `(timewait,${span(Math.ceil((sk.timeWaitTimer.at - now) / SECOND) * SECOND)},0)`;
    else if (sk.retransmitTimer && sk.inflight.length > 0)
      timer = `(on,${span(sk.retransmitTimer.at - now)},${sk.retransmits})`;
    else if (sk.retransmitTimer) timer = `(persist,${span(sk.retransmitTimer.at - now)},${sk.probes})`;
    list.push({
      netid: "tcp",
      state: sk.state === "ESTABLISHED" ? "ESTAB" : sk.state === "CLOSE" ? "UNCONN" : sk.state,
      receiveQueue: listening ? sk.acceptQueue.length : sk.receivedBytes,
      sendQueue: listening
        ? sk.backlog
        : sk.state === "TIME-WAIT"
          ? 0
          : sk.unsentBytes + Math.max(0, (sk.sndNxt - sk.sndUna) | 0),
      timer,
      ...base(sk),
    });
  }
  return list;
}

/** `users:(("nc",pid=7,fd=3))`: every process that holds the socket, "" when none does. */
export function users(proc: Process, socket: Socket): string {
  const found: string[] = [];
  for (const p of proc.machine.processes.values()) {
    for (const [fd, file] of p.fds)
      if ((file as unknown) === socket) found.push(`("${p.name}",pid=${p.pid},fd=${fd})`);
  }
  return found.length > 0 ? `users:(${found.join(",")})` : "";
}
