import { KernelError } from "../../base/errno.ts";
import type { Packet } from "../../netfilter/packet.ts";
import { describe } from "../../wire/headers.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as options4 from "../../wire/ipv4-options.ts";
import type { Device } from "../device.ts";
import type { Flow4, Route } from "../flow.ts";
import type { NetNamespace } from "../namespace.ts";
import { hex } from "./hex.ts";
import type { SendOptions, Socket } from "./socket.ts";

/** inet_addr_type's cheap cases. */
export const isMulticast = (address: number): boolean => address >>> 28 === 14;
export const isLoopback = (address: number): boolean => address >>> 24 === 127;
export const BROADCAST_ALL = 0xffffffff;

/** What walk `refused` says of an errno that routing or netfilter gave. */
function whyRefused(ns: NetNamespace, error: KernelError, flow: Flow4): string {
  switch (error.code) {
    case "EACCES":
      return "prohibit";
    case "EHOSTUNREACH":
      return "unreachable";
    case "EINVAL":
      return flow.src ? "no-address" : "blackhole";
    case "ENETDOWN":
      return "device-down";
    case "EPERM":
      return "netfilter";
    case "EMSGSIZE":
      return "too-big";
    case "ENETUNREACH": {
      const dev: Device | undefined = flow.oif ? ns.links.byIndex(flow.oif) : undefined;
      if (dev && !dev.up) return "device-down";
      const lo = ns.links.byName("lo");
      if (lo && !lo.up && (isLoopback(flow.dst) || ns.addresses.has(flow.dst))) return "device-down";
      return "no-route";
    }
    default:
      return error.code;
  }
}

/** Says in the walk that a program's send or connect failed before there was a packet. */
export function refuse(
  socket: Socket,
  flow: Flow4,
  error: KernelError,
  facts?: Record<string, string | number | boolean>,
): void {
  const ns = socket.ns;
  ns.host.walk?.emit(ns.name, {
    kind: "refused",
    dst: ipv4.format(flow.dst),
    ...(flow.src ? { src: ipv4.format(flow.src) } : {}),
    errno: error.code,
    why: whyRefused(ns, error, flow),
    process: socket.owner.name,
    ...(facts === undefined ? {} : { facts }),
  });
}

/** EMSGSIZE: with DF, `length` bytes do not go where only `mtu` do. */
export function tooLong(socket: Socket, flow: Flow4, mtu: number, length: number): KernelError {
  const error = new KernelError("EMSGSIZE");
  refuse(socket, flow, error, { mtu, length });
  return error;
}

/** The flow of a socket's packet to `dst` (flowi4_init_output). */
export function flowOf(
  socket: Socket,
  protocol: number,
  dst: number,
  dport: number,
  send: SendOptions = {},
): Flow4 {
  const o = socket.options;
  const multicast = isMulticast(dst) || dst === BROADCAST_ALL;
  return {
    dst,
    src: send.from || socket.localAddress,
    oif: o.device?.index ?? (multicast ? (o.multicastDevice?.index ?? 0) : 0),
    mark: o.mark,
    tos: send.tos ?? o.tos,
    protocol,
    sport: socket.localPort,
    dport,
    uid: socket.owner.uid,
    onlink: o.dontRoute,
  };
}

/** routeOutput4, with the refusal told to the walk. */
export function routeFor(socket: Socket, flow: Flow4): Route {
  try {
    return socket.ns.routeOutput4(flow);
  } catch (error) {
    if (error instanceof KernelError) refuse(socket, flow, error);
    throw error;
  }
}

/** The first hop for a loose or strict source route, else the destination itself (inet_opt.faddr). */
export function firstHop(options: Uint8Array | null, dst: number): number {
  if (options === null) return dst;
  for (const type of [options4.LSRR, options4.SSRR]) {
    let i = 0;
    while (i < options.length && options[i] !== options4.EOL) {
      if (options[i] === options4.NOP) {
        i++;
        continue;
      }
      if (options[i] === type && options[i + 1] >= 7) {
        const at = i + 3;
        return (
          ((options[at] << 24) | (options[at + 1] << 16) | (options[at + 2] << 8) | options[at + 3]) >>> 0
        );
      }
      i += Math.max(2, options[i + 1]);
    }
  }
  return dst;
}

/** A packet with room for the IP header (options included) and `payload` bytes; `trans` is set. */
export function newDatagram(socket: Socket, payload: number): Packet {
  const header = ipv4.LENGTH + (socket.options.ipOptions?.length ?? 0);
  const pkt = socket.ns.newPacket4(header, payload);
  pkt.trans = pkt.net + header;
  pkt.end = pkt.trans + payload;
  return pkt;
}

/**
 * The IP ID of a datagram (ip_select_ident): a socket that forbids fragmentation counts its own when it is
 * connected, and sends 0 when not; all others (ip_sk_ignore_df) take the flow's next.
 */
export function ipId(socket: Socket, df: boolean, src: number, dst: number, protocol: number): number {
  const discover = socket.options.mtuDiscover;
  if (df && (discover === "do" || discover === "probe")) {
    if (socket.remoteAddress === 0) return 0;
    const id = socket.inetId;
    socket.inetId = (id + 1) & 0xffff;
    return id;
  }
  return socket.ns.nextIpId(src, dst, protocol);
}

/** Whether a packet of this socket on this route carries DF (ip_dont_fragment). */
export function dontFragment(socket: Socket, route: Route): boolean {
  const pmtu = socket.options.mtuDiscover;
  return pmtu === "do" || pmtu === "probe" || (pmtu === "want" && !route.mtuLocked);
}

/** Writes the IP header over [net, trans), hands the packet to the walk and to ip_local_out. */
export function sendIp(
  socket: Socket,
  pkt: Packet,
  route: Route,
  header: { src: number; dst: number; protocol: number; id: number; df: boolean; ttl?: number; tos?: number },
  by: string,
): void {
  const ns = socket.ns;
  const o = socket.options;
  const ttl =
    header.ttl ??
    (isMulticast(header.dst)
      ? o.multicastTtl
      : o.ttl || route.hoplimit || ns.sysctl.number("net/ipv4/ip_default_ttl") || 64);
  ipv4.emit(pkt.data, pkt.net, {
    tos: header.tos ?? o.tos,
    totalLength: pkt.end - pkt.net,
    id: header.id,
    fragment: header.df ? ipv4.DF : 0,
    ttl,
    protocol: header.protocol,
    src: header.src,
    dst: header.dst,
    ...(o.ipOptions ? { options: o.ipOptions } : {}),
  });
  // ip_options_build: the sender's own slot of a record route or timestamp option.
  if (o.ipOptions) ns.recordRoute(pkt, header.src);
  pkt.mark = o.mark;
  pkt.priority = o.priority;
  pkt.socket = socket;
  born(socket, pkt, by);
  handOver(socket, pkt, route);
}

/** ip_local_out for a socket: that the device did not take it is told only to who asked for errors (IP_RECVERR). */
export function handOver(socket: Socket, pkt: Packet, route: Route): void {
  try {
    socket.ns.output4(pkt, route);
  } catch (error) {
    const untold = error instanceof KernelError && error.code === "ENOBUFS" && !socket.options.receiveErrors;
    if (!untold) throw error;
  }
}

/** A datagram that a system call sends: its way and the answers that come at once are done before the call returns. */
export function sendDatagram(...args: Parameters<typeof sendIp>): void {
  try {
    sendIp(...args);
  } finally {
    args[0].ns.host.settle();
  }
}

/** The walk's first word on a packet that a socket made. */
export function born(socket: Socket, pkt: Packet, by: string): void {
  const walk = socket.ns.host.walk;
  if (walk === null) return;
  walk.emit(socket.ns.name, {
    kind: "born",
    packet: pkt.id,
    by,
    process: socket.owner.name,
    headers: describe(pkt.data, pkt.net, pkt.end, pkt.protocol, pkt.mark),
    bytes: hex(pkt.data, pkt.net, pkt.end),
  });
}
