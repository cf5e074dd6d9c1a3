import { completeChecksum } from "../../netfilter/checksum-help.ts";
import { HEADROOM, Packet } from "../../netfilter/packet.ts";
import { put16, u16 } from "../../wire/bytes.ts";
import { checksum } from "../../wire/checksum.ts";
import { MF, OFFSET } from "../../wire/ipv4.ts";
import type { NetNamespace } from "../namespace.ts";

/** Options that every fragment carries have the copied bit (RFC 791 3.1); others become NOPs (ip_options_fragment). */
function blankUncopied(data: Uint8Array, at: number): void {
  const end = at + ((data[at] & 15) << 2);
  for (let i = at + 20; i < end; ) {
    const type = data[i];
    if (type === 0) return;
    if (type === 1) {
      i++;
      continue;
    }
    const length = data[i + 1];
    if (length < 2) return;
    if ((type & 0x80) === 0) data.fill(1, i, i + length);
    i += length;
  }
}

/** ip_do_fragment: pieces of at most `mtu` bytes, each a packet of its own that names `pkt` as its parent. */
export function fragment(ns: NetNamespace, pkt: Packet, mtu: number): Packet[] {
  completeChecksum(pkt);
  const { data, net } = pkt;
  const header = (data[net] & 15) << 2;
  const room = (mtu - header) & ~7;
  if (room < 8) {
    ns.drop(pkt, "PKT_TOO_BIG", "ip output", { mtu });
    return [];
  }
  const payload = pkt.end - net - header;
  const word = u16(data, net + 6);
  const first = (word & OFFSET) * 8;
  const pieces: Packet[] = [];
  for (let done = 0; done < payload; done += room) {
    const size = Math.min(room, payload - done);
    const bytes = new Uint8Array(HEADROOM + header + size);
    bytes.set(data.subarray(net, net + header), HEADROOM);
    bytes.set(data.subarray(net + header + done, net + header + done + size), HEADROOM + header);
    const piece = new Packet(ns.nextPacketId(), bytes, HEADROOM, bytes.length, pkt.protocol);
    piece.parent = pkt.id;
    piece.trans = HEADROOM + header;
    piece.iif = pkt.iif;
    piece.oif = pkt.oif;
    piece.mark = pkt.mark;
    piece.priority = pkt.priority;
    piece.ct = pkt.ct;
    piece.ctinfo = pkt.ctinfo;
    piece.untracked = pkt.untracked;
    piece.route = pkt.route;
    piece.socket = pkt.socket;
    piece.physIn = pkt.physIn;
    piece.physOut = pkt.physOut;
    piece.hops = pkt.hops;
    piece.pktType = pkt.pktType;
    const last = done + size >= payload;
    const flags = (word & ~(OFFSET | MF) & 0xffff) | (last ? word & MF : MF);
    if (done > 0) blankUncopied(bytes, HEADROOM);
    put16(bytes, HEADROOM + 2, header + size);
    put16(bytes, HEADROOM + 6, flags | ((first + done) >>> 3));
    put16(bytes, HEADROOM + 10, 0);
    put16(bytes, HEADROOM + 10, checksum(bytes, HEADROOM, HEADROOM + header));
    ns.born(piece, "fragment");
    pieces.push(piece);
  }
  return pieces;
}
