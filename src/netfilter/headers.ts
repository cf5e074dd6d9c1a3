import { u16 } from "../wire/bytes.ts";
import { type Family, HOOK_NAMES, type HookName } from "./hooks.ts";
import type { Packet } from "./packet.ts";

/** What matches and targets ask of a packet's IPv4 header. */

/** The transport header's offset in `pkt.data`, or −1 for a fragment that does not hold it. */
export function transport4(pkt: Packet): number {
  const at = pkt.net;
  if ((u16(pkt.data, at + 6) & 0x1fff) !== 0) return -1;
  return at + ((pkt.data[at] & 15) << 2);
}

/** The transport header's offset when the packet is not a later fragment and has `need` bytes there, else −1. */
export function transportWith4(pkt: Packet, need: number): number {
  const at = transport4(pkt);
  return at >= 0 && at + need <= pkt.end ? at : -1;
}

export const BOTH: readonly Family[] = ["ipv4", "ipv6"];
export const IPV4: readonly Family[] = ["ipv4"];

export const hookName = (hook: number): HookName => HOOK_NAMES[hook];

/** Who owns the socket that sent a packet; null for one that no socket sent. */
export const socketOwner = (pkt: Packet): { uid: number; gid: number } | null => ownerOf(pkt.socket);

export function ownerOf(socket: unknown): { uid: number; gid: number } | null {
  if (typeof socket !== "object" || socket === null) return null;
  const { uid, gid } = socket as { uid?: unknown; gid?: unknown };
  return { uid: typeof uid === "number" ? uid : 0, gid: typeof gid === "number" ? gid : 0 };
}
