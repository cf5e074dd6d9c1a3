import { MILLISECOND } from "../../../base/clock.ts";
import type { Route } from "../../flow.ts";
import type { TcpSocket } from "./socket.ts";

/** ip_default_advmss: what the device's MTU leaves (RFC 9293 3.7.1), at least 256. */
export function advertisedMss(route: Route): number {
  // ipv4_default_advmss: lo's MTU is more than an IP packet may have.
  return route.advmss || Math.max(256, Math.min(65535, route.dev.mtu) - 40);
}

/** Bytes that a segment's fixed options take. */
export function optionLength(sk: TcpSocket): number {
  return sk.timestamps ? 12 : 0;
}

/** tcp_current_mss: what the path and the peer allow, less the options of every segment. */
export function syncMss(sk: TcpSocket, route: Route): void {
  const ipOptions = sk.options.ipOptions?.length ?? 0;
  const mtu = sk.options.mtuDiscover === "probe" || route.mtuLocked ? route.dev.mtu : route.mtu;
  sk.mss = Math.max(48, Math.min(mtu - 40 - ipOptions, sk.peerMss) - optionLength(sk));
}

/** The time stamp clock: milliseconds, with an offset of the connection's own (tcp_time_stamp_ts). */
export function timestamp(sk: TcpSocket): number {
  return (Math.floor(sk.ns.host.now / MILLISECOND) + sk.timestampOffset) >>> 0;
}

/** The window scale that the largest receive buffer asks for (tcp_select_initial_window). */
export function chooseWindowScale(sk: TcpSocket): number {
  if (!knob(sk, "tcp_window_scaling", 1)) return 0;
  return Math.min(14, Math.max(0, 31 - Math.clz32(maxReceiveBuffer(sk)) - 15));
}

/** The third value of net.ipv4.tcp_rmem. */
export function maxReceiveBuffer(sk: TcpSocket): number {
  const path = "net/ipv4/tcp_rmem";
  if (!sk.ns.sysctl.has(path)) return 33554432;
  return Number(sk.ns.sysctl.get(path).trim().split(/\s+/)[2]) || 33554432;
}

/** A TCP sysctl of the namespace, or the kernel's default where it is not there. */
export function knob(sk: TcpSocket, name: string, otherwise: number): number {
  const path = `net/ipv4/${name}`;
  return sk.ns.sysctl.has(path) ? sk.ns.sysctl.number(path) : otherwise;
}

/** The first window (tcp_select_initial_window): 64 KiB less a byte, in whole segments. */
export function initialWindow(mss: number): number {
  return mss < 65535 ? 65535 - (65535 % mss) : 65535;
}
