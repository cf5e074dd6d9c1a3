import * as tcp from "../../../wire/tcp.ts";

// enum tcp_conntrack.
export const TCP_NONE = 0;
export const TCP_SYN_SENT = 1;
export const TCP_SYN_RECV = 2;
export const TCP_ESTABLISHED = 3;
export const TCP_FIN_WAIT = 4;
export const TCP_CLOSE_WAIT = 5;
export const TCP_LAST_ACK = 6;
export const TCP_TIME_WAIT = 7;
export const TCP_CLOSE = 8;
export const TCP_SYN_SENT2 = 9;
export const INVALID = 10;
export const IGNORE = 11;

/** As /proc/net/nf_conntrack and `conntrack` print them. */
export const TCP_STATE_NAMES = [
  "NONE",
  "SYN_SENT",
  "SYN_RECV",
  "ESTABLISHED",
  "FIN_WAIT",
  "CLOSE_WAIT",
  "LAST_ACK",
  "TIME_WAIT",
  "CLOSE",
  "SYN_SENT2",
] as const;

// Flag groups, the rows of the table (enum tcp_bit_set).
export const SYN_SET = 0;
export const SYNACK_SET = 1;
export const FIN_SET = 2;
export const ACK_SET = 3;
export const RST_SET = 4;
export const NONE_SET = 5;

// TCP_TRANSITIONS[direction][flags][state]: the state machine of nf_conntrack_proto_tcp.c (tcp_conntracks).
const [, ss, sr, es, fw, cw, la, tw, cl, s2, iv, ig] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, INVALID, IGNORE];
export const TCP_TRANSITIONS: readonly (readonly Uint8Array[])[] = [
  [
    /* syn     */ [ss, ss, ig, ig, ig, ig, ig, ss, ss, s2],
    /* syn-ack */ [iv, iv, sr, iv, iv, iv, iv, iv, iv, sr],
    /* fin     */ [iv, iv, fw, fw, la, la, la, tw, cl, iv],
    /* ack     */ [es, iv, es, es, cw, cw, tw, tw, cl, iv],
    /* rst     */ [iv, cl, cl, cl, cl, cl, cl, cl, cl, cl],
    /* none    */ [iv, iv, iv, iv, iv, iv, iv, iv, iv, iv],
  ],
  [
    /* syn     */ [iv, s2, iv, iv, iv, iv, iv, ss, iv, s2],
    /* syn-ack */ [iv, sr, ig, ig, ig, ig, ig, ig, ig, sr],
    /* fin     */ [iv, iv, fw, fw, la, la, la, tw, cl, iv],
    /* ack     */ [iv, ig, sr, es, cw, cw, tw, tw, cl, ig],
    /* rst     */ [iv, cl, cl, cl, cl, cl, cl, cl, cl, cl],
    /* none    */ [iv, iv, iv, iv, iv, iv, iv, iv, iv, iv],
  ],
].map((rows) => rows.map((row) => Uint8Array.from(row)));

export function flagGroup(flags: number): number {
  if (flags & tcp.RST) return RST_SET;
  if (flags & tcp.SYN) return flags & tcp.ACK ? SYNACK_SET : SYN_SET;
  if (flags & tcp.FIN) return FIN_SET;
  return flags & tcp.ACK ? ACK_SET : NONE_SET;
}

/** Combinations of FIN, SYN, RST, ACK and URG that are no error (tcp_valid_flags). */
export function validFlags(flags: number): boolean {
  switch (flags & (tcp.FIN | tcp.SYN | tcp.RST | tcp.ACK | tcp.URG)) {
    case tcp.SYN:
    case tcp.SYN | tcp.URG:
    case tcp.SYN | tcp.ACK:
    case tcp.RST:
    case tcp.RST | tcp.ACK:
    case tcp.FIN | tcp.ACK:
    case tcp.FIN | tcp.ACK | tcp.URG:
    case tcp.ACK:
    case tcp.ACK | tcp.URG:
      return true;
    default:
      return false;
  }
}
