import { NONE_SET, TCP_NONE } from "./states.ts";

// Flags of one side (IP_CT_TCP_FLAG_*).
export const FLAG_WINDOW_SCALE = 0x01;
export const FLAG_SACK_PERM = 0x02;
export const FLAG_CLOSE_INIT = 0x04;
export const FLAG_BE_LIBERAL = 0x08;
export const FLAG_DATA_UNACKNOWLEDGED = 0x10;
export const FLAG_MAXACK_SET = 0x20;
export const EXPECT_CHALLENGE_ACK = 0x40;
export const SIMULTANEOUS_OPEN = 0x80;

/** What was seen of one side (struct ip_ct_tcp_state). Sequence numbers are signed 32-bit, compared by
 *  difference. */
export class TcpSide {
  /** Highest seq + length sent. */
  end = 0;
  /** Highest ack + window the other side allowed. */
  maxEnd = 0;
  maxWindow = 0;
  maxAck = 0;
  scale = 0;
  flags = 0;

  clear(): void {
    this.end = this.maxEnd = this.maxWindow = this.maxAck = this.scale = this.flags = 0;
  }
}

/** struct ip_ct_tcp */
export class TcpTracking {
  readonly seen: readonly [TcpSide, TcpSide] = [new TcpSide(), new TcpSide()];
  state = TCP_NONE;
  lastDir = 0;
  retrans = 0;
  lastIndex = NONE_SET;
  lastSeq = 0;
  lastAck = 0;
  lastEnd = 0;
  lastWindow = 0;
  lastScale = 0;
  lastFlags = 0;

  clear(): void {
    this.seen[0].clear();
    this.seen[1].clear();
    this.state = this.lastDir = this.retrans = 0;
    this.lastSeq = this.lastAck = this.lastEnd = this.lastWindow = this.lastScale = this.lastFlags = 0;
    this.lastIndex = NONE_SET;
  }
}
