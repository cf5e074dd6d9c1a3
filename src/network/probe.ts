import { HEADROOM, Packet } from "../netfilter/packet.ts";
import { put16, put32 } from "../wire/bytes.ts";
import { TYPE_IPV4 } from "../wire/ethernet.ts";
import type { Flow4 } from "./flow.ts";

/** A header to ask routes with (`ip route get … iif`). */
export function probePacket(flow: Flow4): Packet {
  const pkt = new Packet(0, new Uint8Array(HEADROOM + 28), HEADROOM, HEADROOM + 28, TYPE_IPV4);
  pkt.data[HEADROOM] = 0x45;
  pkt.data[HEADROOM + 1] = flow.tos ?? 0;
  pkt.data[HEADROOM + 9] = flow.protocol ?? 17;
  put32(pkt.data, HEADROOM + 12, flow.src ?? 0);
  put32(pkt.data, HEADROOM + 16, flow.dst);
  put16(pkt.data, HEADROOM + 20, flow.sport ?? 0);
  put16(pkt.data, HEADROOM + 22, flow.dport ?? 0);
  pkt.trans = HEADROOM + 20;
  pkt.mark = flow.mark ?? 0;
  return pkt;
}
