import { u16, u32 } from "../../wire/bytes.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { DCCP, hasPorts } from "../conntrack/tuple.ts";
import type { HookState } from "../hooks.ts";
import type { Packet } from "../packet.ts";

/** What rules ask of a packet most, read once a table. Reused; one for each depth of traversal. */
export class View {
  /** Signed, for bitwise work. */
  src = 0;
  dst = 0;
  protocol = 0;
  sport = 0;
  dport = 0;
  hasPorts = false;
  laterFragment = false;
  /** A later fragment or a header cut short: matches may do more than say no (hotdrop), so the index, which
   *  skips them, is not used. */
  odd = false;
  in = "";
  out = "";
  /** Candidates of the indices in use, see RuleIndex. */
  cursors = new Int32Array(64);

  read(pkt: Packet, state: HookState): void {
    const { data, net } = pkt;
    this.src = u32(data, net + 12) | 0;
    this.dst = u32(data, net + 16) | 0;
    const protocol = data[net + 9];
    this.protocol = protocol;
    this.laterFragment = (u16(data, net + 6) & ipv4.OFFSET) !== 0;
    this.in = state.in === null ? "" : state.in.name;
    this.out = state.out === null ? "" : state.out.name;
    const at = net + ((data[net] & 15) << 2);
    const least = protocol === ipv4.TCP ? 20 : protocol === ipv4.UDP || protocol === ipv4.ICMP ? 8 : 4;
    this.odd = this.laterFragment || at + least > pkt.end;
    this.hasPorts = !this.odd && (hasPorts(protocol) || protocol === DCCP);
    if (this.hasPorts) {
      this.sport = u16(data, at);
      this.dport = u16(data, at + 2);
    }
  }

  /** Room for `count` cursors from `base` on. */
  reserve(base: number, count: number): void {
    if (base + count <= this.cursors.length) return;
    const larger = new Int32Array(Math.max(this.cursors.length * 2, base + count));
    larger.set(this.cursors);
    this.cursors = larger;
  }
}
