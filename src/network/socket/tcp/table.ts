import type { DeviceRef } from "../../../netfilter/packet.ts";
import type { NetNamespace } from "../../namespace.ts";
import { conflicts } from "../ports.ts";
import type { TcpSocket } from "./socket.ts";

/** TCP's sockets of one namespace: connections by their four-tuple, listeners and bound ports by port. */
export class TcpTable {
  readonly ns: NetNamespace;
  /** By local port · 65536 + remote port; addresses are told apart in the list. */
  private readonly connections = new Map<number, TcpSocket[]>();
  private readonly listeners = new Map<number, TcpSocket[]>();
  private readonly bound = new Map<number, Set<TcpSocket>>();

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  /** Takes a port for a socket; children of a listener share its port. */
  bindPort(sk: TcpSocket, port: number): void {
    sk.localPort = port;
    const set = this.bound.get(port);
    if (set) set.add(sk);
    else this.bound.set(port, new Set([sk]));
  }

  /** inet_csk_bind_conflict: SO_REUSEADDR helps unless a listener has the port. */
  portFree(sk: TcpSocket, address: number, port: number): boolean {
    const set = this.bound.get(port);
    if (!set) return true;
    for (const other of set) {
      if (conflicts(sk, other, address, other.state !== "LISTEN")) return false;
    }
    return true;
  }

  /** __inet_check_established: a port may be shared by connections to different places. */
  connectFree(sk: TcpSocket, port: number, src: number, dst: number, dport: number): boolean {
    const set = this.bound.get(port);
    if (set) for (const other of set) if (other !== sk && other.remotePort === 0) return false;
    return this.connection(src, port, dst, dport, null) === undefined;
  }

  addConnection(sk: TcpSocket): void {
    const key = sk.localPort * 65536 + sk.remotePort;
    const list = this.connections.get(key);
    if (list) list.push(sk);
    else this.connections.set(key, [sk]);
  }

  addListener(sk: TcpSocket): void {
    const list = this.listeners.get(sk.localPort);
    if (list) list.push(sk);
    else this.listeners.set(sk.localPort, [sk]);
  }

  remove(sk: TcpSocket): void {
    const key = sk.localPort * 65536 + sk.remotePort;
    drop(this.connections, key, sk);
    drop(this.listeners, sk.localPort, sk);
    const set = this.bound.get(sk.localPort);
    if (set?.delete(sk) && set.size === 0) this.bound.delete(sk.localPort);
  }

  /** __inet_lookup_established. */
  connection(
    local: number,
    lport: number,
    remote: number,
    rport: number,
    dev: DeviceRef | null,
  ): TcpSocket | undefined {
    const list = this.connections.get(lport * 65536 + rport);
    if (!list) return undefined;
    for (const sk of list) {
      if (sk.remoteAddress !== remote || sk.localAddress !== local) continue;
      if (dev !== null && sk.options.device !== null && sk.options.device !== dev) continue;
      return sk;
    }
    return undefined;
  }

  /** __inet_lookup_listener: bound to the address first, then any; bound to the device scores higher. */
  listener(address: number, port: number, dev: DeviceRef | null, hash: number): TcpSocket | undefined {
    const list = this.listeners.get(port);
    if (!list) return undefined;
    for (let pass = 0; pass < 2; pass++) {
      const wanted = pass === 0 ? address : 0;
      let best: TcpSocket | undefined;
      let bestScore = -1;
      let group: TcpSocket[] | null = null;
      for (const sk of list) {
        if (sk.localAddress !== wanted) continue;
        if (sk.options.device !== null && sk.options.device !== dev) continue;
        const points = sk.options.device !== null ? 2 : 1;
        if (points > bestScore) {
          best = sk;
          bestScore = points;
          group = sk.options.reusePort ? [sk] : null;
        } else if (points === bestScore && group !== null && sk.options.reusePort) group.push(sk);
      }
      if (group !== null && group.length > 1) return group[hash % group.length];
      if (best) return best;
    }
    return undefined;
  }

  /** Every socket: listeners first, then connections. */
  *all(): Generator<TcpSocket> {
    for (const list of this.listeners.values()) yield* list;
    for (const list of this.connections.values()) yield* list;
  }

  /** The namespace goes. */
  close(): void {
    for (const sk of [...this.all()]) {
      sk.stopTimers();
      this.remove(sk);
      sk.state = "CLOSE";
    }
  }
}

function drop(map: Map<number, TcpSocket[]>, key: number, sk: TcpSocket): void {
  const list = map.get(key);
  if (!list) return;
  const i = list.indexOf(sk);
  if (i >= 0) list.splice(i, 1);
  if (list.length === 0) map.delete(key);
}
