import { KernelError } from "../../base/errno.ts";
import type { NetNamespace } from "../namespace.ts";
import type { Socket } from "./socket.ts";

/** net.ipv4.ip_local_port_range; 32768 to 60999 unless set. */
export function localPortRange(ns: NetNamespace): [number, number] {
  const path = "net/ipv4/ip_local_port_range";
  if (!ns.sysctl.has(path)) return [32768, 60999];
  const [low, high] = ns.sysctl.get(path).trim().split(/\s+/).map(Number);
  return [low, high];
}

/** An ephemeral port for which `free` holds, from a random start (udp_lib_get_port, inet_hash_connect). */
export function ephemeralPort(
  ns: NetNamespace,
  free: (port: number) => boolean,
  parity: 0 | 1 | null,
): number | undefined {
  const [low, high] = localPortRange(ns);
  const count = high - low + 1;
  const start = ns.host.random.below(count);
  // TCP: connect takes one parity first, bind the other, so that they rarely meet (RFC 6056 3.3.4 as done in
  // __inet_hash_connect, inet_csk_find_open_port).
  for (const wanted of parity === null ? [null] : [parity, parity ^ 1]) {
    for (let i = 0; i < count; i++) {
      const port = low + ((start + i) % count);
      if (wanted !== null && ((port - low) & 1) !== wanted) continue;
      if (free(port)) return port;
    }
  }
  return undefined;
}

/** Whether two sockets on one port may not live together (inet_bind_conflict, udp's inet_rcv_saddr_equal). */
export function conflicts(a: Socket, b: Socket, address: number, reuseAllowed: boolean): boolean {
  if (a === b) return false;
  const deviceA = a.options.device;
  const deviceB = b.options.device;
  if (deviceA && deviceB && deviceA !== deviceB) return false;
  if (address !== 0 && b.localAddress !== 0 && address !== b.localAddress) return false;
  if (a.options.reusePort && b.options.reusePort && a.owner.uid === b.owner.uid) return false;
  return !(reuseAllowed && a.options.reuseAddress && b.options.reuseAddress);
}

/** inet_bind's question: is this an address that a socket may have? */
export function checkBindAddress(socket: Socket, address: number): void {
  if (address === 0) return;
  const ns = socket.ns;
  if (ns.sysctl.number("net/ipv4/ip_nonlocal_bind")) return;
  const type = ns.addressType4(address, null);
  if (type !== "LOCAL" && type !== "MULTICAST" && type !== "BROADCAST")
    throw new KernelError("EADDRNOTAVAIL");
}
